"""What of the evidence a ranking brings, and how rankings are made and chosen. Pure."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tom_evals.common.stats import Interval, bootstraps
from tom_evals.recall.data import Place

DEPTHS = (5, 10, 20)
# Cormack, Clarke and Büttcher 2009.
RRF_K = 60


class Found(NamedTuple):
    """What a ranking brought for a question: recall of turns and of sessions at each depth."""

    dialogue: str
    category: int
    turns: tuple[float, ...]
    sessions: tuple[float, ...]


def recall_at(ranked: Sequence[Hashable], wanted: Collection[Hashable], depth: int) -> float:
    """The share of what is wanted among the first ``depth``; 0 where nothing can be found."""
    if not wanted:
        return 0.0
    return len(set(ranked[:depth]).intersection(wanted)) / len(set(wanted))


def distinct[T: Hashable](ranked: Iterable[T]) -> list[T]:
    """Each once, where it first stands."""
    return list(dict.fromkeys(ranked))


def found(
    dialogue: str, category: int, ranked: Sequence[Place], evidence: Collection[Place]
) -> Found:
    """Scores one ranking of turns; a session ranks where its first turn does."""
    sessions = distinct(place.session for place in ranked)
    wanted = {place.session for place in evidence}
    return Found(
        dialogue,
        category,
        tuple(recall_at(ranked, evidence, depth) for depth in DEPTHS),
        tuple(recall_at(sessions, wanted, depth) for depth in DEPTHS),
    )


def fused(rankings: Iterable[Sequence[int]]) -> list[int]:
    """Reciprocal rank fusion: by the sum of 1 / (60 + rank) over the rankings."""
    score: dict[int, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(ranking, 1):
            score[each] = score.get(each, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(score, key=lambda each: (-score[each], each))


def means(cases: Sequence[Found]) -> list[float]:
    """Mean recall over questions: of turns at every depth, then of sessions."""
    rows = np.array([(*case.turns, *case.sessions) for case in cases], dtype=float)
    columns: list[float] = rows.mean(axis=0).tolist()
    return columns


def intervals(cases: Sequence[Found]) -> list[Interval]:
    """`means` with intervals over dialogues."""
    return bootstraps(cases, lambda case: case.dialogue, means)


def left_out[C: Hashable](choices: Mapping[C, Sequence[Found]], depth: int) -> dict[str, C]:
    """For each dialogue the choice that finds most turns in the other dialogues.

    Leave-one-group-out: nothing of a dialogue decides what it is scored with.
    """
    at = DEPTHS.index(depth)

    def elsewhere(choice: C, dialogue: str) -> float:
        return float(np.mean([c.turns[at] for c in choices[choice] if c.dialogue != dialogue]))

    groups = distinct(case.dialogue for cases in choices.values() for case in cases)
    return {group: max(choices, key=lambda c: elsewhere(c, group)) for group in groups}
