"""What was asked about a user and what was answered, so that its outcome can be learned."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, orm, select

from tom_swe.errors import NotFound
from tom_swe.memory.database import Database
from tom_swe.memory.records import verdict_row, verdict_value
from tom_swe.memory.sessions import ensure_user
from tom_swe.memory.tables import BeliefRow, ConsultationRow, VerdictRow
from tom_swe.model.advice import Action, Outcome, PastConsultation, Query, Suggestion
from tom_swe.model.belief import Judge, Verdict
from tom_swe.model.user_acts import JudgedBefore


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


class AdviceOutcomes:
    """What became of advice, in a transaction that changes it."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def cited(self, consultation_id: int) -> tuple[int, ...]:
        """The ids of the beliefs that advice rests on. Raises NotFound.

        Advice to ask rests on what the request leaves open, whatever it tells beside that.
        """
        row = consultation_of(self._transaction, self._user_id, consultation_id)
        return () if row.action == Action.ASK else cited_by(row)

    def judged_by(self, consultation_id: int) -> Judge | None:
        """Who judged this advice; None where nobody did or nothing rested on it."""
        by = select(VerdictRow.by).where(VerdictRow.consultation_id == consultation_id)
        found = self._transaction.scalar(by.limit(1))
        return Judge(found) if found else None

    def judged(self, consultation_id: int) -> JudgedBefore:
        """What is known of the outcome of advice. Raises NotFound."""
        row = consultation_of(self._transaction, self._user_id, consultation_id)
        verdicts: dict[int, list[VerdictRow]] = {}
        mine = select(VerdictRow).where(VerdictRow.consultation_id == consultation_id)
        for each in self._transaction.scalars(mine.order_by(VerdictRow.id)):
            verdicts.setdefault(each.belief_id, []).append(each)
        return JudgedBefore(
            outcome=Outcome(row.outcome) if row.outcome else None,
            verdicts={key: tuple(map(verdict_value, rows)) for key, rows in verdicts.items()},
        )

    def judge(
        self,
        consultation_id: int,
        outcome: Outcome | None,
        verdicts: Mapping[int, Iterable[Verdict]],
    ) -> None:
        """Keeps what became of advice, in the place of what was said of it before.

        None is that nothing is known of it. Verdicts on beliefs that are gone are not kept.
        Raises NotFound.
        """
        row = consultation_of(self._transaction, self._user_id, consultation_id)
        row.outcome = outcome
        self._transaction.execute(
            delete(VerdictRow).where(VerdictRow.consultation_id == consultation_id)
        )
        mine = select(BeliefRow.id).where(BeliefRow.user_id == self._user_id)
        there = set(self._transaction.scalars(mine))
        self._transaction.add_all(
            verdict_row(belief_id, each)
            for belief_id, judged in verdicts.items()
            if belief_id in there
            for each in judged
        )
        self._transaction.flush()


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
