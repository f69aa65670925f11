"""``python -m tom_evals stateful-swe``: a small run, the offline study, a full run, or its plan."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_evals.common.engine import Engine, EngineFault
from tom_evals.common.harness.container import NAMESPACE
from tom_evals.common.harness.instance import Unreadable
from tom_evals.common.harness.workspace import NoCheckout
from tom_evals.common.options import (
    Again,
    AtOnce,
    Instances,
    On,
    Placed,
    Repos,
    Smoke,
    Steps,
    Where,
    agents_name,
    instances_of,
    interrupted,
    tell,
)
from tom_evals.common.real_data import shared_data
from tom_evals.common.report import Report, as_markdown
from tom_evals.stateful_swe.memories.memory import Arm
from tom_swe import TomError

if TYPE_CHECKING:
    # Loaded when a run begins: other measurements are commands beside this one.
    from tom_evals.stateful_swe.scores import Row

RULES = "rules"
SMALL = "Stateful SWE: the small run, with rules as the agent and the user"


def stateful_swe(
    smoke: Smoke = False,
    study: Annotated[
        bool,
        typer.Option(
            "--study", help="Measure what each memory knows after a whole history; works offline."
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show what a full run would do, need and cost, and run nothing."
        ),
    ] = False,
    work: Annotated[
        Path, typer.Option(help="Folder for the results; an interrupted run continues from it.")
    ] = Path("stateful-swe"),
    profiles: Annotated[
        int | None,
        typer.Option(min=1, help="Number of people. Default: 15, or 3 in the small run."),
    ] = None,
    tokens: Annotated[
        int | None,
        typer.Option(
            min=1000,
            help="Tokens in each history. Default: 1,500,000, or 100,000 in the small run.",
        ),
    ] = None,
    instances: Instances = None,
    most: Annotated[int | None, typer.Option(min=1, help="Limit the instances.")] = None,
    arm: Annotated[list[Arm] | None, typer.Option(help="An arm to compare; repeatable.")] = None,
    model: Annotated[str, typer.Option(help="litellm name of the agent's model.")] = "",
    writer: Annotated[
        str,
        typer.Option(
            help="Who rewords the histories and writes the vague requests: rules, or a model."
        ),
    ] = RULES,
    user: Annotated[
        str, typer.Option(help="Who plays the person: a model, rules or plain-rules.")
    ] = RULES,
    judge: Annotated[str, typer.Option(help="Who judges satisfaction: rules, or a model.")] = RULES,
    place: Placed = Where.IMAGE,
    repos: Repos = Path("repos"),
    steps: Steps = 100,
    budget: Annotated[
        float,
        typer.Option(min=0, help="Spending limit in USD for the user and the judge in a session."),
    ] = 1.0,
    engine: On = Engine.LOCAL,
    at_once: AtOnce = None,
    again: Again = False,
) -> None:
    """Test whether an agent that remembers a person serves them better (Stateful SWE)."""
    from tom_evals.stateful_swe import history, profile, runner
    from tom_evals.stateful_swe import smoke as small
    from tom_evals.stateful_swe.planned import outline

    if smoke + study + dry_run > 1:
        raise typer.BadParameter("choose only one of --smoke, --study and --dry-run")
    data = shared_data()
    arms = tuple(arm) if arm else small.ARMS
    at = runner.Place(data, work, work / "repos" if smoke else repos)
    side_by_side = at_once or runner.processors()
    people, held = profiles or profile.COUNT, tokens or history.TOKENS
    try:
        if study:
            from tom_evals.stateful_swe.study import run as measured

            _print(measured(data, profiles=people, tokens=held, work=work))
            return
        if smoke:
            rows = small.smoke(
                at,
                people=profiles or small.PEOPLE,
                tokens=tokens or small.TOKENS,
                arms=arms,
                on=engine,
                at_once=side_by_side,
                again=again,
                tell=tell,
            )
            from tom_evals.usi.dialogues import Simulator
            from tom_evals.usi.note import own_note

            _report(rows, work, SMALL, own_note(Simulator.STATEFUL, data))
            return
        named = agents_name(model, "--smoke or --study")
        plan = runner.Plan(
            pairs=runner.assigned(profile.profiles(people), instances_of(instances, most)),
            arms=arms if arm else (*arms, Arm.TOM_MODEL),
            model=named,
            tokens=held,
            writer=writer,
            user=user,
            judge=judge,
            image=NAMESPACE if place is Where.IMAGE else "",
            dataset=str(instances.absolute()) if instances else "",
            steps=steps,
            budget=budget,
        )
        if dry_run:
            typer.echo(outline(plan, at, engine, side_by_side))
            return
        rows = runner.run(plan, at, on=engine, at_once=side_by_side, again=again, tell=tell)
        _report(rows, work, "Stateful SWE")
    except (EngineFault, NoCheckout, Unreadable, TomError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        interrupted(work)


def _print(found: Report) -> str:
    command = " ".join(["python -m tom_evals", *sys.argv[1:]])
    text = as_markdown(found, command)
    sys.stdout.write(f"{text}\n")
    return text


def _report(rows: Sequence[Row], work: Path, name: str, *notes: str) -> None:
    from tom_evals.stateful_swe.page import NoPlots, page
    from tom_evals.stateful_swe.tables import report

    found = report(rows, name)
    text = _print(found._replace(notes=[*found.notes, *notes]))
    (work / "report.md").write_text(f"{text}\n", encoding="utf-8")
    origin = text.splitlines()[2]
    try:
        (work / "report.html").write_text(page(rows, name=name, origin=origin), encoding="utf-8")
    except NoPlots as error:
        typer.echo(error, err=True)
        return
    typer.echo(f"\nthe page: {work / 'report.html'}", err=True)
