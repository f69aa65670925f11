"""Tier 3: the user model, a snapshot of what is believed about one person."""

from datetime import datetime

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief

# Who a memory is about where nobody names a user: the person whose machine it is.
LOCAL_USER = "local"


class UserModel(Value):
    """The live beliefs about one person, most certain first."""

    user_id: str
    beliefs: tuple[Belief, ...] = ()
    sessions: int = 0
    turns: int = 0
    since: datetime | None = None
    until: datetime | None = None
