"""Tom: learns from sessions, answers about the person, briefs the next session."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from tom_swe.errors import IndexFault, MemoryFault, TomError, UsageError
from tom_swe.mind.alike import Likeness, vectors_of
from tom_swe.mind.brief import brief, briefings
from tom_swe.mind.judge import BECAME, verdicts
from tom_swe.mind.read.pointed import add_pointed, beliefs_on, places_of, quote_of, shares_words
from tom_swe.mind.read.stated import as_stated, holding, same_statement, session_of_statement
from tom_swe.mind.recall import rank_beliefs, rank_turns
from tom_swe.mind.reconsider import reconsider, weighed
from tom_swe.mind.revise import revise
from tom_swe.model.advice import Briefing, Outcome, Query, Recalled, Suggestion
from tom_swe.model.base import Value
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Judge,
    Scope,
    SessionModel,
)
from tom_swe.model.memory import Job, Put
from tom_swe.model.noted import Noted, Pointer
from tom_swe.model.revision import Heard, Revision
from tom_swe.model.session import OWN_HOST, Role, Session
from tom_swe.model.user import UserModel, told
from tom_swe.ports import Adviser, ChangeOfMind, Embedder, MemoryStore, Reader, VectorIndex

if TYPE_CHECKING:
    from tom_swe.ports import Vector

# How many candidates full text and vectors each bring before they are scored together.
CANDIDATES = 200
EMBEDDED_AT_ONCE = 512
# A session in which something was said since then may still be going on.
RECENT = timedelta(days=1)


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
        """Keeps a session and queues it; learning from it is `learn`'s.

        Raises UsageError for a session of tom's own host, which only `state` makes.
        """
        if session.host == OWN_HOST:
            raise UsageError(f"no host is called {OWN_HOST!r}: what is stated is not imported")
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
                failed[job.session_id] = self._give_back(job, error)
                if isinstance(error, MemoryFault):
                    raise
                continue
            if learned is None:
                continue
            sessions += 1
            observations += len(learned[0])
            revisions += len(learned[1])
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

    def _give_back(self, job: Job, error: Exception) -> str:
        """Gives a session back to the queue; what went wrong, without the session's words."""
        # What tom did not raise itself may quote the session, so only its name is kept.
        text = str(error) if isinstance(error, TomError) else type(error).__name__
        self.memory.queue.fail(job, text)
        return text

    def _learn_one(self, job: Job) -> tuple[list[Heard], list[Revision]] | None:
        """What a session brought; None where the lease was lost."""
        session = self.memory.sessions.get(job.user_id, job.session_id)
        model = self._read(session)
        pointers = self.memory.noted.for_session(job.user_id, job.session_id)
        pointed = add_pointed(session, model.observations, pointers)
        both = (*model.observations, *pointed.observations)
        model = model.model_copy(update={"observations": both})
        statements = self._vectors(model)
        with self.memory.learning.from_session(job) as change:
            if change is None:
                return None
            change.keep_pointers(pointed.found)
            return self._take_in(job.user_id, change, model, statements)

    def _read(self, session: Session) -> SessionModel:
        """What a session shows; what was said to tom itself is stated, whatever reads it."""
        model = self._mind.reader.read(session)
        if session.host != OWN_HOST:
            return model
        stated = as_stated(session, model.observations)
        return model.model_copy(update={"observations": stated})

    def _vectors(self, model: SessionModel) -> dict[str, Vector]:
        return vectors_of(self.embedder, (each.statement for each in model.observations))

    @property
    def _model_name(self) -> str:
        return self.embedder.name if self.embedder else ""

    def _take_in(
        self,
        user_id: str,
        change: ChangeOfMind,
        model: SessionModel,
        statements: Mapping[str, Vector],
    ) -> tuple[list[Heard], list[Revision]]:
        """Changes the user model by what a session showed."""
        name = self._model_name
        heard = change.observe(model)
        alike = Likeness({**change.vectors(name), **statements})
        if change.evidence_gone:  # read before, the session said more then
            change.drop_unsupported()
            change.uncite()
            change.apply(reconsider(change.beliefs(), alike), {}, name)
        revisions = revise(change.beliefs(), heard, alike)
        change.apply(revisions, statements, name)
        self._brief(user_id, change)
        return heard, revisions

    # What the person says to tom itself, and what agents say that they said

    def state(self, user_id: str, text: str, scope: Scope = EVERYWHERE) -> tuple[Belief, ...]:
        """Believes what the person says to tom itself; the beliefs on it, as they stand then.

        The words are kept as a session of tom's own, redacted, and learned at once. The same
        words again change nothing as long as they hold. Words that were forgotten count
        again: who says them anew means them. Raises UsageError.
        """
        session = session_of_statement(self._redact(text), scope, datetime.now(UTC))
        model = self._read(session)
        if known := self._holding(user_id, session, model):
            return known
        statements = self._vectors(model)
        quotes = [each.quote.text for each in model.observations]
        with self.memory.learning.from_statement(user_id, session, quotes) as change:
            heard, _ = self._take_in(user_id, change, model, statements)
            made = {each.id for each in heard}
            return tuple(
                belief
                for belief in change.beliefs()
                if any(each.observation_id in made for each in belief.supporting)
            )

    def _holding(self, user_id: str, session: Session, model: SessionModel) -> tuple[Belief, ...]:
        """The beliefs on a statement, where it was made before and all of it still holds."""
        beliefs = self.memory.beliefs.all(user_id)
        before = {e.session_id for b in beliefs for e in b.supporting if e.host == OWN_HOST}
        for session_id in sorted(before, reverse=True):
            if same_statement(session, self.memory.sessions.get(user_id, session_id)):
                return holding(beliefs, session_id, model)
        return ()

    def note(self, user_id: str, quote: str, repository: str = "") -> Noted:
        """Keeps that an agent says the person said this; nothing is believed on its word.

        Once a session is read in which the person says the quote, word for word, what they
        say there counts as an instruction, where the reader made nothing of those words. A
        session of the last day is read again at once. Raises UsageError.
        """
        quote = quote_of(self._redact(quote))
        now = datetime.now(UTC)
        pointer = Pointer(id=0, quote=quote, repository=repository, at=now)
        recent = self._recent_with(user_id, pointer, now - RECENT)
        if recent and (known := self._on_pointed(user_id, recent, pointer)):
            return Noted(belief_ids=known)
        pointer = self.memory.noted.put(user_id, quote, repository)
        if recent is None or (job := self.memory.queue.take_again(user_id, recent[0])) is None:
            return Noted()
        try:
            self._learn_one(job)
        except Exception as error:
            self._give_back(job, error)
            raise
        return Noted(belief_ids=self._on_pointed(user_id, recent, pointer))

    def _recent_with(
        self, user_id: str, pointer: Pointer, since: datetime
    ) -> tuple[int, Session] | None:
        """The newest session since then in which the person says what a pointer points at."""
        for session_id in self.memory.sessions.said_since(user_id, since):
            session = self.memory.sessions.get(user_id, session_id)
            if places_of(pointer, session):
                return session_id, session
        return None

    def _on_pointed(
        self, user_id: str, recent: tuple[int, Session], pointer: Pointer
    ) -> tuple[int, ...]:
        return beliefs_on(pointer, *recent, self.memory.beliefs.all(user_id))

    def _brief(self, user_id: str, change: ChangeOfMind) -> None:
        user = UserModel(user_id=user_id, beliefs=told(change.beliefs()))
        change.brief(briefings(user, self._briefing_tokens))

    # Answering

    def recall(self, user_id: str, query: Query) -> Recalled:
        """The beliefs that apply to a query and the past turns like it."""
        return self._recall(self._known(user_id), query)

    def _known(self, user_id: str) -> UserModel:
        return UserModel(user_id=user_id, beliefs=self.memory.beliefs.told(user_id))

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
        user = self._known(user_id)
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

    # What became of advice

    def judge(
        self,
        user_id: str,
        consultation_id: int,
        outcome: Outcome,
        *,
        right: Collection[int] | None = None,
        by_agent: bool = False,
    ) -> tuple[Belief, ...]:
        """Keeps what became of a suggestion; the beliefs that it cited, as they stand then.

        ``right`` names the cited beliefs that held in a partly accepted one. Judging again
        replaces what was said before, but an agent does not overrule the person. Raises
        NotFound and UsageError.
        """
        by = Judge.AGENT if by_agent else Judge.PERSON
        name = self._model_name
        with self.memory.learning.from_outside(user_id) as change:
            cited = change.cited(consultation_id)
            now = datetime.now(UTC)
            shared = verdicts(consultation_id, cited, outcome, right=right, by=by, at=now)
            if by_agent and change.judged_by(consultation_id) is Judge.PERSON:
                raise UsageError(f"the person has judged advice a{consultation_id} themselves")
            change.judge(consultation_id, outcome, shared)
            alike = Likeness(change.vectors(name))
            reason = f"advice resting on it was {BECAME[outcome]}"
            change.apply(weighed(change.beliefs(), cited, alike, reason), {}, name)
            self._brief(user_id, change)
            return tuple(belief for belief in change.beliefs() if belief.id in cited)

    # Forgetting

    def forget_session(self, user_id: str, session_id: int) -> None:
        """Deletes a session and all that rested on it alone. Raises NotFound."""
        session = self.memory.sessions.get(user_id, session_id)
        said = [turn.text for turn in session.by(Role.USER)]
        pointers = self._pointers_to(user_id, said)
        with self.memory.learning.from_outside(user_id) as change:
            change.drop_pointers(pointers)
            change.forget_session(session_id)
            self._think_again(user_id, change)
        self._purge()

    def forget_belief(self, user_id: str, belief_id: int) -> None:
        """Deletes a belief; it is not learned again from the same words. Raises NotFound."""
        belief = self.memory.beliefs.get(user_id, belief_id)
        pointers = self._pointers_to(user_id, belief.quotes)
        with self.memory.learning.from_outside(user_id) as change:
            change.drop_pointers(pointers)
            change.forget_belief(belief_id)
            self._think_again(user_id, change)
        self._purge()

    def reset(self, user_id: str) -> None:
        """Deletes everything about a user."""
        self.memory.reset(user_id)
        self._purge()

    def _think_again(self, user_id: str, change: ChangeOfMind) -> None:
        change.drop_unsupported()
        alike = Likeness(change.vectors(self._model_name))
        change.apply(reconsider(change.beliefs(), alike), {}, "")
        change.drop_consultations()
        self._brief(user_id, change)

    def _pointers_to(self, user_id: str, texts: Sequence[str]) -> list[int]:
        return [p.id for p in self.memory.noted.all(user_id) if shares_words(p, texts)]

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
