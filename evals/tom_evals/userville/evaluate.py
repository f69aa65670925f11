"""Policies among all twenty kinds of people: ``python -m tom_evals userville --evaluate``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import bootstraps
from tom_evals.userville.effort import Effort
from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.index import Index
from tom_evals.userville.policies import Policy
from tom_evals.userville.preferences import NO_PREFERENCE, Preference
from tom_evals.userville.rewards import Profile, Rewards, metrics, session_effort
from tom_evals.userville.simulator import Simulator
from tom_evals.userville.task import Task

COLUMNS = (
    "who",
    "productivity",
    "proactivity",
    "personalisation",
    "reward",
    "reward, released",
    "asks",
    "sessions",
)


class Played(NamedTuple):
    """A session, and who played the agent in it."""

    policy: str
    record: Record


class Setup(NamedTuple):
    """What is played: ``indexes`` by repository."""

    tasks: Sequence[Task]
    preferences: Sequence[Preference]
    indexes: Mapping[str, Index]
    simulator: Simulator


def played(policy: Policy, setup: Setup) -> Iterator[Played]:
    """A vague session of each kind of person with each task, and a precise one of each task
    with a person without a preference.
    """
    for preference in setup.preferences:
        for task in setup.tasks:
            yield _one(policy, setup, task, preference, vague=True)
    for task in setup.tasks:
        yield _one(policy, setup, task, NO_PREFERENCE, vague=False)


def _one(
    policy: Policy, setup: Setup, task: Task, preference: Preference, *, vague: bool
) -> Played:
    episode = Episode(task, preference, setup.simulator, vague=vague)
    return Played(policy.name, policy.play(episode, setup.indexes[task.repository]))


def report(rows: Sequence[Played], notes: Sequence[str], extra: Sequence[Table] = ()) -> Report:
    """The three metrics of each policy: seen and unseen people apart, and by preference."""
    vague = [each for each in rows if each.record.vague]
    seen = [each for each in vague if each.record.preference.is_seen]
    unseen = [each for each in vague if not each.record.preference.is_seen]
    precise = [each for each in rows if not each.record.vague]
    parts = (
        ("The twelve kinds of people that training sees, vague requests", seen),
        ("The other eight kinds of people, vague requests", unseen),
        ("Precise requests, no preference", precise),
    )
    tables = [
        Table(title, COLUMNS, [_row(name, each) for name, each in _by_policy(part)])
        for title, part in parts
        if part
    ]
    return Report(
        "UserVille", [*tables, _by_preference(vague), _efforts(vague), *extra], [*notes, *_NOTES]
    )


def _by_policy(rows: Sequence[Played]) -> Iterator[tuple[str, list[Record]]]:
    for name in dict.fromkeys(each.policy for each in rows):
        yield name, [each.record for each in rows if each.policy == name]


def _row(name: str, records: Sequence[Record]) -> tuple[Cell, ...]:
    # A draw is a mean of rows: they are worked out once.
    rows = [(each.task.id, (each.rewards(), bool(each.exchanges), each.keeps)) for each in records]

    def figures(drawn: Sequence[tuple[str, tuple[Rewards, bool, bool]]]) -> Sequence[float]:
        found = metrics(row for _, row in drawn)
        personal = float("nan") if found.personalisation is None else found.personalisation
        total = sum(reward.total for _, (reward, _, _) in drawn) / len(drawn)
        return (found.productivity, found.proactivity, personal, total)

    between = bootstraps(rows, lambda row: row[0], figures)
    return (
        name,
        *(None if math.isnan(each.value) else str(each) for each in between),
        sum(each.rewards(Profile.RELEASED).total for each in records) / len(records),
        sum(len(each.exchanges) for each in records) / len(records),
        len(records),
    )


def _by_preference(rows: Sequence[Played]) -> Table:
    names = tuple(dict.fromkeys(each.policy for each in rows))
    kept: list[tuple[Cell, ...]] = []
    for preference in dict.fromkeys(each.record.preference for each in rows):
        cells: list[Cell] = [preference.id]
        for name in names:
            mine = [
                each.record
                for each in rows
                if each.policy == name and each.record.preference is preference
            ]
            asked = [each for each in mine if each.exchanges]
            cells.append(sum(each.keeps for each in asked) / len(asked) if asked else None)
        kept.append((*cells, preference.judged))
    return Table(
        "Personalisation by preference; empty where nothing was asked",
        ("preference", *names, "judged"),
        kept,
    )


def _efforts(rows: Sequence[Played]) -> Table:
    found: list[tuple[Cell, ...]] = []
    for name, records in _by_policy(rows):
        efforts = [
            session_effort(
                [ask.level for ask in each.asks], vague=each.vague, productivity=each.productivity
            )
            for each in records
        ]
        shares = (efforts.count(effort) / len(efforts) for effort in (None, *Effort))
        found.append((name, *shares))
    return Table(
        "Sessions by the effort of their worst question, vague requests",
        ("who", "none", "low", "medium", "high"),
        found,
    )


_NOTES = (
    (
        "Productivity is the mean F1 of the functions found. Proactivity is the share of "
        "sessions whose cost reward is 0 or more. Personalisation is the share that kept to "
        "the preference, among the sessions that asked. The reward is the mean of their sum, "
        "cut to between 0 and 1, by the paper's rules and by the released code's. Intervals: "
        "95 %, bootstrap over tasks."
    ),
    (
        "Without a model all agents search with the same words, so productivity shows what "
        "their questions brought, not how well they search."
    ),
    (
        "When rules play a person, code judges the questions. `checked` is nearly certain; "
        "`guessed` sees only marks (of jokes, of jargon, and of whether something was tried "
        "before). tom's wordings were written together with these checks. So tom's figure "
        "shows that it knows the wish and words its questions that way, not how a person would "
        "judge."
    ),
    (
        "Seen and unseen is the split of those who train on the first twelve. tom embedded is "
        "not trained: it knows all twenty, and learned each wish from two earlier sessions."
    ),
)
