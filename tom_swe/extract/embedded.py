"""Reads a session by rules and a catalogue, and by a small model what they miss; no network."""

from collections.abc import Callable, Iterable, Sequence

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract.habits import habits
from tom_swe.extract.hints import Unread, hints
from tom_swe.extract.intent import intent_of, summary_of
from tom_swe.extract.nearest import NearestDimension
from tom_swe.extract.statements import said
from tom_swe.model.belief import Observation, Scope, SessionModel
from tom_swe.model.session import Role, Session
from tom_swe.ports import Embedder, Scorer

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
        for turn in session.by(Role.USER):
            for sentence, found in said(turn, session, self._nearest):
                heard += found
                if not found:
                    unread.append(Unread(turn, sentence))
        return SessionModel(
            intent=intent_of(session),
            summary=summary_of(session),
            observations=(*_once([*heard, *self._hints(unread, session)]), *habits(session)),
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
