"""What became of the sessions of a training step, as rows of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tom_evals.ppp.arms import Arm, effort, reward_of
from tom_evals.userville.effort import Effort, effort_of
from tom_evals.userville.episode import Record
from tom_evals.userville.rewards import Profile, metrics
from tom_swe.model.base import Value


class Step(Value):
    """Means over sessions before the policy was changed for the ``step``-th time, from 0.

    ``reward`` is what the arm is trained for, ``total`` what PPP is. ``unasked``, ``low``,
    ``medium`` and ``high`` are shares of sessions by the most that a question cost and sum to 1.
    ``questions`` are numbers of a session, by cost; ``asked`` and ``kept`` are by preference:
    questions in a session, and the share of sessions that kept to it. ``personalisation`` is None
    where no session asked.
    """

    step: int
    sessions: int
    reward: float
    total: float
    productivity: float
    proactivity: float
    personalisation: float | None
    unasked: float
    low: float
    medium: float
    high: float
    questions: Mapping[str, float]
    asked: Mapping[str, float]
    kept: Mapping[str, float]


def step_of(step: int, records: Sequence[Record], arm: Arm, profile: Profile) -> Step:
    """The row of a step with at least one session."""
    many = len(records)
    rewarded = [each.rewards(profile) for each in records]
    measured = metrics(
        (rewards, bool(each.asks), each.keeps)
        for rewards, each in zip(rewarded, records, strict=True)
    )
    most = Counter(map(effort, records))
    each_question = Counter(effort_of(ask.level) for each in records for ask in each.asks)
    by_preference: dict[str, list[Record]] = {}
    for each in sorted(records, key=lambda one: one.preference.id):
        by_preference.setdefault(each.preference.id, []).append(each)
    return Step(
        step=step,
        sessions=many,
        reward=sum(reward_of(each, arm, profile) for each in records) / many,
        total=sum(each.total for each in rewarded) / many,
        productivity=measured.productivity,
        proactivity=measured.proactivity,
        personalisation=measured.personalisation,
        unasked=most[None] / many,
        low=most[Effort.LOW] / many,
        medium=most[Effort.MEDIUM] / many,
        high=most[Effort.HIGH] / many,
        questions={cost.name.lower(): each_question[cost] / many for cost in Effort},
        asked={
            name: sum(len(each.asks) for each in found) / len(found)
            for name, found in by_preference.items()
        },
        kept={
            name: sum(each.keeps for each in found) / len(found)
            for name, found in by_preference.items()
        },
    )


class Steps:
    """The rows of a run in a file, one a line, in the order of their steps."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def keep(self, row: Step) -> None:
        """Adds a row; rows of the same and of later steps, of a run that broke off, are dropped."""
        before = [each for each in self.rows() if each.step < row.step]
        lines = "".join(f"{each.model_dump_json()}\n" for each in [*before, row])
        self._file.parent.mkdir(parents=True, exist_ok=True)
        making = self._file.with_suffix(".making")
        making.write_text(lines, encoding="utf-8")
        making.replace(self._file)

    def rows(self) -> list[Step]:
        """All rows that are kept."""
        if not self._file.exists():
            return []
        return [
            Step.model_validate_json(line)
            for line in self._file.read_text(encoding="utf-8").splitlines()
        ]
