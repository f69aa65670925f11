"""The sayings that may help with later requests, with the terms that find them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, orm, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.checkout import place_of
from tom_swe.memory.database import Database
from tom_swe.memory.earlier import ANY, EVERYWHERE, HABIT, Earlier, earlier, keys_of, names_here
from tom_swe.memory.forgotten import forgotten_among, words_digest
from tom_swe.memory.tables import (
    BeliefRow,
    EvidenceRow,
    ObservationRow,
    SayingPlaceRow,
    SayingRow,
    SayingsReadRow,
    SayingTermRow,
    SessionModelRow,
    SessionRow,
    TurnRow,
)
from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import Observation, Reach, Saying, Stance, Status
from tom_swe.model.session import Role
from tom_swe.text.terms import terms, topics

# So many of a repository's sayings are kept, the most useful ones; a few more until it is tidied.
MOST, TIDIED_ABOVE = 2_000, 2_200
# Of the working folders of a repository's sessions so many are looked at.
_LOOKED_AT = 50
AT_ONCE = 5_000  # rows that are put in together


class Reaches(IntEnum):
    """Where a saying is found: where it was said, or everywhere, for a belief's sake or its own."""

    HERE = 0
    BELIEVED_EVERYWHERE = 1
    SAID_EVERYWHERE = 2


class _KeptSaying(NamedTuple):
    """A saying that is kept, with its words."""

    id: int
    useful: float
    reach: int
    words: str


