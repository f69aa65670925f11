"""Tier 3: the user model, a snapshot of what is believed about one person."""

from datetime import datetime

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief

LOCAL_USER = "local"


def user_id_of(given: str) -> str:
    """The id a memory is kept under. Hosts that know no users send "": the one local person."""
    return given.strip() or LOCAL_USER


class UserModel(Value):
    """The live beliefs about one person, most certain first."""

    user_id: str
    beliefs: tuple[Belief, ...] = ()
    sessions: int = 0
    turns: int = 0
    since: datetime | None = None
    until: datetime | None = None
