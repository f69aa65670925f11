"""Whether what an agent is about to do keeps to what the person asked for."""

from tom_swe.hosts.hook.answer import HookAnswer
from tom_swe.hosts.hook.event import Event
from tom_swe.hosts.hook.state import SessionState
from tom_swe.hosts.hook.stored import Stored


def checked(stored: Stored, user: str, event: Event, state: SessionState) -> tuple[HookAnswer, str]:
    """What to answer to a tool call or a stop, and what became of checks, as JSON or "".

    Raises sqlite3.Error.
    """
    del stored, user, event, state
    return HookAnswer(), ""
