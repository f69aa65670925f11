"""Agents in the settings, as the command line asks for them: in full, small, or planned only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.ambig_swe import smoke as small
from tom_evals.ambig_swe.data import issues
from tom_evals.ambig_swe.given import QUOTES, Agent
from tom_evals.ambig_swe.planned import outline
from tom_evals.ambig_swe.resolve import Place, Plan, run, tasks_of
from tom_evals.ambig_swe.settings import Setting
from tom_evals.ambig_swe.tables import report
from tom_evals.common.engine import Engine
from tom_evals.common.harness.container import NAMESPACE
from tom_evals.common.options import Where, agents_name, instances_of, tell
from tom_evals.common.real_data import place_of_data, shared_data
from tom_evals.common.report import Report
from tom_evals.usi.dialogues import Simulator
from tom_evals.usi.note import own_note


class Options(NamedTuple):
    """What may be said of a run on the command line; empty tuples are all."""

    work: Path
    settings: Sequence[Setting] = ()
    agents: Sequence[Agent] = ()
    model: str = ""
    user: str = QUOTES
    files: bool = True
    instances: Path | None = None
    most: int | None = None
    where: Where = Where.IMAGE
    repos: Path = Path("repos")
    steps: int = 100
    budget: float = 1.0
    engine: Engine = Engine.LOCAL
    at_once: int | None = None
    again: bool = False

    @property
    def side_by_side(self) -> int:
        """How many sessions run at once: as many as processors, if nothing is said."""
        return self.at_once or os.cpu_count() or 1


def planned(options: Options) -> str:
    """What a full run would be. Raises BadParameter and Unreadable."""
    place = Place(options.work, options.repos)
    return outline(_plan(options), place, options.engine, options.side_by_side)


def full(options: Options) -> Report:
    """A full run's report. Raises BadParameter, Unreadable and EngineFault."""
    rows = run(
        _plan(options),
        Place(options.work, options.repos),
        on=options.engine,
        at_once=options.side_by_side,
        again=options.again,
        tell=tell,
    )
    return report(rows, "Ambig-SWE")


def smoke(options: Options) -> Report:
    """The small run's report. Raises EngineFault."""
    rows = small.smoke(
        Place(options.work, options.work / "repos"),
        many=options.most or small.TOYS,
        settings=tuple(options.settings) or tuple(Setting),
        agents=tuple(options.agents) or tuple(Agent),
        on=options.engine,
        at_once=options.side_by_side,
        again=options.again,
        tell=tell,
    )
    found = report(rows, "Ambig-SWE: the small run, with rules as the agent and the user")
    return found._replace(notes=[*found.notes, own_note(Simulator.AMBIG, place_of_data())])


def _plan(options: Options) -> Plan:
    named = agents_name(options.model, "--smoke")
    found = instances_of(options.instances, None)
    tasks = tasks_of(found, issues(shared_data()))
    return Plan(
        tasks=tasks[: options.most],
        model=named,
        settings=tuple(options.settings) or tuple(Setting),
        agents=tuple(options.agents) or tuple(Agent),
        user=options.user,
        files=options.files,
        image=NAMESPACE if options.where is Where.IMAGE else "",
        dataset=str(options.instances.absolute()) if options.instances else "",
        steps=options.steps,
        budget=options.budget,
    )
