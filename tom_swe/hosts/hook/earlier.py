"""What the person said before that bears on what they ask for now."""

from tom_swe.hosts.hook.event import Event
from tom_swe.hosts.hook.state import SessionState
from tom_swe.hosts.hook.stored import Stored


def earlier(
    stored: Stored, user: str, event: Event, state: SessionState, told: str
) -> tuple[str, str]:
    """The text to add to a prompt, and the ids of what is in it as JSON; both "" for nothing.

    ``told`` are the ids of the beliefs that the session's briefing holds, as JSON. Raises
    sqlite3.Error.
    """
    del stored, user, event, state, told
    return "", ""
