"""Tests of paired differences: what rose, what fell, and how likely by chance. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple


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
