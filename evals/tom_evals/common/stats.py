"""Scores and how sure they are. Pure; every figure is between 0 and 1 unless said otherwise."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 1000
SEED = 20261124


class Interval(NamedTuple):
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Counts(NamedTuple):
    """Right and wrong answers of a yes/no question."""

    hits: int
    false_alarms: int
    misses: int
    rejections: int

    @property
    def precision(self) -> float:
        """The share of yeses that were right; 0 where there was none."""
        said = self.hits + self.false_alarms
        return self.hits / said if said else 0.0

    @property
    def recall(self) -> float:
        """The share of what was there that was found; 0 where nothing was."""
        there = self.hits + self.misses
        return self.hits / there if there else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = 2 * self.hits + self.false_alarms + self.misses
        return 2 * self.hits / total if total else 0.0

    @property
    def accuracy(self) -> float:
        """The share of answers that were right."""
        total = sum(self)
        return (self.hits + self.rejections) / total if total else 0.0


def counts(truth: Iterable[bool], said: Iterable[bool]) -> Counts:
    """Counts what was said against what is true."""
    seen = Counter(zip(truth, said, strict=True))
    return Counts(seen[True, True], seen[False, True], seen[True, False], seen[False, False])


def false_positive_rate(seen: Counts) -> float:
    """The share of what is false that was said to be true; 0 where there is none."""
    clear = seen.false_alarms + seen.rejections
    return seen.false_alarms / clear if clear else 0.0


def false_negative_rate(seen: Counts) -> float:
    """The share of what is true that was said to be false; 0 where there is none."""
    return 1.0 - seen.recall if seen.hits + seen.misses else 0.0


def ratio(part: float, whole: float) -> float:
    """Nan of nothing."""
    return part / whole if whole else math.nan


def auc(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """The chance that a true case scores above a false one, ties counting half.

    Mann and Whitney's U over the number of pairs. Nan where all cases are alike.
    """
    true = np.array([s for t, s in zip(truth, scores, strict=True) if t], dtype=float)
    false = np.array([s for t, s in zip(truth, scores, strict=True) if not t], dtype=float)
    if not len(true) or not len(false):
        return float("nan")
    false.sort()
    below = np.searchsorted(false, true, side="left")
    not_above = np.searchsorted(false, true, side="right")
    return float((below + not_above).mean() / 2 / len(false))


def precision_at_recall(truth: Sequence[bool], scores: Sequence[float], wanted: float) -> float:
    """The best precision of any threshold whose recall is at least ``wanted``."""
    order = np.argsort(-np.asarray(scores, dtype=float), kind="stable")
    hit = np.asarray(truth, dtype=bool)[order]
    ranked = np.asarray(scores, dtype=float)[order]
    found = np.cumsum(hit)
    # A threshold takes all that score alike, or none of them.
    ends = np.append(ranked[1:] != ranked[:-1], True)
    if not len(found) or not found[-1]:
        return float("nan")
    precision = found / np.arange(1, len(found) + 1)
    usable = ends & (found / found[-1] >= wanted)
    return float(precision[usable].max())


def brier(truth: Sequence[bool], sure: Sequence[float]) -> float:
    """The mean squared distance of a confidence from what is true; lower is better."""
    return float(np.mean((np.asarray(sure, dtype=float) - np.asarray(truth, dtype=float)) ** 2))


def reliability(
    truth: Sequence[bool], sure: Sequence[float], bins: int = 5
) -> list[tuple[float, float, int]]:
    """(mean confidence, share true, how many) of each bin of equal width that holds any."""
    at = np.minimum((np.asarray(sure, dtype=float) * bins).astype(int), bins - 1)
    rows: list[tuple[float, float, int]] = []
    for number in range(bins):
        inside = at == number
        if inside.any():
            rows.append(
                (
                    float(np.asarray(sure, dtype=float)[inside].mean()),
                    float(np.asarray(truth, dtype=float)[inside].mean()),
                    int(inside.sum()),
                )
            )
    return rows


def bootstrap[T](
    cases: Sequence[T],
    group_of: Callable[[T], Hashable],
    score: Callable[[Sequence[T]], float],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """A score with its 95 % interval, drawing whole groups (users, repositories) anew.

    Percentiles of ``score`` over ``resamples`` draws with replacement of as many groups as
    there are; draws on which the score is undefined (nan) are left out.
    """
    return bootstraps(
        cases, group_of, lambda drawn: (score(drawn),), resamples=resamples, seed=seed
    )[0]


def bootstraps[T](
    cases: Sequence[T],
    group_of: Callable[[T], Hashable],
    scores: Callable[[Sequence[T]], Sequence[float]],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> list[Interval]:
    """Several scores with their intervals, as `bootstrap`, all on the same draws."""
    groups: dict[Hashable, list[T]] = {}
    for case in cases:
        groups.setdefault(group_of(case), []).append(case)
    members: list[list[T]] = list(groups.values())
    random = np.random.default_rng(seed)
    drawn: list[Sequence[float]] = []
    for _ in range(resamples):
        chosen = map(int, random.integers(len(members), size=len(members)))
        drawn.append(scores([case for index in chosen for case in members[index]]))
    found: list[Interval] = []
    for value, column in zip(scores(cases), np.array(drawn, dtype=float).T, strict=True):
        kept = column[~np.isnan(column)]
        low, high = np.percentile(kept, [2.5, 97.5]) if len(kept) else (np.nan, np.nan)
        found.append(Interval(float(value), float(low), float(high)))
    return found
