"""Reads a session without a language model: what was learned, what rules find, what is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract import asking
from tom_swe.extract.catalogue import catalogue
from tom_swe.extract.cues import heard, is_hypothetical, is_one_off
from tom_swe.extract.habits import habits
from tom_swe.extract.intent import intent_of, summary_of
from tom_swe.extract.sayings import Place, sayings
from tom_swe.extract.scope import scope_of
from tom_swe.extract.stated import plainly
from tom_swe.extract.statements import Nearest, said, source_of
from tom_swe.model.belief import Kind, Observation, Polarity, Quote, Scope, SessionModel, Source
from tom_swe.model.session import OWN_HOST, Role, SaidSentence, Session, Turn
from tom_swe.ports import Embedder, Pack, Scorer
from tom_swe.text.attribution import AgentWords, own_sentences
from tom_swe.text.prose import Sentence

NAME = "embedded-4"


class EmbeddedReader:
    """The reader that always works.

    An embedder names the subject of more statements. A scorer hears what the rules do not, and
    weighs what they do. ``say`` is told once if it stops working.
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
        return self.read_pack(Pack((session,), (session_id,)))[0]

    def packs(self, sessions: Sequence[Session]) -> list[list[int]]:
        """All together: few sentences at once take the scorer's encoder much longer each."""
        return [[*range(len(sessions))]] if sessions else []

    def read_pack(self, pack: Pack) -> list[SessionModel]:
        """What each session showed."""
        heard = [self._heard(session) for session in pack.sessions]
        scores = self._scores([each for one in heard for _, each in one.asked])
        if scores is None:
            return [self._model_of(each, None) for each in heard]
        left = iter(scores)
        return [self._model_of(each, [*islice(left, len(each.asked))]) for each in heard]

    def _heard(self, session: Session) -> _Heard:
        agent = AgentWords(session)
        spoken = [
            SpokenSentence(turn, sentence, found)
            for turn in session.by(Role.USER)
            for sentence, found in said(turn, session, self._nearest, agent)
        ]
        # What the person states to tom is meant to be held, and is never doubted.
        asked = () if session.host == OWN_HOST else tuple(to_score(spoken, session))
        return _Heard(session, agent, spoken, asked)

    def _scores(self, asked: Sequence[SaidSentence]) -> list[float] | None:
        """The scores of these sentences; None where there is no scorer."""
        if self._scorer is None:
            return None
        try:
            return self._scorer.score(asked)
        except EmbedderUnavailable as error:
            self._scorer = None
            self._say(f"reading with the rules alone: {error}")
            return None

    def _model_of(self, heard: _Heard, scores: Sequence[float] | None) -> SessionModel:
        session = heard.session
        scored: list[Scored] = []
        if self._scorer is None or scores is None or session.host == OWN_HOST:
            found = [each for one in heard.spoken for each in one.found]
        else:
            scored = [(each, score) for (each, _), score in zip(heard.asked, scores, strict=True)]
            found = list(weighed(scored, session, self._scorer, self._nearest))
        return SessionModel(
            intent=intent_of(session),
            summary=summary_of(session),
            observations=(*_once(found), *habits(session, heard.agent)),
            faint=tuple(faint(scored)),
            sayings=tuple(sayings(heard.spoken, _by_place(scored))),
            reader=self._name,
        )


def _by_place(scored: Iterable[Scored]) -> dict[Place, float]:
    return {(each.turn.ordinal, each.sentence.start): score for each, score in scored}


