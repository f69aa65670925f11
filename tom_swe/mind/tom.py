"""Tom: learns from sessions, answers about the person, briefs the next session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from tom_swe.errors import IndexFault, MemoryFault, TomError
from tom_swe.mind.alike import Likeness, vectors_of
from tom_swe.mind.brief import brief, briefings
from tom_swe.mind.recall import rank_beliefs, rank_turns
from tom_swe.mind.revise import reconsider, revise
from tom_swe.model.advice import Briefing, Query, Recalled, Suggestion
from tom_swe.model.base import Value
from tom_swe.model.belief import Status
from tom_swe.model.memory import Job, Put
from tom_swe.model.session import Session
from tom_swe.model.user import UserModel
from tom_swe.ports import Adviser, ChangeOfMind, Embedder, MemoryStore, Reader, VectorIndex

# How many candidates full text and vectors each bring before they are scored together.
CANDIDATES = 50
EMBEDDED_AT_ONCE = 512


@dataclass(frozen=True)
class Faculties:
    """What Tom reads, compares and answers with."""

    embedder: Embedder | None
    index: VectorIndex
    reader: Reader
    adviser: Adviser


class Learned(Value):
    """What a run of learning did. ``failed`` sessions stay queued, with their errors."""

    sessions: int = 0
    observations: int = 0
    revisions: int = 0
    failed: tuple[str, ...] = ()


class Tom:
    """The mind of one memory. Every call names its user; nothing is ambient. Thread-safe.

    ``faculties`` is called when something has first to be read or compared, since that
    loads a model. ``redact`` cleans what a query says before it is kept. ``say`` is told
    once about anything that works less well than it could.
    """

    def __init__(
        self,
        memory: MemoryStore,
        faculties: Callable[[], Faculties],
        *,
        redact: Callable[[str], str],
        say: Callable[[str], None],
        briefing_tokens: int,
    ) -> None:
        self.memory = memory
        self._make_faculties = faculties
        self._redact = redact
        self._say = say
        self._briefing_tokens = briefing_tokens
        self._lock = Lock()
        self._faculties: Faculties | None = None

    @property
    def _mind(self) -> Faculties:
        # One set for all threads: each would load a model and want the index for itself.
        with self._lock:
            if self._faculties is None:
                self._faculties = self._make_faculties()
            return self._faculties

    @property
    def embedder(self) -> Embedder | None:
        """What turns texts into vectors; None where no model could be loaded."""
        return self._mind.embedder

    @property
    def index(self) -> VectorIndex:
        """The derived index of past turns."""
        return self._mind.index

    # Learning

    def remember(self, user_id: str, session: Session) -> Put:
        """Keeps a session and queues it; learning from it is `learn`'s."""
        return self.memory.sessions.put(user_id, session)

    def learn(self, user_id: str, progress: Callable[[int], None] = lambda _: None) -> Learned:
        """Reads every queued session and makes what was said findable: `read`, then `catch_up`."""
        learned = self.read(user_id, progress)
        if learned.sessions:
            self.catch_up(user_id)
        return learned

    def read(self, user_id: str, progress: Callable[[int], None] = lambda _: None) -> Learned:
        """Reads every queued session, oldest first, and changes the user model by it.

        ``progress`` is told after each how many are done. One session that fails is given
        back with its error and the rest go on. Safe to run in several processes, and to kill.
        """
        sessions = observations = revisions = 0
        failed: dict[int, str] = {}
        while job := self.memory.queue.take(user_id, passing_over=failed):
            try:
                learned = self._learn_one(job)
            except Exception as error:
                # The queue is an edge: whatever is wrong with one session, the rest go on.
                # What tom did not raise itself may quote the session, so only its name is kept.
                known = isinstance(error, TomError)
                failed[job.session_id] = str(error) if known else type(error).__name__
                self.memory.queue.fail(job, failed[job.session_id])
                if isinstance(error, MemoryFault):
                    raise
                continue
            if learned is None:
                continue
            sessions += 1
            observations += learned[0]
            revisions += learned[1]
            progress(sessions)
        return Learned(
            sessions=sessions,
            observations=observations,
            revisions=revisions,
            failed=tuple(f"session s{i}: {error}" for i, error in failed.items()),
        )

    def relearn(self, user_id: str) -> int:
        """Queues every session that this reader has not read, and those given up; how many."""
        queue = self.memory.queue
        return queue.retry_failed(user_id) + queue.requeue(user_id, self._mind.reader.name)

    def _learn_one(self, job: Job) -> tuple[int, int] | None:
        """How many observations and revisions a session brought; None where the lease was lost."""
        session = self.memory.sessions.get(job.user_id, job.session_id)
        model = self._mind.reader.read(session)
        embedder = self.embedder
        statements = vectors_of(embedder, (each.statement for each in model.observations))
        name = embedder.name if embedder else ""
        with self.memory.learning.from_session(job) as change:
            if change is None:
                return None
            heard = change.observe(model)
            alike = Likeness({**change.vectors(name), **statements})
            if change.evidence_gone:  # read before, the session said more then
                change.drop_unsupported()
                change.apply(reconsider(change.beliefs()), {}, name)
            revisions = revise(change.beliefs(), heard, alike)
            change.apply(revisions, statements, name)
            self._brief(job.user_id, change)
            return len(heard), len(revisions)

    def _brief(self, user_id: str, change: ChangeOfMind) -> None:
        live = tuple(b for b in change.beliefs() if b.status is not Status.RETIRED)
        user = UserModel(user_id=user_id, beliefs=live)
        change.brief(briefings(user, self._briefing_tokens))

    # Answering

    def recall(self, user_id: str, query: Query) -> Recalled:
        """The beliefs that apply to a query and the past turns like it."""
        return self._recall(self.memory.beliefs.user_model(user_id), query)

    def _recall(self, user: UserModel, query: Query) -> Recalled:
        memory, user_id = self.memory, user.user_id
        words = dict(memory.search.turns(user_id, query.text, CANDIDATES))
        on_topic = dict(memory.search.beliefs(user_id, query.text, CANDIDATES))
        meaning: dict[int, float] = {}
        likeness: dict[int, float] = {}
        if embedder := self.embedder:
            vector = embedder.embed([query.text])[0]
            meaning = dict(self.index.nearest(user_id, vector, CANDIDATES))
            stored = memory.vectors.of_beliefs((b.id for b in user.beliefs), embedder.name)
            likeness = {i: float(stored[i] @ vector) for i in stored}
        turns = memory.search.past_turns(list(words.keys() | meaning.keys()))
        return Recalled(
            beliefs=tuple(rank_beliefs(user.beliefs, on_topic, likeness, query)),
            turns=tuple(rank_turns(turns, words, meaning, query, datetime.now(UTC))),
        )

    def consult(self, user_id: str, query: Query) -> Suggestion:
        """Whether to proceed with a request or ask the person, and what they would want."""
        query = query.model_copy(update={"text": self._redact(query.text)})
        user = self.memory.beliefs.user_model(user_id)
        suggestion = self._mind.adviser.advise(query, user, self._recall(user, query))
        kept = self.memory.consultations.put(user_id, query, suggestion)
        return suggestion.model_copy(update={"consultation_id": kept})

    def brief(self, user_id: str, repository: str = "", budget: int | None = None) -> Briefing:
        """The briefing for a session in a repository: the stored one, unless a budget is given."""
        if budget is None:
            stored = self.memory.beliefs.briefing(user_id, repository)
            if stored is not None:
                return stored
        user = self.memory.beliefs.user_model(user_id)
        return brief(user, repository, budget or self._briefing_tokens)

    # Forgetting

    def forget_session(self, user_id: str, session_id: int) -> None:
        """Deletes a session and all that rested on it alone. Raises NotFound."""
        with self.memory.learning.from_forgetting(user_id) as change:
            change.forget_session(session_id)
            self._think_again(user_id, change)
        self._purge()

    def forget_belief(self, user_id: str, belief_id: int) -> None:
        """Deletes a belief; it is not learned again from the same words. Raises NotFound."""
        with self.memory.learning.from_forgetting(user_id) as change:
            change.forget_belief(belief_id)
            self._think_again(user_id, change)
        self._purge()

    def reset(self, user_id: str) -> None:
        """Deletes everything about a user."""
        self.memory.reset(user_id)
        self._purge()

    def _think_again(self, user_id: str, change: ChangeOfMind) -> None:
        change.drop_unsupported()
        change.apply(reconsider(change.beliefs()), {}, "")
        change.drop_consultations()
        self._brief(user_id, change)

    def _purge(self) -> None:
        if not self.memory.purge():
            self._say(
                "another process still has the old log of the database open; what was "
                "forgotten leaves the disk when that process ends"
            )
        # Chroma keeps deleted vectors in its files, so the index is made anew.
        if not self.index.drop():
            self._say("another process owns the vector index; run `tom db reindex` later")

    def close(self) -> None:
        """Lets go of the memory and the index."""
        if self._faculties is not None:
            self.index.close()
        self.memory.close()

    def catch_up(self, user_id: str) -> None:
        """Embeds the turns that were not, and brings the index up where this process can own it.

        Until then those turns are found by their words alone.
        """
        if (embedder := self.embedder) is None:
            return
        vectors = self.memory.vectors
        while texts := vectors.unembedded(user_id, embedder.name, EMBEDDED_AT_ONCE):
            said = vectors_of(embedder, texts.values())
            vectors.put(user_id, embedder.name, {key: said[text] for key, text in texts.items()})
        try:
            self.index.sync()
        except IndexFault as error:
            self._say(str(error))
