"""The seams: what the mind asks of the world. Every implementation keeps these promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pydantic import BaseModel

from tom_swe.model.advice import (
    Adherence,
    Briefing,
    Outcome,
    PastConsultation,
    PastTurn,
    Query,
    Recalled,
    Suggestion,
    Telling,
)
from tom_swe.model.belief import Belief, Decision, Judge, Relation, SessionModel, Verdict
from tom_swe.model.calls import Limits, ModelCall, Prompt, Purpose, Settled, Usage
from tom_swe.model.event import Heard
from tom_swe.model.memory import Job, Problem, Put, SessionSummary, Sizes
from tom_swe.model.pointers import Pointer
from tom_swe.model.portable import Export, Row
from tom_swe.model.session import Session
from tom_swe.model.user import UserModel
from tom_swe.model.user_acts import Judged, Moved, UserAct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tom_swe.memory.log import Log

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
    """Says of sentences how likely they state something durable about the person's wishes."""

    @property
    def name(self) -> str:
        """What scores, with its version; part of the name of a reader that uses it."""
        ...

    @property
    def threshold(self) -> float:
        """The least score that is worth holding as a hint."""
        ...

    def score(self, sentences: Sequence[str]) -> list[float]:
        """A probability a sentence; 0 for one that surely stays below the threshold.

        Raises EmbedderUnavailable.
        """
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


class Pair(NamedTuple):
    """A statement that is believed and one that was heard."""

    held: str
    heard: str


class Comparer(Protocol):
    """Says how statements go together that neither catalogue nor similarity decides."""

    def compare(
        self, pairs: Sequence[Pair], session_id: int | None = None
    ) -> Mapping[Pair, Relation]:
        """The relations of the pairs that it can tell; it raises nothing."""
        ...


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

    def size(self, prompt: Prompt, reply: type[BaseModel]) -> int:
        """How many tokens a question would send, its form included."""
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


class Ledger(Protocol):
    """What calls of models have cost. It holds numbers and names, never what was said."""

    def begin(
        self, model: str, purpose: Purpose, session_id: int | None, most: Usage, limits: Limits
    ) -> int:
        """Enters a call that may use as much as ``most``; its id.

        Calls that are open count in full, so that processes that start at once keep to the
        limits together. Raises BudgetReached.
        """
        ...

    def settle(self, call_id: int, settled: Settled, usage: Usage, milliseconds: int) -> None:
        """Enters how a call ended and what it used."""
        ...

    def calls(self, since: datetime | None = None) -> list[ModelCall]:
        """The calls from then on, oldest first."""
        ...


class SessionStore(Protocol):
    """Tier 1."""

    def put(self, user_id: str, session: Session) -> Put:
        """Keeps a session and queues it for learning; the same one again changes nothing."""
        ...

    def get(self, user_id: str, session_id: int) -> Session:
        """One session. Raises NotFound."""
        ...

    def shown(self, user_id: str, session_id: int, reader: str) -> SessionModel | None:
        """What a reader made of a session as it stands; None where it is to be read."""
        ...

    def holding(self, user_id: str, phrase: str) -> list[int]:
        """The sessions in which anything said, attached or summarised has a casefolded phrase."""
        ...

    def said_since(self, user_id: str, since: datetime) -> list[int]:
        """The sessions in which the person said something from then on, newest first."""
        ...

    def ended_before(self, user_id: str, moment: datetime) -> list[int]:
        """The sessions with an agent that ended before then; without a time, imported before."""
        ...

    def summaries(self, user_id: str) -> list[SessionSummary]:
        """A line a session, newest first."""
        ...

    def source_seen(self, user_id: str, source: str) -> str | None:
        """The stamp a transcript had when it was last read to its end."""
        ...

    def mark_source(self, user_id: str, source: str, stamp: str) -> None:
        """Notes that a transcript was read to its end while it had this stamp."""
        ...


