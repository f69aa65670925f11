"""What stands in the memory, read as quickly as a hook reads it."""

from collections.abc import Mapping

from tom_swe.hosts.hook import stored as storing
from tom_swe.hosts.hook.event import STATUS, Event
from tom_swe.hosts.hook.status import to_review
from tom_swe.hosts.hook.telling import briefing
from tom_swe.hosts.inbox import Place, member_text

_SESSIONS = "SELECT count(*) FROM session WHERE user_id = ? AND host <> 'tom'"


class Glance:
    """How much a memory holds, and what the next session in a folder hears.

    ``repository`` is the name under which the folder is known, "" where it is not; ``hears``
    are the lines of its briefing, one for each belief.
    """

    def __init__(
        self, sessions: int, waiting: int, repository: str, hears: tuple[str, ...]
    ) -> None:
        self.sessions = sessions
        self.waiting = waiting
        self.repository = repository
        self.hears = hears


def glance(environ: Mapping[str, str], folder: str) -> Glance:
    """What the memory that an environment names holds. Nothing is written.

    Raises HookFault, sqlite3.Error or OSError where it cannot be read.
    """
    place = Place(environ)
    event = Event(STATUS, member_text({"cwd": folder}).encode())
    stored = storing.opened(place)
    try:
        told = briefing(stored, place.user, event)
        (sessions,) = stored.connection.execute(_SESSIONS, (place.user,)).fetchone()
        return Glance(
            int(sessions),
            to_review(stored, place.user),
            told.name,
            tuple(line[2:] for line in told.text.split("\n") if line.startswith("- ")),
        )
    finally:
        stored.close()
