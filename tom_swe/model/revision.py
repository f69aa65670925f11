"""How beliefs change: each change with its reason, each kept."""

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Change


class Revision(Value):
    """One change of mind. ``belief`` is the belief as it stands after it.

    A new belief has a negative id until memory gives it its own. ``about`` is the belief that
    it gave way to, ``session_id`` where the newest of the words was said that changed it.
    """

    change: Change
    belief: Belief
    reason: str
    session_id: int | None = None
    about: int | None = None
