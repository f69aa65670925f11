"""A simulator against people from files that are named: ``python -m tom_evals usi --simulator``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import RESAMPLES
from tom_evals.usi import figures
from tom_evals.usi.gaps import Gap, gaps
from tom_evals.usi.readers import groups, read, surveys
from tom_evals.usi.score import People, Similarity, Study, among, intervals, likeness
from tom_evals.usi.sessions import bins, sessions
from tom_evals.usi.survey import Answers, agreements
from tom_evals.usi.tables import NAMES, gap_table, parts
from tom_evals.usi.transcripts import Conversation, Lexicons, Unreadable, difficulty, lexicons

_SYNTHETIC = "likeness to synthetic people"

type Judged = Mapping[int, Mapping[str, Answers]]


class Files(NamedTuple):
    """What is scored: a file is one run of the simulator or one batch of people, or several."""

    simulator: Sequence[Path]
    people: Sequence[Path]
    survey: Path | None = None
    domain: str | None = None
    kind: People = People.HUMAN


def scored(files: Files, data: Path) -> tuple[Report, tuple[Gap, ...]]:
    """The report on a simulator and its gaps. Raises `Missing` or `Unreadable`."""
    return report(
        groups(read(each, files.domain) for each in files.simulator),
        groups(read(each, files.domain) for each in files.people),
        files.kind,
        lexicons(data),
        difficulty(data),
        surveys(files.survey) if files.survey else None,
        name=files.simulator[0].name.partition(".")[0],
    )


def report(
    runs: Sequence[Sequence[Conversation]],
    batches: Sequence[Sequence[Conversation]],
    kind: People,
    by: Lexicons,
    levels: Mapping[str, float],
    judged: Judged | None = None,
    *,
    name: str = "simulator",
    resamples: int = RESAMPLES,
) -> tuple[Report, tuple[Gap, ...]]:
    """The report on the runs of a simulator against batches of people, and the gaps.

    ``judged`` are the simulator's answers to the survey about the sessions of people, by batch
    from 1. Raises `Unreadable` where nothing can be compared.
    """
    tasks = _shared(runs, batches, levels)
    study = Study(
        kind,
        bins(tasks, levels),
        sessions(runs, tasks, by.patterns),
        sessions(batches, tasks, by.patterns),
        agreements(_asked(batches, judged), tasks, by.survey) if judged else None,
    )
    found = likeness(study)
    if found is None:
        raise Unreadable("no task has user turns in both a simulator's and a person's session")
    between = intervals(study, resamples=resamples)
    apart = gaps(study, resamples=resamples)
    own = [(name, found)]
    if pairs := among(study):
        own.insert(0, ("people against each other", pairs))
    rows: list[tuple[Cell, ...]] = []
    for field, title, spread in parts(found):
        _, low, high = between.get(field, (None, None, None))
        rows.append((title, *spread, low, high))
    counted = f"{len(tasks)} tasks, {len(runs)} runs, {len(batches)} batches of {kind} people"
    title = "User-Sim Index" if kind is People.HUMAN else "Similarity to synthetic people"
    return (
        Report(
            f"{title}: {name}",
            [
                Table(counted, ("figure", "mean", "deviation", "low", "high"), rows),
                gap_table("Features: people and the simulator, rates in %", apart),
                _leaderboard(own, kind),
            ],
            list(_notes(kind, found, judged)),
        ),
        apart,
    )


def _shared(
    runs: Sequence[Sequence[Conversation]],
    batches: Sequence[Sequence[Conversation]],
    levels: Mapping[str, float],
) -> list[str]:
    ours, theirs = ({each.task for group in one for each in group} for one in (runs, batches))
    if not ours & theirs:
        raise Unreadable(
            f"no task in common: the simulator has tasks such as {min(ours)}, the people have "
            f"tasks such as {min(theirs)}"
        )
    if not ours & theirs & levels.keys():
        raise Unreadable(
            f"no difficulty is known for tasks such as {min(ours & theirs)}: the index is for "
            "tau-bench's, airline_0 to airline_49 and retail_0 to retail_114"
        )
    return sorted(ours & theirs)


def _asked(
    batches: Sequence[Sequence[Conversation]], judged: Judged
) -> list[Mapping[str, tuple[Answers, Answers]]]:
    return [
        {
            each.task: (each.survey, answers[each.task])
            for each in batch
            if each.task in (answers := judged.get(number, {}))
        }
        for number, batch in enumerate(batches, 1)
    ]


def _leaderboard(own: Sequence[tuple[str, Similarity]], kind: People) -> Table:
    """The published rows and what was scored here, best first; likeness to no people ranks last."""
    is_index = kind is People.HUMAN
    last = ("USI",) if is_index else ("USI", _SYNTHETIC)
    rows: list[tuple[Cell, ...]] = []
    for name, each in figures.ROWS.items():
        parts = (each.d1, each.d2, each.d3, each.d4, each.agreement, each.ece, each.usi)
        rows.append((name, "published", *parts, *(() if is_index else (None,))))
    for name, found in own:
        agreed = found.agreement.mean if found.agreement else None
        alike = (found.d1.mean, found.d2.mean, found.d3.mean, found.d4.mean)
        total = (found.total.mean,) if is_index else (None, found.total.mean)
        rows.append((name, "here", *alike, agreed, found.ece.mean, *total))

    def best_first(row: tuple[Cell, ...]) -> float:
        index = row[8]
        return -index if isinstance(index, float) else 0.0

    head = ("who", "from", *(NAMES[each] for each in ("d1", "d2", "d3", "d4", "agreement", "ece")))
    return Table("Compared with published results", (*head, *last), sorted(rows, key=best_first))


def _notes(kind: People, found: Similarity, judged: Judged | None) -> Iterator[str]:
    yield (
        "Means and population standard deviations are over batches of people. Low and high: 95 "
        "%, bootstrap over tasks (whole tasks drawn again, from all runs and batches). Noise "
        "makes two rows less similar, so the draws of D1 to D4 are lower than the figure, and "
        "those of ECE are higher."
    )
    yield (
        "Published rows: Zhou, Sun et al., arXiv 2026, for all 165 tasks with the paper's "
        "agent. A row from here is comparable only if the agent, the tasks and the people are "
        "the same."
    )
    yield (
        "A gap is from -1 (only people have it) to 1 (only the simulator has it); against one "
        "batch its size is 1 minus the likeness."
    )
    if found.agreement is None:
        yield (
            "No Eval: "
            + (
                "the people's sessions or --survey have no answers on the same tasks"
                if judged
                else "no --survey was given"
            )
            + ", so the whole is the mean of five parts instead of six."
        )
    if kind is People.SYNTHETIC:
        yield "The people here are synthetic, so the result is not a USI and is not called one."