class Sayings:
    """Finds sayings, and the sessions whose sayings are not kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def earlier(
        self, user_id: str, query: Query, place: str, told: Collection[int] = ()
    ) -> list[PastTurn]:
        """What the person said that bears on a query in its repository, the likeliest first.

        ``place`` is the `place_of` the query's folder, and ``told`` are the beliefs that are known
        already.
        """
        with self._database.read() as transaction:
            driver = transaction.connection()

            def rows(sql: str, values: Sequence[object]) -> Iterable[Sequence[Any]]:
                return driver.exec_driver_sql(sql, tuple(values)).all()

            names = names_here(rows, user_id, query.repository, place, json.loads)
            found = earlier(rows, user_id, query.text, names, told=told, limit=query.limit)
            return [_past_turn(each) for each in found]

    def unread(self, user_id: str, version: int) -> list[int]:
        """The learned sessions whose sayings are not kept as this version finds them."""
        found = (
            select(SessionRow.id)
            .join(SessionModelRow, SessionModelRow.session_id == SessionRow.id)
            .outerjoin(SayingsReadRow, SayingsReadRow.session_id == SessionRow.id)
            .where(SessionRow.user_id == user_id)
            .where(func.coalesce(SayingsReadRow.version, -1) != version)
        )
        with self._database.read() as transaction:
            return list(transaction.scalars(found.order_by(SessionRow.id)))


class SayingWriter:
    """Keeps sayings, in a transaction."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def keep(
        self,
        session_id: int,
        said: Iterable[Saying],
        observations: Iterable[Observation],
        version: int,
    ) -> None:
        """Replaces the sayings of a session; none in words that the person had forgotten.

        ``observations`` are what the session shows, of which some may be forgotten.
        """
        session = self._transaction.get_one(SessionRow, session_id)
        self._transaction.execute(delete(SayingRow).where(SayingRow.session_id == session_id))
        gone = self._forgotten([each.quote.text for each in observations])
        fresh = [each for each in said if not any(each.quote.text in quote for quote in gone)]
        fresh = [each for each in fresh if not any(quote in each.quote.text for quote in gone)]
        gone = self._forgotten([each.quote.text for each in fresh])
        rows = self._rows(session_id, [each for each in fresh if each.quote.text not in gone])
        self._put(session, rows)
        put = upsert(SayingsReadRow).values(session_id=session_id, version=version)
        self._transaction.execute(
            put.on_conflict_do_update(index_elements=["session_id"], set_={"version": version})
        )

    def tidy(self, session_ids: Collection[int]) -> None:
        """Brings up how much is kept where these sessions were held, and where that lies."""
        held = select(SessionRow.repository).where(SessionRow.id.in_(session_ids))
        for repository in sorted(set(self._transaction.scalars(held)) - {""}):
            self._drop_least(repository)
            self._place(repository)

    def _forgotten(self, quotes: Sequence[str]) -> set[str]:
        digests = {quote: words_digest(quote) for quote in quotes}
        gone = forgotten_among(self._transaction, self._user_id, digests.values())
        return {quote for quote, digest in digests.items() if digest in gone}

    def _rows(self, session_id: int, said: Sequence[Saying]) -> list[dict[str, object]]:
        """The rows of those sayings whose words are there."""
        if not said:
            return []
        found = select(TurnRow.ordinal, TurnRow.id, TurnRow.text).where(
            TurnRow.session_id == session_id, TurnRow.role == Role.USER
        )
        turns = {ordinal: (i, text) for ordinal, i, text in self._transaction.execute(found)}
        return [
            {
                "session_id": session_id,
                "turn_id": turns[each.quote.ordinal][0],
                "place": place,
                "length": len(each.quote.text),
                "useful": each.useful,
                "reach": Reaches.SAID_EVERYWHERE if each.everywhere else Reaches.HERE,
            }
            for each in said
            if each.quote.ordinal in turns
            and (place := turns[each.quote.ordinal][1].find(each.quote.text)) >= 0
        ]

    def _put(self, session: SessionRow, rows: Sequence[dict[str, object]]) -> None:
        """Keeps sayings with their terms; what was said nowhere in particular has none yet."""
        if not rows:
            return
        ids = list(self._transaction.scalars(insert(SayingRow).returning(SayingRow.id), rows))
        here = {session.repository} - {""}
        said = self._with_words(ids)
        wide = [each for each in said if each.reach == Reaches.SAID_EVERYWHERE]
        self._find(said, here)
        self._find(wide, {EVERYWHERE})

    def _with_words(self, ids: Iterable[int]) -> list[_KeptSaying]:
        words = func.substr(TurnRow.text, SayingRow.place + 1, SayingRow.length)
        found = select(SayingRow.id, SayingRow.useful, SayingRow.reach, words)
        found = found.join(TurnRow, TurnRow.id == SayingRow.turn_id)
        rows = self._transaction.execute(found.where(SayingRow.id.in_(sorted(ids))))
        return [_KeptSaying(number, useful, reach, said) for number, useful, reach, said in rows]

    def _find(self, said: Iterable[_KeptSaying], names: Collection[str]) -> None:
        """Has sayings found under these names."""
        about = topics()
        rows = [
            {"key": key, "saying_id": each.id, "useful": each.useful}
            for each in said
            for name in names
            for key in keys_of(
                self._user_id, name, {term for term in terms(each.words) if about.get(term, 1.0)}
            )
            | keys_of(self._user_id, name, [ANY])
        ]
        for some in batched(rows, AT_ONCE):
            self._transaction.execute(insert(SayingTermRow), list(some))

    def spread(self) -> None:
        """Has those found everywhere on which a confirmed belief rests that holds everywhere."""
        now = self._believed_everywhere()
        mine = (
            select(SayingRow.id, SayingRow.reach)
            .join(SessionRow, SessionRow.id == SayingRow.session_id)
            .where(SessionRow.user_id == self._user_id)
            .where((SayingRow.reach == Reaches.BELIEVED_EVERYWHERE) | SayingRow.id.in_(now))
        )
        reach = {row.id: row.reach for row in self._transaction.execute(mine)}
        fresh = {number for number in now if reach[number] == Reaches.HERE}
        lost = {n for n, held in reach.items() if held == Reaches.BELIEVED_EVERYWHERE} - now
        self._set_reach(fresh, Reaches.BELIEVED_EVERYWHERE)
        self._find(self._with_words(fresh), {EVERYWHERE})
        self._set_reach(lost, Reaches.HERE)
        for each in self._with_words(lost):
            keys = keys_of(self._user_id, EVERYWHERE, (*terms(each.words), ANY))
            gone = delete(SayingTermRow).where(SayingTermRow.saying_id == each.id)
            self._transaction.execute(gone.where(SayingTermRow.key.in_(keys)))

    def _believed_everywhere(self) -> set[int]:
        found = (
            _in_which_something_was_observed()
            .join(EvidenceRow, EvidenceRow.observation_id == ObservationRow.id)
            .join(BeliefRow, BeliefRow.id == EvidenceRow.belief_id)
            .where(BeliefRow.user_id == self._user_id, BeliefRow.status == Status.CONFIRMED)
            .where(BeliefRow.reach == Reach.EVERYWHERE, BeliefRow.kind != HABIT)
            .where(EvidenceRow.stance == Stance.SUPPORTS)
        )
        return set(self._transaction.scalars(found))

    def _set_reach(self, ids: Collection[int], reach: Reaches) -> None:
        if ids:
            changed = update(SayingRow).where(SayingRow.id.in_(ids)).values(reach=reach)
            self._transaction.execute(changed)

    def _drop_least(self, repository: str) -> None:
        """Drops the least useful sayings of a repository where there are too many."""
        mine = (
            select(SayingRow.id)
            .join(SessionRow, SessionRow.id == SayingRow.session_id)
            .where(SessionRow.user_id == self._user_id, SessionRow.repository == repository)
        )
        count = self._transaction.scalar(select(func.count()).select_from(mine.subquery())) or 0
        if count <= TIDIED_ABOVE:
            return
        over = mine.order_by(SayingRow.useful, SayingRow.id).limit(count - MOST)
        self._transaction.execute(delete(SayingRow).where(SayingRow.id.in_(over)))

    def _place(self, repository: str) -> None:
        """Keeps in which folders a repository was used."""
        last = func.max(func.coalesce(SessionRow.ended_at, SessionRow.imported_at))
        used = (
            select(SessionRow.cwd)
            .where(SessionRow.user_id == self._user_id, SessionRow.repository == repository)
            .where(SessionRow.cwd != "")
            .group_by(SessionRow.cwd)
            .order_by(last.desc(), SessionRow.cwd)
            .limit(_LOOKED_AT)
        )
        folders: list[str] = list(self._transaction.scalars(used))
        places = json.dumps(
            list(dict.fromkeys(place for each in folders if (place := place_of(each))))
        )
        put = upsert(SayingPlaceRow).values(
            user_id=self._user_id, repository=repository, folders=places
        )
        self._transaction.execute(
            put.on_conflict_do_update(
                index_elements=["user_id", "repository"], set_={"folders": places}
            )
        )


def drop_sayings_of(transaction: orm.Session, observation_ids: Collection[int]) -> None:
    """Deletes the sayings in which these were observed."""
    found = _in_which_something_was_observed().where(ObservationRow.id.in_(observation_ids))
    gone = set(transaction.scalars(found))
    transaction.execute(delete(SayingRow).where(SayingRow.id.in_(gone)))


def _in_which_something_was_observed() -> Select[int]:
    """The ids of the sayings that hold an observation's quote, or are part of one."""
    quote, rest = ObservationRow.quote, func.substr(TurnRow.text, SayingRow.place + 1)
    said = func.substr(rest, 1, SayingRow.length)
    return (
        select(SayingRow.id)
        .join(TurnRow, TurnRow.id == SayingRow.turn_id)
        .join(ObservationRow, ObservationRow.turn_id == TurnRow.id)
        .where((func.instr(said, quote) > 0) | (func.instr(quote, said) > 0))
    )


def _past_turn(each: Earlier) -> PastTurn:
    return PastTurn(
        turn_id=each.turn_id,
        session_id=each.session_id,
        ordinal=each.ordinal,
        repository=each.repository,
        at=datetime.fromisoformat(each.at) if each.at else None,
        text=each.text,
        score=round(each.likely, 4),
    )
