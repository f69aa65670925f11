"""The ``tom`` command's entry: what every command shares, and how failures end."""

import gc
import os
import sys
from typing import Any, override

# Before anything imports litellm: it would ask the network for prices, and can hang there.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
# Before anything imports pydantic: it would look for plugins in every package that is installed.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")

import typer

from tom_cli.commands import (
    advice,
    audit,
    checks,
    code,
    cost,
    db,
    demo,
    encryption,
    init,
    learn,
    log,
    mcp,
    memory,
    memory_edit,
    memory_export,
    model,
    on_off,
    plugin,
    profile,
    review,
    stats,
    sync,
    web,
)
from tom_cli.commands.code import CodeByDefault
from tom_cli.common import talk
from tom_cli.sections import Sections
from tom_cli.streams import forgiving
from tom_swe.errors import TomError, UsageError


class Commands(CodeByDefault, Sections):
    """All of them, by what they are for; options of the coding session need no command."""

    @override
    def invoke(self, ctx: Any) -> Any:
        """Runs the command. A reader of its output that leaves is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _silence()
            raise typer.Exit from None


app = typer.Typer(
    name="tom",
    help="Teach coding agents your preferences: a user model from your own sessions, "
    "every belief with a quote. It stays on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=Commands,
    # As wide as the terminal is; every command takes it from here.
    context_settings={"max_content_width": 10_000},
    epilog="`tom` alone opens the coding session where it is set up, and says what there is "
    "otherwise. Start with `tom init`, or see `tom demo`.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tom {version('tom-swe')}")
        raise typer.Exit


@app.callback()
def tom(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Teach coding agents your preferences."""
    del version


code.register(app)
init.register(app)
learn.register(app)
profile.register(app)
advice.register(app)
stats.register(app)
cost.register(app)
model.register(app)
memory_edit.register(app, memory.app)
review.register(app)
app.add_typer(checks.app, name="checks")
memory_export.register(memory.app)
log.register(app)
app.add_typer(memory.app, name="memory")
app.command()(memory.reset)
app.add_typer(db.app, name="db")
db.register(app)
encryption.register(db.app)
on_off.register(app)
sync.register(app)
audit.register(app)
demo.register(app)
plugin.register(app)
mcp.register(app)
web.register(app)


def _silence() -> None:
    """Nothing more can be said to a reader of our output that left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Runs the command line. Exits 0 when done, 2 for wrong usage, 1 for a failure, 130 on ^C."""
    forgiving()
    # Starting makes many objects and drops few. To look through them as often as Python does
    # takes a tenth of the time of a short command.
    gc.set_threshold(50_000, 20, 20)
    try:
        try:
            # A shell that completes a command passes it in the environment.
            if sys.argv[1:] or "_TOM_COMPLETE" in os.environ:
                app()
            else:
                # Without what Typer loads to read options.
                code.open_or_overview()
        finally:
            # Here, where it can still be said that the reader has left.
            sys.stdout.flush()
    except TomError as error:
        talk(str(error))
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except BrokenPipeError as error:
        _silence()
        ended = error.__context__
        sys.exit(ended.code if isinstance(ended, SystemExit) else 0)
    except OSError as error:
        # A disk that is full or can only be read, a file that is somebody else's.
        where = f"{error.filename}: " if error.filename else ""
        talk(f"{where}{error.strerror or error}; no stored data is lost")
        sys.exit(1)
