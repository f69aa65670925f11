"""What the episodes come to, arm by arm, and whether arms differ. Pure.

Intervals are 95 % bootstrap intervals over profiles; shares are between 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from tom_evals.common.harness.session import Ended, Part
from tom_evals.common.paired import SignedRank, signed_rank
from tom_evals.common.stats import Interval, bootstrap, ratio
from tom_evals.people import Exchange, Manner
from tom_evals.stateful_swe.adherence import Finding, Outcome
from tom_evals.stateful_swe.judge import Satisfaction, Unjudged

_UNASKED = (Manner.GO_ON, Manner.DONE)
UNFITTING = (Manner.REFUSED, Manner.LEFT, Manner.CAPPED)


class Row(NamedTuple):
    """One episode and what came of it. An episode that failed is a row too, and not resolved."""

    profile: str
    instance: str
    arm: str
    resolved: bool
    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]
    satisfaction: Satisfaction | Unjudged
    parts: tuple[Part, ...]
    seconds: float
    ended: Ended

    @property
    def asked(self) -> list[str]:
        """What the user did at each message that asked something."""
        return [each.manner for each in self.exchanges if each.manner not in _UNASKED]


class Spent(NamedTuple):
    """What a part used in a session, on average; a session without the part used nothing of it.

    ``cost`` is in USD and leaves out the ``unpriced``, whose price is not known; None where
    none is.
    """

    tokens_in: float
    tokens_out: float
    cost: float | None
    unpriced: int


type Arms = Mapping[str, Sequence[Row]]


def by_arm(rows: Iterable[Row]) -> Arms:
    """The rows of each arm, arms in the order of their first row."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.arm, []).append(row)
    return found


def resolved(rows: Sequence[Row]) -> Interval:
    """The share of episodes that resolved their issue."""
    return over_profiles(rows, lambda drawn: mean(float(each.resolved) for each in drawn))


def kept(rows: Sequence[Row]) -> Interval:
    """The share kept of the preferences that were told to be kept or broken."""
    return over_profiles(rows, lambda drawn: share_kept(f for each in drawn for f in each.findings))


def fitted(rows: Sequence[Row]) -> Interval:
    """The share of asking messages that the user neither refused nor was tired of."""
    return over_profiles(
        rows,
        lambda drawn: mean(
            float(manner not in UNFITTING) for each in drawn for manner in each.asked
        ),
    )


def spent(rows: Sequence[Row]) -> dict[str, Spent]:
    """What each part used, by its name."""
    names = dict.fromkeys(part.name for row in rows for part in row.parts)
    used = {name: [p for row in rows for p in row.parts if p.name == name] for name in names}
    return {name: _spent(parts, len(rows)) for name, parts in used.items()}


def pairs(arms: Arms) -> Iterator[tuple[str, str, str, SignedRank]]:
    """Each measure between each two arms, over the pairs of episodes that both have it of."""
    measures: dict[str, Callable[[Row], float]] = {
        "resolved": lambda row: float(row.resolved),
        "satisfaction, overall": lambda row: mark(row, "overall"),
        "preferences kept": lambda row: share_kept(row.findings),
    }
    for name, measure in measures.items():
        for before, after in combinations(arms, 2):
            one, other = (
                {(r.profile, r.instance): v for r in arms[arm] if not math.isnan(v := measure(r))}
                for arm in (before, after)
            )
            both = sorted(one.keys() & other.keys())
            test = signed_rank([one[each] for each in both], [other[each] for each in both])
            yield name, before, after, test


def mark(row: Row, scale: str) -> float:
    """A mark of a row; nan where it is unjudged."""
    found = row.satisfaction
    return float(getattr(found.marks, scale)) if isinstance(found, Satisfaction) else math.nan


def share_kept(found: Iterable[Finding]) -> float:
    """The share kept of what was kept or broken; nan of neither."""
    told = [each.outcome for each in found]
    numbers = told.count(Outcome.KEPT), told.count(Outcome.BROKEN)
    return ratio(numbers[0], sum(numbers))


def mean(values: Iterable[float]) -> float:
    """The mean; nan of nothing."""
    known = list(values)
    return ratio(math.fsum(known), len(known))


def over_profiles(rows: Sequence[Row], score: Callable[[Sequence[Row]], float]) -> Interval:
    """A score with its interval over profiles; nan of no rows."""
    if not rows:
        return Interval(math.nan, math.nan, math.nan)
    return bootstrap(rows, lambda row: row.profile, score)


def _spent(parts: Sequence[Part], sessions: int) -> Spent:
    costs = [each.cost for each in parts if each.cost is not None]
    unpriced = len(parts) - len(costs)
    return Spent(
        tokens_in=ratio(sum(each.tokens_in for each in parts), sessions),
        tokens_out=ratio(sum(each.tokens_out for each in parts), sessions),
        cost=math.fsum(costs) / (sessions - unpriced) if costs else None,
        unpriced=unpriced,
    )
