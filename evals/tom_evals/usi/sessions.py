"""Conversations as arrays of features and successes, for whole groups to be drawn and averaged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_evals.usi.features import PLAIN, Feature, features
from tom_evals.usi.transcripts import Conversation, Patterns

CUTS = (0.2, 0.4, 0.6, 0.8)
PERCENT = 100.0

type Floats = NDArray[np.float64]

ORDER = list(Feature)
SCALE = np.array([1.0 if feature in PLAIN else PERCENT for feature in ORDER])


class Sessions(NamedTuple):
    """Groups of sessions as arrays, nan where there is none."""

    features: Floats
    """By group, task and feature, in the order of `Feature`."""
    success: Floats
    """By group and task: 0 or 1; nan also where nobody told."""

    def group(self, number: int) -> Sessions:
        """One group alone."""
        return Sessions(self.features[[number]], self.success[[number]])

    def on(self, tasks: Sequence[int]) -> Sessions:
        """All groups on some tasks, by their places; one may stand more than once."""
        return Sessions(self.features[:, tasks], self.success[:, tasks])


def sessions(
    groups: Sequence[Iterable[Conversation]], tasks: Sequence[str], patterns: Patterns
) -> Sessions:
    """The sessions of each group on these tasks, others left out.

    Raises ValueError where a group has two sessions on one task.
    """
    place = {task: number for number, task in enumerate(tasks)}
    measured = np.full((len(groups), len(tasks), len(ORDER)), np.nan)
    success = np.full((len(groups), len(tasks)), np.nan)
    for number, group in enumerate(groups):
        seen: set[str] = set()
        for each in group:
            if each.task not in place:
                continue
            if each.task in seen:
                raise ValueError(f"two sessions on {each.task} in one group")
            seen.add(each.task)
            if each.success is not None:
                success[number, place[each.task]] = each.success
            if each.user:
                found = features(each.user, patterns)
                measured[number, place[each.task]] = [found[feature] for feature in ORDER]
    return Sessions(measured, success)


def bins(tasks: Sequence[str], difficulty: Mapping[str, float]) -> NDArray[np.intp]:
    """The bin of each task, from 0 (hardest) to 4; -1 where its difficulty is not known."""
    levels = np.array([difficulty.get(task, np.nan) for task in tasks], dtype=np.float64)
    return np.where(np.isnan(levels), -1, np.digitize(levels, CUTS)).astype(np.intp)


def row(measured: Floats) -> Floats:
    """The mean of each feature over sessions (session by feature), rates in percent."""
    return measured.mean(axis=0) * SCALE


def pooled(found: Sessions) -> Mapping[Feature, float]:
    """The mean over groups of their rows, by feature; nan, where no group has a session."""
    rows = [row(group[there(group)]) for group in found.features if there(group).any()]
    if not rows:
        return dict.fromkeys(ORDER, float("nan"))
    return dict(zip(ORDER, map(float, np.mean(rows, axis=0)), strict=True))


def there(measured: Floats) -> NDArray[np.bool_]:
    """By task: whether there is a session with features (task by feature)."""
    return ~np.isnan(measured[:, 0])
