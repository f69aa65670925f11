"""``python -m tom_evals``: the measurements of the mind, each printing tables or JSON."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from tom_evals.ambig_swe.given import QUOTES, Agent
from tom_evals.ambig_swe.settings import Setting
from tom_evals.common.engine import Engine
from tom_evals.common.options import (
    Again,
    AsJson,
    AtOnce,
    Instances,
    On,
    Placed,
    Repos,
    Smoke,
    Steps,
    Where,
)
from tom_evals.common.real_data import shared_data
from tom_evals.common.report import Report, as_json, as_markdown
from tom_evals.ppp.command import ppp
from tom_evals.stateful_swe.command import stateful_swe
from tom_evals.userville.command import userville
from tom_evals.usi.command import usi
from tom_swe import TomError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def _measured(name: str, as_json_too: bool, part: str = "run", **options: Any) -> None:
    run = import_module(f"tom_evals.{name}.{part}").run
    given = {option: value for option, value in options.items() if value is not None}
    _print(run(shared_data(), **given), as_json_too)


def _print(report: Report, as_json_too: bool) -> None:
    write = as_json if as_json_too else as_markdown
    command = " ".join(["python -m tom_evals", *sys.argv[1:]])
    sys.stdout.write(f"{write(report, command)}\n")


@app.command()
def recall(as_json: AsJson = False) -> None:
    """Find the past turns that answer a question (LoCoMo), and what a person would want."""
    _measured("recall", as_json)


@app.command()
def clarity(as_json: AsJson = False) -> None:
    """Tell underspecified requests from clear ones (Ambig-SWE, real requests)."""
    _measured("clarity", as_json)


@app.command("ambig-swe")
def ambig_swe(
    as_json: AsJson = False,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Score the released results again, without running a model."),
    ] = False,
    detect: Annotated[
        bool, typer.Option("--detect", help="Measure who asks when a request leaves much out.")
    ] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="Score how much the released questions helped.")
    ] = False,
    run: Annotated[bool, typer.Option("--run", help="Run agents in the three settings.")] = False,
    smoke: Smoke = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what --run would do, need and cost, and run nothing."),
    ] = False,
    work: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder for the results; an interrupted run continues from it. Default: "
            "ambig-swe.",
        ),
    ] = None,
    setting: Annotated[
        list[Setting] | None, typer.Option(help="A setting to run; repeatable. Default: all.")
    ] = None,
    agent: Annotated[
        list[Agent] | None,
        typer.Option(help="The model alone, or with tom; repeatable. Default: both."),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="litellm name of the model: the agent, or the model that detects or marks."
        ),
    ] = "",
    user: Annotated[
        str,
        typer.Option(
            help="Who plays the reporter: a model, quotes or verbatim-quotes of the issue."
        ),
    ] = QUOTES,
    files: Annotated[
        bool, typer.Option(help="Whether the reporter knows which files to change.")
    ] = True,
    instances: Instances = None,
    most: Annotated[
        int | None,
        typer.Option(min=1, help="Limit the instances, or the pairs marked for each asker."),
    ] = None,
    place: Placed = Where.IMAGE,
    repos: Repos = Path("repos"),
    steps: Steps = 100,
    budget: Annotated[
        float,
        typer.Option(
            min=0,
            help="Spending limit in USD: for the reporter in a session, for a detecting model in "
            "total.",
        ),
    ] = 1.0,
    engine: On = Engine.LOCAL,
    at_once: AtOnce = None,
    again: Again = False,
) -> None:
    """Measure how much asking helps on underspecified issues (Ambig-SWE)."""
    from tom_evals.ambig_swe import command
    from tom_evals.ambig_swe.data import Missing, Unreadable
    from tom_evals.ambig_swe.paid import NoAnswer
    from tom_evals.common.engine import EngineFault
    from tom_evals.common.harness.instance import Unreadable as NoInstances
    from tom_evals.common.harness.workspace import NoCheckout
    from tom_evals.common.options import interrupted

    if replay + detect + questions + smoke + (run or dry_run) != 1:
        raise typer.BadParameter(
            "choose one of --replay, --detect, --questions, --smoke and --run (--dry-run "
            "previews --run)"
        )
    if replay and model:
        raise typer.BadParameter("--replay runs no model: leave out --model")
    sessions = work or Path("ambig-swe")
    options = command.Options(
        work=sessions,
        settings=tuple(dict.fromkeys(setting or ())),
        agents=tuple(dict.fromkeys(agent or ())),
        model=model,
        user=user,
        files=files,
        instances=instances,
        most=most,
        where=place,
        repos=repos,
        steps=steps,
        budget=budget,
        engine=engine,
        at_once=at_once,
        again=again,
    )
    try:
        if replay:
            _measured("ambig_swe", as_json)
        elif detect or questions:
            asked = {"model": model or None, "most": most, "budget": budget, "out": work}
            _measured("ambig_swe", as_json, "detection" if detect else "questions", **asked)
        elif dry_run:
            typer.echo(command.planned(options))
        else:
            _print(command.smoke(options) if smoke else command.full(options), as_json)
    except (Unreadable, NoInstances, NoCheckout, EngineFault, NoAnswer, TomError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(2 if isinstance(error, Missing) else 1) from error
    except KeyboardInterrupt:
        interrupted(sessions)


@app.command()
def earlier(as_json: AsJson = False) -> None:
    """Show what people said before that bears on later requests, and how much of it is right."""
    _measured("earlier", as_json)


@app.command()
def keeping(as_json: AsJson = False) -> None:
    """Test whether planted preferences survive long histories with reversals and distractors."""
    _measured("keeping", as_json)


@app.command()
def reading(
    as_json: AsJson = False,
    model: Annotated[
        str | None,
        typer.Option(help="Also read with this litellm model, such as openai/gpt-5-nano."),
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, help="Limit the messages of each kind.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, help="Spending limit for the model in USD. Default: 1.")
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option(help="Only calibrate the model in this GGUF file on hints."),
    ] = None,
    wild: Annotated[
        bool, typer.Option("--wild", help="Only messages of many hosts, out of fold.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="The shipped product on another folder of the shared data's shape."),
    ] = None,
) -> None:
    """Find what people say about how they like to work, in real messages."""
    if wild or data:
        from tom_evals.reading.wild import run

        _print(run(data or shared_data(), unseen=data is not None), as_json)
        return
    if local:
        _measured("reading", as_json, part="local", file=local, most=most)
        return
    _measured("reading", as_json, model=model, most=most, budget=budget)


@app.command()
def corrections(
    as_json: AsJson = False,
    data: Annotated[
        Path | None, typer.Option(help="Another folder of the shared data's shape.")
    ] = None,
    sheet: Annotated[
        bool, typer.Option(help="Print the beliefs with rules and quotes, to be judged.")
    ] = True,
) -> None:
    """Learn from people who correct their agents: rules, corrective turns, beliefs."""
    from tom_evals.corrections.run import run

    _print(run(data or shared_data(), sheet=sheet), as_json)


app.command("usi")(usi)
app.command("stateful-swe")(stateful_swe)
app.command("userville")(userville)
app.add_typer(ppp, name="ppp")


if __name__ == "__main__":
    app()
