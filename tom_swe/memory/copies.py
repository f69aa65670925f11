"""Which of several sessions holds what was said once: the rest have copies of it.

Hosts repeat a session's messages in forks, resumes and exports, and other programs write the same
session down again. Which session holds a message follows from what is kept, not from what came
first.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from itertools import batched
from typing import NamedTuple

from sqlalchemy import orm, select, update

from tom_swe.memory.forgotten import forgotten_among, said_digest, session_digest
from tom_swe.memory.queue import enqueue
from tom_swe.memory.tables import SessionModelRow, SessionRow, TurnRow
from tom_swe.model.session import Provenance, Role

AT_ONCE = 500  # keys in one query
# As long as a UUID: a shorter id of a session may be another's with another host.
UNIQUE_ID = 32
_LATEST = datetime.max.replace(tzinfo=UTC)


class _Utterance(NamedTuple):
    turn_id: int
    role: str
    key: str
    ordinal: int
    session_id: int
    provenance: str
    started: datetime | None
    host: str
    host_id: str


def keys_of(transaction: orm.Session, session_ids: Iterable[int]) -> set[str]:
    """The keys of what the user said in these sessions."""
    said = select(TurnRow.key).where(TurnRow.session_id.in_(list(session_ids)), TurnRow.key != "")
    return set(transaction.scalars(said))


def settle(
    transaction: orm.Session, user_id: str, row: SessionRow, before: Collection[str] = ()
) -> None:
    """Tells what is a copy from what is not, in this session and in those that share words with it.

    ``before`` are the keys of what it held until now. Words of a session that was forgotten are
    copies wherever they stand. Another session in which something changed by this is queued to be
    read again.
    """
    twins = _twins(transaction, user_id, row)
    keys = {*before, *keys_of(transaction, [each.id for each in twins])}
    gone = _forgotten(transaction, user_id, keys)
    whole = _whole_copies(twins)
    held: set[str] = set()
    changed: dict[Role, list[int]] = {Role.USER: [], Role.COPY: []}
    touched: set[int] = set()
    for said in sorted(_said(transaction, user_id, keys), key=_order):
        is_copy = said.session_id in whole or said.key in gone or said.key in held
        if said.session_id not in whole:
            held.add(said.key)
        role = Role.COPY if is_copy else Role.USER
        if said.role != role:
            changed[role].append(said.turn_id)
            touched.add(said.session_id)
    for role, ids in changed.items():
        for some in batched(ids, AT_ONCE):
            # The column of text is named, so that the triggers of the full text see the change.
            transaction.execute(
                update(TurnRow)
                .where(TurnRow.id.in_(some))
                .values(role=role, text=TurnRow.text)
                .execution_options(synchronize_session=False)
            )
    read_again(transaction, touched - {row.id})
    if touched:
        transaction.expire_all()


def read_again(transaction: orm.Session, session_ids: Iterable[int]) -> None:
    """Queues sessions whose words count in another way than when they were read."""
    for session_id in session_ids:
        transaction.execute(
            update(SessionModelRow)
            .where(SessionModelRow.session_id == session_id)
            .values(content_hash="")
        )
        enqueue(transaction, session_id)


def held_keys(transaction: orm.Session, session_id: int) -> list[str]:
    """The keys of what this session holds itself."""
    mine = select(TurnRow.key).where(
        TurnRow.session_id == session_id, TurnRow.role == Role.USER, TurnRow.key != ""
    )
    return list(transaction.scalars(mine))


def known_as(host: str, host_id: str) -> list[str]:
    """The digests by which a session is known that was forgotten, here or as a mirror wrote it."""
    hosts = (host, "") if len(host_id) >= UNIQUE_ID else (host,)
    return [session_digest(each, host_id) for each in hosts]


def _twins(transaction: orm.Session, user_id: str, row: SessionRow) -> list[SessionRow]:
    """The session itself, and those of the same id where one of them was written by a mirror."""
    if len(row.host_id) < UNIQUE_ID:
        return [row]
    same = select(SessionRow).where(
        SessionRow.user_id == user_id, SessionRow.host_id == row.host_id, SessionRow.id != row.id
    )
    mirrored = [
        each
        for each in transaction.scalars(same)
        if Provenance.MIRROR in (each.provenance, row.provenance)
    ]
    return [row, *mirrored]


def _whole_copies(twins: Collection[SessionRow]) -> set[int]:
    """The sessions of these that another of them stands for."""
    first = min(twins, key=lambda each: (Provenance(each.provenance).rank, each.host))
    mirrors = (each for each in twins if each.provenance == Provenance.MIRROR)
    return {each.id for each in mirrors if each is not first}


def _said(transaction: orm.Session, user_id: str, keys: Iterable[str]) -> list[_Utterance]:
    found: list[_Utterance] = []
    for some in batched(keys, AT_ONCE):
        same = (
            select(
                TurnRow.id,
                TurnRow.role,
                TurnRow.key,
                TurnRow.ordinal,
                SessionRow.id,
                SessionRow.provenance,
                SessionRow.started_at,
                SessionRow.host,
                SessionRow.host_id,
            )
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(SessionRow.user_id == user_id, TurnRow.key.in_(some), TurnRow.key != "")
        )
        found += [_Utterance(*each) for each in transaction.execute(same)]
    return found


def _forgotten(transaction: orm.Session, user_id: str, keys: Iterable[str]) -> set[str]:
    gone: set[str] = set()
    for some in batched(keys, AT_ONCE):
        digests = {said_digest(key): key for key in some}
        gone |= {digests[each] for each in forgotten_among(transaction, user_id, digests)}
    return gone


def _order(said: _Utterance) -> tuple[int, datetime, str, str, int]:
    rank = Provenance(said.provenance).rank
    return rank, said.started or _LATEST, said.host, said.host_id, said.ordinal
