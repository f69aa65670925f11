"""Tier 1: sessions and their turns."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from itertools import batched

from sqlalchemy import and_, case, delete, func, insert, or_, orm, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.errors import NotFound
from tom_swe.memory.copies import echo_of, keys_of, known_as, read_again, settle
from tom_swe.memory.database import Database
from tom_swe.memory.forgotten import forgotten_among
from tom_swe.memory.joining import as_told, joined
from tom_swe.memory.queue import enqueue
from tom_swe.memory.records import observation_value, said_at, session_value
from tom_swe.memory.tables import (
    ObservationRow,
    SessionModelRow,
    SessionRow,
    SourceSeenRow,
    TurnRow,
    UserRow,
)
from tom_swe.memory.templates import keep_lines, partners_of, read_otherwise, templates_in
from tom_swe.memory.titles import titles_of
from tom_swe.model.belief import SessionModel
from tom_swe.model.memory import Put, PutState, SessionSummary
from tom_swe.model.readers import outranks
from tom_swe.model.session import OWN_HOST, Role, Session, Template, Turn

AT_ONCE = 500  # sessions in one query


class Sessions:
    """Puts sessions in, gets them out, lists them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, user_id: str, session: Session) -> Put:
        """Keeps a session and queues it for learning, in one transaction.

        The same session again changes nothing; one that has grown keeps the turns it
        had, so that the quotes taken from them still stand.
        """
        with self._database.write() as transaction:
            return put_session(transaction, user_id, session)

    def get(self, user_id: str, session_id: int) -> Session:
        """One session. Raises NotFound."""
        with self._database.read() as transaction:
            row = transaction.get(SessionRow, session_id)
            if row is None or row.user_id != user_id:
                raise no_session(session_id)
            turns = select(TurnRow).where(TurnRow.session_id == session_id)
            return session_value(row, transaction.scalars(turns.order_by(TurnRow.ordinal)))

    def templates(self, user_id: str, session_id: int) -> dict[int, Template]:
        """What of a session's messages comes again in others, by the turn's place."""
        with self._database.read() as transaction:
            return templates_in(transaction, user_id, session_id)

    def shown(self, user_id: str, session_id: int, reader: str) -> SessionModel | None:
        """What a reader, or one that outranks it, made of a session as it stands.

        None where it is to be read.
        """
        with self._database.read() as transaction:
            row = transaction.get(SessionRow, session_id)
            made = transaction.get(SessionModelRow, session_id)
            if row is None or row.user_id != user_id or made is None:
                return None
            counts = made.reader == reader or outranks(made.reader, reader)
            if not counts or made.content_hash != row.content_hash:
                return None
            found = (
                select(ObservationRow, TurnRow.ordinal)
                .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
                .where(ObservationRow.session_id == session_id)
                .order_by(ObservationRow.id)
            )
            return SessionModel(
                intent=made.intent,
                summary=made.summary,
                observations=tuple(
                    observation_value(each, ordinal)
                    for each, ordinal in transaction.execute(found).all()
                ),
                reader=made.reader,
            )

    def holding(self, user_id: str, phrase: str) -> list[int]:
        """The sessions in which anything said, attached or summarised has a casefolded phrase.

        All text is read: SQLite knows no case but that of ASCII.
        """
        said = (
            select(TurnRow.session_id, TurnRow.text, TurnRow.attachment, TurnRow.tool)
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(SessionRow.user_id == user_id)
        )
        known = (
            select(SessionRow, SessionModelRow.summary)
            .outerjoin(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .where(SessionRow.user_id == user_id)
        )
        with self._database.read() as transaction:
            found = {
                session_id
                for session_id, *texts in transaction.execute(said)
                if any(phrase in text.casefold() for text in texts)
            }
            for row, summary in transaction.execute(known):
                texts = (row.cwd, row.repository, row.source, summary or "")
                if any(phrase in text.casefold() for text in texts):
                    found.add(row.id)
        return sorted(found)

    def said_in(self, session_ids: Iterable[int]) -> tuple[int, int]:
        """How many messages and words of the person these sessions hold, copies left out."""
        messages = words = 0
        with self._database.read() as transaction:
            for some in batched(session_ids, AT_ONCE):
                said = select(TurnRow.text).where(
                    TurnRow.session_id.in_(some), TurnRow.role == Role.USER, TurnRow.text != ""
                )
                for text in transaction.scalars(said):
                    messages += 1
                    words += len(text.split())
        return messages, words

    def said_since(self, user_id: str, since: datetime) -> list[int]:
        """The sessions in which the person said something from then on, newest first."""
        told = (
            select(TurnRow.session_id)
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(SessionRow.user_id == user_id, TurnRow.role == Role.USER)
            .group_by(TurnRow.session_id)
            .having(func.max(said_at()) >= since)
            .order_by(func.max(said_at()).desc())
        )
        with self._database.read() as transaction:
            return list(transaction.scalars(told))

    def ended_before(self, user_id: str, moment: datetime) -> list[int]:
        """The sessions with an agent that ended before then; without a time, imported before."""
        ended = func.coalesce(SessionRow.ended_at, SessionRow.started_at, SessionRow.imported_at)
        old = select(SessionRow.id).where(
            SessionRow.user_id == user_id, SessionRow.host != OWN_HOST, ended < moment
        )
        with self._database.read() as transaction:
            return list(transaction.scalars(old))

    def dated_after(self, user_id: str, moment: datetime) -> list[int]:
        """The sessions that began or ended after then, by id."""
        late = or_(SessionRow.started_at > moment, SessionRow.ended_at > moment)
        found = select(SessionRow.id).where(SessionRow.user_id == user_id, late)
        with self._database.read() as transaction:
            return list(transaction.scalars(found.order_by(SessionRow.id)))

    def summaries(self, user_id: str) -> list[SessionSummary]:
        """A line a session without its title, newest first."""
        said = and_(TurnRow.role == Role.USER, TurnRow.text != "")
        counts = (
            select(
                TurnRow.session_id,
                func.count().label("turns"),
                func.sum(case((said, 1), else_=0)).label("said"),
            )
            .group_by(TurnRow.session_id)
            .subquery()
        )
        observed = (
            select(ObservationRow.session_id, func.count().label("n"))
            .group_by(ObservationRow.session_id)
            .subquery()
        )
        found = (
            select(SessionRow, counts.c.turns, counts.c.said, observed.c.n, SessionModelRow)
            .outerjoin(counts, counts.c.session_id == SessionRow.id)
            .outerjoin(observed, observed.c.session_id == SessionRow.id)
            .outerjoin(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .where(SessionRow.user_id == user_id)
            .order_by(SessionRow.started_at.desc(), SessionRow.id.desc())
        )
        with self._database.read() as transaction:
            return [
                SessionSummary(
                    id=row.id,
                    host=row.host,
                    repository=row.repository,
                    started=row.started_at,
                    ended=row.ended_at,
                    user_turns=said or 0,
                    turns=turns or 0,
                    intent=model.intent if model else "",
                    summary=model.summary if model else "",
                    observations=observations or 0,
                )
                for row, turns, said, observations, model in transaction.execute(found)
            ]

    def titled(self, summaries: Iterable[SessionSummary]) -> list[SessionSummary]:
        """The same with their titles, which are made anew each time: give only those shown."""
        listed = list(summaries)
        with self._database.read() as transaction:
            titles = titles_of(transaction, [each.id for each in listed])
        return [each.model_copy(update={"title": titles.get(each.id, "")}) for each in listed]

    def titles(self, session_ids: Collection[int]) -> dict[int, str]:
        """What these sessions are called, by id."""
        with self._database.read() as transaction:
            return titles_of(transaction, session_ids)

    def source_seen(self, user_id: str, source: str) -> str | None:
        """The stamp a transcript had when it was last read to its end."""
        with self._database.read() as transaction:
            row = transaction.get(SourceSeenRow, (user_id, _source_digest(source)))
            return row.stamp if row else None

    def mark_source(self, user_id: str, source: str, stamp: str) -> None:
        """Notes that a transcript was read to its end while it had this stamp."""
        with self._database.write() as transaction:
            ensure_user(transaction, user_id)
            put = upsert(SourceSeenRow).values(
                user_id=user_id, digest=_source_digest(source), stamp=stamp
            )
            transaction.execute(
                put.on_conflict_do_update(
                    index_elements=["user_id", "digest"], set_={"stamp": stamp}
                )
            )


def no_session(session_id: int) -> NotFound:
    """What to raise for a session that is not there."""
    return NotFound(f"there is no session s{session_id}; `tom memory list --sessions` shows them")


def put_session(transaction: orm.Session, user_id: str, session: Session) -> Put:
    """What `Sessions.put` does, in a transaction of the caller's."""
    digest = session.content_hash
    if forgotten_among(transaction, user_id, known_as(session.host, session.host_id)):
        return Put(state=PutState.FORGOTTEN)
    ensure_user(transaction, user_id)
    row = transaction.scalar(
        select(SessionRow).where(
            SessionRow.user_id == user_id,
            SessionRow.host == session.host,
            SessionRow.host_id == session.host_id,
        )
    )
    if row is not None and row.content_hash == digest:
        return Put(state=PutState.UNCHANGED, session_id=row.id)
    if row is not None:
        both = _as_both_tell(transaction, row, session)
        if both is None or both.content_hash == row.content_hash:
            return Put(state=PutState.UNCHANGED, session_id=row.id)
        session = both
        digest = session.content_hash
    state = PutState.NEW if row is None else PutState.GROWN
    if row is None:
        row = SessionRow(
            user_id=user_id,
            host=session.host,
            host_id=session.host_id,
            imported_at=datetime.now(UTC),
        )
        transaction.add(row)
    row.cwd = session.cwd
    row.repository = session.repository
    row.source = session.source if session.stated_scope is None else str(session.stated_scope)
    row.started_at = session.started
    row.ended_at = session.ended
    row.content_hash = digest
    row.provenance = session.provenance
    transaction.flush()
    is_new = state is PutState.NEW
    before = set[str]() if is_new else keys_of(transaction, [row.id])
    shared = set[int]() if is_new else partners_of(transaction, user_id, row.id)
    _put_turns(transaction, row.id, session.turns)
    keys = {each for turn in session.turns for each in (turn.key, _echo(turn)) if each}
    settle(transaction, user_id, row, keys, before)
    said = {turn.ordinal: turn.text for turn in session.by(Role.USER)}
    long = keep_lines(transaction, row.id, said)
    if long or shared:
        read_again(transaction, read_otherwise(transaction, user_id, row.id, shared))
    enqueue(transaction, row.id)
    return Put(state=state, session_id=row.id)


def _as_both_tell(transaction: orm.Session, row: SessionRow, session: Session) -> Session | None:
    """The session as this transcript tells it and the one that is kept; None for nothing new.

    The same transcript may come to say less: the person took something back.
    """
    if session.host == OWN_HOST or row.source == session.source:
        return session
    turns = select(TurnRow).where(TurnRow.session_id == row.id).order_by(TurnRow.ordinal)
    kept = session_value(row, transaction.scalars(turns))
    return joined(kept.model_copy(update={"turns": as_told(kept.turns)}), session)


def ensure_user(transaction: orm.Session, user_id: str) -> None:
    """Makes the user's row where there is none yet."""
    row = upsert(UserRow).values(id=user_id, created_at=datetime.now(UTC))
    transaction.execute(row.on_conflict_do_nothing())


def _put_turns(transaction: orm.Session, session_id: int, turns: tuple[Turn, ...]) -> None:
    kept = 0
    before = select(TurnRow).where(TurnRow.session_id == session_id).order_by(TurnRow.ordinal)
    for row, turn in zip(transaction.scalars(before), turns, strict=False):
        role = Role.USER if row.role == Role.COPY else row.role
        if (row.ordinal, role, row.text) != (turn.ordinal, turn.role, turn.text):
            break
        row.key, row.echo = turn.key, _echo(turn)
        kept += 1
    if kept:
        last = turns[kept - 1].ordinal
        transaction.execute(
            delete(TurnRow).where(TurnRow.session_id == session_id, TurnRow.ordinal > last)
        )
    else:
        transaction.execute(delete(TurnRow).where(TurnRow.session_id == session_id))
    rows = [
        {"session_id": session_id, **turn.model_dump(), "echo": _echo(turn)}
        for turn in turns[kept:]
    ]
    if rows:
        transaction.execute(insert(TurnRow), rows)


def _echo(turn: Turn) -> str:
    return echo_of(turn.text) if turn.key and turn.text else ""


def _source_digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
