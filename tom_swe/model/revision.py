"""How beliefs change: by revisions alone, each with its reason, each kept."""

from datetime import datetime

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Change, Observation, Stance


class Heard(Value):
    """An observation with the place it has in memory."""

    id: int
    session_id: int
    host: str
    repository: str
    at: datetime
    observation: Observation


class Support(Value):
    """That an observation speaks for or against a belief."""

    observation_id: int
    stance: Stance


class Revision(Value):
    """One change of mind. ``belief`` is the belief as it stands after it.

    A new belief has a negative id until memory gives it its own. ``about`` is the belief that
    it gave way to.
    """

    change: Change
    belief: Belief
    reason: str
    added: tuple[Support, ...] = ()
    about: int | None = None
