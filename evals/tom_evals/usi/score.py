"""How alike a simulator and reference people are: the User-Sim Index. Pure.

The formulas are those of Zhou, Sun et al., "Mind the Sim2Real Gap in User Simulation for Agentic
Tasks", arXiv 2026. Sessions are arrays of groups (a simulator's runs, batches of people) by
tasks, nan where a group has none of a task, so that tasks can be drawn anew at once.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_evals.common.stats import RESAMPLES, Interval, bootstraps
from tom_evals.usi.features import DIMENSIONS, Dimension
from tom_evals.usi.sessions import ORDER, Floats, Sessions, row, there

PERCENT = 100.0

_PLACES = {
    dimension: [ORDER.index(feature) for feature in members]
    for dimension, members in DIMENSIONS.items()
}


class People(StrEnum):
    """Who a simulator is held against."""

    HUMAN = "human"
    SYNTHETIC = "synthetic"


class Study(NamedTuple):
    """A simulator and the people it is held against, on the same tasks."""

    people: People
    bins: NDArray[np.intp]
    """By task: its bin of difficulty, -1 where its difficulty is not known."""
    simulator: Sessions
    reference: Sessions
    agreement: Floats | None = None
    """By batch and task: `agreement` of the survey, 0 to 100; None, where no one was asked."""


class Scores(NamedTuple):
    """A simulator against one batch of people: likeness from 0 to 100, the error from 0 to 1."""

    d1: float
    d2: float
    d3: float
    d4: float
    ece: float

    def total(self, agreement: float | None) -> float:
        """The mean of the parts: six with the survey's agreement (0 to 100), else five."""
        parts = [self.d1, self.d2, self.d3, self.d4, PERCENT * (1 - self.ece)]
        return statistics.fmean(parts if agreement is None else [*parts, agreement])


class Spread(NamedTuple):
    """A mean and the population's standard deviation, over batches of people."""

    mean: float
    deviation: float


class Similarity(NamedTuple):
    """A simulator against all batches; called an index only if they are of humans."""

    people: People
    d1: Spread
    d2: Spread
    d3: Spread
    d4: Spread
    ece: Spread
    agreement: Spread | None
    total: Spread

    @property
    def called(self) -> str:
        """What the total may be called."""
        return "USI" if self.people is People.HUMAN else "likeness to synthetic people"


def dice(one: Floats, other: Floats) -> Floats:
    """Sorensen and Dice's similarity of each pair of figures that are not negative: 0 to 1.

    2 min(a, b) / (a + b), and 1 where both are zero.
    """
    total = one + other
    alike = 2 * np.minimum(one, other) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, alike, 1.0)


def dimensions(one: Floats, other: Floats) -> Mapping[Dimension, float]:
    """How alike two rows are on each dimension, 0 to 100: the mean over its features."""
    alike = dice(one, other)
    return {
        dimension: PERCENT * float(alike[places].mean()) for dimension, places in _PLACES.items()
    }


def calibration_error(simulated: Floats, people: Floats, at: NDArray[np.intp]) -> float:
    """ECE: how far two groups' success rates are apart, from 0 to 1, by bins of difficulty.

    The sum over bins of their share of tasks times the distance of the two rates, over tasks
    that both have and whose bin is known; nan, where there is none.
    """
    usable = ~np.isnan(simulated) & ~np.isnan(people) & (at >= 0)
    if not usable.any():
        return float("nan")
    # A bin's share times the distance of its means is the distance of its sums over all tasks.
    apart = np.bincount(at[usable], weights=(simulated - people)[usable])
    return float(np.abs(apart).sum() / usable.sum())


def rows(study: Study, batch: int) -> tuple[Floats, Floats] | None:
    """The rows of the simulator and of a batch, as they are compared; None without common tasks.

    A run's row is its mean over the tasks that the batch has, too; the rows of runs are averaged.
    The batch's row is over all tasks that any run has.
    """
    theirs = study.reference.features[batch]
    shared = [there(run) & there(theirs) for run in study.simulator.features]
    found = [
        row(run[both])
        for run, both in zip(study.simulator.features, shared, strict=True)
        if both.any()
    ]
    if not found:
        return None
    return np.mean(found, axis=0), row(theirs[np.any(shared, axis=0)])


def against(study: Study, batch: int) -> Scores | None:
    """A simulator against one batch; None, where they have no task in common."""
    found = rows(study, batch)
    errors = [
        error
        for run in study.simulator.success
        if not np.isnan(error := calibration_error(run, study.reference.success[batch], study.bins))
    ]
    if not found or not errors:
        return None
    alike = dimensions(*found)
    return Scores(
        alike[Dimension.COMMUNICATION],
        alike[Dimension.INFORMATION],
        alike[Dimension.CLARIFICATION],
        alike[Dimension.REACTION],
        statistics.fmean(errors),
    )


def likeness(study: Study) -> Similarity | None:
    """A simulator against every batch it has tasks in common with; None, where there is none.

    As released, the survey's agreement is averaged over batches before it enters their totals.
    """
    batches = range(len(study.reference.success))
    scores = [found for batch in batches if (found := against(study, batch))]
    return _collated(study.people, scores, study.agreement)


def among(study: Study) -> Similarity | None:
    """The reference's batches held against each other, by pairs; None, where no two can be.

    A survey is the simulator's, so the whole is of five parts here.
    """
    pairs = combinations(range(len(study.reference.success)), 2)
    scores = [
        found
        for one, other in pairs
        if (found := against(study._replace(simulator=study.reference.group(one)), other))
    ]
    return _collated(study.people, scores, None)


def intervals(study: Study, *, resamples: int = RESAMPLES) -> Mapping[str, Interval]:
    """The means of `likeness`, by its fields, with 95 % bootstrap intervals over tasks."""
    names = [name for name in Similarity._fields if name not in ("people", "agreement")]
    names += ["agreement"] if study.agreement is not None else []

    def means(drawn: Sequence[int]) -> Sequence[float]:
        found = likeness(_at(study, drawn))
        spreads: Mapping[str, Spread | None] = found._asdict() if found else {}
        return [spread.mean if (spread := spreads.get(name)) else np.nan for name in names]

    tasks = range(len(study.bins))
    found = bootstraps(tasks, lambda task: task, means, resamples=resamples)
    return dict(zip(names, found, strict=True))


def _at(study: Study, tasks: Sequence[int]) -> Study:
    """The study on some tasks, of which one may stand more than once."""
    return study._replace(
        bins=study.bins[tasks],
        simulator=study.simulator.on(tasks),
        reference=study.reference.on(tasks),
        agreement=None if study.agreement is None else study.agreement[:, tasks],
    )


def _collated(
    people: People, scores: Sequence[Scores], agreement: Floats | None
) -> Similarity | None:
    if not scores:
        return None
    batches = [] if agreement is None else [batch[~np.isnan(batch)] for batch in agreement]
    agreed = [float(answered.mean()) for answered in batches if len(answered)]
    average = statistics.fmean(agreed) if agreed else None
    d1, d2, d3, d4, ece = (_spread(column) for column in zip(*scores, strict=True))
    return Similarity(
        people,
        d1,
        d2,
        d3,
        d4,
        ece,
        agreement=_spread(agreed) if agreed else None,
        total=_spread([each.total(average) for each in scores]),
    )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.fmean(values), statistics.pstdev(values))
