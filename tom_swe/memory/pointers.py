"""Pointers that agents leave to the person's words, until these are found or it is too late."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, or_, orm, select

from tom_swe.memory.database import Database
from tom_swe.memory.sessions import ensure_user
from tom_swe.memory.tables import PointerRow
from tom_swe.model.pointers import Pointer

WAITS = timedelta(days=30)
# An agent that points without end crowds out its own pointers only.
MOST_WAITING = 200


class Pointers:
    """Keeps pointers. One whose words were found stays with the session they are in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, user_id: str, quote: str, repository: str) -> Pointer:
        """Keeps a pointer; the same one again is renewed. Those that waited too long go."""
        with self._database.write() as transaction:
            ensure_user(transaction, user_id)
            drop_stale(transaction, user_id)
            waiting = select(PointerRow).where(
                PointerRow.user_id == user_id, PointerRow.session_id.is_(None)
            )
            row = transaction.scalar(
                waiting.where(PointerRow.quote == quote, PointerRow.repository == repository)
            )
            if row is None:
                row = PointerRow(user_id=user_id, quote=quote, repository=repository)
                transaction.add(row)
            row.at = datetime.now(UTC)
            transaction.flush()
            newest = waiting.order_by(PointerRow.at.desc(), PointerRow.id.desc())
            for old in transaction.scalars(newest.offset(MOST_WAITING)):
                transaction.delete(old)
            return _pointer(row)

    def all(self, user_id: str) -> list[Pointer]:
        """Every pointer, oldest first."""
        with self._database.read() as transaction:
            mine = select(PointerRow).where(PointerRow.user_id == user_id)
            return [_pointer(row) for row in transaction.scalars(mine.order_by(PointerRow.id))]

    def for_session(self, user_id: str, session_id: int) -> list[Pointer]:
        """The pointers whose words may be in a session: those found there, and those waiting."""
        with self._database.read() as transaction:
            waits = and_(
                PointerRow.session_id.is_(None), PointerRow.at >= datetime.now(UTC) - WAITS
            )
            mine = select(PointerRow).where(
                PointerRow.user_id == user_id, or_(waits, PointerRow.session_id == session_id)
            )
            return [_pointer(row) for row in transaction.scalars(mine.order_by(PointerRow.id))]


def keep_with(transaction: orm.Session, session_id: int, found: Collection[int]) -> None:
    """Ties pointers to the session that their words were found in; repeats of one go."""
    rows = transaction.scalars(select(PointerRow).where(PointerRow.id.in_(found))).all()
    there = transaction.scalars(select(PointerRow).where(PointerRow.session_id == session_id))
    quotes = {row.quote for row in there if row.id not in found}
    for row in rows:
        if row.quote in quotes:
            transaction.delete(row)
        else:
            quotes.add(row.quote)
            row.session_id = session_id
    transaction.flush()


def drop_stale(transaction: orm.Session, user_id: str) -> None:
    """Deletes the pointers whose words were not found in time."""
    transaction.execute(
        delete(PointerRow).where(
            PointerRow.user_id == user_id,
            PointerRow.session_id.is_(None),
            PointerRow.at < datetime.now(UTC) - WAITS,
        )
    )


def _pointer(row: PointerRow) -> Pointer:
    return Pointer(
        id=row.id,
        quote=row.quote,
        repository=row.repository,
        at=row.at,
        session_id=row.session_id,
    )
