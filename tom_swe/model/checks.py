"""Checks of confirmed rules: what is looked for, what is done about it, and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from tom_swe.model.base import Value


class Mode(StrEnum):
    """What is done about a breach."""

    OFF = "off"
    OBSERVE = "observe"  # it is counted, and nothing is said
    REMIND = "remind"  # the agent is told at that moment
    ASK = "ask"  # the host asks the person
    BLOCK = "block"  # the agent cannot do it


class CheckOutcome(StrEnum):
    """What came of a breach."""

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
    """A breach that was met in a session; no word of anybody's."""

    host: str
    host_id: str
    at: datetime
    mode: Mode
    outcome: CheckOutcome


class Check(Value):
    """A check of a belief, which it is named by, and what the person wants of it.

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
