"""Several transcripts of one session: which says what, whatever comes first."""

from datetime import datetime

from tom_swe.model.session import Role, Session, Turn

# Where a session's words come from when no one transcript has them all.
SEVERAL = "several transcripts"


def joined(kept: Session, told: Session) -> Session | None:
    """The session as both transcripts tell it; None where the new one adds nothing.

    A host may go on with a session in a new file, so what was said before or after all that is kept
    is put beside it. Otherwise the transcript counts that says more.
    """
    mine, new = _keys(kept), _keys(told)
    if not new - mine:
        # A turn of the agent's may still be new.
        return told if new == mine and _size(told) > _size(kept) else None
    if not mine - new:
        return told
    mine_from, mine_to = _span(kept)
    new_from, new_to = _span(told)
    if mine & new or not (mine_from and mine_to and new_from and new_to):
        return told if _size(told) > _size(kept) else None
    if new_from > mine_to:
        return _beside(kept, told)
    return _beside(told, kept) if new_to < mine_from else None


def _beside(first: Session, second: Session) -> Session:
    turns = (
        turn.model_copy(update={"ordinal": place})
        for place, turn in enumerate((*first.turns, *second.turns))
    )
    return first.model_copy(
        update={"turns": tuple(turns), "ended": second.ended, "source": SEVERAL}
    )


def _keys(session: Session) -> set[str]:
    return {turn.key or turn.text for turn in session.by(Role.USER) if turn.text or turn.key}


def _size(session: Session) -> tuple[int, int, str]:
    said = sum(1 for turn in session.by(Role.USER) if turn.text)
    return said, len(session.turns), session.content_hash


def _span(session: Session) -> tuple[datetime | None, datetime | None]:
    times = [turn.at for turn in session.turns if turn.at]
    return min(times, default=None), max(times, default=None)


def as_told(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The turns as a transcript has them: which are copies is memory's to say."""
    return tuple(
        turn.model_copy(update={"role": Role.USER}) if turn.role is Role.COPY else turn
        for turn in turns
    )
