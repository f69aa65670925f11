"""The seams: what the mind asks of the world. Every implementation keeps these promises."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tom_swe.model.advice import Briefing, Clarity, PastTurn, Query, Suggestion
from tom_swe.model.belief import Belief, Observation, SessionModel
from tom_swe.model.revision import Heard, Revision
from tom_swe.model.session import Session
from tom_swe.model.user import UserModel

type Vector = Sequence[float]


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product says how alike they are."""

    @property
    def name(self) -> str:
        """The model's name; vectors of different names are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One unit vector a text, in order. Raises EmbedderUnavailable."""
        ...


class Reader(Protocol):
    """Reads one session: tier 1 to tier 2."""

    @property
    def name(self) -> str:
        """What reads, with its version; stored with what it read."""
        ...

    def read(self, session: Session) -> SessionModel:
        """What the session showed. Every quote is an exact substring of a user turn's text."""
        ...


class Adviser(Protocol):
    """Answers a query about the person."""

    def advise(self, query: Query, user: UserModel, turns: Sequence[PastTurn]) -> Suggestion:
        """Whether to proceed or to ask, with the beliefs that say so."""
        ...
