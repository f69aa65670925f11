"""What was asked about a user and what was answered, so that its outcome can be learned."""

import json
from datetime import UTC, datetime

from tom_swe.memory.database import Database
from tom_swe.memory.sessions import ensure_user
from tom_swe.memory.tables import ConsultationRow
from tom_swe.model.advice import Query, Suggestion


class Consultations:
    """Keeps answers."""

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
