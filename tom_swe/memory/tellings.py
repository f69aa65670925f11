"""What each session was told, by its host's name for it: the session may be kept later."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, orm, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.memory.database import Database
from tom_swe.memory.forgotten import is_forgotten, session_digest
from tom_swe.memory.sessions import ensure_user
from tom_swe.memory.tables import BeliefRow, SessionRow, TellingRow, ToldRow, ToldSayingRow
from tom_swe.model.advice import Adherence, Telling

# The hook gives the time of a telling in whole seconds.
SECOND = timedelta(seconds=1)


class SessionTellings:
    """Keeps tellings, one a session; a belief that is gone is in none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, user_id: str, telling: Telling) -> None:
        """Keeps what a session was told, together with what it was told before.

        The first time it was told stands. Nothing is kept of a session that is to stay
        forgotten, nor of a belief that was made after the telling: its id was given again.
        """
        with self._database.write() as transaction:
            if is_forgotten(transaction, user_id, session_digest(telling.host, telling.host_id)):
                return
            ids = _there(transaction, user_id, telling.belief_ids, telling.at)
            sayings = _kept(transaction, user_id, telling.sayings)
            if not ids and not sayings:
                return
            ensure_user(transaction, user_id)
            mine = _of(user_id, telling.host, telling.host_id)
            row = transaction.scalar(select(TellingRow).where(mine))
            if row is None:
                row = TellingRow(
                    user_id=user_id,
                    host=telling.host,
                    host_id=telling.host_id,
                    repository=telling.repository,
                    at=telling.at,
                )
                transaction.add(row)
            row.at = min(row.at, telling.at)
            transaction.flush()
            told = [{"telling_id": row.id, "belief_id": each} for each in ids]
            if told:
                transaction.execute(upsert(ToldRow).on_conflict_do_nothing(), told)
            said = [
                {"telling_id": row.id, "session_id": session_id, "ordinal": ordinal}
                for session_id, ordinal in sayings
            ]
            if said:
                transaction.execute(upsert(ToldSayingRow).on_conflict_do_nothing(), said)

    def of_session(self, user_id: str, host: str, host_id: str) -> Telling | None:
        """What a session was told; None where nothing is known to have been."""
        with self._database.read() as transaction:
            return telling_of(transaction, user_id, host, host_id)

    def all(self, user_id: str) -> list[Telling]:
        """What every session was told, the earliest told first."""
        with self._database.read() as transaction:
            return _tellings(transaction, TellingRow.user_id == user_id)

    def of_belief(self, user_id: str, belief_id: int) -> list[Telling]:
        """What every session was told that was told this belief, the earliest told first."""
        told = select(ToldRow.telling_id).where(ToldRow.belief_id == belief_id)
        with self._database.read() as transaction:
            mine = TellingRow.user_id == user_id, TellingRow.id.in_(told)
            return _tellings(transaction, and_(*mine))


def telling_of(transaction: orm.Session, user_id: str, host: str, host_id: str) -> Telling | None:
    """What `SessionTellings.of_session` says, in a transaction of the caller's."""
    return next(iter(_tellings(transaction, _of(user_id, host, host_id))), None)


def keep_adherence(
    transaction: orm.Session, user_id: str, telling: Telling, found: Mapping[int, Adherence]
) -> None:
    """Keeps what became of each told belief, in the place of what was kept before."""
    mine = select(ToldRow).join(TellingRow, TellingRow.id == ToldRow.telling_id)
    for row in transaction.scalars(mine.where(_of(user_id, telling.host, telling.host_id))):
        row.adherence = found.get(row.belief_id)
    transaction.flush()


def drop_telling(transaction: orm.Session, user_id: str, host: str, host_id: str) -> None:
    """Deletes what a session was told."""
    transaction.execute(delete(TellingRow).where(_of(user_id, host, host_id)))


def _of(user_id: str, host: str, host_id: str) -> ColumnElement[bool]:
    return and_(
        TellingRow.user_id == user_id, TellingRow.host == host, TellingRow.host_id == host_id
    )


def _there(
    transaction: orm.Session, user_id: str, belief_ids: Iterable[int], at: datetime
) -> Collection[int]:
    """Of these ids those of beliefs that were there at that time."""
    found = select(BeliefRow.id).where(
        BeliefRow.user_id == user_id,
        BeliefRow.id.in_(list(belief_ids)),
        BeliefRow.made_at < at + SECOND,
    )
    return transaction.scalars(found).all()


def _kept(
    transaction: orm.Session, user_id: str, sayings: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Of these turns those of sessions that are there."""
    mine = select(SessionRow.id).where(SessionRow.user_id == user_id)
    there = set(transaction.scalars(mine.where(SessionRow.id.in_({each for each, _ in sayings}))))
    return [each for each in dict.fromkeys(sayings) if each[0] in there]


def _tellings(transaction: orm.Session, which: ColumnElement[bool]) -> list[Telling]:
    kept = (
        select(TellingRow, SessionRow.id)
        .outerjoin(
            SessionRow,
            and_(
                SessionRow.user_id == TellingRow.user_id,
                SessionRow.host == TellingRow.host,
                SessionRow.host_id == TellingRow.host_id,
            ),
        )
        .where(which)
        .order_by(TellingRow.at, TellingRow.id)
    )
    if not (rows := transaction.execute(kept).all()):
        return []
    told: dict[int, list[ToldRow]] = {row.id: [] for row, _ in rows}
    each_told = select(ToldRow).where(ToldRow.telling_id.in_(told)).order_by(ToldRow.belief_id)
    for each in transaction.scalars(each_told):
        told[each.telling_id].append(each)
    said: dict[int, list[tuple[int, int]]] = {row.id: [] for row, _ in rows}
    each_said = select(ToldSayingRow).where(ToldSayingRow.telling_id.in_(said))
    order = ToldSayingRow.session_id, ToldSayingRow.ordinal
    for each in transaction.scalars(each_said.order_by(*order)):
        said[each.telling_id].append((each.session_id, each.ordinal))
    return [
        Telling(
            host=row.host,
            host_id=row.host_id,
            repository=row.repository,
            belief_ids=tuple(each.belief_id for each in told[row.id]),
            at=row.at,
            session_id=session_id,
            adherence={
                each.belief_id: Adherence(each.adherence) for each in told[row.id] if each.adherence
            },
            sayings=tuple(said[row.id]),
        )
        for row, session_id in rows
    ]