class Queue(Protocol):
    """Sessions with something new, leased to one learner each."""

    def take(self, user_id: str, *, passing_over: Collection[int] = ()) -> Job | None:
        """The next session to read, or None."""
        ...

    def take_again(self, user_id: str, session_id: int) -> Job | None:
        """A session to read, queued or not; None where another learner has it."""
        ...

    def fail(self, job: Job, error: str) -> None:
        """Gives a session back with what went wrong."""
        ...

    def requeue(self, user_id: str, reader: str) -> int:
        """Queues sessions read by another reader or by none; how many."""
        ...

    def retry_failed(self, user_id: str) -> int:
        """Makes sessions that were given up due again; how many."""
        ...

    def free_dead(self) -> int:
        """Gives back what learners had that are gone; how many."""
        ...

    def pending(self, user_id: str) -> int:
        """How many sessions wait."""
        ...


class UserEdits(Protocol):
    """What only the person does, in one transaction."""

    def look_again(self) -> None:
        """Has the beliefs read anew when they are next wanted."""
        ...

    def log(self, change: UserAct) -> None:
        """Keeps what the person did."""
        ...

    def last(self) -> UserAct | None:
        """The newest change that was not taken back."""
        ...

    def taken_back(self, change: UserAct) -> None:
        """Notes that a change was taken back."""
        ...

    def drop(self, change_ids: Collection[int]) -> None:
        """Deletes what is kept of changes, which then cannot be taken back."""
        ...

    def merge(self, kept_id: int, other_id: int) -> Moved:
        """Moves all that one belief has to another and deletes it."""
        ...

    def unmerge(self, other: Belief, moved: Moved, change_id: int) -> int:
        """Moves it back, as far as it is still there; the id that the other one has now."""
        ...

    def unstate(self, session_id: int, forgotten: Iterable[str]) -> None:
        """Deletes what was stated to tom; words that were forgotten are so again."""
        ...

    def judged(self, consultation_id: int) -> Judged:
        """What is known of the outcome of advice. Raises NotFound."""
        ...


class ChangeOfMind(Protocol):
    """The beliefs about one user under the write lock."""

    @property
    def user_edits(self) -> UserEdits:
        """What only the person does."""
        ...

    @property
    def remembered_again(self) -> Collection[str]:
        """Digests of words that were forgotten until the person stated them now."""
        ...

    def beliefs(self) -> list[Belief]:
        """Every belief as it stands now, retired ones too."""
        ...

    def observe(self, model: SessionModel) -> list[int]:
        """Keeps what a session showed; the ids of the observations that are new."""
        ...

    def compare(self, relations: Mapping[Pair, Relation], observed: Collection[int]) -> None:
        """Keeps how what is believed goes together with what was just observed."""
        ...

    def log(self, model: str) -> Log:
        """Everything that was heard and done, with the vectors of one model."""
        ...

    def keep_statement_vectors(self, vectors: Mapping[str, Vector], model: str) -> None:
        """Keeps vectors by the statements that they are of."""
        ...

    def drop_other_vectors(self, statements: Iterable[str]) -> None:
        """Deletes the vectors of all other statements."""
        ...

    def decide(self, belief_id: int, decisions: Iterable[Decision]) -> None:
        """Store the decisions on a belief, replacing the earlier ones."""
        ...

    def join(self, parts: Mapping[int, int]) -> None:
        """Gives what was decided and judged of beliefs to those that they are part of now."""
        ...

    def believe(self, beliefs: Sequence[Belief], vectors: Mapping[str, Vector], model: str) -> int:
        """Store these as all that is believed; return how many are new or differ."""
        ...

    def keep_pointers(self, found: Collection[int]) -> None:
        """Ties pointers to this session, where their words are; those that are too old go."""
        ...

    def drop_pointers(self, pointer_ids: Collection[int]) -> None:
        """Deletes pointers to the person's words."""
        ...

    def cited(self, consultation_id: int) -> tuple[int, ...]:
        """The ids of the beliefs that advice rests on, none of advice to ask. Raises NotFound."""
        ...

    def judged_by(self, consultation_id: int) -> Judge | None:
        """Who judged this advice; None where nobody did or nothing rested on it."""
        ...

    def judge(
        self,
        consultation_id: int,
        outcome: Outcome | None,
        verdicts: Mapping[int, Iterable[Verdict]],
    ) -> None:
        """Keeps what became of advice, in the place of what was said before. Raises NotFound."""
        ...

    def telling(self) -> Telling | None:
        """What this session was told; None where nothing is known to have been."""
        ...

    def session(self) -> Session:
        """The session that this change comes from."""
        ...

    def keep_adherence(
        self, telling: Telling, found: Mapping[int, Adherence], verdicts: Mapping[int, Verdict]
    ) -> set[int]:
        """Keeps what became of what this session was told, in the place of what was kept before.

        The ids of the beliefs on which the session's verdict is another one than before.
        """
        ...

    def uncite(self) -> None:
        """Takes beliefs that are gone out of what kept answers cite."""
        ...

    def drop_consultations(self, also: Collection[int] = ()) -> int:
        """Deletes kept answers that cite what is gone, and these; how many."""
        ...

    def forget_belief(self, belief_id: int) -> None:
        """Deletes a belief and the observations under it. Raises NotFound."""
        ...

    def forget_session(self, session_id: int) -> None:
        """Deletes a session and keeps it from being imported again. Raises NotFound."""
        ...

    def briefings(self) -> list[Briefing]:
        """The stored briefings."""
        ...

    def brief(self, briefings: Iterable[Briefing]) -> None:
        """Replaces the stored briefings."""
        ...


