"""The index's golden figures from released trajectories: ``python -m tom_evals usi``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from tom_evals.common.report import Report, Table
from tom_evals.common.stats import Interval, bootstraps
from tom_evals.usi import figures
from tom_evals.usi.features import Feature
from tom_evals.usi.figures import Told
from tom_evals.usi.score import People, Scores, Study, among, intervals, likeness
from tom_evals.usi.sessions import CUTS, Sessions, bins, pooled, sessions
from tom_evals.usi.tables import COLUMNS, Compared, compared, spreads
from tom_evals.usi.transcripts import (
    Conversation,
    Patterns,
    Unreadable,
    difficulty,
    lexicons,
    trajectories,
)


def run(data: Path) -> Report:
    """Every golden figure beside what comes out; raises `Missing` or `Unreadable`."""
    return replayed(trajectories(data), lexicons(data).patterns, difficulty(data))


def replayed(
    conversations: Sequence[Conversation], patterns: Patterns, levels: Mapping[str, float]
) -> Report:
    """The report on conversations of which there are at least two runs with tasks in common.

    Raises `Unreadable` where there are not.
    """
    tasks = sorted({each.task for each in conversations})
    runs = sorted({each.run for each in conversations})
    by_run = [[each for each in conversations if each.run == number] for number in runs]
    found = sessions(by_run, tasks, patterns)
    at = bins(tasks, levels)
    every_pair = among(Study(People.SYNTHETIC, at, found, found))
    if every_pair is None or len(runs) < 2:
        raise Unreadable("at least two runs on the same tasks are needed for a comparison")
    stand_in = Study(People.SYNTHETIC, at, found.group(0), found.group(1))
    first_pair = likeness(stand_in)
    if first_pair is None:
        raise Unreadable(f"runs {runs[0]} and {runs[1]} have no task in common")
    parts = [
        (
            f"GPT-4o as the user: {len(tasks)} tasks, {len(runs)} runs, rates in %",
            list(_pooled(found)),
        ),
        ("The fixed difficulty of tasks: success of simulators", list(_difficulty(levels))),
        (
            f"Run {runs[0]} against run {runs[1]}, which takes the place of people",
            list(compared(first_pair, intervals(stand_in), figures.RUNS)),
        ),
        ("Published parts, averaged as here", list(_published())),
    ]
    return Report(
        "User-Sim Index: golden figures",
        [
            *(Table(title, COLUMNS, [each.row for each in rows]) for title, rows in parts),
            spreads("Each run against each of the others", every_pair),
            Table(
                "Differences: figures that do not match",
                COLUMNS,
                [each.row for _, rows in parts for each in rows if not each.agrees],
            ),
        ],
        _NOTES,
    )


def _pooled(found: Sessions) -> Iterator[Compared]:
    def row(drawn: Sequence[int]) -> Sequence[float]:
        return list(pooled(found.on(drawn)).values())

    tasks = range(found.success.shape[1])
    between = dict(zip(Feature, bootstraps(tasks, lambda task: task, row), strict=True))
    for feature, now in between.items():
        yield Compared(feature, now.value, figures.POOLED.get(feature), now)
    for feature, told in figures.PUBLISHED.items():
        yield _of(f"{feature}, as published", told, between[feature])
    yield Compared("agent's success", 100 * float(np.nanmean(found.success)))


def _difficulty(levels: Mapping[str, float]) -> Iterator[Compared]:
    yield Compared("tasks", len(levels), figures.TASKS)
    counts = np.bincount(bins(list(levels), levels), minlength=len(CUTS) + 1)
    edges = (0.0, *CUTS, 1.0)
    for (low, high), count, told in zip(pairwise(edges), counts, figures.BINS, strict=True):
        yield Compared(f"tasks from {low} to {high}", int(count), told)
    mean = float(np.mean(list(levels.values())))
    yield Compared("mean success", mean, figures.MEAN_DIFFICULTY)


def _published() -> Iterator[Compared]:
    for name, each in figures.ROWS.items():
        now = Scores(each.d1, each.d2, each.d3, each.d4, each.ece).total(each.agreement)
        yield Compared(f"{name}, USI", now, Told(each.usi, figures.ROUNDED_PARTS))


def _of(figure: str, told: Told, now: Interval) -> Compared:
    return Compared(figure, now.value, told, now)


_NOTES = (
    (
        "Told: recomputed earlier from the same trajectories, without this code, or published "
        "where the row says so (Zhou, Sun et al., arXiv 2026). A recomputed figure agrees "
        "within half of its last printed digit. The paper's GPT-4o had other sessions (165 "
        "tasks, another agent), so its figures agree within a tenth. Averages of published "
        "parts agree within 0.1, because of rounding."
    ),
    (
        "Low and high: 95 %, bootstrap over tasks (1000 draws of whole tasks). Noise makes two "
        "rows less similar, so the draws of D1 to D4 are lower than the figure, and those of "
        "ECE are higher."
    ),
    (
        "One session can decide a dimension: if only one of two rows has a feature at all, "
        "such as repetition, its likeness is 0. That explains the spread over pairs of runs."
    ),
    (
        "There are no people in these data. A run of the simulator takes their place, so the "
        "result is not a USI. A USI needs the human sessions, which the authors provide on "
        "request."
    ),
    (
        "No survey was answered in these sessions, so the whole is the mean of five parts instead "
        "of six."
    ),
)
