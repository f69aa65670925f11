"""Calls of a language model: what is asked, what was spent, and how much may be."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Literal

from tom_swe.model.base import Value


class Purpose(StrEnum):
    """What a model is called for."""

    READING = "reading"
    COMPARING = "comparing"  # made no more; older ledgers have it
    ADVISING = "advising"
    CHECKING = "checking"  # whether it answers at all
    MEASURING = "measuring"  # as a part of a benchmark


class Message(Value):
    """One message of a prompt after the system's."""

    role: Literal["user", "assistant"]
    text: str


class Prompt(Value):
    """What a model is asked. ``system`` is the same for every call of one purpose.

    So is the schema of the reply, which follows it: providers that cache prompts by their
    beginning then find one.
    """

    system: str
    messages: tuple[Message, ...]


class Settled(StrEnum):
    """How a call ended."""

    OPEN = "open"  # under way, or its process ended before it did
    ANSWERED = "answered"
    BAD = "bad"  # the reply did not fit what was asked
    FAILED = "failed"  # no reply came


class Usage(Value):
    """What a call has used. ``cost`` is in USD, None where no price is known.

    ``cached`` of the ``tokens_in`` were read from the provider's cache.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        known = self.cost is not None or other.cost is not None
        return Usage(
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            cached=self.cached + other.cached,
            cost=(self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )


class Estimate(Value):
    """What reading so many sessions is likely to take."""

    sessions: int = 0
    calls: int = 0
    usage: Usage = Usage()


class Limits(Value):
    """What may be used from ``since`` on: USD where a price is known, tokens where none is."""

    since: datetime
    budget: float
    tokens: int


class ModelCall(Value):
    """One call in the ledger. Until it is settled, ``usage`` is the most that it may use."""

    id: int
    at: datetime
    model: str
    purpose: Purpose
    session_id: int | None
    usage: Usage
    milliseconds: int | None
    settled: Settled


class Used(Value):
    """What counts against limits: the USD of calls with a price, the tokens of those without."""

    cost: float = 0.0
    tokens: int = 0


class By(StrEnum):
    """What calls are put together by."""

    DAY = "day"
    PURPOSE = "purpose"
    SESSION = "session"
    MODEL = "model"


class Spending(Value):
    """The usage of one group of calls.

    ``usage.cost`` is the sum of the known prices. ``unpriced`` of the ``calls`` used tokens
    that have no known price; ``open`` ones are counted with the most that they may use.
    """

    group: str
    calls: int
    usage: Usage
    unpriced: int
    open: int
    bad: int
    failed: int


def day_of(now: datetime) -> datetime:
    """When the day of ``now`` began where ``now`` is, in UTC; without a zone it is local time.

    Local time knows by itself that clocks were changed since midnight; the fixed offset that
    ``astimezone()`` gives does not.
    """
    return now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def used_by(calls: Iterable[ModelCall]) -> Used:
    """What these calls count against limits."""
    usages = [call.usage for call in calls]
    return Used(
        cost=sum(each.cost for each in usages if each.cost is not None),
        tokens=sum(each.tokens_in + each.tokens_out for each in usages if each.cost is None),
    )


def grouped(calls: Iterable[ModelCall], by: By, zone: tzinfo | None = None) -> list[Spending]:
    """What calls used, put together; groups stand in the order of their first call.

    Days are those of ``zone``, by default the local one. Sessions are named as s12; calls
    for no session, or for one that was forgotten, are in the group "".
    """
    name = _names(zone)[by]
    groups: dict[str, list[ModelCall]] = {}
    for call in calls:
        groups.setdefault(name(call), []).append(call)
    return [_spending(group, members) for group, members in groups.items()]


def _names(zone: tzinfo | None) -> dict[By, Callable[[ModelCall], str]]:
    return {
        By.DAY: lambda call: f"{call.at.astimezone(zone):%Y-%m-%d}",
        By.PURPOSE: lambda call: call.purpose.value,
        By.SESSION: lambda call: "" if call.session_id is None else f"s{call.session_id}",
        By.MODEL: lambda call: call.model,
    }


def _spending(group: str, calls: list[ModelCall]) -> Spending:
    def ended(settled: Settled) -> int:
        return sum(call.settled is settled for call in calls)

    priceless = [call.usage for call in calls if call.usage.cost is None]
    return Spending(
        group=group,
        calls=len(calls),
        usage=sum((call.usage for call in calls), Usage()),
        unpriced=sum(usage.tokens_in + usage.tokens_out > 0 for usage in priceless),
        open=ended(Settled.OPEN),
        bad=ended(Settled.BAD),
        failed=ended(Settled.FAILED),
    )
