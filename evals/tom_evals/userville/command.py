"""``python -m tom_evals userville``: a session to follow, or all policies among all people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tom_evals.common.options import Again, AsJson, interrupted
from tom_evals.common.report import as_json as written_as_json
from tom_evals.common.report import as_markdown
from tom_evals.userville.options import RULES, Options
from tom_swe import TomError


def userville(
    demo: Annotated[bool, typer.Option("--demo", help="Show one session, step by step.")] = False,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Score policies with all twenty kinds of people.")
    ] = False,
    preference: Annotated[
        list[str] | None,
        typer.Option(help="A person's preference; repeatable. Default: all. --demo takes one."),
    ] = None,
    task: Annotated[str, typer.Option(help="For --demo: the id of a task.")] = "",
    most: Annotated[
        int, typer.Option(min=1, help="Limit the tasks, which are spread over all.")
    ] = 25,
    toys: Annotated[
        bool, typer.Option("--toys", help="Use the three included tasks instead of Ambig-SWE's.")
    ] = False,
    repos: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            exists=True,
            help="Search the checkouts in this folder, each named OWNER__NAME, instead of an "
            "index of what the tasks change.",
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Let this litellm model play an agent, alone and with tom.")
    ] = "",
    person: Annotated[str, typer.Option(help="Who plays the people: rules, or a model.")] = RULES,
    writer: Annotated[
        str,
        typer.Option(
            help="Let this model write the vague requests, instead of using the release's."
        ),
    ] = "",
    budget: Annotated[
        float, typer.Option(min=0, help="Spending limit in USD for each model, in total.")
    ] = 1.0,
    work: Annotated[
        Path,
        typer.Option(
            file_okay=False,
            help="Folder for the sessions of models; an interrupted run continues from it.",
        ),
    ] = Path("userville"),
    at_once: Annotated[
        int, typer.Option(min=1, help="How many sessions of models run at once.")
    ] = 2,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Test agents with people who want to be asked in twenty different ways (UserVille)."""
    from tom_evals.ambig_swe.data import Missing, Unreadable
    from tom_evals.common.engine import EngineFault
    from tom_evals.userville import laboratory

    if demo == evaluate:
        raise typer.BadParameter("choose one of --demo and --evaluate")
    options = Options(
        people=laboratory.people(preference or ()),
        toys=toys or (demo and not task),
        most=most,
        repos=repos,
        model=model,
        person=person,
        writer=writer,
        budget=budget,
        work=work,
        at_once=at_once,
        again=again,
    )
    try:
        if demo:
            for line in laboratory.shown(options, task):
                typer.echo(line)
            return
        found = laboratory.evaluated(options)
    except (Unreadable, EngineFault, TomError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(2 if isinstance(error, Missing) else 1) from error
    except KeyboardInterrupt:
        if not model:
            raise
        interrupted(work)
    write = written_as_json if as_json else as_markdown
    command = " ".join(["python -m tom_evals", *sys.argv[1:]])
    sys.stdout.write(f"{write(found, command)}\n")
