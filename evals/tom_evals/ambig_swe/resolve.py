"""Agents on Ambig-SWE in its three settings; each session is kept as it ends.

A run that is interrupted goes on where it was; settings, agents and instances may be added to
one that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tom_evals.ambig_swe.data import Issue
from tom_evals.ambig_swe.episodes import work as session
from tom_evals.ambig_swe.given import QUOTES, Agent, Given, Row, given_as_json, row_of
from tom_evals.ambig_swe.settings import Setting, Task
from tom_evals.common import engine
from tom_evals.common.engine import Engine, Job, Json, Ledger
from tom_evals.common.harness.instance import Instance, Unreadable
from tom_evals.common.harness.running import Tell, run_sessions


class Plan(NamedTuple):
    """All that decides what a run gives; see `Given` for what is in it.

    ``served_at`` is a server that takes the place of the model's own.
    """

    tasks: tuple[Task, ...]
    model: str
    settings: tuple[Setting, ...] = tuple(Setting)
    agents: tuple[Agent, ...] = tuple(Agent)
    served_at: str = ""
    user: str = QUOTES
    files: bool = True
    image: str = ""
    dataset: str = ""
    steps: int = 100
    budget: float = 1.0

    @property
    def sessions(self) -> list[tuple[Agent, Setting, Task]]:
        """Every agent with every task in every setting."""
        return [(a, s, t) for t, s, a in product(self.tasks, self.settings, self.agents)]

    def as_json(self) -> Json:
        """What a ledger says of its run: what is the same for all of its sessions."""
        varying = {"tasks", "settings", "agents", "served_at"}
        return {k: v for k, v in self._asdict().items() if k not in varying}


class Place(NamedTuple):
    """Where a run writes, and its folder of clones."""

    work: Path
    repos: Path


def tasks_of(instances: Sequence[Instance], issues: Iterable[Issue]) -> tuple[Task, ...]:
    """The instances that have a summary in the release, with it; raises Unreadable at none."""
    summaries: Mapping[str, str] = {each.instance: each.summary for each in issues}
    found = tuple(Task(each, summaries[each.id]) for each in instances if each.id in summaries)
    if not found:
        raise Unreadable(
            "none of the instances is in Ambig-SWE, which uses those of SWE-bench Verified"
        )
    return found


def run(
    plan: Plan,
    place: Place,
    *,
    on: Engine = Engine.LOCAL,
    at_once: int = 2,
    again: bool = False,
    tell: Tell = lambda _: None,
) -> list[Row]:
    """The rows of all sessions, those that failed too. Raises EngineFault."""
    jobs = [Job(_key(*each), given_as_json(_given(plan, place, *each))) for each in plan.sessions]
    with Ledger(place.work / "sessions.jsonl", plan.as_json()) as ledger:
        rows = run_sessions(
            jobs, session, row_of, ledger, on=on, at_once=at_once, again=again, tell=tell
        )
    return [_scored(each, row) for each, row in zip(plan.sessions, rows, strict=True)]


def _given(plan: Plan, place: Place, agent: Agent, setting: Setting, task: Task) -> Given:
    return Given(
        agent=agent,
        setting=setting,
        task=task,
        repos=str(place.repos.absolute()),
        model=plan.model,
        base_url=plan.served_at,
        user=plan.user,
        files=plan.files,
        image=plan.image,
        dataset=plan.dataset,
        steps=plan.steps,
        budget=plan.budget,
    )


def _key(agent: Agent, setting: Setting, task: Task) -> str:
    return f"{agent.value}/{setting.value}/{task.instance.id}"


def _scored(of: tuple[Agent, Setting, Task], row: engine.Row) -> Row:
    if not row.failed:
        return row_of(row.result)
    agent, setting, task = of
    return Row(agent, setting, task.instance.id, failed=row.failed)
