"""The health of the memory: db upgrade, db check, db restore, db reindex, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, Yes, confirmed, opened, print_json, talk
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.doctor.report import Report
    from tom_swe.settings import Settings

app = typer.Typer(help="Maintain the database and the indexes.", no_args_is_help=True)


def register(main: typer.Typer) -> None:
    """Adds the commands that stand at the top."""
    main.command()(doctor)


@app.command()
def upgrade() -> None:
    """Upgrade the database to this version's schema.

    tom keeps a copy of the old one. Every command does this when needed.

    Example: tom db upgrade
    """
    import tom_migrations
    from tom_swe.memory.engine import driver_of, revision_of
    from tom_swe.settings import load_settings

    settings = load_settings()
    before = revision_of(settings.database, driver_of(settings.database, key=settings.database_key))
    with opened() as (_, settings):
        path = settings.database
    if before == tom_migrations.HEAD:
        talk(f"{path} is up to date (schema {before})")
    else:
        talk(f"{path} is now at schema {tom_migrations.HEAD} (before: {before or 'none'})")


@app.command()
def check(
    fix: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired without losing anything.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check that the database is intact and its indexes up to date.

    --repair rebuilds full text, vector index and briefings that are out of date, releases
    sessions that a killed learner held, and closes files that others could read. It never
    changes a database with damaged pages: it copies that aside, saves the readable rows into a
    file, and says how to restore it. Exits with 1 if a problem is left.

    Example: tom db check --repair
    """
    from tom_cli.render import show_problems
    from tom_swe.doctor.report import problems

    if fix:
        _repair(as_json)
        return
    with opened() as (tom, _):
        found = problems(tom)
    if as_json:
        print_json(found)
    else:
        show_problems(found, "the database is intact, and every index is up to date")
    if found:
        raise typer.Exit(1)


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(help="A copy from backups/, or a saved.db from a repair.")
    ],
    yes: Yes = False,
) -> None:
    """Restore a copy of the database.

    tom copies the present one aside first.

    Example: tom db restore ~/.local/share/tom/backups/tom-0006-20260901T100000.db
    """
    from tom_swe.explain import figures
    from tom_swe.explain.counts import counts
    from tom_swe.memory.engine import driver_of
    from tom_swe.memory.repair import salvage
    from tom_swe.settings import load_settings

    if not file.is_file():
        raise UsageError(f"there is no file {file}: give a copy from backups/")
    settings = load_settings()
    path = settings.database
    confirmed(f"Replace {path} with {file}, and lose everything newer?", yes, loses=True)
    driver = driver_of(path, key=settings.database_key)
    aside = salvage.copy_aside(path, driver) if path.exists() else None
    salvage.restore(path, file, driver)
    with opened() as (tom, settings):
        held = counts(tom.memory, settings.user)
    talk(f"{path} holds {figures.kept(held)}, and {figures.believed(held)} now")
    if aside:
        talk(f"the previous database is in {aside}")
    talk("`tom init` reads what else the transcripts on this machine hold")


@app.command()
def reindex() -> None:
    """Rebuild the full-text and vector indexes from the database.

    Example: tom db reindex
    """
    from tom_swe.doctor.report import reindex as rebuild

    with opened() as (tom, _):
        if not rebuild(tom):
            talk("another process is using the vector index; try again when it has finished")
            raise typer.Exit(1)
    talk("every index is rebuilt")


def doctor(
    ask_model: Annotated[
        bool,
        typer.Option("--ask-model", help="Ask each configured model for one word, at its price."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check this installation.

    It checks settings, database, index, hooks, models and transcripts.

    Example: tom doctor
    """
    import os

    from tom_cli.layout import put
    from tom_cli.render import show_problems
    from tom_swe.doctor.report import report
    from tom_swe.text.safe import safe

    with opened() as (tom, settings):
        state = report(tom, settings, os.environ, Path.home())
    if ask_model:
        state = _asked(state, settings)
    if as_json:
        print_json(state)
    else:
        width = max(map(len, state.facts))
        for name, value in state.facts.items():
            put(f"{name:<{width}}  {safe(value)}", hang=width + 2)
        set_up = " in what is set up" if state.missing else ""
        show_problems(state.problems, f"no problems found{set_up}")
        for each in state.missing:
            put(f"  {safe(each.what)}")
            put(f"    to do: {safe(each.fix)}")
    if state.problems:
        raise typer.Exit(1)


def _asked(state: Report, settings: Settings) -> Report:
    """The report with whether each model answers."""
    from tom_swe import app as wiring
    from tom_swe.errors import ModelFault
    from tom_swe.model.memory import Problem
    from tom_swe.settings import helper_of, model_of, reader_of

    models = (
        model_of(settings),
        reader_of(settings),
        helper_of(settings, settings.adviser_model),
    )
    facts, found = dict(state.facts), list(state.problems)
    for model in {each.name: each for each in models if each}.values():
        try:
            used = wiring.ask_model(settings, model).usage
        except ModelFault as error:
            found.append(Problem(what=str(error), fix="see docs/how-to/language-model.md"))
            continue
        price = "" if used.cost is None else f" for ${used.cost:.4f}"
        facts[model.name] = f"answers, with {used.tokens_in + used.tokens_out} tokens{price}"
    if not any(models):
        talk("no model is configured, so none was asked")
    return state.model_copy(update={"facts": facts, "problems": tuple(found)})


def _repair(as_json: bool) -> None:
    import os

    from tom_cli.layout import put
    from tom_cli.render import show_problems
    from tom_swe.doctor.repair import Fixed, repair
    from tom_swe.hosts.learner import take_over
    from tom_swe.settings import load_settings
    from tom_swe.text.safe import safe

    done = repair(load_settings(), talk)
    # Its own memory cannot be told that one is damaged: what was taken waits until it is restored.
    if not done.left and (taken := take_over(os.environ)):
        what = f"{taken} inbox files that a learner left behind"
        done = done.model_copy(
            update={"fixed": (*done.fixed, Fixed(what=what, done="learned from"))}
        )
    if as_json:
        print_json(done)
    else:
        for each in done.fixed:
            put(f"repaired: {safe(each.what)}: {safe(each.done)}")
        show_problems(done.left, "the database is intact, and every index is up to date")
    if done.left:
        raise typer.Exit(1)
