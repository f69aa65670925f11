"""One line on what tom does in a session, for hosts that show one; it costs no token."""

from tom_swe.hosts.hook.event import Event, read
from tom_swe.hosts.hook.state import SessionState
from tom_swe.hosts.hook.stored import Stored
from tom_swe.hosts.hook.telling import briefing

BREACH = "breach"
# What was seen once and not decided on, as `tom review` counts it: habits that change nothing
# are left out.
_TO_REVIEW = (
    "SELECT count(*) FROM belief b WHERE b.user_id = ? AND b.status = 'candidate' "
    "AND b.dimension NOT IN ('habit.hours', 'habit.message_length') "
    "AND NOT (b.dimension = 'habit.written_language' AND b.value = 'en') "
    "AND NOT EXISTS (SELECT 1 FROM ruling r WHERE r.belief_id = b.id)"
)


def status(stored: Stored, user: str, event: Event, state: SessionState) -> str:
    """How many beliefs this session hears, breaches of them in it, and beliefs to review.

    Raises sqlite3.Error.
    """
    ids = briefing(stored, user, event).belief_ids
    told = len(read(ids, 0)[0]) if ids else 0
    waiting = to_review(stored, user)
    parts = [
        _counted(told, "belief"),
        _counted(len(state.of(BREACH)), "breach", "breaches"),
        f"{waiting} to review" if waiting else "",
    ]
    return f"tom: {', '.join(filter(None, parts)) or 'nothing known here yet'}"


def to_review(stored: Stored, user: str) -> int:
    """How many beliefs wait for the person's word. Raises sqlite3.Error."""
    (waiting,) = stored.connection.execute(_TO_REVIEW, (user,)).fetchone()
    return int(waiting)


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}" if count else ""
