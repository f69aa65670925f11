"""What was asked about a user and what was answered, so that its outcome can be learned."""

import json
from datetime import UTC, datetime

from sqlalchemy import orm, select

from tom_swe.errors import NotFound
from tom_swe.memory.database import Database
from tom_swe.memory.sessions import ensure_user
from tom_swe.memory.tables import ConsultationRow
from tom_swe.model.advice import Action, Outcome, PastConsultation, Query, Suggestion


class Consultations:
    """Keeps answers and what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, user_id: str, query: Query, suggestion: Suggestion) -> int:
        """Keeps an answer with the ids of what it rests on; its own id."""
        cites = {
            "beliefs": [belief.id for belief in suggestion.beliefs],
            "sessions": sorted({turn.session_id for turn in suggestion.turns}),
        }
        with self._database.write() as transaction:
            ensure_user(transaction, user_id)
            row = ConsultationRow(
                user_id=user_id,
                repository=query.repository,
                query=query.text,
                action=suggestion.action,
                text=suggestion.text,
                cites=json.dumps(cites),
                confidence=suggestion.confidence,
                outcome=None,
                at=datetime.now(UTC),
            )
            transaction.add(row)
            transaction.flush()
            return row.id

    def all(self, user_id: str) -> list[PastConsultation]:
        """The answers that are kept, oldest first."""
        mine = select(ConsultationRow).where(ConsultationRow.user_id == user_id)
        with self._database.read() as transaction:
            return [
                PastConsultation(
                    id=row.id,
                    repository=row.repository,
                    query=row.query,
                    action=Action(row.action),
                    text=row.text,
                    belief_ids=cited_by(row),
                    confidence=row.confidence,
                    outcome=Outcome(row.outcome) if row.outcome else None,
                    at=row.at,
                )
                for row in transaction.scalars(mine.order_by(ConsultationRow.id))
            ]


def consultation_of(
    transaction: orm.Session, user_id: str, consultation_id: int
) -> ConsultationRow:
    """One answer. Raises NotFound."""
    row = transaction.get(ConsultationRow, consultation_id)
    if row is None or row.user_id != user_id:
        raise NotFound(f"there is no advice a{consultation_id}; `tom consult` prints the ids")
    return row


def cited_by(row: ConsultationRow) -> tuple[int, ...]:
    """The ids of the beliefs that an answer rests on."""
    return tuple(json.loads(row.cites)["beliefs"])