def _once(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    kept: dict[tuple[str, str, str, Scope], Observation] = {}
    for one in observations:
        kept.setdefault((one.statement.lower(), one.value, one.polarity, one.scope), one)
    return tuple(kept.values())


FEWEST_SIGNS = 10  # of a sentence; shorter ones are fragments
# The least score of a sentence that is a wish if it comes again in other words. Lower ones bring in
# what a project is about.
FAINT = 0.12
_MENTION = re.compile(r"(?:^|(?<=\s))[@/]\S+")


class SpokenSentence(NamedTuple):
    """A sentence, where it was said, and what the rules found in it."""

    turn: Turn
    sentence: Sentence
    found: tuple[Observation, ...]


def worth_scoring(sentence: Sentence) -> bool:
    """Whether a sentence in which the rules found nothing may be a wish at all.

    Approvals, fragments, what is supposed and what ends with the task are none.
    """
    words = sentence.words
    if len(words) < FEWEST_SIGNS or asking.APPROVAL.match(words):
        return False
    return not (is_hypothetical(words) or is_one_off(words))


# A sentence with what the scorer is asked, and one with what it answered.
type Asked = tuple[SpokenSentence, SaidSentence]
type Scored = tuple[SpokenSentence, float]


class _Heard(NamedTuple):
    """A session's sentences, and those of them that may be wishes."""

    session: Session
    agent: AgentWords
    spoken: Sequence[SpokenSentence]
    asked: Sequence[Asked]


def to_score(spoken: Sequence[SpokenSentence], session: Session) -> Iterator[Asked]:
    """The sentences that may be wishes, as the scorer takes them."""
    for each, asked in zip(spoken, in_context(spoken, session), strict=True):
        if each.found or worth_scoring(each.sentence):
            yield each, asked


def weighed(
    scores: Iterable[Scored], session: Session, scorer: Scorer, nearest: Nearest
) -> Iterator[Observation]:
    """What the scorer makes of each sentence, and of what the rules found in it.

    What it doubts is at most a hint, whoever found it; what it is sure of was said.
    """
    for each, score in scores:
        if each.found:
            yield from (_doubted(one, score, scorer) for one in each.found)
        elif score >= scorer.threshold:
            basis = f"reads like a lasting wish ({score:.2f})"
            yield _learned(each, session, nearest, basis, sure=score >= scorer.sure)


def faint(scores: Iterable[Scored]) -> Iterator[Quote]:
    """The sentences that are wishes if they recur; names of files and commands alone are none."""
    for (turn, sentence, found), score in scores:
        told = _MENTION.sub("", sentence.words).strip()
        if found or sentence.is_question or score < FAINT or len(told) < FEWEST_SIGNS:
            continue
        yield Quote(ordinal=turn.ordinal, text=turn.text[sentence.start : sentence.end])


def hinted(quote: Quote, session: Session, basis: str) -> Observation | None:
    """A faint sentence of a session as a hint of a wish; None where it is not there any more."""
    for turn in session.by(Role.USER):
        if turn.ordinal == quote.ordinal:
            for sentence in own_sentences(turn, AgentWords(session)):
                if turn.text[sentence.start : sentence.end] == quote.text:
                    spoken = SpokenSentence(turn, sentence, ())
                    return _learned(spoken, session, lambda _: "", basis, sure=False)
    return None


def in_context(spoken: Sequence[SpokenSentence], session: Session) -> list[SaidSentence]:
    """The sentences as the scorer takes them, each among those of its turn."""
    before = _said_before(session)
    found: list[SaidSentence] = []
    for ordinal, of_turn in groupby(spoken, key=lambda each: each.turn.ordinal):
        among = list(of_turn)
        text = among[0].turn.text
        found += as_said([each.sentence for each in among], text, before[ordinal])
    return found


def as_said(sentences: Sequence[Sentence], text: str, before: str) -> list[SaidSentence]:
    """The sentences of a message, with where they stand and what the agent said before it."""
    length = len(text.split())
    return [
        SaidSentence(each.words, before, at, len(sentences), length, each.is_question)
        for at, each in enumerate(sentences)
    ]


def _said_before(session: Session) -> dict[int, str]:
    """What the agent last said before each turn of the person's."""
    said: dict[int, str] = {}
    last = ""
    for turn in session.turns:
        if turn.role is Role.AGENT:
            last = turn.text
        elif turn.role is Role.USER:
            said[turn.ordinal] = last
            last = ""
    return said


def _doubted(observation: Observation, score: float, scorer: Scorer) -> Observation:
    """An observation of the rules: a hint where it reads like no wish."""
    is_wish = observation.source is not Source.FACT and observation.kind is not Kind.TAKEN_BACK
    if not is_wish or score >= scorer.threshold:
        return observation
    basis = f"{observation.basis}; reads hardly like a lasting wish ({score:.2f})"
    return observation.model_copy(update={"source": Source.HINT, "basis": basis})


def _learned(
    spoken: SpokenSentence, session: Session, nearest: Nearest, basis: str, *, sure: bool
) -> Observation:
    turn, sentence, _ = spoken
    plain = plainly(sentence.words, turn)
    cues = heard(sentence.words, question=sentence.is_question)
    how = cues[0].cue.source if cues else Source.INSTRUCTION
    forbids = any(each.cue.polarity is Polarity.AGAINST for each in cues)
    known = {each.id: each for each in catalogue()}.get(plain.dimension)
    about_person = known is not None and known.everywhere
    changed = {
        "source": source_of(turn, how) if sure else Source.HINT,
        "kind": cues[0].cue.kind if cues else plain.kind,
        "quote": Quote(ordinal=turn.ordinal, text=turn.text[sentence.start : sentence.end]),
        "dimension": plain.dimension or nearest(plain.statement),
        "scope": scope_of(sentence.words, session, about_person=about_person),
        "basis": basis,
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
