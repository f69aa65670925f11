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
        bool, typer.Option("--evaluate", help="Score policies among all twenty kinds of people.")
    ] = False,
    preference: Annotated[
        list[str] | None,
        typer.Option(help="Of whom: all, if not given; more than once. In the demo: one."),
    ] = None,
    task: Annotated[str, typer.Option(help="In the demo: a task's id.")] = "",
    most: Annotated[int, typer.Option(min=1, help="Tasks at most, spread over all.")] = 25,
    toys: Annotated[
        bool, typer.Option("--toys", help="Take the tasks that come along, not Ambig-SWE's.")
    ] = False,
    repos: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            exists=True,
            help="Find in checkouts in this folder, OWNER__NAME each, not in an index of tasks.",
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Let this litellm model play an agent, alone and with tom.")
    ] = "",
    person: Annotated[str, typer.Option(help="Who plays the people: rules, or a model.")] = RULES,
    writer: Annotated[
        str, typer.Option(help="Let this model write the vague requests, not the release's.")
    ] = "",
    budget: Annotated[float, typer.Option(min=0, help="USD at most for each model, in all.")] = 1.0,
    work: Annotated[
        Path,
        typer.Option(
            file_okay=False, help="Where sessions of models are kept, for a run to go on."
        ),
    ] = Path("userville"),
    at_once: Annotated[int, typer.Option(min=1, help="Sessions of models side by side.")] = 2,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Agents among people who want to be asked in twenty ways (UserVille)."""
    from tom_evals.ambig_swe.data import Missing, Unreadable
    from tom_evals.common.engine import EngineFault
    from tom_evals.userville import laboratory

    if demo == evaluate:
        raise typer.BadParameter("name one: --demo or --evaluate")
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
