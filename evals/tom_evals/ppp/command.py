"""``python -m tom_evals ppp``: training a policy on UserVille, and data to train one elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from tom_evals.ambig_swe.data import Missing, Unreadable
from tom_evals.common.engine import EngineFault
from tom_evals.common.options import AsJson, interrupted, tell
from tom_evals.common.real_data import shared_data
from tom_evals.common.report import as_json, as_markdown
from tom_evals.ppp.arms import Arm
from tom_evals.ppp.data import NoRows, rows_of, write
from tom_evals.userville.index import Index, of_checkout, of_tasks
from tom_evals.userville.rewards import Profile
from tom_evals.userville.task import Task, of_issues, of_toys
from tom_swe.extras import install_command

ppp = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Train a policy to be productive, proactive and personal (PPP), on UserVille.",
)
_FIFTH = 5


@ppp.command()
def train(
    tiny: Annotated[
        bool,
        typer.Option(
            "--tiny", help="Train a tiny policy from scratch; takes minutes on two cores."
        ),
    ] = False,
    model: Annotated[
        str, typer.Option(help="Train a real model, given by name or folder; needs a GPU.")
    ] = "",
    work: Annotated[
        Path,
        typer.Option(
            file_okay=False, help="Folder for the results; an interrupted run continues from it."
        ),
    ] = Path("ppp"),
    seeds: Annotated[int, typer.Option(min=1, help="With --tiny: how many seeds, from 0.")] = 3,
    arm: Annotated[
        list[Arm] | None,
        typer.Option(help="What to train for; repeatable. Default with --tiny: ppp and task-only."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Training steps. Default: 120 with --tiny, 200 with --model."),
    ] = None,
    warm_up: Annotated[
        int, typer.Option(min=1, help="With --tiny: updates on scripted sessions.")
    ] = 350,
    profile: Annotated[
        Profile, typer.Option(help="Which rewards: the paper's, or the released code's.")
    ] = Profile.PAPER,
    tasks: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="With --model: the file that `ppp data` wrote."),
    ] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, help="With --tiny: runs at once, one core each.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="With --tiny: where to save the plot, a PNG. Default: WORK/curves.png.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Train by GRPO with all three rewards, or without some of them."""
    if tiny == bool(model):
        raise typer.BadParameter("choose one of --tiny and --model")
    if model and not tasks:
        raise typer.BadParameter("--model needs --tasks: write them with `ppp data --out FILE`")
    if not find_spec("trl"):
        typer.echo(
            "training needs TRL, torch and transformers: tools/setup.sh train makes .venv-train "
            f"with them, or run {install_command('train', of='tom-evals')}",
            err=True,
        )
        raise typer.Exit(2)
    try:
        if model:
            from tom_evals.ppp.real import Run, trained_on

            assert tasks is not None
            run = Run(model, tasks, work, arm[0] if arm else Arm.PPP, profile, steps or 200)
            typer.echo(f"the trained model is in {trained_on(run)}")
            return
        from tom_evals.ppp.curves import curves
        from tom_evals.ppp.study import Plan, study
        from tom_evals.ppp.tables import report

        plan = Plan(seeds=seeds, profile=profile, warm_up=warm_up)
        plan = plan._replace(arms=tuple(dict.fromkeys(arm or plan.arms)), steps=steps or plan.steps)
        found = study(plan, work, at_once=at_once or os.cpu_count() or 1, tell=tell)
        drawn = plot or work / "curves.png"
        curves(found.steps, f"A tiny policy, {seeds} seeds: mean and range", drawn)
        tell(f"the curves are in {drawn}")
        command = " ".join(["python -m tom_evals", *sys.argv[1:]])
        typer.echo((as_json if json else as_markdown)(report(found), command))
    except (EngineFault, NoRows) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        interrupted(work)


@ppp.command("data")
def data_(
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="File for the training rows, as JSONL.")
    ],
    test: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="File for the rows of every fifth task. Default: no test rows."
        ),
    ] = None,
    toys: Annotated[
        bool, typer.Option("--toys", help="Use the toy tasks, which need no data.")
    ] = False,
    repos: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            exists=True,
            help="A folder of clones, each named OWNER__NAME. The agent can then search every "
            "place in them, not only those that some task changes.",
        ),
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Limit the tasks.")] = None,
) -> None:
    """Write UserVille's tasks as prompts: each vague for twelve people, and precise once."""
    try:
        tasks = (of_toys() if toys else of_issues(shared_data()))[:most]
    except Unreadable as error:
        typer.echo(error, err=True)
        raise typer.Exit(2 if isinstance(error, Missing) else 1) from error
    places = of_tasks(tasks)
    for repository in places if repos else ():
        clone = repos / repository.replace("/", "__") if repos else Path()
        if not clone.is_dir():
            typer.echo(
                f"no clone at {clone}: the agent will find only what the tasks change there",
                err=True,
            )
            continue
        places[repository] = of_checkout(clone)
    held_out = {task.id for task in tasks[::_FIFTH]} if test else set[str]()
    _written([task for task in tasks if task.id not in held_out], places, out)
    if test:
        _written([task for task in tasks if task.id in held_out], places, test)


def _written(tasks: Sequence[Task], places: Mapping[str, Index], out: Path) -> None:
    rows = list(rows_of(tasks))
    beside = write(rows, places, out)
    typer.echo(
        f"wrote {len(rows)} rows of {len(tasks)} tasks to {out}, and their places to {beside}"
    )
