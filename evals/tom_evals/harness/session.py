"""What goes between a coding agent and its user, and what came of it. No agent is loaded here."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Protocol


class Said(NamedTuple):
    """What the agent said when it handed the turn back, and how far it was.

    ``events`` counts the messages, calls and results of the session so far. ``done`` where the
    agent declared that it had finished.
    """

    text: str
    events: int
    done: bool = False


class Answer(NamedTuple):
    """What the user says back. ``over`` ends the session: nothing is said any more.

    ``manner`` names what the user did, for the scores: answered, refused, no-information, go-on,
    left, ...
    """

    text: str
    manner: str
    over: bool = False


class User(Protocol):
    """The person on the other side, simulated."""

    def opening(self) -> str:
        """The request that the session begins with."""
        ...

    def answer(self, said: Said) -> Answer:
        """What the user says to the agent's words. Raises ModelFault where a model plays them."""
        ...


class Exchange(NamedTuple):
    """The agent's words to the user and what came back, after so many events."""

    said: str
    answer: str
    manner: str
    events: int


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
