"""How far a simulator and people are apart on each feature, and which of the two has more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tom_evals.common.stats import RESAMPLES, SEED, Interval, bootstraps
from tom_evals.usi.features import DIMENSIONS, Dimension, Feature
from tom_evals.usi.score import PERCENT, Study, dice, rows
from tom_evals.usi.sessions import ORDER, SCALE, Floats


class Gap(NamedTuple):
    """One feature of both, rates in percent, and how alike they are, 0 to 100."""

    feature: Feature
    people: float
    simulator: float
    likeness: Interval

    @property
    def gap(self) -> float:
        """From -1 (people alone have it) to 1 (the simulator alone): how far apart they are.

        (simulator - people) / (simulator + people), and 0 where both are zero. Without its sign
        it is 1 less Sorensen and Dice's similarity.
        """
        total = self.simulator + self.people
        return (self.simulator - self.people) / total if total else 0.0


class Comparison(NamedTuple):
    """Sessions of both that are not on the same tasks, so that nothing is paired."""

    gaps: tuple[Gap, ...]
    dimensions: Mapping[Dimension, Interval]
    """0 to 100."""
    total: Interval
    """The mean of the dimensions."""


def gaps(study: Study, *, resamples: int = RESAMPLES) -> tuple[Gap, ...]:
    """The gap of each feature on the same tasks: means over batches, intervals over tasks.

    Features are nan where no batch has a task in common with the simulator.
    """
    batches = range(len(study.reference.success))

    def both(drawn: Study) -> list[tuple[Floats, Floats]]:
        return [found for batch in batches if (found := rows(drawn, batch))]

    def alike(drawn: Sequence[int]) -> Sequence[float]:
        pairs = both(
            study._replace(simulator=study.simulator.on(drawn), reference=study.reference.on(drawn))
        )
        if not pairs:
            return [np.nan] * len(ORDER)
        return list(PERCENT * np.mean([dice(*pair) for pair in pairs], axis=0))

    tasks = range(len(study.bins))
    between = bootstraps(tasks, lambda task: task, alike, resamples=resamples)
    pairs = both(study) or [(np.full(len(ORDER), np.nan),) * 2]
    simulator, people = np.mean(pairs, axis=0)
    return tuple(map(Gap, ORDER, map(float, people), map(float, simulator), between))


def unpaired(
    simulated: Floats, people: Floats, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """Two sets of sessions, each session by feature as `features` gives them, one at least each.

    Intervals: 95 % bootstrap, drawing sessions of both anew.
    """
    random = np.random.default_rng(seed)

    def means(sessions: Floats) -> Floats:
        """The row, and then a row of each draw."""
        chosen = random.integers(len(sessions), size=(resamples, len(sessions)))
        return np.vstack([sessions.mean(axis=0), sessions[chosen].mean(axis=1)]) * SCALE

    ours, theirs = means(simulated), means(people)
    alike = PERCENT * dice(ours, theirs)
    groups = {
        dimension: alike[:, [ORDER.index(each) for each in members]].mean(axis=1)
        for dimension, members in DIMENSIONS.items()
    }
    return Comparison(
        tuple(
            Gap(feature, float(theirs[0, at]), float(ours[0, at]), _interval(alike[:, at]))
            for at, feature in enumerate(ORDER)
        ),
        {dimension: _interval(values) for dimension, values in groups.items()},
        _interval(np.mean(list(groups.values()), axis=0)),
    )


def _interval(values: Floats) -> Interval:
    """The first value, between percentiles of the others."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Interval(float(values[0]), float(low), float(high))
