"""Scores of the replay: rates, a paired test, and whether a figure is the one printed. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tom_evals.ambig_swe.data import Gain, Issue, Seen, Talk
from tom_evals.clarity.score import false_negative_rate, false_positive_rate
from tom_evals.stats import Counts, Interval, bootstraps

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


def repository(instance: str) -> str:
    """The repository that an instance is of."""
    return instance.rpartition("-")[0]


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


def ratio(part: float, whole: float) -> float:
    """Nan of nothing."""
    return part / whole if whole else math.nan


# Resolving


def resolve_rate(solved: Mapping[str, bool], instances: Collection[str]) -> Interval:
    """The share of all instances that were resolved; one without a result was not."""
    rows = [(each, (float(solved.get(each, False)), 1.0)) for each in instances]
    return intervals(rows, lambda sums: [ratio(sums[0], sums[1])])[0]


class SignedRank(NamedTuple):
    """Paired differences: how many rose, fell, and how likely by chance (two-sided)."""

    gains: int
    losses: int
    pairs: int
    p: float


def signed_rank(before: Sequence[float], after: Sequence[float]) -> SignedRank:
    """Wilcoxon's signed-rank test by the normal approximation.

    Pairs without a difference are dropped (Wilcoxon 1945), ties have their mean rank and lessen
    the variance by (t³ - t) / 48 (Hollander and Wolfe 1999, section 3.1); there is no correction
    for continuity. That is ``scipy.stats.wilcoxon`` at its defaults for samples with ties. Of
    yes/no pairs all differences tie, and z is (gains - losses) / √(gains + losses): McNemar's
    test.
    """
    differences = [b - a for a, b in zip(before, after, strict=True) if a != b]
    many = len(differences)
    gains = sum(each > 0 for each in differences)
    if not many:
        return SignedRank(0, 0, len(before), 1.0)
    sizes = Counter(map(abs, differences))
    rank: dict[float, float] = {}
    below = 0
    for size in sorted(sizes):
        rank[size] = below + (sizes[size] + 1) / 2
        below += sizes[size]
    rise = math.fsum(rank[abs(each)] for each in differences if each > 0)
    tied = math.fsum(t**3 - t for t in sizes.values())
    variance = many * (many + 1) * (2 * many + 1) / 24 - tied / 48
    z = (rise - many * (many + 1) / 4) / math.sqrt(variance)
    p = math.erfc(abs(z) / math.sqrt(2))
    return SignedRank(gains, many - gains, len(before), p)


def sign_test(gains: int, losses: int) -> float:
    """The exact chance of a split at least as uneven where either way is as likely."""
    many = gains + losses
    tail = sum(math.comb(many, k) for k in range(min(gains, losses) + 1))
    return min(1.0, 2 * tail / 2**many)


def paired(before: Mapping[str, bool], after: Mapping[str, bool]) -> SignedRank:
    """`signed_rank` over the instances that both have, whatever their order."""
    both = sorted(before.keys() & after.keys())
    return signed_rank([before[each] for each in both], [after[each] for each in both])


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
