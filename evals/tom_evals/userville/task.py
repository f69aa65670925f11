"""Tasks: find where a change has to be made, from a vague request or a precise one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.ambig_swe.data import Issue, issues
from tom_evals.common.harness.gold import symbols
from tom_evals.common.harness.instance import changed_files, repository
from tom_evals.common.harness.toys import Toy, toys
from tom_evals.userville.rewards import entries, f1

# The line that Django's issues have after their title.
_FORM = re.compile(r"^[ \t]*Description[ \t]*$", re.MULTILINE)
_DEFINED = re.compile(r"^def (\w+)", re.MULTILINE)


class Task(NamedTuple):
    """One task. The simulated person holds all of it; the agent sees ``vague`` or ``precise``.

    ``files`` and ``functions`` (and classes) are those that the reference solution changes.
    """

    id: str
    repository: str
    vague: str
    precise: str
    files: tuple[str, ...]
    functions: tuple[str, ...]
    hints: str = ""

    @property
    def wanted(self) -> frozenset[str]:
        """The entries of a right answer: functions, or files where no function has a name."""
        return entries(self.functions or self.files)

    def productivity(self, answer: str) -> float:
        """The F1 of an answer, an entry a line."""
        return f1(entries(answer), self.wanted)


def of_issues(data: Path) -> tuple[Task, ...]:
    """The issues of Ambig-SWE as tasks; raises `Missing` or `Unreadable` of its data."""
    return tuple(map(of_issue, issues(data)))


def of_toys() -> tuple[Task, ...]:
    """The toys, which need no data."""
    return tuple(map(_of_toy, toys()))


def spread(tasks: Sequence[Task], most: int) -> tuple[Task, ...]:
    """At most so many tasks, evenly from all of them, so that each repository has its share."""
    if len(tasks) <= most:
        return tuple(tasks)
    return tuple(tasks[number * len(tasks) // most] for number in range(most))


def of_issue(issue: Issue) -> Task:
    """An issue and its summary as a task."""
    return Task(
        id=issue.instance,
        repository=repository(issue.instance),
        vague=issue.summary.strip(),
        precise=_FORM.sub("\n", issue.full).strip(),
        files=changed_files(issue.patch),
        functions=symbols(issue.patch, also_special=True),
        hints=issue.hints.strip(),
    )


def _of_toy(toy: Toy) -> Task:
    return Task(
        id=toy.id,
        repository=toy.repo,
        vague=toy.vague.strip(),
        precise=toy.issue.strip(),
        files=(toy.module,),
        functions=tuple(_DEFINED.findall(toy.signature)),
        hints=toy.hints,
    )
