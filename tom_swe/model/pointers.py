"""Pointers to the person's words that agents leave. A pointer is never itself believed."""

from datetime import datetime

from tom_swe.model.base import Value


class Pointer(Value):
    """An agent's claim that the person said these words.

    ``session_id`` names the session in which they were found; until then the pointer
    waits, and expires.
    """

    id: int
    quote: str
    repository: str
    at: datetime
    session_id: int | None = None


class PointedAt(Value):
    """What came of noting a pointer: the beliefs on those words, none where it waits."""

    belief_ids: tuple[int, ...] = ()
