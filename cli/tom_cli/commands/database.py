"""The health of the memory: db upgrade, db check, db reindex, doctor."""

from __future__ import annotations

import typer

from tom_cli.common import Json, opened, print_json, talk

app = typer.Typer(help="Look after the database and the index.", no_args_is_help=True)


def register(main: typer.Typer) -> None:
    """Adds the commands that stand at the top."""
    main.command()(doctor)


@app.command()
def upgrade() -> None:
    """Bring the database to this version's schema; a copy is kept beside it.

    Every command does this by itself when it is needed.

    Example: tom db upgrade
    """
    import tom_migrations
    from tom_swe.memory.engine import revision_of
    from tom_swe.settings import load_settings

    before = revision_of(load_settings().database)
    with opened() as (_, settings):
        path = settings.database
    if before == tom_migrations.HEAD:
        talk(f"{path} is up to date (schema {before})")
    else:
        talk(f"{path} is at schema {tom_migrations.HEAD} now, from {before or 'nothing'}")


@app.command()
def check(as_json: Json = False) -> None:
    """Check that the database is sound and every index in step with it.

    Example: tom db check
    """
    from tom_cli.render import show_problems
    from tom_swe.health import problems

    with opened() as (tom, _):
        found = problems(tom)
    if as_json:
        print_json(found)
    else:
        show_problems(found, "the database is sound, and every index in step")
    if found:
        raise typer.Exit(1)


@app.command()
def reindex() -> None:
    """Make the full-text and vector indexes anew from the database.

    Example: tom db reindex
    """
    from tom_swe.health import reindex as rebuild

    with opened() as (tom, _):
        if not rebuild(tom):
            talk("another process owns the vector index; try again when it has finished")
            raise typer.Exit(1)
    talk("every index is made anew")


def doctor(as_json: Json = False) -> None:
    """Say how this installation stands: settings, database, index, model, transcripts.

    Example: tom doctor
    """
    import os
    from pathlib import Path

    from tom_cli.render import console, show_problems
    from tom_cli.safe import safe
    from tom_swe.health import report

    with opened() as (tom, settings):
        state = report(tom, settings, os.environ, Path.home())
    if as_json:
        print_json(state)
    else:
        out = console()
        for name, value in state.facts.items():
            out.print(f"{name:<14} {safe(value)}")
        show_problems(state.problems, "nothing to mend")
    if state.problems:
        raise typer.Exit(1)
