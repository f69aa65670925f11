"""A coding agent as a terminal sees it: what it does, and what can be asked of it.

Loads nothing of any agent, so that a terminal can draw its prompt before one is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from tom_swe.model.base import Value


class Call(Value):
    """A tool that the agent calls, or wants to. ``summary`` is the agent's own, or empty."""

    id: str
    tool: str
    arguments: Mapping[str, Any] = {}
    summary: str = ""


class Streamed(Value):
    """A piece of what the agent is saying."""

    text: str


class AgentSaid(Value):
    """What the agent said, whole; ``last`` where its turn ends with it.

    ``finished`` where it thereby declared the task done, rather than wait for an answer.
    """

    text: str
    last: bool = False
    finished: bool = False


class Called(Value):
    """The agent called a tool."""

    call: Call


class Returned(Value):
    """What a tool gave back. ``before`` and ``after`` are a file's text where it was edited."""

    tool: str
    text: str
    failed: bool = False
    path: str = ""
    before: str | None = None
    after: str | None = None
    exit_code: int | None = None


class Refusal(Value):
    """A call that the person, or a hook of theirs, refused."""

    tool: str
    reason: str


class Trouble(Value):
    """Something that went wrong outside the agent's tools."""

    text: str


type Happening = Streamed | AgentSaid | Called | Returned | Refusal | Trouble


class Rest(StrEnum):
    """Why a run came to rest."""

    DONE = "done"  # the agent has nothing more to do
    WAITING = "waiting"  # calls wait to be approved
    INTERRUPTED = "interrupted"  # the person stopped it
    FAILED = "failed"  # a fault, a limit, or going round in circles


class Spent(Value):
    """What one part of the session has cost. ``cost`` is in USD; None where no price is known."""

    usage: str
    tokens_in: int
    tokens_out: int
    cached: int
    cost: float | None


class Coder(Protocol):
    """A coding agent at work in one folder."""

    @property
    def id(self) -> str:
        """The conversation's id, to resume it by."""
        ...

    @property
    def last_words(self) -> str:
        """What the agent said last; "" where it has said nothing yet."""
        ...

    async def send(self, text: str, beside: str = "") -> None:
        """Gives the agent the person's words, and beside them what is not theirs."""
        ...

    async def run(self) -> Rest:
        """Lets it work until it comes to rest."""
        ...

    def pending(self) -> tuple[Call, ...]:
        """The calls that wait; running on approves them."""
        ...

    def printed(self, command: str) -> str:
        """What a command that runs has printed so far; from any thread."""
        ...

    def refuse(self, reason: str) -> None:
        """Refuses the calls that wait, for a reason that the agent is told."""
        ...

    def interrupt(self) -> None:
        """Stops a run at once; safe from a signal handler."""
        ...

    def spent(self) -> tuple[Spent, ...]:
        """What the session has cost so far, resumed parts too."""
        ...

    def close(self) -> None:
        """Ends it and all processes of it."""
        ...
