"""Sentences that are wishes if they recur: where they stand, what they mean, and which agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, orm, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.memory.forgotten import forgotten_among, words_digest
from tom_swe.memory.records import observation_fields, said_at
from tom_swe.memory.requests import request_rows, request_value
from tom_swe.memory.tables import ComparisonRow, ObservationRow, RequestRow, SessionRow, TurnRow
from tom_swe.memory.vectors import VectorOf, drop_others, load_vectors, put_vectors
from tom_swe.model.belief import Observation, Relation
from tom_swe.model.recurring import Request, RequestKind, SessionRequest
from tom_swe.model.session import Role

if TYPE_CHECKING:
    from tom_swe.ports import Vector


# What agrees is held together by its oldest words: by several, that forgetting one parts nothing.
OLDEST = 5


class WishWriter:
    """Keeps the sentences that may be wishes, and what came of them, in a transaction."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def keep(
        self,
        session_id: int,
        wishes: Iterable[Request],
        vectors: Mapping[str, Vector],
        model: str,
    ) -> None:
        """Replaces those that are kept of a session, with their vectors by key."""
        self._transaction.execute(
            delete(RequestRow).where(
                RequestRow.session_id == session_id, RequestRow.kind == RequestKind.WISH
            )
        )
        if rows := request_rows(self._transaction, session_id, wishes):
            self._transaction.execute(insert(RequestRow), rows)
        keyed = {self._key(key): vector for key, vector in vectors.items()}
        put_vectors(self._transaction, self._user_id, model, keyed)

    def stand_in(self, session_ids: Collection[int]) -> bool:
        """Whether one of these sessions has any, so that there is something to compare."""
        found = select(RequestRow.turn_id).where(
            RequestRow.session_id.in_(session_ids), RequestRow.kind == RequestKind.WISH
        )
        return self._transaction.scalar(found.limit(1)) is not None

    def all(self, model: str) -> tuple[list[SessionRequest], dict[str, Vector]]:
        """Every one that was not forgotten, and the vectors of one model by their keys."""
        quote = func.substr(TurnRow.text, RequestRow.place + 1, RequestRow.length)
        found = (
            select(RequestRow, SessionRow, TurnRow.ordinal, quote, said_at())
            .join(TurnRow, TurnRow.id == RequestRow.turn_id)
            .join(SessionRow, SessionRow.id == RequestRow.session_id)
            .where(SessionRow.user_id == self._user_id, TurnRow.role == Role.USER)
            .where(RequestRow.kind == RequestKind.WISH)
        )
        wishes = [request_value(*each) for each in self._transaction.execute(found)]
        digests = {each.quote: words_digest(each.quote) for each in wishes}
        gone = forgotten_among(self._transaction, self._user_id, digests.values())
        kept = [each for each in wishes if digests[each.quote] not in gone]
        keys = {self._key(each.key): each.key for each in kept}
        vectors = load_vectors(self._transaction, keys, model)
        return kept, {keys[name]: vector for name, vector in vectors.items()}

    def observed(self, wish: SessionRequest) -> int | None:
        """The observation that was made of these words."""
        found = (
            select(ObservationRow.id)
            .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
            .where(ObservationRow.session_id == wish.session_id)
            .where(TurnRow.ordinal == wish.ordinal, ObservationRow.quote == wish.quote)
        )
        return self._transaction.scalar(found.order_by(ObservationRow.id).limit(1))

    def observe(self, wish: SessionRequest, made: Observation) -> int | None:
        """Keeps what was made of these words; None where they are gone."""
        there = select(TurnRow.id).where(
            TurnRow.session_id == wish.session_id,
            TurnRow.ordinal == wish.ordinal,
            TurnRow.role == Role.USER,
            func.instr(TurnRow.text, made.quote.text) > 0,
        )
        if (turn_id := self._transaction.scalar(there)) is None:
            return None
        row = ObservationRow(
            session_id=wish.session_id, turn_id=turn_id, **observation_fields(made)
        )
        self._transaction.add(row)
        self._transaction.flush()
        return row.id

    def agree(self, observed: Sequence[int]) -> None:
        """Keeps that these observations, the oldest first, say the same."""
        rows = [
            {"held_id": held, "heard_id": heard, "relation": Relation.AGREE}
            for place, heard in enumerate(observed)
            for held in observed[: min(place, OLDEST)]
        ]
        if rows:
            self._transaction.execute(upsert(ComparisonRow).on_conflict_do_nothing(), rows)

    def drop_lost(self) -> None:
        """Deletes the vectors of words that stand in no session any more."""
        mine = (
            select(RequestRow.key)
            .join(SessionRow, SessionRow.id == RequestRow.session_id)
            .where(SessionRow.user_id == self._user_id, RequestRow.kind == RequestKind.WISH)
        )
        kept = {self._key(each) for each in self._transaction.scalars(mine.distinct())}
        drop_others(self._transaction, self._user_id, VectorOf.WISH, kept)

    def _key(self, key: str) -> str:
        # Two people may say the same words.
        return VectorOf.WISH.key(f"{self._user_id}:{key}")
