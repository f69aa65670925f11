"""What a reader found against what was stated. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from tom_evals.common.stats import Counts, Interval, auc, bootstraps, counts, precision_at_recall
from tom_evals.reading.data import Case

RECALLS = (0.2, 0.3, 0.5)
FIGURES = ("precision", "recall", "F1", "AUC")


class Judged(NamedTuple):
    """A case with what a reader made of it: how likely it states something, and whether it does."""

    case: Case
    score: float
    said: bool
    dimensions: frozenset[str] = frozenset()


def tallied(judged: Iterable[Judged]) -> Counts:
    """Right and wrong, message by message."""
    judged = list(judged)
    return counts((j.case.states for j in judged), (j.said for j in judged))


def figures(judged: Sequence[Judged]) -> Sequence[Interval | float]:
    """`FIGURES`, with intervals over people where there are several."""
    rows = [(j.case.group, j.case.states, j.said, j.score) for j in judged]
    if len({group for group, *_ in rows}) == 1:
        return _figures(rows)
    return bootstraps(rows, lambda row: row[0], _figures)


def _figures(rows: Sequence[tuple[str, bool, bool, float]]) -> Sequence[float]:
    _, states, said, scores = zip(*rows, strict=True)
    seen = counts(states, said)
    return seen.precision, seen.recall, seen.f1, auc(states, scores)


def at_recalls(judged: Sequence[Judged]) -> list[float]:
    """The best precision at each of `RECALLS`."""
    truth, scores = [j.case.states for j in judged], [j.score for j in judged]
    return [precision_at_recall(truth, scores, wanted) for wanted in RECALLS]


def by(
    judged: Iterable[Judged], key: Callable[[Case], Hashable]
) -> dict[Hashable, tuple[int, int, Counts]]:
    """(cases, of them stating something, counts) of each group of cases, in their order."""
    groups: dict[Hashable, list[Judged]] = {}
    for each in judged:
        groups.setdefault(key(each.case), []).append(each)
    return {
        name: (len(members), sum(j.case.states for j in members), tallied(members))
        for name, members in groups.items()
    }


def macro_f1(judged: Iterable[Judged]) -> float:
    """The mean F1 over dimensions, each with its own distractors; 0 where there are none."""
    each = [counted.f1 for _, _, counted in by(judged, lambda case: case.dimension).values()]
    return sum(each) / len(each) if each else 0.0
