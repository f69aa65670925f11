"""``python -m tom_evals``: the measurements of the mind, each printing tables or JSON."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from tom_evals.report import Report, as_json, as_markdown
from tom_evals.shared import shared_data
from tom_evals.stateful_swe.command import stateful_swe

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _measured(name: str, as_json_too: bool, part: str = "run", **options: Any) -> None:
    run = import_module(f"tom_evals.{name}.{part}").run
    given = {option: value for option, value in options.items() if value is not None}
    report: Report = run(shared_data(), **given)
    write = as_json if as_json_too else as_markdown
    command = " ".join(["python -m tom_evals", *sys.argv[1:]])
    sys.stdout.write(f"{write(report, command)}\n")


@app.command()
def recall(as_json: Json = False) -> None:
    """Find the past turns that answer a question (LoCoMo), and what a person would want."""
    _measured("recall", as_json)


@app.command()
def clarity(as_json: Json = False) -> None:
    """Tell underspecified requests from clear ones (Ambig-SWE, real requests)."""
    _measured("clarity", as_json)


@app.command("ambig-swe")
def ambig_swe(
    as_json: Json = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Score the released results; no model is run.")
    ] = False,
    detect: Annotated[
        bool, typer.Option("--detect", help="See who asks where much is left out.")
    ] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="Score what the released questions brought.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(help="Ask this litellm model, too: it detects, or marks the answers."),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many issues, or marked pairs of each who asked."),
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, help="What the model may cost in this run, in USD: 1.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Keep what the model says here, and ask only the rest."),
    ] = None,
) -> None:
    """What asking brings on underspecified issues (Ambig-SWE): the published tables again."""
    from tom_evals.ambig_swe.data import Missing, Unreadable
    from tom_evals.ambig_swe.paid import NoAnswer
    from tom_evals.harness.engine import EngineFault

    if replay + detect + questions != 1:
        raise typer.BadParameter("name one of --replay, --detect and --questions")
    if replay and (model or most or budget is not None or out):
        raise typer.BadParameter("--replay runs no model and takes no option but --json")
    options = {} if replay else {"model": model, "most": most, "budget": budget, "out": out}
    part = "detection" if detect else "questions" if questions else "run"
    try:
        _measured("ambig_swe", as_json, part, **options)
    except (Unreadable, EngineFault, NoAnswer) as error:
        typer.echo(error, err=True)
        raise typer.Exit(2 if isinstance(error, Missing | EngineFault) else 1) from error


@app.command()
def keeping(as_json: Json = False) -> None:
    """Keep planted preferences right over histories with reversals and distractors."""
    _measured("keeping", as_json)


@app.command()
def reading(
    as_json: Json = False,
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


app.command("stateful-swe")(stateful_swe)


if __name__ == "__main__":
    app()
