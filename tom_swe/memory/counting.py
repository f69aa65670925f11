"""How much is kept of one person, and how much of it could be read."""

from sqlalchemy import Select, and_, case, func, orm, select

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
    """The sessions of a user with their messages, and how many of them could be read.

    The figures about corrections, which take the longest, may be left out.
    """
    mine = SessionRow.user_id == user_id
    with_agents = and_(mine, SessionRow.host != OWN_HOST)
    ids = select(SessionRow.id).where(with_agents)
    # To leave out the few other sessions takes a third of the time of finding all of these.
    others = select(SessionRow.id).where(~with_agents)
    sessions, since, until = transaction.execute(
        select(func.count(), func.min(SessionRow.started_at), func.max(SessionRow.ended_at)).where(
            with_agents
        )
    ).one()
    messages, written_in = transaction.execute(
        select(func.count(), func.count(TurnRow.session_id.distinct())).where(
            TurnRow.role == Role.USER, TurnRow.text != "", TurnRow.session_id.not_in(others)
        )
    ).one()
    stated = select(func.count()).select_from(SessionRow).where(mine, SessionRow.host == OWN_HOST)
    given_up, queued = transaction.execute(
        select(func.sum(case((is_given_up(), 1), else_=0)), func.count()).where(
            LearnQueueRow.session_id.in_(ids)
        )
    ).one()
    kept = SessionCounts(
        sessions=sessions,
        unwritten=sessions - written_in,
        messages=messages,
        stated=transaction.scalar(stated) or 0,
        since=since,
        until=until,
        waiting=queued - (given_up or 0),
        failed=given_up or 0,
    )
    if not corrections:
        return kept
    corrective = (
        select(func.count())
        .select_from(CorrectiveTurnRow)
        .join(TurnRow, TurnRow.id == CorrectiveTurnRow.turn_id)
        .where(TurnRow.role == Role.USER, TurnRow.session_id.not_in(others))
    )
    judged = SessionModelRow.turns_judged
    some, looked_at = transaction.execute(
        select(func.sum(case((judged > 0, 1), else_=0)), func.count(judged)).where(
            SessionModelRow.session_id.in_(ids)
        )
    ).one()
    theirs = foreign_sessions().where(SessionModelRow.session_id.not_in(others))
    foreign = len(transaction.scalars(theirs).all())
    found = {
        "corrections": transaction.scalar(corrective) or 0,
        "judged": some or 0,
        "unanswered": looked_at - (some or 0) - foreign,
        "foreign": foreign,
        "unjudged": sessions - looked_at,
    }
    return kept.model_copy(update=found)


def foreign_sessions() -> Select[int]:
    """The sessions without a turn that could be judged, though the person replied to the agent."""
    began = orm.aliased(TurnRow)
    replied = (
        select(TurnRow.id)
        .join(began, began.session_id == TurnRow.session_id)
        .where(TurnRow.session_id == SessionModelRow.session_id)
        .where(TurnRow.role == Role.USER, TurnRow.text != "")
        .where(began.role.in_((Role.AGENT, Role.TOOL)), began.ordinal < TurnRow.ordinal)
    )
    return select(SessionModelRow.session_id).where(
        SessionModelRow.turns_judged == 0, replied.exists()
    )
