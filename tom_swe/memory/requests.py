"""The requests of each session, and what the person made of those that recur."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, orm, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.memory.database import Database
from tom_swe.memory.forgotten import forgotten_among, words_digest
from tom_swe.memory.records import observation_fields, said_at
from tom_swe.memory.tables import (
    ObservationRow,
    RequestRow,
    RequestsReadRow,
    SessionModelRow,
    SessionRow,
    TurnRow,
    UserActRow,
)
from tom_swe.memory.user_edits import user_acts_of
from tom_swe.model.belief import Observation
from tom_swe.model.recurring import Request, RequestKind, SessionRequest
from tom_swe.model.session import OWN_HOST, Role

# A request that came in fewer sessions is not looked at.
FEWEST = 3


class Requests:
    """Keeps requests, and finds those that may recur."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unread(self, user_id: str, version: int) -> list[int]:
        """The learned sessions whose requests are not kept as this version finds them."""
        found = (
            select(SessionRow.id)
            .join(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .outerjoin(RequestsReadRow, RequestsReadRow.session_id == SessionRow.id)
            .where(SessionRow.user_id == user_id, SessionRow.host != OWN_HOST)
            .where(func.coalesce(RequestsReadRow.version, -1) != version)
        )
        with self._database.read() as transaction:
            return list(transaction.scalars(found.order_by(SessionRow.id)))

    def keep(self, made: Mapping[int, Sequence[Request]], version: int) -> None:
        """Keeps the requests of these sessions, in the place of what was kept before."""
        with self._database.write() as transaction:
            there = select(SessionRow.id).where(SessionRow.id.in_(made))
            for session_id in transaction.scalars(there).all():
                keep_requests(transaction, session_id, made[session_id], version)

    def recurring(self, user_id: str) -> list[SessionRequest]:
        """The requests that came in several sessions; none in words that were forgotten."""
        often = (
            select(RequestRow.kind, RequestRow.key)
            .join(SessionRow, SessionRow.id == RequestRow.session_id)
            .where(SessionRow.user_id == user_id, RequestRow.kind != RequestKind.WISH)
            .group_by(RequestRow.kind, RequestRow.key)
            .having(func.count(RequestRow.session_id.distinct()) >= FEWEST)
            .subquery()
        )
        quote = func.substr(TurnRow.text, RequestRow.place + 1, RequestRow.length)
        found = (
            select(RequestRow, SessionRow, TurnRow.ordinal, quote, said_at())
            .join(often, (often.c.kind == RequestRow.kind) & (often.c.key == RequestRow.key))
            .join(TurnRow, TurnRow.id == RequestRow.turn_id)
            .join(SessionRow, SessionRow.id == RequestRow.session_id)
            .where(SessionRow.user_id == user_id, TurnRow.role == Role.USER)
        )
        with self._database.read() as transaction:
            requests = [request_value(*each) for each in transaction.execute(found)]
            digests = {each.quote: words_digest(each.quote) for each in requests}
            gone = forgotten_among(transaction, user_id, digests.values())
        return [each for each in requests if digests[each.quote] not in gone]

    def said_in(self, user_id: str, forms: Iterable[str]) -> int:
        """In how many sessions the person says a word, in one of these forms."""
        match = " OR ".join(f'"{form}"' for form in forms if '"' not in form)
        if not match:
            return 0
        found = text(
            "SELECT count(DISTINCT turn.session_id) FROM turn_user_fts"
            " JOIN turn ON turn.id = turn_user_fts.rowid"
            " JOIN session ON session.id = turn.session_id"
            " WHERE turn_user_fts MATCH :match AND session.user_id = :user"
        )
        with self._database.read() as transaction:
            return transaction.scalar(found, {"match": match, "user": user_id}) or 0

    def sessions(self, user_id: str) -> int:
        """How many sessions with an agent there are in which the person says something."""
        found = (
            select(func.count(TurnRow.session_id.distinct()))
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(SessionRow.user_id == user_id, SessionRow.host != OWN_HOST)
            .where(TurnRow.role == Role.USER)
        )
        with self._database.read() as transaction:
            return transaction.scalar(found) or 0


class RequestEdits:
    """What the person makes of requests that recur, in a transaction."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def observe(self, said: Mapping[int, Observation]) -> tuple[int, ...]:
        """Keeps that these sessions show this; the ids of what is kept."""
        rows: list[ObservationRow] = []
        for session_id, each in said.items():
            there = select(TurnRow.id).where(
                TurnRow.session_id == session_id,
                TurnRow.ordinal == each.quote.ordinal,
                TurnRow.role == Role.USER,
                func.instr(TurnRow.text, each.quote.text) > 0,
            )
            if (turn_id := self._transaction.scalar(there)) is not None:
                fields = observation_fields(each)
                rows.append(ObservationRow(session_id=session_id, turn_id=turn_id, **fields))
        self._transaction.add_all(rows)
        self._transaction.flush()
        return tuple(row.id for row in rows)

    def withdraw(self, observed: Collection[int], basis: str) -> None:
        """Deletes what was made of a request. An id may have been given again: the basis tells."""
        gone = delete(ObservationRow).where(
            ObservationRow.id.in_(observed), ObservationRow.basis == basis
        )
        self._transaction.execute(gone)
        self._transaction.expire_all()


def keep_requests(
    transaction: orm.Session, session_id: int, requests: Iterable[Request], version: int
) -> None:
    """Replaces the requests that are kept of a session; wishes stay."""
    transaction.execute(
        delete(RequestRow).where(
            RequestRow.session_id == session_id, RequestRow.kind != RequestKind.WISH
        )
    )
    if rows := request_rows(transaction, session_id, requests):
        transaction.execute(insert(RequestRow), rows)
    put = upsert(RequestsReadRow).values(session_id=session_id, version=version)
    transaction.execute(
        put.on_conflict_do_update(index_elements=["session_id"], set_={"version": version})
    )


def request_rows(
    transaction: orm.Session, session_id: int, requests: Iterable[Request]
) -> list[dict[str, object]]:
    """The rows of those requests of a session whose words are there."""
    said = select(TurnRow.ordinal, TurnRow.id, TurnRow.text).where(
        TurnRow.session_id == session_id, TurnRow.role == Role.USER
    )
    turns = {ordinal: (i, words) for ordinal, i, words in transaction.execute(said)}
    return [
        {
            "session_id": session_id,
            "turn_id": turns[each.ordinal][0],
            "kind": each.kind,
            "key": each.key,
            "place": place,
            "length": len(each.quote),
            "first": each.start,
            "last": each.end,
        }
        for each in requests
        if each.ordinal in turns and (place := turns[each.ordinal][1].find(each.quote)) >= 0
    ]


def request_value(
    row: RequestRow, session: SessionRow, ordinal: int, said: str, at: datetime
) -> SessionRequest:
    """A request, with the session it was made in."""
    return SessionRequest(
        kind=RequestKind(row.kind),
        key=row.key,
        ordinal=ordinal,
        quote=said,
        start=row.first,
        end=row.last,
        session_id=session.id,
        turn_id=row.turn_id,
        host=session.host,
        host_id=session.host_id,
        repository=session.repository,
        at=at,
    )


def drop_acts_on_lost_requests(transaction: orm.Session, user_id: str) -> None:
    """Deletes what the person made of requests that are in no session any more."""
    asked = select(RequestRow.kind, RequestRow.key).join(
        SessionRow, SessionRow.id == RequestRow.session_id
    )
    acts = [each for each in user_acts_of(transaction, user_id) if each.image.request]
    if not acts:
        return
    left = {(kind, key) for kind, key in transaction.execute(asked.distinct())}
    kinds = {kind for kind, _ in left}
    for act in acts:
        kind, _, key = act.image.request.partition(" ")
        if (kind, key) not in left and (key or kind not in kinds):
            transaction.execute(delete(UserActRow).where(UserActRow.id == act.id))
