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
) -> None:
    """What asking brings on underspecified issues (Ambig-SWE): the published tables again."""
    from tom_evals.ambig_swe.data import Missing, Unreadable

    if not replay:
        raise typer.BadParameter("only --replay is there to run")
    try:
        _measured("ambig_swe", as_json)
    except Unreadable as error:
        typer.echo(error, err=True)
        raise typer.Exit(2 if isinstance(error, Missing) else 1) from error


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