class ChangesOfMind(Protocol):
    """Changes of mind from one session after the other, in one transaction."""

    def beliefs(self) -> list[Belief]:
        """Every belief as it stands before these changes."""
        ...

    def from_session(self, job: Job) -> AbstractContextManager[ChangeOfMind | None]:
        """A change of mind from a session; None where the lease on it was lost.

        An error takes back this change alone.
        """
        ...


class LearningStore(Protocol):
    """Opens changes of mind, one transaction each."""

    def from_sessions(self, user_id: str) -> AbstractContextManager[ChangesOfMind]:
        """Changes of mind from several sessions, kept together."""
        ...

    def from_statement(
        self, user_id: str, session: Session, quotes: Iterable[str]
    ) -> AbstractContextManager[ChangeOfMind]:
        """A change of mind from what the person states now; forgotten ``quotes`` count again."""
        ...

    def from_outside(self, user_id: str) -> AbstractContextManager[ChangeOfMind]:
        """A change of mind that no session brings: something is forgotten, advice is judged."""
        ...


class BeliefStore(Protocol):
    """Tier 3, to read."""

    def get(self, user_id: str, belief_id: int) -> Belief:
        """One belief with its evidence. Raises NotFound."""
        ...

    def all(self, user_id: str) -> list[Belief]:
        """Every belief, retired ones too, by id."""
        ...

    def told(self, user_id: str) -> tuple[Belief, ...]:
        """The beliefs of the user model, the surest first; no turn is counted for it."""
        ...

    def user_model(self, user_id: str) -> UserModel:
        """The live beliefs, the surest first."""
        ...

    def log(self, user_id: str) -> Log:
        """Everything that was heard and done, with what it takes to fold it."""
        ...

    def for_one_task(self, user_id: str) -> list[Heard]:
        """What was said for one task only, which no belief rests on, oldest first."""
        ...

    def briefing(self, user_id: str, repository: str) -> Briefing | None:
        """The stored briefing for a repository, else the general one, else None."""
        ...


class FullTextSearch(Protocol):
    """Finds by words; scores are BM25, higher is better."""

    def turns(self, user_id: str, query: str, limit: int) -> list[tuple[int, float]]:
        """(turn id, score) of the user turns that match best."""
        ...

    def beliefs(self, user_id: str, query: str, limit: int) -> list[tuple[int, float]]:
        """(belief id, score) of the beliefs that match best."""
        ...

    def past_turns(self, turn_ids: Sequence[int]) -> list[PastTurn]:
        """These turns; ids that are gone are left out."""
        ...


