"""A tiny policy trained for several rewards from several seeds, and what came of it.

What is done is kept in a folder; the same command goes on where a killed one was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.common import engine
from tom_evals.common.engine import EngineFault, Job, Json, Ledger
from tom_evals.common.harness.isolated import isolated
from tom_evals.ppp.arms import Arm
from tom_evals.ppp.given import Given
from tom_evals.ppp.steps import Step, Steps
from tom_evals.userville.rewards import Profile

type Tell = Callable[[str], None]


class Plan(NamedTuple):
    """All that decides what a study gives; see `Given`."""

    seeds: int = 3
    arms: tuple[Arm, ...] = (Arm.PPP, Arm.TASK_ONLY)
    profile: Profile = Profile.PAPER
    warm_up: int = 350
    steps: int = 120
    sessions: int = 96
    group: int = 8
    rate: float = 4e-4
    cases: int = 480
    measured: int = 384
    save: int = 20

    def given(self, work: Path, seed: int, arm: Arm | None) -> Given:
        """One of the plan's runs."""
        same = {name: value for name, value in self._asdict().items() if name in Given.model_fields}
        return Given(work=work, seed=seed, arm=arm, **same)

    def as_json(self) -> Json:
        """What a ledger says of its study: what is the same for all of its runs."""
        return {k: v for k, v in self._asdict().items() if k not in {"seeds", "arms"}}


class Trained(NamedTuple):
    """What came of a study: rows by arm, then by seed.

    ``before`` and ``after`` are on repositories that none was trained on; ``steps`` are of
    training itself.
    """

    before: Sequence[Step]
    after: Mapping[Arm, Sequence[Step]]
    steps: Mapping[Arm, Sequence[Sequence[Step]]]


def study(plan: Plan, work: Path, *, at_once: int = 2, tell: Tell = lambda _: None) -> Trained:
    """Runs what is not done yet. Raises EngineFault, also where a run failed."""
    work = work.absolute()
    seeds = range(plan.seeds)
    warm_ups = [plan.given(work, seed, None) for seed in seeds]
    runs = {arm: [plan.given(work, seed, arm) for seed in seeds] for arm in plan.arms}
    with Ledger(work / "runs.jsonl", plan.as_json()) as ledger:
        # Seeds first, so that what is done early can be compared.
        training = [each for several in zip(*runs.values(), strict=True) for each in several]
        rows = _done(warm_ups, ledger, at_once, tell) | _done(training, ledger, at_once, tell)
    return Trained(
        [rows[each.key] for each in warm_ups],
        {arm: [rows[each.key] for each in several] for arm, several in runs.items()},
        {arm: [Steps(each.rows).rows() for each in several] for arm, several in runs.items()},
    )


def _done(runs: Sequence[Given], ledger: Ledger, at_once: int, tell: Tell) -> dict[str, Step]:
    jobs = [Job(each.key, each.model_dump(mode="json")) for each in runs]
    rows = engine.run(
        jobs,
        _run,
        ledger,
        at_once=at_once,
        again=True,
        tell=lambda row: tell(
            f"{row.key}: {row.failed.splitlines()[-1] if row.failed else 'done'}"
        ),
    )
    failed = [row for row in rows if row.failed]
    if failed:
        raise EngineFault("\n".join(f"{row.key}: {row.failed}" for row in failed))
    return {row.key: Step.model_validate(row.result) for row in rows}


def _run(given: Json) -> Json:
    return isolated("tom_evals.ppp.one", given, _environment)


def _environment(home: Path) -> Mapping[str, str]:
    # One thread each: runs are side by side, and threads that wait for each other cost more
    # than they bring to a policy so small.
    own = {"OMP_NUM_THREADS": "1", "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    return {**os.environ, **own, "TOKENIZERS_PARALLELISM": "false"}
