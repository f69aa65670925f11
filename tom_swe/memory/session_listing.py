"""Sessions as a timeline, page by page, and what was said in them, searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, orm, select, text

from tom_swe.memory.sessions import no_session
from tom_swe.memory.tables import (
    CorrectiveTurnRow,
    ObservationRow,
    SessionModelRow,
    SessionRow,
    TurnRow,
)
from tom_swe.memory.titles import titles_of
from tom_swe.model.listing import FoundTurn, Places
from tom_swe.model.memory import SessionSummary
from tom_swe.model.session import OWN_HOST, Role

if TYPE_CHECKING:
    from tom_swe.memory.database import Database

_TERM = re.compile(r"\w+")
_TABLES = {Role.USER: "turn_user_fts", Role.AGENT: "turn_agent_fts"}
MOST_TERMS = 12
# What stands around a match in the text that SQLite gives; no stored text has these.
_OPEN, _CLOSE = "\x02", "\x03"
_PIECE = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
AROUND = 28  # words of a turn that are shown with what was found


class ReadSession(NamedTuple):
    """A session with an agent: when it was, and how many turns were judged and correct.

    ``judged`` is None where nobody looked for corrections yet.
    """

    at: datetime
    judged: int | None
    corrections: int


class Wanted(NamedTuple):
    """Which sessions are wanted; "" is any host that has an agent, and any repository."""

    host: str = ""
    repository: str = ""


class SessionListing:
    """Reads sessions and turns for lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, user_id: str, wanted: Wanted) -> int:
        """How many sessions there are."""
        found = select(func.count()).select_from(SessionRow).where(*_which(user_id, wanted))
        with self._database.read() as transaction:
            return transaction.scalar(found) or 0

    def page(self, user_id: str, wanted: Wanted, start: int, most: int) -> list[SessionSummary]:
        """A part of the sessions, newest first."""
        found = (
            select(SessionRow.id)
            .where(*_which(user_id, wanted))
            .order_by(SessionRow.started_at.desc(), SessionRow.id.desc())
        )
        with self._database.read() as transaction:
            ids = transaction.scalars(found.offset(start).limit(most)).all()
            known = _summaries(transaction, ids)
        return [known[each] for each in ids]

    def one(self, user_id: str, session_id: int) -> SessionSummary:
        """One session. Raises NotFound."""
        with self._database.read() as transaction:
            row = transaction.get(SessionRow, session_id)
            if row is None or row.user_id != user_id:
                raise no_session(session_id)
            return _summaries(transaction, [session_id])[session_id]

    def places(self, user_id: str) -> Places:
        """The hosts and repositories of the sessions with an agent, by name."""

        def counted(column: ColumnElement[str]) -> dict[str, int]:
            found = select(column, func.count()).where(*_which(user_id, Wanted())).group_by(column)
            rows = transaction.execute(found.order_by(func.lower(column)))
            return {name: count for name, count in rows if name}

        with self._database.read() as transaction:
            hosts = counted(SessionRow.host.expression)
            return Places(hosts=hosts, repositories=counted(SessionRow.repository.expression))

    def read(self, user_id: str, since: datetime) -> list[ReadSession]:
        """The sessions with an agent from then on, for figures over time."""
        at = func.coalesce(SessionRow.started_at, SessionRow.ended_at)
        recent = select(SessionRow.id).where(
            SessionRow.user_id == user_id, SessionRow.host != OWN_HOST, at >= since
        )
        corrections = (
            select(TurnRow.session_id, func.count().label("n"))
            .join(CorrectiveTurnRow, CorrectiveTurnRow.turn_id == TurnRow.id)
            .where(TurnRow.role == Role.USER, TurnRow.session_id.in_(recent))
            .group_by(TurnRow.session_id)
            .subquery()
        )
        found = (
            select(at, SessionModelRow.turns_judged, func.coalesce(corrections.c.n, 0))
            .outerjoin(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .outerjoin(corrections, corrections.c.session_id == SessionRow.id)
            .where(SessionRow.id.in_(recent))
        )
        with self._database.read() as transaction:
            return [ReadSession(*row) for row in transaction.execute(found)]

    def search(
        self, user_id: str, words: str, wanted: Wanted, role: Role, start: int, most: int
    ) -> tuple[int, list[FoundTurn]]:
        """The turns in which every word stands, newest first: how many, and a part of them."""
        terms = list(dict.fromkeys(_TERM.findall(words)))[:MOST_TERMS]
        if not terms:
            return 0, []
        table = _TABLES[role]
        # The last word may be the beginning of one.
        match = " ".join(f'"{term}"' for term in terms) + "*"
        hits = f"turn.id IN (SELECT rowid FROM {table} WHERE {table} MATCH :match)"
        found: Select[int] = (
            select(TurnRow.id)
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(text(hits).bindparams(match=match), *_which(user_id, wanted))
        )
        newest = found.order_by(
            func.coalesce(TurnRow.at, SessionRow.started_at).desc(), TurnRow.id.desc()
        )
        with self._database.read() as transaction:
            count = transaction.scalar(select(func.count()).select_from(found.subquery())) or 0
            ids = transaction.scalars(newest.offset(start).limit(most)).all()
            snippets = _snippets(transaction, table, match, ids)
            turns = transaction.execute(
                select(
                    TurnRow.id, TurnRow.session_id, TurnRow.ordinal, TurnRow.role, TurnRow.at
                ).where(TurnRow.id.in_(ids))
            )
            by_id = {row.id: row for row in turns}
            known = _summaries(transaction, {row.session_id for row in by_id.values()})
        return count, [_found(by_id[each], known, snippets.get(each, "")) for each in ids]


def _found(
    row: Row[int, int, int, str, datetime | None], known: dict[int, SessionSummary], snippet: str
) -> FoundTurn:
    _, session_id, ordinal, role, at = row
    session = known[session_id]
    return FoundTurn(
        session=session,
        ordinal=ordinal,
        role=role,
        at=at or session.started,
        pieces=tuple(
            (bool(place % 2), piece) for place, piece in enumerate(_PIECE.split(snippet)) if piece
        ),
    )


def _which(user_id: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    which = [SessionRow.user_id == user_id]
    # What the person stated to tom is no session with an agent.
    which.append(SessionRow.host == wanted.host if wanted.host else SessionRow.host != OWN_HOST)
    if wanted.repository:
        which.append(SessionRow.repository == wanted.repository)
    return which


def _snippets(
    transaction: orm.Session, table: str, match: str, ids: Sequence[int]
) -> dict[int, str]:
    """The words around what matches, by turn."""
    if not ids:
        return {}
    listed = ", ".join(str(int(each)) for each in ids)
    found = text(
        f"SELECT rowid, snippet({table}, 0, :open, :close, '…', {AROUND}) FROM {table}"
        f" WHERE {table} MATCH :match AND rowid IN ({listed})"
    )
    rows = transaction.execute(found, {"match": match, "open": _OPEN, "close": _CLOSE})
    return dict(iter(rows))


def _summaries(transaction: orm.Session, ids: Iterable[int]) -> dict[int, SessionSummary]:
    """A line of each of these sessions, by id."""
    ids = list(ids)
    counted = (
        select(
            TurnRow.session_id,
            func.count(),
            func.sum(case((and_(TurnRow.role == Role.USER, TurnRow.text != ""), 1), else_=0)),
        )
        .where(TurnRow.session_id.in_(ids))
        .group_by(TurnRow.session_id)
    )
    observed = (
        select(ObservationRow.session_id, func.count())
        .where(ObservationRow.session_id.in_(ids))
        .group_by(ObservationRow.session_id)
    )
    turns = {each: (count, said) for each, count, said in transaction.execute(counted)}
    shown = dict(iter(transaction.execute(observed)))
    titles = titles_of(transaction, ids)
    found = (
        select(SessionRow, SessionModelRow)
        .outerjoin(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
        .where(SessionRow.id.in_(ids))
    )
    return {
        row.id: SessionSummary(
            id=row.id,
            host=row.host,
            repository=row.repository,
            started=row.started_at,
            ended=row.ended_at,
            user_turns=turns.get(row.id, (0, 0))[1],
            turns=turns.get(row.id, (0, 0))[0],
            title=titles.get(row.id, ""),
            intent=model.intent if model else "",
            summary=model.summary if model else "",
            observations=shown.get(row.id, 0),
        )
        for row, model in transaction.execute(found)
    }
