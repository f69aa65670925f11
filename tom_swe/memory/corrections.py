"""The turns in which the person corrects the agent, as they were found when sessions were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, orm, select, update

from tom_swe.memory.counting import foreign_sessions
from tom_swe.memory.database import Database
from tom_swe.memory.tables import (
    CorrectiveTurnRow,
    ObservationRow,
    SessionModelRow,
    SessionRow,
    TurnRow,
    VectorRow,
)
from tom_swe.memory.vectors import VectorOf, id_of, load_vectors
from tom_swe.model.belief import Source
from tom_swe.model.corrections import Correction, JudgedTurns
from tom_swe.model.session import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tom_swe.ports import Vector


def keep_corrective_turns(transaction: orm.Session, session_id: int, found: JudgedTurns) -> None:
    """Keeps what was found in a session, in the place of what was kept before."""
    turns = select(TurnRow.ordinal, TurnRow.id).where(TurnRow.session_id == session_id)
    ids = dict(transaction.execute(turns).all())
    gone = delete(CorrectiveTurnRow).where(CorrectiveTurnRow.turn_id.in_(ids.values()))
    transaction.execute(gone)
    transaction.add_all(
        CorrectiveTurnRow(turn_id=ids[each.ordinal], score=each.score)
        for each in found.corrective
        if each.ordinal in ids
    )
    transaction.execute(
        update(SessionModelRow)
        .where(SessionModelRow.session_id == session_id)
        .values(turns_judged=found.judged)
    )


class Corrections:
    """The corrective turns of a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user_id: str) -> list[Correction]:
        """The corrective turns, by session; what turned out to be a copy is none."""
        found = (
            select(TurnRow.id, TurnRow.session_id, TurnRow.ordinal, TurnRow.text)
            .join(CorrectiveTurnRow, CorrectiveTurnRow.turn_id == TurnRow.id)
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(SessionRow.user_id == user_id, TurnRow.role == Role.USER)
            .order_by(TurnRow.session_id, TurnRow.ordinal)
        )
        about = (
            select(ObservationRow.turn_id, ObservationRow.dimension)
            .join(CorrectiveTurnRow, CorrectiveTurnRow.turn_id == ObservationRow.turn_id)
            .where(ObservationRow.dimension != "", ObservationRow.source != Source.BEHAVIOUR)
        )
        with self._database.read() as transaction:
            subjects: dict[int, set[str]] = {}
            for turn_id, dimension in transaction.execute(about):
                subjects.setdefault(turn_id, set()).add(dimension)
            return [
                Correction(
                    turn_id=turn_id,
                    session_id=session_id,
                    ordinal=ordinal,
                    text=text,
                    subjects=frozenset(subjects.get(turn_id, ())),
                )
                for turn_id, session_id, ordinal, text in transaction.execute(found)
            ]

    def judged(self, user_id: str) -> dict[int, int]:
        """How many turns could be judged, by session; sessions never looked at are left out."""
        found = (
            select(SessionModelRow.session_id, SessionModelRow.turns_judged)
            .join(SessionRow, SessionRow.id == SessionModelRow.session_id)
            .where(SessionRow.user_id == user_id, SessionModelRow.turns_judged.is_not(None))
        )
        with self._database.read() as transaction:
            return {session_id: count or 0 for session_id, count in transaction.execute(found)}

    def foreign(self, user_id: str) -> frozenset[int]:
        """The sessions in which no turn could be judged for the language that it is in."""
        mine = select(SessionRow.id).where(SessionRow.user_id == user_id)
        found = foreign_sessions().where(SessionModelRow.session_id.in_(mine))
        with self._database.read() as transaction:
            return frozenset(transaction.scalars(found))

    def vectors(self, turn_ids: Iterable[int]) -> dict[int, Vector]:
        """The vectors of turns, by turn, of the model that made most of them."""
        keys = [VectorOf.TURN.key(each) for each in turn_ids]
        made_by = (
            select(VectorRow.model)
            .where(VectorRow.key.in_(keys), VectorRow.data.is_not(None))
            .group_by(VectorRow.model)
            .order_by(func.count().desc())
            .limit(1)
        )
        with self._database.read() as transaction:
            model = transaction.scalar(made_by)
            stored = load_vectors(transaction, keys, model) if model else {}
        return {id_of(key): vector for key, vector in stored.items()}
