"""Which of several sessions holds what was said once: the rest have copies of it.

Hosts repeat a session's messages in forks, resumes and exports, and other programs write the same
session down again. Which session holds a message follows from what is kept, not from what came
first.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import NamedTuple

from sqlalchemy import or_, orm, select, update

from tom_swe.memory.forgotten import forgotten_among, said_digest, session_digest
from tom_swe.memory.queue import enqueue
from tom_swe.memory.tables import SessionModelRow, SessionRow, TurnRow
from tom_swe.model.session import Provenance, Role

AT_ONCE = 500  # keys in one query
# As long as a UUID: a shorter id of a session may be another's with another host.
UNIQUE_ID = 32
# What a mirror wrote down and what the host did are so close in time.
NEAR = timedelta(seconds=90)
_LATEST = datetime.max.replace(tzinfo=UTC)


class _Utterance(NamedTuple):
    turn_id: int
    role: str
    key: str
    echo: str
    at: datetime | None
    ordinal: int
    session_id: int
    provenance: str
    started: datetime | None
    host: str
    host_id: str

    @property
    def is_mirrored(self) -> bool:
        """Whether another program than the host wrote it down."""
        return self.provenance == Provenance.MIRROR

    @property
    def said_at(self) -> datetime | None:
        """When it was said, as far as its transcript tells."""
        return self.at or self.started


def echo_of(text: str) -> str:
    """By what words are found that another program wrote down, with a time of its own."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def keys_of(transaction: orm.Session, session_ids: Iterable[int]) -> set[str]:
    """The keys and echoes of what the user said in these sessions."""
    said = select(TurnRow.key, TurnRow.echo).where(
        TurnRow.session_id.in_(list(session_ids)), TurnRow.key != ""
    )
    return {each for row in transaction.execute(said) for each in row if each}


def settle(
    transaction: orm.Session,
    user_id: str,
    row: SessionRow,
    now: Collection[str],
    before: Collection[str],
) -> None:
    """Tells what is a copy from what is not, in this session and in those that share words with it.

    ``now`` are the keys and echoes of what it holds, ``before`` of what it held until now. Words of
    a session that was forgotten are copies wherever they stand. Another session in which something
    changed by this is queued to be read again.
    """
    twins = _twins(transaction, user_id, row)
    keys = {*now, *before}
    if len(twins) > 1:
        keys |= keys_of(transaction, [each.id for each in twins])
    said = _said(transaction, user_id, keys)
    gone = _forgotten(transaction, user_id, said)
    whole = _whole_copies(twins)
    echoes = _echoes(said)
    held: set[str] = set()
    changed: dict[Role, list[int]] = {Role.USER: [], Role.COPY: []}
    touched: set[int] = set()
    for each in sorted(said, key=_order):
        is_copy = each.session_id in whole or each.turn_id in gone | echoes or each.key in held
        if each.session_id not in whole:
            held.add(each.key)
        role = Role.COPY if is_copy else Role.USER
        if each.role != role:
            changed[role].append(each.turn_id)
            touched.add(each.session_id)
    for role, ids in changed.items():
        for some in batched(ids, AT_ONCE):
            # The column of text is named, so that the triggers of the full text see the change.
            transaction.execute(
                update(TurnRow)
                .where(TurnRow.id.in_(some))
                .values(role=role, text=TurnRow.text)
                .execution_options(synchronize_session=False)
            )
    _blank(transaction, gone)
    read_again(transaction, touched - {row.id})
    if touched:
        transaction.expire_all()


def forget_held(transaction: orm.Session, user_id: str, session_id: int) -> list[str]:
    """Takes what this session holds out of its copies; digests that keep it from coming back."""
    mine = select(TurnRow.key, TurnRow.echo).where(
        TurnRow.session_id == session_id, TurnRow.role == Role.USER, TurnRow.key != ""
    )
    keys = {each for row in transaction.execute(mine) for each in row if each}
    said = _said(transaction, user_id, keys)
    held = [each for each in said if each.session_id == session_id and each.role == Role.USER]
    known = {each.key for each in held}
    echoes = _echoes([*held, *(each for each in said if each.is_mirrored)])
    copies = {
        each.turn_id
        for each in said
        if each.session_id != session_id and (each.key in known or each.turn_id in echoes)
    }
    _blank(transaction, copies)
    return [digest for each in held for digest in _digests(each, around=False)]


def _blank(transaction: orm.Session, turn_ids: Collection[int]) -> None:
    """Nothing that was forgotten is kept as context either."""
    for some in batched(turn_ids, AT_ONCE):
        transaction.execute(
            update(TurnRow)
            .where(TurnRow.id.in_(some))
            .values(role=Role.COPY, text="", attachment="")
            .execution_options(synchronize_session=False)
        )
    if turn_ids:
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


def mirrors_of(transaction: orm.Session, user_id: str, row: SessionRow) -> list[SessionRow]:
    """The sessions that are this one, as other programs wrote it down."""
    whole = _whole_copies(twins := _twins(transaction, user_id, row))
    return [each for each in twins if each.id in whole and each is not row]


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
    """All turns with one of these keys or echoes; of those by echo alone only where one mirrors."""
    found: dict[int, _Utterance] = {}
    for some in batched(keys, AT_ONCE):
        same = (
            select(
                TurnRow.id,
                TurnRow.role,
                TurnRow.key,
                TurnRow.echo,
                TurnRow.at,
                TurnRow.ordinal,
                SessionRow.id,
                SessionRow.provenance,
                SessionRow.started_at,
                SessionRow.host,
                SessionRow.host_id,
            )
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(
                SessionRow.user_id == user_id,
                TurnRow.key != "",
                or_(TurnRow.key.in_(some), TurnRow.echo.in_(some)),
            )
        )
        for each in transaction.execute(same):
            found[each[0]] = _Utterance(*each)
    return list(found.values())


def _echoes(said: Iterable[_Utterance]) -> set[int]:
    """The mirrored turns whose words a session of a host has at much the same time."""
    own: dict[str, list[datetime]] = {}
    mirrored: list[_Utterance] = []
    for each in said:
        if each.is_mirrored:
            mirrored.append(each)
        elif each.said_at and each.echo:
            own.setdefault(each.echo, []).append(each.said_at)
    return {
        each.turn_id
        for each in mirrored
        if each.said_at and any(abs(each.said_at - at) <= NEAR for at in own.get(each.echo, ()))
    }


def _forgotten(transaction: orm.Session, user_id: str, said: Iterable[_Utterance]) -> set[int]:
    """The turns whose words the person had forgotten."""
    by_digest: dict[str, set[int]] = {}
    for each in said:
        for digest in _digests(each, around=True):
            by_digest.setdefault(digest, set()).add(each.turn_id)
    gone: set[int] = set()
    for some in batched(by_digest, AT_ONCE):
        for digest in forgotten_among(transaction, user_id, some):
            gone |= by_digest[digest]
    return gone


def _digests(said: _Utterance, *, around: bool) -> list[str]:
    """By what words are known that were forgotten: the key, and for mirrors words and time."""
    found = [said_digest(said.key)]
    if said.said_at and said.echo and (said.is_mirrored or not around):
        steps = (-1, 0, 1) if around else (0,)
        slot = int(said.said_at.timestamp() // NEAR.total_seconds())
        found += [said_digest(f"{said.echo} {slot + step}") for step in steps]
    return found


def _order(said: _Utterance) -> tuple[int, datetime, str, str, int]:
    rank = Provenance(said.provenance).rank
    return rank, said.started or _LATEST, said.host, said.host_id, said.ordinal
