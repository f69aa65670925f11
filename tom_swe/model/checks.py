"""Checks of confirmed rules: what they look for, what tom does at a breach, and the breaches."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from tom_swe.model.base import Value


class Mode(StrEnum):
    """What tom does at a breach."""

    OFF = "off"
    OBSERVE = "observe"  # it is counted, and nothing is said
    REMIND = "remind"  # the agent gets one line at that moment
    ASK = "ask"  # the host asks the person
    BLOCK = "block"  # the agent cannot do it


class CheckOutcome(StrEnum):
    """What tom did at a breach."""

    COUNTED = "counted"
    REMINDED = "reminded"
    ASKED = "asked"
    BLOCKED = "blocked"
    LET_THROUGH = "let through"  # the agent did it again after it was blocked
    FALSE_ALARM = "false alarm"  # the person said that it was none


class Compiled(Value):
    """What a rule is checked by. ``spec`` is what `checks.judging` reads, ``says`` plain words."""

    spec: Mapping[str, Any]
    says: str


class CheckHit(Value):
    """A breach that a check found in a session, without anybody's words."""

    host: str
    host_id: str
    at: datetime
    mode: Mode
    outcome: CheckOutcome


class Check(Value):
    """The check of a belief, and what the person chose for it. Its number is the belief's.

    ``off_in`` are the repositories in which it is off.
    """

    belief_id: int
    statement: str
    quote: str
    scope: str
    spec: Mapping[str, Any]
    says: str
    mode: Mode = Mode.OBSERVE
    off_in: tuple[str, ...] = ()
    hits: tuple[CheckHit, ...] = ()

    def count(self, outcome: CheckOutcome) -> int:
        """How many breaches came to this."""
        return sum(each.outcome is outcome for each in self.hits)
