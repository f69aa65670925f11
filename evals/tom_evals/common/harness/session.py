"""What came of a session with an agent. No agent is loaded here."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tom_evals.people import Exchange


class Ended(StrEnum):
    """Why a session ended."""

    DONE = "done"  # the agent finished and the user had nothing to add
    LEFT = "left"  # the user broke it off
    STEPS = "steps"  # the cap on the agent's steps
    FAILED = "failed"  # a fault of the agent, its model or its place


class Part(NamedTuple):
    """What one part used: the agent, tom, the user, a judge. ``cost`` in USD, None if unknown."""

    name: str
    tokens_in: int
    tokens_out: int
    cost: float | None


class Episode(NamedTuple):
    """One session with an agent. ``patch`` is the checkout's change as a unified diff.

    ``commands`` are the shell commands that the agent ran, ``consults`` how often it asked tom.
    """

    opening: str
    exchanges: tuple[Exchange, ...]
    patch: str
    commands: tuple[str, ...]
    consults: int
    steps: int
    ended: Ended
    trouble: str
    seconds: float
    parts: tuple[Part, ...]
