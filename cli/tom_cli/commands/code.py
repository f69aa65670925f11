"""The coding session: tom code."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, override

import typer
from typer.core import TyperGroup

from tom_cli.common import Yes
from tom_swe.errors import TomError, UsageError

if TYPE_CHECKING:
    from tom_swe.settings import Model, Settings

Task = Annotated[
    str | None,
    typer.Option("--print", "-p", help="Work on one task without a terminal; - reads stdin."),
]
ModelName = Annotated[
    str | None, typer.Option("--model", "-m", help="The model, as litellm names it.")
]
Resume = Annotated[
    str | None,
    typer.Option("--resume", help="Continue a conversation, by its id or the start of it."),
]
Continue = Annotated[
    bool, typer.Option("--continue", "-c", help="Continue the newest conversation of this folder.")
]
Private = Annotated[
    bool,
    typer.Option("--private", help="Give the agent no briefing, learn nothing, keep nothing."),
]
Events = Annotated[bool, typer.Option("--json", help="With -p: print one JSON event a line.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="With -p: also print what tom advises.")
]


@dataclass(frozen=True)
class Asked:
    """What a session was asked for."""

    task: str | None = None
    model: str = ""
    resume: str | None = None
    go_on: bool = False
    yes: bool = False
    as_json: bool = False
    verbose: bool = False


class CodeByDefault(TyperGroup):
    """Commands among which `code` is meant where an option of it stands first: `tom -p TASK`."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = args[0] if args else ""
        name = given.partition("=")[0] if given.startswith("--") else given[:2]
        options = {each for param in self.commands["code"].params for each in param.opts}
        if name in options:
            args = ["code", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(code)


def code(
    task: Task = None,
    model: ModelName = None,
    resume: Resume = None,
    go_on: Continue = False,
    yes: Yes = False,
    private: Private = False,
    as_json: Events = False,
    verbose: Verbose = False,
) -> None:
    """Work with a coding agent that knows your preferences.

    It works in this folder. Edits and commands wait for your approval; with --yes they run
    without it. `tom` alone opens it too, where there is a model. -p exits 0 when the agent is
    done, 1 when it failed, and 3 when calls were refused because nobody could approve them.

    Example: tom code -p "add a test for the parser" --yes
    """
    asked = Asked(task, model or "", resume, go_on=go_on, yes=yes, as_json=as_json, verbose=verbose)
    if not private:
        _start(asked)
        return
    if resume is not None or go_on:
        raise UsageError(
            "private sessions are not stored, so none can be resumed: leave --private out"
        )
    os.environ["TOM_OFF"] = "1"
    # All that a session leaves behind lies in tom's home.
    with tempfile.TemporaryDirectory(prefix="tom-private-") as home:
        _start(asked, Path(home))


def open_or_overview() -> None:
    """Opens a session in a terminal where all is there for one, and says what there is elsewhere.

    Raises TomError.
    """
    if _has_terminal() and _has_agent() and _has_model():
        _start(Asked())
        return
    from tom_cli.overview import show_overview

    show_overview(dict(os.environ), str(Path.cwd()))


def _has_terminal() -> bool:
    draws = os.environ.get("TERM", "").lower() not in {"dumb", "unknown"}
    return draws and sys.stdin.isatty() and sys.stdout.isatty()


def _has_agent() -> bool:
    from tom_cli.overview import is_installed

    return is_installed("prompt_toolkit", "openhands")


def _has_model() -> bool:
    from tom_swe.llm.agents import agent_named
    from tom_swe.settings import load_settings, model_of

    model = model_of(load_settings())
    return bool(model and not model.fault and not agent_named(model.name))


def _start(asked: Asked, home: Path | None = None) -> None:
    """Opens a session, or works on one task. Raises UsageError, TomError."""
    from tom_cli.code import conversations
    from tom_swe.llm.agents import agent_named
    from tom_swe.settings import load_settings, model_of

    settings = load_settings()
    if home is not None:
        settings = settings.model_copy(update={"home": home})
    folder = Path.cwd()
    chosen = model_of(settings, asked.model)
    if chosen and agent_named(chosen.name):
        if asked.model or asked.task is not None:
            raise UsageError(
                f"{chosen.name} reads and advises, and cannot work as tom's own agent: give "
                "--model PROVIDER/NAME, such as openai/gpt-5"
            )
        chosen = None
    if chosen and chosen.fault:
        raise UsageError(f"{chosen.name} cannot be used: {chosen.fault}")
    resumed = ""
    if asked.resume is not None:
        found = conversations.resumable(settings.conversations, asked.resume)
        resumed, folder = found.id, _there(found.folder)
    elif asked.go_on:
        resumed = conversations.newest_in(settings.conversations, folder).id
    if asked.task is None:
        if asked.as_json or asked.verbose:
            name = "--json" if asked.as_json else "--verbose"
            raise UsageError(f"{name} needs a task: tom -p TASK {name}")
        _talk(folder, settings, chosen, resumed, yes=asked.yes, is_kept=home is None)
        return
    text = (sys.stdin.read() if asked.task == "-" else asked.task).strip()
    if not text:
        raise UsageError("the task is empty: say what to do, as in tom -p 'fix the failing test'")
    if chosen is None:
        raise UsageError(
            "no model is configured: set TOM_MODEL (or LLM_MODEL), or give --model; "
            "`tom code` in a terminal shows how"
        )
    from tom_cli.code.headless import run

    raise typer.Exit(
        run(
            text,
            folder,
            settings,
            chosen,
            resume=resumed,
            never_ask=asked.yes,
            as_json=asked.as_json,
            verbose=asked.verbose,
        )
    )


def _talk(
    folder: Path,
    settings: Settings,
    model: Model | None,
    resumed: str,
    *,
    yes: bool,
    is_kept: bool,
) -> None:
    if not _has_terminal():
        raise UsageError(
            "there is no terminal here to draw a prompt in: give a task with -p, or see "
            "tom code --help"
        )
    if not _has_agent():
        from tom_cli.code.work import missing

        raise TomError(missing())
    from tom_cli.code.session import talk

    talk(folder, settings, model, resume=resumed, never_ask=yes, is_kept=is_kept)


def _there(folder: str) -> Path:
    """The folder that a conversation was held in. Raises UsageError where it is gone."""
    path = Path(folder)
    if not path.is_dir():
        raise UsageError(
            f"{folder}, where it was held, no longer exists: start a new one with `tom code`"
        )
    return path
