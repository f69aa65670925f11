"""Reads a session by rules and a catalogue, and by a small model what they miss; no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract import asking
from tom_swe.extract.catalogue import catalogue
from tom_swe.extract.cues import heard, is_asked, is_hypothetical, is_one_off, is_report, is_task
from tom_swe.extract.habits import habits
from tom_swe.extract.intent import intent_of, summary_of
from tom_swe.extract.scope import scope_of
from tom_swe.extract.stated import plainly
from tom_swe.extract.statements import Nearest, said
from tom_swe.model.belief import Observation, Polarity, Quote, Scope, SessionModel, Source
from tom_swe.model.session import Role, Session, Turn
from tom_swe.ports import Embedder, Scorer
from tom_swe.text.attribution import AgentWords
from tom_swe.text.prose import Sentence

NAME = "embedded-3"


class EmbeddedReader:
    """The reader that always works.

    An embedder names the subject of more statements. A scorer adds hints: sentences that read
    like a wish and of which the rules make nothing. ``say`` is told once if it stops working.
    """

    def __init__(
        self,
        embedder: Embedder | None = None,
        scorer: Scorer | None = None,
        *,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._nearest = NearestDimension(embedder)
        self._scorer = scorer
        self._say = say
        self._name = "+".join([NAME, *(each.name for each in (embedder, scorer) if each)])

    @property
    def name(self) -> str:
        """What reads, with its version and the names of the embedder and the scorer."""
        return self._name

    @property
    def at_once(self) -> int:
        """1: reading takes the processor."""
        return 1

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What the session showed; each thing said counts once, with its first quote."""
        del session_id  # reading costs nothing
        heard: list[Observation] = []
        unread: list[Unread] = []
        agent = AgentWords(session)
        for turn in session.by(Role.USER):
            for sentence, found in said(turn, session, self._nearest, agent):
                heard += found
                if not found:
                    unread.append(Unread(turn, sentence))
        return SessionModel(
            intent=intent_of(session),
            summary=summary_of(session),
            observations=(*_once([*heard, *self._hints(unread, session)]), *habits(session, agent)),
            reader=self._name,
        )

    def _hints(self, unread: Sequence[Unread], session: Session) -> list[Observation]:
        if self._scorer is None:
            return []
        try:
            return list(hints(unread, session, self._scorer, self._nearest))
        except EmbedderUnavailable as error:
            self._scorer = None
            self._say(f"reading with the rules alone: {error}")
            return []


def _once(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    kept: dict[tuple[str, str, str, Scope], Observation] = {}
    for one in observations:
        kept.setdefault((one.statement.lower(), one.value, one.polarity, one.scope), one)
    return tuple(kept.values())


FEWEST_WORDS = 3


class Unread(NamedTuple):
    """A sentence of which the rules made nothing, and where it was said."""

    turn: Turn
    sentence: Sentence


def worth_scoring(sentence: Sentence) -> bool:
    """Whether a sentence may be a hint at all: what the rules would not believe is none.

    Approvals, fragments and questions that object to nothing are not worth a model's time.
    """
    words = sentence.words
    if len(words.split()) < FEWEST_WORDS or asking.APPROVAL.match(words):
        return False
    if sentence.is_question and not heard(words, question=True):
        return False
    return not (
        is_hypothetical(words)
        or is_one_off(words)
        or is_report(words)
        or is_task(words)
        or is_asked(words)
    )


def hints(
    unread: Iterable[Unread], session: Session, scorer: Scorer, nearest: Nearest
) -> Iterator[Observation]:
    """An observation of each of these sentences that reaches the scorer's threshold.

    Raises EmbedderUnavailable.
    """
    given = [each for each in unread if worth_scoring(each.sentence)]
    scores = scorer.score([each.sentence.words for each in given])
    for each, score in zip(given, scores, strict=True):
        if score >= scorer.threshold:
            yield _hint(each, session, nearest, score)


def _hint(unread: Unread, session: Session, nearest: Nearest, score: float) -> Observation:
    turn, sentence = unread
    plain = plainly(sentence.words, turn)
    cues = heard(sentence.words, question=sentence.is_question)
    forbids = any(each.cue.polarity is Polarity.AGAINST for each in cues)
    known = {each.id: each for each in catalogue()}.get(plain.dimension)
    about_person = known is not None and known.everywhere
    changed = {
        "source": Source.HINT,
        "kind": cues[0].cue.kind if cues else plain.kind,
        "quote": Quote(ordinal=turn.ordinal, text=turn.text[sentence.start : sentence.end]),
        "dimension": plain.dimension or nearest(plain.statement),
        "scope": scope_of(sentence.words, session, about_person=about_person),
        "basis": f"reads like a lasting wish ({score:.2f})",
    }
    if not plain.dimension and forbids:
        changed["polarity"] = Polarity.AGAINST
    return plain.model_copy(update=changed)


if TYPE_CHECKING:
    from tom_swe.ports import Embedder, Vectors

# On the development half of the written utterances .5 names about a quarter of the quotes
# and is right on 85% of them; lower thresholds are right less often, higher ones no more often.
SIMILAR = 0.5


class NearestDimension:
    """Finds the dimension by cosine; the descriptions are embedded once, at first use."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._vectors: Vectors | None = None

    def __call__(self, statement: str) -> str:
        """The id of the nearest dimension, or "" where none is near enough."""
        if self._embedder is None:
            return ""
        try:
            if self._vectors is None:
                self._vectors = self._embedder.embed([d.about for d in catalogue()])
            vector = self._embedder.embed([statement])[0]
        except EmbedderUnavailable:
            self._embedder = None
            return ""
        scores = self._vectors @ vector
        best = int(scores.argmax())
        return catalogue()[best].id if float(scores[best]) >= SIMILAR else ""
