"""What goes between an agent and its user. Values only; no agent is loaded here."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol


class Manner(StrEnum):
    """What a user did, as it stands in an answer."""

    ANSWERED = "answered"
    CUT = "answered-cut"  # as answered; the words were more than the limit
    UNSPECIFIC = "not-specific"  # asked for the question instead of answering it
    UNKNOWN = "no-information"
    REFUSED = "refused"
    LEFT = "left"
    CAPPED = "capped"  # asked too often: the last words
    CONTINUE = "continue"  # nobody answers, or no more
    GO_ON = "go-on"  # nothing was asked
    DONE = "done"


class Level(IntEnum):
    """The most sensitive thing in an answer, as UserVille's released code numbers it."""

    REQUEST = 1  # the request in full, and no more
    HINT = 2  # what is known beyond it
    REFUSED = 3  # it could not or would not be answered
    FILE = 4  # the file to change
    SYMBOL = 5  # the function or class to change


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

    ``manner`` names what the user did, for the scores.
    """

    text: str
    manner: str
    over: bool = False


class Exchange(NamedTuple):
    """The agent's words to the user and what came back, after so many events.

    ``level`` is what the answer gave away and ``broke`` whether the question broke the user's
    preference; None where nobody judged.
    """

    said: str
    answer: str
    manner: str
    events: int
    level: Level | None = None
    broke: bool | None = None


class User(Protocol):
    """The person on the other side, simulated."""

    def opening(self) -> str:
        """The request that the session begins with."""
        ...

    def answer(self, said: Said) -> Answer:
        """What the user says to the agent's words. Raises ModelFault where a model plays them."""
        ...
