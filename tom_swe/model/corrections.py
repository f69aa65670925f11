"""The turns in which the person corrects the agent."""

from __future__ import annotations

from tom_swe.model.base import Value


class CorrectiveTurn(Value):
    """A turn of the person that corrects what the agent did, and how likely that is."""

    ordinal: int
    score: float


class JudgedTurns(Value):
    """How many of a session's turns could be judged, and which of them correct the agent.

    A turn cannot be judged before the agent did anything, or in a language that tom cannot read.
    """

    judged: int = 0
    corrective: tuple[CorrectiveTurn, ...] = ()


class Correction(Value):
    """A corrective turn as memory keeps it. ``subjects`` are dimensions of what was read in it."""

    turn_id: int
    session_id: int
    ordinal: int
    text: str
    subjects: frozenset[str] = frozenset()
