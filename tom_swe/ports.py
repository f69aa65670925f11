"""The seams: what can be replaced, and what each replacement promises.

What has one implementation, such as the memory, is imported from where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel

from tom_swe.model.advice import Query, Recalled, Suggestion
from tom_swe.model.belief import Belief, SessionModel
from tom_swe.model.calls import Estimate, Prompt, Purpose, Usage
from tom_swe.model.session import SaidSentence, Session
from tom_swe.model.user import UserModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Vector = NDArray[np.float32]
    type Vectors = NDArray[np.float32]


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

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, shape (len(texts), dimension). Raises EmbedderUnavailable."""
        ...


class Scorer(Protocol):
    """Says of sentences how likely they state something lasting about the person's wishes."""

    @property
    def name(self) -> str:
        """What scores, with its version; part of the name of a reader that uses it."""
        ...

    @property
    def threshold(self) -> float:
        """The least score that is worth holding as a hint."""
        ...

    @property
    def sure(self) -> float:
        """The least score at which a sentence counts as said, not as a hint."""
        ...

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """A probability a sentence. Raises EmbedderUnavailable."""
        ...


class Verifier(Protocol):
    """Answers a yes/no question case by case. Thread-safe."""

    @property
    def name(self) -> str:
        """What answers, with its version; part of the name of a reader that uses it."""
        ...

    def verify(self, question: str, cases: Sequence[str]) -> list[float]:
        """How likely the answer is yes, a figure a case. Raises ModelUnavailable."""
        ...


class Reader(Protocol):
    """Reads one session: tier 1 to tier 2."""

    @property
    def name(self) -> str:
        """What reads, with its version; stored with what it read."""
        ...

    @property
    def at_once(self) -> int:
        """How many sessions may be read at the same time, each in a thread of its own.

        1 where reading takes the processor; more where it waits for an answer.
        """
        ...

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What the session showed. Every quote is an exact substring of a user turn's text.

        ``session_id`` is its id in memory, for what is spent on reading it. Raises ModelFault.
        """
        ...


class Pack(NamedTuple):
    """Sessions that are read in one go, with their ids, and what is believed before."""

    sessions: tuple[Session, ...]
    ids: tuple[int | None, ...]
    known: tuple[Belief, ...] = ()


@runtime_checkable
class PackReader(Reader, Protocol):
    """A reader that reads several sessions in one go."""

    def packs(self, sessions: Sequence[Session]) -> list[list[int]]:
        """Which of these sessions to read in one go, by their places."""
        ...

    def read_pack(self, pack: Pack) -> list[SessionModel]:
        """What each session showed."""
        ...


@runtime_checkable
class PaidReader(PackReader, Protocol):
    """A reader that makes calls, and gets what is believed before."""

    def estimate(self, sessions: Iterable[Session], known: Sequence[Belief]) -> Estimate:
        """What reading these is likely to take."""
        ...


class Pair(NamedTuple):
    """A statement that is believed and one that was heard."""

    held: str
    heard: str


class Library(Protocol):
    """What may be looked up about one person while advice is made; nothing in it changes."""

    def search(self, text: str) -> Recalled:
        """The beliefs and past turns that bear on a text."""
        ...

    def session(self, session_id: int) -> Session:
        """One of the person's sessions. Raises NotFound."""
        ...


class Adviser(Protocol):
    """Answers a query about the person."""

    def advise(
        self, query: Query, user: UserModel, recalled: Recalled, library: Library
    ) -> Suggestion:
        """Whether to proceed or to ask, citing what was recalled, in the user's manner."""
        ...


class Answer[Reply: BaseModel](NamedTuple):
    """A model's reply, and what it took, a repair included."""

    reply: Reply
    usage: Usage


class LanguageModel(Protocol):
    """Answers prompts in the form that is asked for. Thread-safe."""

    @property
    def name(self) -> str:
        """The model's name, as the person configured it."""
        ...

    @property
    def at_once(self) -> int:
        """How many calls may be under way at the same time."""
        ...

    def usage(self, prompt: Prompt, reply: type[BaseModel], tokens_out: int) -> Usage:
        """What a question would use, its form included, whose reply has so many tokens."""
        ...

    def ask[Reply: BaseModel](
        self,
        prompt: Prompt,
        reply: type[Reply],
        *,
        purpose: Purpose,
        most_tokens: int,
        session_id: int | None = None,
    ) -> Answer[Reply]:
        """A reply of at most ``most_tokens`` tokens. Raises ModelFault."""
        ...
