"""Words of a forgotten session that are left elsewhere: in beliefs that others hold up, too."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import delete, orm, select

from tom_swe.memory.records import said_at
from tom_swe.memory.tables import (
    BeliefRow,
    ConsultationRow,
    EvidenceRow,
    ObservationRow,
    DecisionRow,
    SessionRow,
    TurnRow,
    VectorRow,
)
from tom_swe.memory.user_edits import drop_user_acts_worded
from tom_swe.model.belief import DecisionKind, Stance


def drop_answers_on(transaction: orm.Session, user_id: str, session_id: int) -> None:
    """Deletes kept answers that cite beliefs resting on a session: they may quote it."""
    resting = set(
        transaction.scalars(
            select(EvidenceRow.belief_id)
            .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
            .where(ObservationRow.session_id == session_id)
        )
    )
    kept = select(ConsultationRow).where(ConsultationRow.user_id == user_id)
    gone = [
        row.id
        for row in transaction.scalars(kept)
        if not resting.isdisjoint(json.loads(row.cites)["beliefs"])
    ]
    transaction.execute(delete(ConsultationRow).where(ConsultationRow.id.in_(gone)))


def statements_of(transaction: orm.Session, session_id: int) -> set[str]:
    """What the observations of a session state."""
    found = select(ObservationRow.statement).where(ObservationRow.session_id == session_id)
    return set(transaction.scalars(found))


def reword(transaction: orm.Session, user_id: str, lost: Collection[str]) -> None:
    """Words beliefs by what still holds them up, where they were worded by what is lost.

    A belief that nothing holds up is left as it is: it goes itself.
    """
    mine = select(BeliefRow).where(BeliefRow.user_id == user_id)
    for row in transaction.scalars(mine):
        learned = transaction.get(DecisionRow, (row.id, DecisionKind.EDIT))
        statement = learned.learned if learned else row.statement
        if statement not in lost:
            continue
        left = list(
            transaction.scalars(
                select(ObservationRow.statement)
                .join(EvidenceRow, EvidenceRow.observation_id == ObservationRow.id)
                .join(SessionRow, SessionRow.id == ObservationRow.session_id)
                .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
                .where(EvidenceRow.belief_id == row.id, EvidenceRow.stance == Stance.SUPPORTS)
                .order_by(said_at().desc(), ObservationRow.id)
            )
        )
        if not left or statement in left:
            continue
        if learned:
            learned.learned = left[0]
        else:
            row.statement = left[0]
            transaction.execute(delete(VectorRow).where(VectorRow.key == f"b:{row.id}"))
    transaction.flush()
    held = set(
        transaction.scalars(
            select(ObservationRow.statement).join(SessionRow).where(SessionRow.user_id == user_id)
        )
    )
    drop_user_acts_worded(transaction, user_id, set(lost) - held)
