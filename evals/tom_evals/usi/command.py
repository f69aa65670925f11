"""``python -m tom_evals usi``: the golden figures, a simulator against people, or our own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_evals.common.options import AsJson
from tom_evals.common.real_data import shared_data
from tom_evals.common.report import Report, as_json, as_markdown
from tom_swe.extras import install_command

if TYPE_CHECKING:
    # Loaded when something is scored: other measurements are commands beside this one.
    from tom_evals.usi.gaps import Gap

_FORMS = (".svg", ".png", ".pdf")
_MANY = "A file holds one or several; repeatable."


def usi(
    as_json_too: AsJson = False,
    simulator: Annotated[
        list[Path] | None, typer.Option(help=f"Sessions of a simulator, in runs. {_MANY}")
    ] = None,
    people: Annotated[
        list[Path] | None,
        typer.Option(help=f"Sessions of people to compare with, in batches. {_MANY}"),
    ] = None,
    synthetic: Annotated[
        bool,
        typer.Option(
            "--synthetic", help="The people are invented, so the result is not called an index."
        ),
    ] = False,
    survey: Annotated[
        Path | None,
        typer.Option(help="The simulator's answers to the survey on the people's sessions."),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option(help="airline or retail, for tau-bench's files whose names do not say which."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the gap of each feature: .svg, .png or .pdf.")
    ] = None,
    own: Annotated[
        bool,
        typer.Option("--own", help="Compare the simulated users here with real developers."),
    ] = False,
) -> None:
    """Score how similar simulated users are to people (User-Sim Index). Default: golden figures."""
    from tom_evals.usi.readers import DOMAINS
    from tom_evals.usi.score import People
    from tom_evals.usi.transcripts import Missing, Unreadable

    if bool(simulator) != bool(people):
        raise typer.BadParameter("--simulator and --people go together: give files for both")
    if own and simulator:
        raise typer.BadParameter("--own takes no files: leave out --simulator and --people")
    if not simulator and (synthetic or survey or domain):
        raise typer.BadParameter("--synthetic, --survey and --domain need --simulator and --people")
    if plot and not (simulator or own):
        raise typer.BadParameter("--plot needs --simulator and --people, or --own")
    if plot and plot.suffix.lower() not in _FORMS:
        raise typer.BadParameter(f"--plot: the file name must end in {', '.join(_FORMS)}")
    if domain and domain not in DOMAINS:
        raise typer.BadParameter(f"--domain must be {' or '.join(DOMAINS)}")
    data = shared_data()
    try:
        found: Sequence[Gap] = ()
        if simulator and people:
            from tom_evals.usi.scoring import Files, scored

            kind = People.SYNTHETIC if synthetic else People.HUMAN
            report, found = scored(Files(simulator, people, survey, domain, kind), data)
        elif own:
            from tom_evals.usi.own import run as measured

            report, found = measured(data)
        else:
            from tom_evals.usi.run import run as golden

            report = golden(data)
    except Unreadable as error:
        typer.echo(error, err=True)
        raise typer.Exit(2 if isinstance(error, Missing) else 1) from error
    _print(report, as_json_too)
    if plot:
        _draw(found, report.name, plot)


def _print(report: Report, as_json_too: bool) -> None:
    command = " ".join(["python -m tom_evals", *sys.argv[1:]])
    write = as_json if as_json_too else as_markdown
    sys.stdout.write(f"{write(report, command)}\n")


def _draw(found: Sequence[Gap], title: str, file: Path) -> None:
    try:
        from tom_evals.usi.plot import draw
    except ModuleNotFoundError as error:
        command = install_command("plots", of="tom-evals")
        typer.echo(f"--plot needs the extra: run {command}", err=True)
        raise typer.Exit(1) from error
    try:
        draw(found, title, file)
    except OSError as error:
        typer.echo(f"{file} cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"saved the plot to {file}", err=True)
