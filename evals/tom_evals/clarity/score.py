"""Scores of telling vague from clear requests. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tom_evals.common.stats import Counts, auc, counts


class Judged(NamedTuple):
    """A request with its label and how vague it was found; above 0 it would be asked about."""

    group: str
    vague: bool
    score: float


def area(judged: Sequence[Judged]) -> float:
    """The chance that a vague request scores above a clear one."""
    return auc([each.vague for each in judged], [each.score for each in judged])


def asked(judged: Sequence[Judged]) -> Counts:
    """What would be asked about against what is vague."""
    return counts((each.vague for each in judged), (each.score > 0 for each in judged))


def accuracy(judged: Sequence[Judged]) -> float:
    """The share told right."""
    return asked(judged).accuracy


class Ceiling(NamedTuple):
    """How well labels can be met: the share of the vague that are found, and the area."""

    recall: float
    area: float


def second_reader(kappa: float, share: float) -> Ceiling:
    """How another reader as good as the first meets the first one's labels.

    Two readers who both call a share p vague agree on p² + κp(1-p) of all: so one finds
    p + κ(1-p) of what the other calls vague and calls vague p(1-κ) of the rest. As a score of
    two values their answers have the area (1 + κ) / 2.
    """
    return Ceiling(share + kappa * (1.0 - share), (1.0 + kappa) / 2.0)


def truth_itself(kappa: float, share: float) -> Ceiling:
    """How one who knew the truth would meet the labels of readers who err by themselves.

    Where readers err independently of each other, their agreement κ is the square of the
    correlation of each with the truth (Spearman's attenuation), so that √κ takes κ's place.
    """
    return second_reader(math.sqrt(kappa), share)
