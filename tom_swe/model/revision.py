"""How beliefs change: each change with its reason, each kept."""

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Change, Scope

_WIDENED = "holds beyond "


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


def widened_from(scope: Scope) -> str:
    """The reason of a revision by which a belief holds everywhere, and not just there."""
    return f"{_WIDENED}{scope}"


def scope_before(reason: str) -> Scope | None:
    """Where a belief held before a revision with this reason, where it was widened by it."""
    return Scope.parse(reason.removeprefix(_WIDENED)) if reason.startswith(_WIDENED) else None
