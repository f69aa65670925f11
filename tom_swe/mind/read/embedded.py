"""Reads a session by rules and a catalogue: no language model, no network."""

from collections.abc import Iterable

from tom_swe.mind.read.behaviour import habits
from tom_swe.mind.read.intent import intent_of, summary_of
from tom_swe.mind.read.nearest import NearestDimension
from tom_swe.mind.read.statements import said
from tom_swe.model.belief import Observation, Scope, SessionModel
from tom_swe.model.session import Role, Session
from tom_swe.ports import Embedder

NAME = "embedded-1"


class EmbeddedReader:
    """The reader that always works. An embedder names the subject of more statements."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._nearest = NearestDimension(embedder)
        self._name = f"{NAME}+{embedder.name}" if embedder else NAME

    @property
    def name(self) -> str:
        """What reads, with its version and the embedder's name."""
        return self._name

    def read(self, session: Session) -> SessionModel:
        """What the session showed; each thing said counts once, with its first quote."""
        heard = [o for turn in session.by(Role.USER) for o in said(turn, session, self._nearest)]
        return SessionModel(
            intent=intent_of(session),
            summary=summary_of(session),
            observations=(*_once(heard), *habits(session)),
            reader=self._name,
        )


def _once(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    kept: dict[tuple[str, str, str, Scope], Observation] = {}
    for one in observations:
        kept.setdefault((one.statement.lower(), one.value, one.polarity, one.scope), one)
    return tuple(kept.values())
