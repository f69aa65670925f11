"""Texts that come again: prompts that a person keeps and sends, or that a program made for them.

The lines of long messages are kept as digests. Messages of two sessions that share enough lines
are of one template. The older session holds it; what a message adds to it is the person's own.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import batched
from typing import NamedTuple

from sqlalchemy import delete, insert, orm, select

from tom_swe.memory.tables import LongLineRow, SessionRow, TurnRow
from tom_swe.model.session import Role, Template
from tom_swe.text.lines import digests_of, is_long

AT_ONCE = 500
# Sessions of one template up to which each new one has all others read again.
FEW = 4
_LATEST = datetime.max.replace(tzinfo=UTC)


class _Shared(NamedTuple):
    """A long message that shares lines with another one."""

    ordinal: int
    other_session: int
    other_turn: int
    other_order: tuple[datetime, str, str]
    digest: int
    size: int


def keep_lines(transaction: orm.Session, session_id: int, said: Mapping[int, str]) -> bool:
    """Keeps the digests of the lines of a session's long messages, which are given by place.

    Returns whether there are any.
    """
    long = {
        place: lines
        for place, text in said.items()
        if is_long((lines := digests_of(text)).values())
    }
    mine = select(TurnRow.id, TurnRow.ordinal).where(TurnRow.session_id == session_id)
    old = select(mine.subquery().c.id)
    transaction.execute(delete(LongLineRow).where(LongLineRow.turn_id.in_(old)))
    if not long:
        return False
    rows = [
        {"turn_id": turn_id, "digest": digest, "size": size}
        for turn_id, place in transaction.execute(mine.where(TurnRow.ordinal.in_(long)))
        for digest, size in long[place].items()
    ]
    transaction.execute(insert(LongLineRow), rows)
    return True


def templates_in(transaction: orm.Session, user_id: str, session_id: int) -> dict[int, Template]:
    """What of a session's messages is of a template, by the turn's place."""
    row = transaction.get_one(SessionRow, session_id)
    mine = _order(row.started_at, row.host, row.host_id)
    found: dict[int, Template] = {}
    for ordinal, others in _alike(transaction, user_id, session_id).items():
        sharing = [each for shared in others.values() for each in shared]
        found[ordinal] = Template(
            lines=frozenset(each.digest for each in sharing),
            held=all(mine < each.other_order for each in sharing),
            sessions=1 + len({each.other_session for each in sharing}),
        )
    return found


def partners_of(transaction: orm.Session, user_id: str, session_id: int) -> set[int]:
    """The sessions that share a template with this one."""
    return {
        each[0].other_session
        for others in _alike(transaction, user_id, session_id).values()
        for each in others.values()
    }


def read_otherwise(
    transaction: orm.Session, user_id: str, session_id: int, before: Collection[int]
) -> set[int]:
    """The sessions whose messages are read in another way because of this one as it is now.

    Those that share a template with it since now, or no longer, ``before`` being those that did;
    where many share it, only who might hold it: for the others nothing changes.
    """
    now = partners_of(transaction, user_id, session_id)
    if len(now) <= FEW:
        return now ^ set(before)
    row = transaction.get_one(SessionRow, session_id)
    mine = _order(row.started_at, row.host, row.host_id)
    touched = set(before) - now
    for others in _alike(transaction, user_id, session_id).values():
        holders = {s[0].other_session: s[0].other_order for s in others.values()}
        first = min(holders, key=lambda each: holders[each])
        if mine < holders[first]:
            touched.add(first)
    return touched


def _alike(
    transaction: orm.Session, user_id: str, session_id: int
) -> Mapping[int, Mapping[int, list[_Shared]]]:
    """By the place of a long message: those of other sessions like it, with what is shared."""
    mine = (
        select(TurnRow.ordinal, LongLineRow.digest)
        .join(TurnRow, TurnRow.id == LongLineRow.turn_id)
        .where(TurnRow.session_id == session_id, TurnRow.role == Role.USER)
    )
    places: dict[int, set[int]] = defaultdict(set)
    for ordinal, digest in transaction.execute(mine):
        places[digest].add(ordinal)
    found: dict[int, dict[int, list[_Shared]]] = defaultdict(lambda: defaultdict(list))
    for some in batched(places, AT_ONCE):
        theirs = (
            select(
                LongLineRow.digest,
                LongLineRow.size,
                TurnRow.id,
                SessionRow.id,
                SessionRow.started_at,
                SessionRow.host,
                SessionRow.host_id,
            )
            .join(TurnRow, TurnRow.id == LongLineRow.turn_id)
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(
                SessionRow.user_id == user_id,
                SessionRow.id != session_id,
                TurnRow.role == Role.USER,
                LongLineRow.digest.in_(some),
            )
        )
        for digest, size, turn, session, started, host, host_id in transaction.execute(theirs):
            order = _order(started, host, host_id)
            for ordinal in places[digest]:
                shared = _Shared(ordinal, session, turn, order, digest, size)
                found[ordinal][turn].append(shared)
    return {
        ordinal: alike
        for ordinal, others in found.items()
        if (
            alike := {
                turn: shared
                for turn, shared in others.items()
                if is_long(each.size for each in shared)
            }
        )
    }


def _order(started: datetime | None, host: str, host_id: str) -> tuple[datetime, str, str]:
    return started or _LATEST, host, host_id
