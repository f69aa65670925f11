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
        bool, typer.Option("--replay", help="Score the released results; no model is run.")
    ] = False,
    detect: Annotated[
        bool, typer.Option("--detect", help="See who asks where much is left out.")
    ] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="Score what the released questions brought.")
    ] = False,
    run: Annotated[bool, typer.Option("--run", help="Run agents in the three settings.")] = False,
    smoke: Smoke = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what --run would do, take and cost.")
    ] = False,
    work: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Where what is done is kept, for an interrupted run to go on: ambig-swe.",
        ),
    ] = None,
    setting: Annotated[
        list[Setting] | None, typer.Option(help="All, if not given; more than once.")
    ] = None,
    agent: Annotated[
        list[Agent] | None, typer.Option(help="The model alone, or with tom; both, if not given.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="The agent's, by litellm's name; who detects, or marks, too.")
    ] = "",
    user: Annotated[
        str, typer.Option(help="The reporter: a model, quotes of the issue, or verbatim-quotes.")
    ] = QUOTES,
    files: Annotated[
        bool, typer.Option(help="Whether the reporter knows the files to be changed.")
    ] = True,
    instances: Instances = None,
    most: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many instances, or marked pairs of each who asked."),
    ] = None,
    place: Placed = Where.IMAGE,
    repos: Repos = Path("repos"),
    steps: Steps = 100,
    budget: Annotated[
        float,
        typer.Option(min=0, help="USD at most: the reporter's in a session, who detects' in all."),
    ] = 1.0,
    engine: On = Engine.LOCAL,
    at_once: AtOnce = None,
    again: Again = False,
) -> None:
    """What asking brings on underspecified issues (Ambig-SWE): replayed, measured, or run."""
    from tom_evals.ambig_swe import command
    from tom_evals.ambig_swe.data import Missing, Unreadable
    from tom_evals.ambig_swe.paid import NoAnswer
    from tom_evals.common.engine import EngineFault
    from tom_evals.common.harness.instance import Unreadable as NoInstances
    from tom_evals.common.harness.workspace import NoCheckout
    from tom_evals.common.options import interrupted

    if replay + detect + questions + smoke + (run or dry_run) != 1:
        raise typer.BadParameter(
            "name one: --replay, --detect, --questions, --smoke, or --run, of which --dry-run tells"
        )
    if replay and model:
        raise typer.BadParameter("--replay runs no model")
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
def keeping(as_json: AsJson = False) -> None:
    """Keep planted preferences right over histories with reversals and distractors."""
    _measured("keeping", as_json)


@app.command()
def reading(
    as_json: AsJson = False,
    model: Annotated[
        str | None, typer.Option(help="Read with this litellm model, too: openai/gpt-5-nano.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, help="At most so many messages of each kind.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, help="What the model may cost in all, in USD: 1.")
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option(help="Calibrate a model from this GGUF file on hints, and nothing else."),
    ] = None,
) -> None:
    """Find what people state about how they want to be worked with, in real messages."""
    if local:
        _measured("reading", as_json, part="local", file=local, most=most)
        return
    _measured("reading", as_json, model=model, most=most, budget=budget)


app.command("usi")(usi)
app.command("stateful-swe")(stateful_swe)
app.command("userville")(userville)
app.add_typer(ppp, name="ppp")


if __name__ == "__main__":
    app()
