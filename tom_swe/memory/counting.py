"""How much is kept of one person, and how much of it could be read."""

from sqlalchemy import ColumnElement, and_, exists, func, orm, select

from tom_swe.memory.queue import is_given_up
from tom_swe.memory.tables import (
    CorrectiveTurnRow,
    LearnQueueRow,
    SessionModelRow,
    SessionRow,
    TurnRow,
)
from tom_swe.model.memory import SessionCounts
from tom_swe.model.session import OWN_HOST, Role


def session_counts(
    transaction: orm.Session, user_id: str, *, corrections: bool = True
) -> SessionCounts:
    """The sessions of a user with their messages, and what became of reading them.

    The figures about corrections, which take the longest, may be left out.
    """
    mine = SessionRow.user_id == user_id
    with_agents = and_(mine, SessionRow.host != OWN_HOST)
    said = _said()
    sessions, since, until = transaction.execute(
        select(func.count(), func.min(SessionRow.started_at), func.max(SessionRow.ended_at)).where(
            with_agents
        )
    ).one()
    messages, written_in = transaction.execute(
        select(func.count(), func.count(SessionRow.id.distinct()))
        .select_from(SessionRow)
        .join(TurnRow, said)
        .where(with_agents)
    ).one()

    def count(
        table: type[LearnQueueRow] | type[SessionModelRow], *which: ColumnElement[bool]
    ) -> int:
        found = (
            select(func.count())
            .select_from(SessionRow)
            .join(table, table.session_id == SessionRow.id)
            .where(with_agents, *which)
        )
        return transaction.scalar(found) or 0

    kept = SessionCounts(
        sessions=sessions,
        unwritten=sessions - written_in,
        messages=messages,
        stated=transaction.scalar(
            select(func.count()).select_from(SessionRow).where(mine, SessionRow.host == OWN_HOST)
        )
        or 0,
        since=since,
        until=until,
        waiting=count(LearnQueueRow, ~is_given_up()),
        failed=count(LearnQueueRow, is_given_up()),
    )
    if not corrections:
        return kept
    corrective = (
        select(func.count())
        .select_from(CorrectiveTurnRow)
        .join(TurnRow, TurnRow.id == CorrectiveTurnRow.turn_id)
        .join(SessionRow, SessionRow.id == TurnRow.session_id)
        .where(with_agents, TurnRow.role == Role.USER)
    )
    judged = SessionModelRow.turns_judged
    replied = has_replied()
    return kept.model_copy(
        update={
            "corrections": transaction.scalar(corrective) or 0,
            "judged": count(SessionModelRow, judged > 0),
            "unanswered": count(SessionModelRow, judged == 0, ~replied),
            "foreign": count(SessionModelRow, judged == 0, replied),
            "unjudged": sessions - count(SessionModelRow, judged.is_not(None)),
        }
    )


def has_replied() -> ColumnElement[bool]:
    """Whether the person wrote something in a session after the agent began."""
    began = orm.aliased(TurnRow)
    return exists(
        select(TurnRow.id)
        .join(began, began.session_id == TurnRow.session_id)
        .where(_said(), began.role.in_((Role.AGENT, Role.TOOL)), began.ordinal < TurnRow.ordinal)
    )


def _said() -> ColumnElement[bool]:
    return and_(TurnRow.session_id == SessionRow.id, TurnRow.role == Role.USER, TurnRow.text != "")
