"""Tier 3: beliefs, the log they follow from, and the briefings made from them."""

import json

from sqlalchemy import func, orm, select

from tom_swe.checkout import name_among
from tom_swe.memory.database import Database
from tom_swe.memory.log import Log, heard_of, read_log
from tom_swe.memory.records import belief_values, no_belief
from tom_swe.memory.tables import (
    BeliefRow,
    BriefingRow,
    SessionRow,
    TurnRow,
)
from tom_swe.model.advice import Briefing
from tom_swe.model.belief import Belief, Status
from tom_swe.model.event import Heard
from tom_swe.model.user import UserModel, told


class Beliefs:
    """Reads what is believed about a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str, belief_id: int) -> Belief:
        """One belief with its evidence. Raises NotFound."""
        with self._database.read() as transaction:
            row = transaction.get(BeliefRow, belief_id)
            if row is None or row.user_id != user_id:
                raise no_belief(belief_id)
            return belief_values(transaction, [row])[0]

    def all(self, user_id: str) -> list[Belief]:
        """Every belief, retired ones too, by id."""
        with self._database.read() as transaction:
            return beliefs_of(transaction, user_id)

    def told(self, user_id: str) -> tuple[Belief, ...]:
        """The beliefs of the user model, the most certain first, without counting what is under it.

        Counting reads every turn, which no answer waits for.
        """
        with self._database.read() as transaction:
            return _told(transaction, user_id)

    def user_model(self, user_id: str) -> UserModel:
        """The live beliefs, most certain first, and how much they were learned from."""
        with self._database.read() as transaction:
            return user_model_of(transaction, user_id)

    def log(self, user_id: str) -> Log:
        """Everything that was heard and done, with what it takes to fold it."""
        with self._database.read() as transaction:
            return read_log(transaction, user_id)

    def for_one_task(self, user_id: str) -> list[Heard]:
        """What was said for one task only, which no belief rests on, oldest first."""
        with self._database.read() as transaction:
            return heard_of(transaction, user_id, for_one_task=True)

    def briefing(self, user_id: str, repository: str) -> Briefing | None:
        """The briefing stored for a repository, else the one for everywhere, else None."""
        with self._database.read() as transaction:
            mine = select(BriefingRow).where(BriefingRow.user_id == user_id)
            rows = {row.repository: row for row in transaction.scalars(mine)}
            row = rows.get(name_among(rows, repository))
            if row is None:
                return None
            return Briefing(
                user_id=row.user_id,
                repository=row.repository,
                text=row.text,
                tokens=row.tokens,
                belief_ids=tuple(json.loads(row.belief_ids)),
            )


def beliefs_of(transaction: orm.Session, user_id: str) -> list[Belief]:
    """Every belief about a user, by id."""
    found = select(BeliefRow).where(BeliefRow.user_id == user_id).order_by(BeliefRow.id)
    return belief_values(transaction, transaction.scalars(found))


def user_model_of(transaction: orm.Session, user_id: str) -> UserModel:
    """The user model as it stands in this transaction."""
    sessions, since, until = transaction.execute(
        select(func.count(), func.min(SessionRow.started_at), func.max(SessionRow.ended_at)).where(
            SessionRow.user_id == user_id
        )
    ).one()
    turns = transaction.scalar(
        select(func.count())
        .select_from(TurnRow)
        .join(SessionRow, SessionRow.id == TurnRow.session_id)
        .where(SessionRow.user_id == user_id)
    )
    return UserModel(
        user_id=user_id,
        beliefs=_told(transaction, user_id),
        sessions=sessions,
        turns=turns or 0,
        since=since,
        until=until,
    )


def _told(transaction: orm.Session, user_id: str) -> tuple[Belief, ...]:
    return tuple(
        sorted(
            told(beliefs_of(transaction, user_id)),
            key=lambda b: (b.status is not Status.CONFIRMED, -b.confidence, b.id),
        )
    )
