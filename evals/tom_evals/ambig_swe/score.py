"""Scores of the replay: rates, and whether a figure is the one printed. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tom_evals.ambig_swe.data import Gain, Issue, Seen, Talk
from tom_evals.common.harness.instance import repository
from tom_evals.common.stats import (
    Counts,
    Interval,
    bootstraps,
    false_negative_rate,
    false_positive_rate,
    ratio,
)

_WORD = re.compile(r"\w{2,}")
_PYTHON_NAME = re.compile(r"\w\.py\b")

type Row = tuple[str, Sequence[float]]
"""An instance with what it adds to the sums that a score is made of."""


def agrees(told: str, value: float) -> bool:
    """Whether a value rounds to the figure as it is printed, a half either way; nan never does."""
    if math.isnan(value):
        return False
    printed = Decimal(told)
    exponent = printed.as_tuple().exponent
    assert isinstance(exponent, int), "a figure, not nan"
    return abs(Decimal(value) - printed) <= Decimal(1).scaleb(exponent) / 2


def intervals(
    rows: Iterable[Row], scores: Callable[[Sequence[float]], Sequence[float]]
) -> list[Interval]:
    """Scores of the sums of all rows, at least one, with intervals over repositories."""
    sums: dict[str, list[float]] = {}
    for instance, parts in rows:
        so_far = sums.setdefault(repository(instance), [0.0] * len(parts))
        sums[repository(instance)] = [a + b for a, b in zip(so_far, parts, strict=True)]

    def scored(drawn: Sequence[tuple[str, list[float]]]) -> Sequence[float]:
        return scores([math.fsum(column) for column in zip(*(s for _, s in drawn), strict=True)])

    return bootstraps(list(sums.items()), lambda each: each[0], scored)


# Resolving


def resolve_rate(solved: Mapping[str, bool], instances: Collection[str]) -> Interval:
    """The share of all instances that were resolved; one without a result was not."""
    rows = [(each, (float(solved.get(each, False)), 1.0)) for each in instances]
    return intervals(rows, lambda sums: [ratio(sums[0], sums[1])])[0]


# Detection


class Detection(NamedTuple):
    """How well asking follows vagueness."""

    accuracy: Interval
    false_positives: Interval
    false_negatives: Interval


def detection(seen: Sequence[Seen]) -> Detection:
    """Asked about a full text is a false positive, silent on a vague one a false negative."""
    cells = [(True, True), (False, True), (True, False), (False, False)]
    rows = [
        (each.instance, [float((each.vague, each.asked) == cell) for cell in cells])
        for each in seen
    ]

    def rates(sums: Sequence[float]) -> Sequence[float]:
        found = Counts(*map(int, sums))
        return found.accuracy, false_positive_rate(found), false_negative_rate(found)

    return Detection(*intervals(rows, rates))


# Questions


def names_file(answers: str, files: Iterable[str]) -> bool:
    """Whether a path stands in the answers, bounded by what is no word character."""
    return any(re.search(rf"(?<!\w){re.escape(path)}(?!\w)", answers) for path in files)


class Navigation(NamedTuple):
    """Resolve rates where the answers name a file to change, and where they do not."""

    named: Interval
    named_cases: int
    other: Interval
    other_cases: int


def navigation(
    talks: Iterable[Talk], files: Mapping[str, Collection[str]], solved: Mapping[str, bool]
) -> Navigation:
    """Over the instances that have files and a result; those without a question are among them."""
    rows: list[tuple[str, tuple[int, ...]]] = []
    for talk in talks:
        judged = bool(files.get(talk.instance)) and talk.instance in solved
        won = judged and solved[talk.instance]
        answers = "\n".join(pair.answer for pair in talk.pairs)
        named = judged and names_file(answers, files[talk.instance])
        other = judged and not named
        rows.append((talk.instance, (named and won, named, other and won, other)))
    rates = intervals(rows, lambda s: [ratio(s[0], s[1]), ratio(s[2], s[3])])
    cases, others = sum(parts[1] for _, parts in rows), sum(parts[3] for _, parts in rows)
    return Navigation(rates[0], cases, rates[1], others)


def question_marks(talks: Iterable[Talk]) -> tuple[Interval, Interval]:
    """Question marks a message, and in all a session, of those in which anything was asked."""
    rows = [
        (
            talk.instance,
            (
                sum(pair.question.count("?") for pair in talk.pairs),
                len(talk.pairs),
                bool(talk.pairs),
            ),
        )
        for talk in talks
    ]
    message, session = intervals(rows, lambda s: [ratio(s[0], s[1]), ratio(s[0], s[2])])
    return message, session


def mean_gain(gains: Iterable[Gain]) -> Interval:
    """The mean information gain of a pair."""
    rows = [(each.instance, (each.value, 1.0)) for each in gains]
    return intervals(rows, lambda sums: [ratio(sums[0], sums[1])])[0]


# The texts


def names_python(text: str) -> bool:
    """Whether a name ends in ``.py``."""
    return bool(_PYTHON_NAME.search(text))


def kept_vocabulary(issue: Issue) -> float:
    """The share of a summary's words, of two letters at least, that its issue has too."""
    summary, full = (set(_WORD.findall(t.lower())) for t in (issue.summary, issue.full))
    return ratio(len(summary & full), len(summary))
