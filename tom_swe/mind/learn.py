"""Learning: sessions are read, in batches, and change what is believed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from tom_swe.beliefs.adherence import adherence, kept_to
from tom_swe.embed.similarity import vectors_of
from tom_swe.errors import IndexFault, MemoryFault, TomError
from tom_swe.extract import sayings
from tom_swe.memory.vectors import VectorOf
from tom_swe.mind.derive import Deriving
from tom_swe.mind.parts import Mind
from tom_swe.mind.reading import Read, Reading
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Observation
from tom_swe.model.memory import Job
from tom_swe.model.recurring import VERSION
from tom_swe.ports import PaidReader

if TYPE_CHECKING:
    from tom_swe.memory.learning import ChangeOfMind
    from tom_swe.memory.store import Store

EMBEDDED_AT_ONCE = 512
# Sessions that are read before what they showed is kept. A learner that is killed reads so
# many again; more of them hold the write lock for longer.
BATCH = 64
# The same for each call that may be under way, where reading takes calls that cost.
PAID_BATCH = 8


type Progress = Callable[[int], None]


class Learned(Value):
    """What a run of learning did. ``failed`` sessions stay queued, with their errors.

    ``expired`` ones were older than is kept, and are forgotten.
    """

    sessions: int = 0
    observations: int = 0
    revisions: int = 0
    failed: tuple[str, ...] = ()
    expired: int = 0

    def __add__(self, other: Learned) -> Learned:
        return Learned(
            sessions=self.sessions + other.sessions,
            observations=self.observations + other.observations,
            revisions=self.revisions + other.revisions,
            failed=tuple(dict.fromkeys((*self.failed, *other.failed))),
            expired=self.expired + other.expired,
        )


class Learner:
    """Learns from what the memory has queued."""

    def __init__(
        self,
        memory: Store,
        mind: Mind,
        reading: Reading,
        deriving: Deriving,
        say: Callable[[str], None],
    ) -> None:
        self._memory = memory
        self._mind = mind
        self._say = say
        self._deriving = deriving
        self._reading = reading

    def read(self, user_id: str, progress: Progress) -> Learned:
        """Reads every queued session, oldest first, and changes the user model by it."""
        sessions = observations = revisions = 0
        failed: dict[int, str] = {}
        for jobs in self._batches(user_id, failed):
            observed, changed = self._learn(user_id, jobs, failed)
            sessions += len(observed)
            observations += sum(observed)
            revisions += changed
            if observed:
                progress(len(observed))
        return Learned(
            sessions=sessions,
            observations=observations,
            revisions=revisions,
            failed=tuple(f"session s{i}: {error}" for i, error in failed.items()),
        )

    def again(self, user_id: str, progress: Progress) -> Learned:
        """`read`, and then what another reader read, the oldest reading first, a few at a time.

        It ends where the reader cannot be used any more. What is left is found the next time.
        """
        queue, reader = self._memory.queue, self._mind.parts.reader.name
        queue.retry_failed(user_id)
        # What is read now and not by this reader is not tried twice.
        waiting = queue.stale(user_id, reader)
        done = self.read(user_id, progress)
        for some in batched(waiting, BATCH):
            queue.requeue(user_id, reader, only=some)
            done += self.read(user_id, progress)
            if set(some) <= set(queue.stale(user_id, reader)):
                break
        return done

    def learn_one(self, job: Job) -> None:
        """Learns from one session. Raises what went wrong, once the job is given back."""
        try:
            (read,) = self._reading.all([job])
            if isinstance(read, Exception):
                raise read
            self.keep(job, read)
        except Exception as error:
            self._give_back(job, error)
            raise

    def keep(self, job: Job, read: Read) -> bool:
        """Learns what was read in a session; False where the job's lease was lost."""
        with (
            self._memory.learning.from_sessions(job.user_id) as changes,
            changes.from_session(job) as change,
        ):
            if change is None:
                return False
            observed = self._observe(change, read)
            self._settle(job.user_id, [(change, read, observed)])
        return True

    def catch_up(self, user_id: str) -> None:
        """Embeds the turns that were not, and brings up the index where it pays and is free.

        Sessions that were learned before sayings were kept are looked at for them.
        """
        self._find_sayings(user_id)
        if (embedder := self._mind.embedder) is None:
            return
        vectors = self._memory.vectors
        while texts := vectors.unembedded(user_id, embedder.name, EMBEDDED_AT_ONCE):
            said = vectors_of(embedder, texts.values())
            vectors.put(user_id, embedder.name, {key: said[text] for key, text in texts.items()})
        try:
            self._mind.parts.index.sync()
        except IndexFault as error:
            self._say(str(error))

    def _find_sayings(self, user_id: str) -> None:
        waiting = self._memory.sayings.unread(user_id, sayings.VERSION)
        for some in batched(waiting, BATCH):
            found = self._reading.sayings_of(user_id, some)
            with self._memory.learning.from_outside(user_id) as change:
                for each in found:
                    shown = each.model.observations
                    change.sayings.keep(each.session_id, each.sayings, shown, sayings.VERSION)
                change.sayings.tidy(some)
                # A memory that has no sayings yet may be of before there were checks.
                self._deriving.brief(user_id, change)
                change.sayings.spread()

    def embed_beliefs(self, user_id: str) -> None:
        """Makes the vectors that beliefs lack."""
        if (embedder := self._mind.embedder) is None:
            return
        beliefs = {belief.id: belief.statement for belief in self._memory.beliefs.all(user_id)}
        known = self._memory.vectors.of_beliefs(beliefs, embedder.name)
        wanted = {i: text for i, text in beliefs.items() if i not in known}
        made = vectors_of(embedder, wanted.values())
        self._memory.vectors.put(
            user_id,
            embedder.name,
            {VectorOf.BELIEF.key(i): made[text] for i, text in wanted.items()},
        )

    def _batches(self, user_id: str, passing_over: Collection[int]) -> Iterator[list[Job]]:
        """The sessions to read, in batches, until none is left; what fails is passed over.

        A session that was tried before is read alone: it may be the one that brought its
        learner down, and would bring the others down again.
        """
        reader = self._mind.parts.reader
        most = BATCH if reader.at_once == 1 else reader.at_once
        if isinstance(reader, PaidReader):
            most = PAID_BATCH * reader.at_once
        jobs: list[Job] = []
        while True:
            job = self._memory.queue.take(user_id, passing_over=passing_over)
            if job is not None and job.attempts == 1:
                jobs.append(job)
            if jobs and (job is None or job.attempts > 1 or len(jobs) == most):
                yield jobs
                jobs = []
            elif job is None:
                return
            if job is not None and job.attempts > 1:
                yield [job]

    def _learn(
        self, user_id: str, jobs: Sequence[Job], failed: dict[int, str]
    ) -> tuple[list[int], int]:
        """How much each session showed that was learned, and how many changes of mind that was.

        Those that failed are given back.
        """
        revisions = 0
        learned: list[tuple[ChangeOfMind, Read, int]] = []
        errors: dict[int, Exception] = {}
        try:
            read = self._reading.all(jobs)
            with self._memory.learning.from_sessions(user_id) as changes:
                for job, each in zip(jobs, read, strict=True):
                    try:
                        if isinstance(each, Exception):
                            raise each
                        with changes.from_session(job) as change:
                            if change is not None:
                                learned.append((change, each, self._observe(change, each)))
                    except MemoryFault:
                        raise
                    except Exception as error:
                        # Whatever is wrong with one session, the rest go on.
                        errors[job.session_id] = error
                if learned:
                    revisions = self._settle(user_id, learned)
        except Exception as error:
            errors = {job.session_id: error for job in jobs}
            raise
        finally:
            for job in jobs:
                if error := errors.get(job.session_id):
                    failed[job.session_id] = self._give_back(job, error)
        return [observed for _, _, observed in learned], revisions

    def _observe(self, change: ChangeOfMind, read: Read) -> int:
        """Keeps what a session showed; how many observations are new."""
        change.session.keep_pointers(read.found)
        change.session.keep_requests(read.requests, VERSION)
        self._reading.wishes.keep(change, read.faint)
        if read.sayings is not None:
            shown = read.model.observations
            change.sayings.keep(change.session.id, read.sayings, shown, sayings.VERSION)
        observed = change.session.observe(read.model)
        change.session.keep_corrective_turns(read.judged)
        change.session.relate(read.relations, observed)
        return len(observed)

    def _settle(self, user_id: str, learned: Sequence[tuple[ChangeOfMind, Read, int]]) -> int:
        """Believes what follows from these sessions; how many beliefs changed."""
        change = learned[-1][0]
        fresh = {each.session.id for each, _, _ in learned}
        self._reading.wishes.settle(user_id, change, fresh)
        vectors = {text: each for _, read, _ in learned for text, each in read.statements.items()}
        changed = self._deriving.derive(user_id, change, vectors=vectors)
        # What was told and done is judged by what is believed now, and may change that.
        now = change.beliefs.all()
        judged = [_notice(each, now, read.model.observations) for each, read, _ in learned]
        if any(judged):
            changed += self._deriving.derive(user_id, change)
        change.beliefs.uncite()
        change.sayings.tidy(fresh)
        return changed

    def _give_back(self, job: Job, error: Exception) -> str:
        """Gives a session back to the queue; what went wrong, without the session's words."""
        # What tom did not raise itself may quote the session, so only its name is kept.
        text = str(error) if isinstance(error, TomError) else type(error).__name__
        self._memory.queue.fail(job, text)
        return text


def _notice(
    change: ChangeOfMind, beliefs: Sequence[Belief], observations: Iterable[Observation]
) -> bool:
    """Keeps what became of the beliefs that the session of a change of mind was told.

    Returns whether a belief's verdict from this session differs from before. Being corrected or
    disobeyed gives no verdict, since the person's words are evidence already and no belief is
    wrong because an agent ignored it.
    """
    telling = change.session.telling()
    if telling is None or telling.session_id is None:
        return False
    told = [belief for belief in beliefs if belief.id in telling.belief_ids]
    found = adherence(change.session.value(), telling, told, observations)
    return bool(change.session.keep_adherence(telling, found, kept_to(telling, found)))
