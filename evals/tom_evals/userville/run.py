"""Whole evaluations: what needs no model at once, sessions of models kept as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.engine import Job, Json, Ledger, Row
from tom_evals.common.engine import run as run_jobs
from tom_evals.common.models import Language
from tom_evals.common.real_data import place_of_data
from tom_evals.common.report import Report, Table
from tom_evals.userville.by_model import ByModel
from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.evaluate import Played, Setup, played, report
from tom_evals.userville.kept import record_of, said_as_json
from tom_evals.userville.policies import (
    MORE,
    PLACE,
    Always,
    Embedded,
    Never,
    Oracle,
    Policy,
    Toms,
    remembered,
)
from tom_evals.userville.preferences import BY_ID, NO_PREFERENCE
from tom_evals.userville.task import Task
from tom_evals.usi.note import likeness_note
from tom_swe.model.calls import Usage
from tom_swe.ports import Embedder


class Players(NamedTuple):
    """Models that play: the agent, and the person where they are played by one."""

    agent: Language
    person: Language | None = None


def offline(setup: Setup, embedder: Embedder, notes: Sequence[str] = ()) -> Report:
    """The policies that need no model, among people as ``setup`` has them."""
    with remembered(setup.preferences, embedder) as toms:
        rows = [each for policy in _policies(toms) for each in played(policy, setup)]
    return report(rows, [*notes, _likeness(rows)])


def with_models(
    setup: Setup,
    embedder: Embedder,
    players: Players,
    work: Path,
    *,
    at_once: int = 2,
    again: bool = False,
    tell: Callable[[Row], None] = lambda _: None,
    notes: Sequence[str] = (),
) -> Report:
    """The same, and a model alone and with tom's advice.

    A session of a model is kept in ``work`` as it ends; the same run goes on from there. One that
    fails is told, and tried anew with ``again``. Raises EngineFault.
    """
    with remembered(setup.preferences, embedder) as toms:
        rows = [each for policy in _policies(toms) for each in played(policy, setup)]
        agents = {
            each.name: each for each in (ByModel(players.agent), ByModel(players.agent, toms))
        }
        jobs, tasks = _jobs(agents, setup), {each.id: each for each in setup.tasks}

        def one(given: Json) -> Json:
            agent, task = agents[given["policy"]], tasks[given["task"]]
            preference = BY_ID[given["preference"]]
            episode = Episode(task, preference, setup.simulator, vague=given["vague"])
            return said_as_json(agent.play(episode, setup.indexes[task.repository]))

        run = {
            "agent": players.agent.name,
            "person": players.person.name if players.person else "rules",
            "tasks": list(tasks),
            "preferences": [each.id for each in setup.preferences],
        }
        with Ledger(work / "sessions.jsonl", run) as ledger:
            done = run_jobs(jobs, one, ledger, at_once=at_once, again=again, tell=tell)
    rows += [
        Played(job.given["policy"], _record(job.given, row.result, tasks))
        for job, row in zip(jobs, done, strict=True)
        if not row.failed
    ]
    failed = [(row.key, row.failed) for row in done if row.failed]
    extra = [_used(players)]
    if failed:
        extra.append(Table("Sessions that failed", ("session", "why"), failed))
    return report(rows, [*notes, _likeness(rows)], extra)


def _likeness(rows: Sequence[Played]) -> str:
    """How like real developers the people of these sessions talk, the request first."""
    asked = [each.record for each in rows if each.record.vague and each.record.exchanges]
    dialogues = [(each.task.vague, *(one.answer for one in each.exchanges)) for each in asked]
    return likeness_note(dialogues, place_of_data())


def _policies(toms: Toms) -> tuple[Policy, ...]:
    return (
        Never(),
        Always("always asks", MORE),
        Always("always asks for the place", PLACE),
        Embedded(toms),
        Oracle(),
    )


def _jobs(agents: Mapping[str, Policy], setup: Setup) -> list[Job]:
    sessions = [(each, task, True) for each in setup.preferences for task in setup.tasks]
    sessions += [(NO_PREFERENCE, task, False) for task in setup.tasks]
    return [
        Job(
            f"{name}/{preference.id}/{task.id}/{'vague' if vague else 'precise'}",
            {"policy": name, "preference": preference.id, "task": task.id, "vague": vague},
        )
        for name in agents
        for preference, task, vague in sessions
    ]


def _record(given: Json, said: Json, tasks: Mapping[str, Task]) -> Record:
    return record_of(tasks[given["task"]], BY_ID[given["preference"]], given["vague"], said)


def _used(players: Players) -> Table:
    def row(part: str, used: Usage) -> tuple[str, int, int, float | None]:
        return part, used.tokens_in, used.tokens_out, used.cost

    rows = [row(f"agent: {players.agent.name}", players.agent.used)]
    if players.person:
        rows.append(row(f"person: {players.person.name}", players.person.used))
    return Table("Used in this call", ("part", "tokens in", "tokens out", "USD"), rows)
