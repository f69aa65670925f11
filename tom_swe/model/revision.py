"""How a belief changed."""

from datetime import datetime

from tom_swe.model.base import Value
from tom_swe.model.belief import Change, Status


class Revision(Value):
    """One change of a belief, which has ``status`` and ``confidence`` after it.

    ``at`` is when the words were said or the act was done that changed it, ``session_id`` and
    ``host`` say in which session; None and "" for an act. ``about`` is the belief that
    superseded it.
    """

    belief_id: int
    at: datetime
    change: Change
    reason: str
    status: Status
    confidence: float
    session_id: int | None = None
    host: str = ""
    about: int | None = None
