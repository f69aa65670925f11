"""The learn queue: which sessions hold something new, and who is reading them."""

import os
import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, orm, select, true, update
from sqlalchemy.dialects.sqlite import insert

from tom_swe.memory.database import Database
from tom_swe.memory.tables import LearnQueueRow, SessionModelRow, SessionRow, TurnRow
from tom_swe.model.memory import Job
from tom_swe.model.readers import by_model, outranks
from tom_swe.model.session import OWN_HOST, Role

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3


def enqueue(transaction: orm.Session, session_id: int) -> None:
    """Queues a session, in its writer's transaction. A reader at work on it loses its lease."""
    fresh = {
        "queued_at": datetime.now(UTC),
        "owner": None,
        "leased_until": None,
        "attempts": 0,
        "error": None,
    }
    put = insert(LearnQueueRow).values(session_id=session_id, **fresh)
    transaction.execute(put.on_conflict_do_update(index_elements=["session_id"], set_=fresh))


class LearnQueue:
    """Leases sessions to learners, oldest session first, one learner each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self, user_id: str, *, passing_over: Collection[int] = (), lease: timedelta = LEASE
    ) -> Job | None:
        """The next session to read, leased to the caller; None where nothing is due.

        A learner that dies leaves its lease to run out; a learner on this machine that
        is no longer alive loses it at once.
        """
        with self._database.write() as transaction:
            now = datetime.now(UTC)
            due = (
                select(LearnQueueRow)
                .join(SessionRow, SessionRow.id == LearnQueueRow.session_id)
                .where(SessionRow.user_id == user_id, ~is_given_up())
                .where(LearnQueueRow.session_id.not_in(passing_over))
                # What was tried before comes last: a session that brings its reader down
                # keeps no other one waiting.
                .order_by(LearnQueueRow.attempts, SessionRow.started_at, SessionRow.id)
            )
            free = _is_free(now, lease)
            row = transaction.scalar(due.where(free).limit(1)) or next(
                (row for row in transaction.scalars(due.where(~free)) if _is_dead(row.owner)), None
            )
            if row is None:
                return None
            return _leased(row, user_id, now + lease)

    def take_again(self, user_id: str, session_id: int, *, lease: timedelta = LEASE) -> Job | None:
        """A session to read, queued or not, leased to the caller.

        None where another learner has it, or where it is not this user's.
        """
        with self._database.write() as transaction:
            session = transaction.get(SessionRow, session_id)
            if session is None or session.user_id != user_id:
                return None
            now = datetime.now(UTC)
            row = transaction.get(LearnQueueRow, session_id)
            if row is None:
                enqueue(transaction, session_id)
                row = transaction.get_one(LearnQueueRow, session_id)
            held = row.leased_until and now <= row.leased_until <= now + max(lease, LEASE)
            if held and not _is_dead(row.owner):
                return None
            return _leased(row, user_id, now + lease)

    def give_back(self, job: Job) -> None:
        """Gives a session back as it was taken: nothing was tried."""
        with self._database.write() as transaction:
            transaction.execute(
                update(LearnQueueRow)
                .where(LearnQueueRow.session_id == job.session_id, LearnQueueRow.owner == job.owner)
                .values(owner=None, leased_until=None, attempts=job.attempts - 1)
            )

    def fail(self, job: Job, error: str) -> None:
        """Gives a session back with what went wrong; after three tries it waits for a person."""
        with self._database.write() as transaction:
            transaction.execute(
                update(LearnQueueRow)
                .where(LearnQueueRow.session_id == job.session_id, LearnQueueRow.owner == job.owner)
                .values(owner=None, leased_until=None, error=error)
            )

    def stale(self, user_id: str, reader: str) -> list[int]:
        """The sessions that another reader, or none, has read; the oldest reading first.

        Those too whose corrective turns nobody has looked for. What is queued is not among them,
        and not what was read by one that outranks this reader.
        """
        stale = (
            select(SessionRow.id, SessionModelRow.reader, SessionModelRow.turns_judged)
            .outerjoin(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .outerjoin(LearnQueueRow, LearnQueueRow.session_id == SessionRow.id)
            .where(SessionRow.user_id == user_id, LearnQueueRow.session_id.is_(None))
            .where(
                or_(
                    SessionModelRow.reader.is_(None),
                    SessionModelRow.reader != reader,
                    SessionModelRow.turns_judged.is_(None),
                )
            )
            .order_by(SessionModelRow.made_at, SessionRow.started_at, SessionRow.id)
        )
        with self._database.read() as transaction:
            return [
                session_id
                for session_id, before, judged in transaction.execute(stale)
                if judged is None or not outranks(before, reader)
            ]

    def unread_by_models(
        self, user_id: str, before: datetime | None = None, going_on: str = ""
    ) -> list[int]:
        """The sessions that hold words of the person which no language model has read yet.

        Newest first, without those in which something was said since ``before``, and without what
        its host calls ``going_on``.
        """
        ended = func.coalesce(SessionRow.ended_at, SessionRow.started_at, SessionRow.imported_at)
        says = select(TurnRow.id).where(
            TurnRow.session_id == SessionRow.id, TurnRow.role == Role.USER, TurnRow.text != ""
        )
        current = SessionModelRow.content_hash == SessionRow.content_hash
        found = (
            select(SessionRow.id, func.iif(current, SessionModelRow.reader, ""))
            .outerjoin(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .where(SessionRow.user_id == user_id, SessionRow.host != OWN_HOST)
            .where(SessionRow.host_id != going_on)
            .where(says.exists(), true() if before is None else ended < before)
            .order_by(SessionRow.started_at.desc(), SessionRow.id.desc())
        )
        with self._database.read() as transaction:
            return [
                session_id
                for session_id, reader in transaction.execute(found)
                if not by_model(reader)
            ]

    def requeue(self, user_id: str, reader: str, *, only: Collection[int] | None = None) -> int:
        """Queues the `stale` sessions, or those of these that still are; how many."""
        found = [each for each in self.stale(user_id, reader) if only is None or each in only]
        with self._database.write() as transaction:
            there = select(SessionRow.id).where(SessionRow.id.in_(found))
            kept = set(transaction.scalars(there))
            for session_id in kept:
                enqueue(transaction, session_id)
            return len(kept)

    def retry_failed(self, user_id: str) -> int:
        """Makes sessions that were given up due again; how many."""
        with self._database.write() as transaction:
            mine = select(SessionRow.id).where(SessionRow.user_id == user_id)
            given_up = (
                select(LearnQueueRow).where(is_given_up()).where(LearnQueueRow.session_id.in_(mine))
            )
            rows = list(transaction.scalars(given_up))
            for row in rows:
                row.attempts = 0
                row.error = None
            return len(rows)

    def free_dead(self) -> int:
        """Gives back what learners had that are gone; how many."""
        with self._database.write() as transaction:
            owned = select(LearnQueueRow).where(LearnQueueRow.owner.is_not(None))
            now = datetime.now(UTC)
            rows = [
                row
                for row in transaction.scalars(owned)
                if _is_dead(row.owner) or row.leased_until is None or row.leased_until < now
            ]
            for row in rows:
                row.owner = row.leased_until = None
            return len(rows)

    def waiting(self, user_id: str) -> list[int]:
        """The sessions that wait to be learned from, without those that were given up."""
        due = (
            select(LearnQueueRow.session_id)
            .join(SessionRow, SessionRow.id == LearnQueueRow.session_id)
            .where(SessionRow.user_id == user_id, ~is_given_up())
            .order_by(SessionRow.started_at, SessionRow.id)
        )
        with self._database.read() as transaction:
            return list(transaction.scalars(due))

    def pending(self, user_id: str) -> int:
        """How many sessions wait to be learned from, given-up ones included."""
        with self._database.read() as transaction:
            waiting = (
                select(func.count())
                .select_from(LearnQueueRow)
                .join(SessionRow, SessionRow.id == LearnQueueRow.session_id)
                .where(SessionRow.user_id == user_id)
            )
            return transaction.scalar(waiting) or 0


def _leased(row: LearnQueueRow, user_id: str, until: datetime) -> Job:
    owner = f"{_host()}:{os.getpid()}:{uuid.uuid4().hex}"
    row.owner = owner
    row.leased_until = until
    row.attempts += 1
    return Job(session_id=row.session_id, user_id=user_id, owner=owner, attempts=row.attempts)


def _is_free(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Whether nobody holds a row. One held for too long was, before the clock was set back."""
    until = LearnQueueRow.leased_until
    return or_(until.is_(None), until < now, until > now + max(lease, LEASE))


def is_given_up() -> ColumnElement[bool]:
    """Whether a session was tried too often without success."""
    return and_(LearnQueueRow.error.is_not(None), LearnQueueRow.attempts >= MAX_ATTEMPTS)


def _host() -> str:
    return os.uname().nodename


def _is_dead(owner: str | None) -> bool:
    """Whether the lease's owner ran on this machine and is gone."""
    if owner is None:
        return True
    host, pid, _ = owner.rsplit(":", 2)
    if host != _host():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
