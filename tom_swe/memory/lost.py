"""Words of a forgotten session that are left elsewhere: in beliefs that others hold up, too."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import delete, orm, select

from tom_swe.memory.tables import (
    ConsultationRow,
    EvidenceRow,
    ObservationRow,
    SessionRow,
)
from tom_swe.memory.user_edits import drop_user_acts_worded


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


def drop_acts_on_lost(transaction: orm.Session, user_id: str, lost: Collection[str]) -> None:
    """Deletes what the person did to beliefs worded by what is lost, unless others say it too."""
    held = set(
        transaction.scalars(
            select(ObservationRow.statement).join(SessionRow).where(SessionRow.user_id == user_id)
        )
    )
    drop_user_acts_worded(transaction, user_id, set(lost) - held)