class VectorStore(Protocol):
    """The vectors that every index is derived from."""

    def unembedded(self, user_id: str, model: str, limit: int) -> dict[str, str]:
        """Texts of user turns that have no vector of this model, by key, at most ``limit``."""
        ...

    def put(self, user_id: str, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors by key."""
        ...

    def of_beliefs(self, belief_ids: Iterable[int], model: str) -> dict[int, Vector]:
        """The vectors of beliefs' statements, by belief id."""
        ...


class VectorIndex(Protocol):
    """Nearest turns by vector; derived, may be thrown away at any time."""

    @property
    def in_use(self) -> bool:
        """Whether it is kept: it need not be where all can be compared as quickly."""
        ...

    def nearest(self, user_id: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """(turn id, cosine) of the user's turns most alike, best first."""
        ...

    def sync(self) -> bool:
        """Brings it up to the database, where it is in use; False where another process owns it."""
        ...

    def drop(self) -> bool:
        """Throws it away, to be made anew; False where another process owns it."""
        ...

    def check(self) -> list[Problem]:
        """Where it and the database differ. Raises IndexFault."""
        ...

    def close(self) -> None:
        """Lets go of its files."""
        ...


class ConsultationStore(Protocol):
    """Answers given."""

    def put(self, user_id: str, query: Query, suggestion: Suggestion) -> int:
        """Keeps an answer; its id."""
        ...

    def all(self, user_id: str) -> list[PastConsultation]:
        """The answers that are kept, oldest first."""
        ...


class PointerStore(Protocol):
    """Pointers that agents leave to the person's words."""

    def put(self, user_id: str, quote: str, repository: str) -> Pointer:
        """Keeps a pointer; the same one again is renewed."""
        ...

    def all(self, user_id: str) -> list[Pointer]:
        """Every pointer, oldest first."""
        ...

    def for_session(self, user_id: str, session_id: int) -> list[Pointer]:
        """The pointers whose words may be in a session."""
        ...


class Tellings(Protocol):
    """What each session was told."""

    def put(self, user_id: str, telling: Telling) -> None:
        """Keeps what a session was told, together with what it was told before."""
        ...

    def of_session(self, user_id: str, host: str, host_id: str) -> Telling | None:
        """What a session was told; None where nothing is known to have been."""
        ...

    def all(self, user_id: str) -> list[Telling]:
        """What every session was told, the earliest told first."""
        ...


class UserActStore(Protocol):
    """What the person changed with their own hands, to read."""

    def all(self, user_id: str) -> list[UserAct]:
        """What the person changed, oldest first; taken back or not."""
        ...


class PortableStore(Protocol):
    """Everything kept about a person, out of one memory and into another."""

    def rows(self, user_id: str) -> Iterator[tuple[str, Iterator[Row]]]:
        """The person's rows, table by table, as of one moment; each to be read in its turn."""
        ...

    def put(self, user_id: str, export: Export, *, replace: bool = False) -> None:
        """Makes an export what is kept about a user, all or nothing. Raises UsageError."""
        ...


class MemoryStore(Protocol):
    """The whole memory."""

    @property
    def portable(self) -> PortableStore:
        """All of it, to take along."""
        ...

    @property
    def user_acts(self) -> UserActStore:
        """What the person changed."""
        ...

    @property
    def sessions(self) -> SessionStore:
        """Tier 1."""
        ...

    @property
    def queue(self) -> Queue:
        """What is to be read."""
        ...

    @property
    def learning(self) -> LearningStore:
        """Changes of mind."""
        ...

    @property
    def beliefs(self) -> BeliefStore:
        """Tier 3."""
        ...

    @property
    def search(self) -> FullTextSearch:
        """By words."""
        ...

    @property
    def vectors(self) -> VectorStore:
        """By meaning, the truth."""
        ...

    @property
    def consultations(self) -> ConsultationStore:
        """Answers given."""
        ...

    @property
    def pointers(self) -> PointerStore:
        """Pointers to the person's words."""
        ...

    @property
    def tellings(self) -> Tellings:
        """What each session was told."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What calls of models have cost."""
        ...

    def began(self, user_id: str) -> datetime | None:
        """When this memory first heard of a user; None where it has not."""
        ...

    def reset(self, user_id: str) -> None:
        """Deletes everything kept about a user."""
        ...

    def purge(self) -> bool:
        """Wipes the remains of deleted rows; False where another process still reads them."""
        ...

    def sizes(self) -> Sizes:
        """How much is in memory."""
        ...

    def check(self) -> list[Problem]:
        """What is wrong with the database."""
        ...

    def users(self) -> list[str]:
        """Everyone of whom something is kept."""
        ...

    def full_text_faults(self) -> list[str]:
        """The full-text indexes that are not in step."""
        ...

    def rebuild_full_text(self) -> None:
        """Makes the full-text indexes anew."""
        ...

    def close(self) -> None:
        """Lets go of the file."""
        ...
