"""What commands share: opening memory, options, printing data."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tom_cli import completion
from tom_swe.errors import NotFound, UsageError

if TYPE_CHECKING:
    from types import FrameType

    from pydantic import BaseModel

    from tom_swe.mind.tom import Tom
    from tom_swe.settings import Settings

# Digits: SQLite's numbers have 19.
LONGEST_ID = 18
ECHOED = 60  # characters

BeliefId = Annotated[
    str,
    typer.Argument(
        help="A belief's id, such as b3.",
        autocompletion=completion.beliefs,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Repository = Annotated[
    str | None,
    typer.Option(
        "--repository",
        "-r",
        help="The repository; by default that of this folder.",
        autocompletion=completion.repositories,
    ),
]


@contextlib.contextmanager
def opened(settings: Settings | None = None) -> Generator[tuple[Tom, Settings]]:
    """Tom on this person's memory, closed at the end."""
    from tom_swe.app import open_tom
    from tom_swe.settings import load_settings

    settings = settings or load_settings()
    tom = open_tom(settings, say=talk)
    try:
        yield tom, settings
    except KeyboardInterrupt:
        talk("interrupted; finished work is kept, and the next run does the rest")
        raise
    finally:
        tom.close()


@contextlib.contextmanager
def interrupts() -> Generator[Callable[[], None]]:
    """Yield a function that raises KeyboardInterrupt if Ctrl-C was pressed; call it between steps.

    Python raises the interrupt wherever it happens to be. In a callback of a weak reference it
    reports the exception as unraisable and goes on, and SQLAlchemy's sessions have many of these.
    """
    pressed = False

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.default_int_handler(signum, frame)

    def raise_interrupt() -> None:
        if pressed:
            raise KeyboardInterrupt

    def report(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            reported_before(unraisable)

    reported_before, sys.unraisablehook = sys.unraisablehook, report
    handled_before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield raise_interrupt
    finally:
        signal.signal(signal.SIGINT, handled_before)
        sys.unraisablehook = reported_before


@contextlib.contextmanager
def progress_bar(what: str, total: int) -> Generator[Callable[[int], None]]:
    """Show a bar on stderr, on a terminal only, and raise a pending interrupt at each step."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal or not total,
    )
    with bar, interrupts() as raise_interrupt:
        task = bar.add_task(what, total=total)

        def advance(amount: int) -> None:
            raise_interrupt()
            bar.advance(task, amount)

        yield advance


def is_off(settings: Settings, folder: Path | None = None) -> bool:
    """Whether tom keeps out of a folder, by default the working directory; says so then."""
    import os

    from tom_swe.checkout import kept_out
    from tom_swe.text.safe import safe

    by = kept_out(str(settings.home), os.environ, str(folder or Path.cwd()))
    if by:
        talk(f"off here, by {safe(by)}")
    return bool(by)


def repository_here(given: str | None) -> str:
    """The repository given, else that of the working directory."""
    return where(given)[0]


def where(given: str | None) -> tuple[str, str]:
    """The repository given, else that of the working directory, with this folder."""
    if given is not None:
        return given, ""
    from tom_swe.checkout import repository_of

    folder = str(Path.cwd())
    return repository_of(folder), folder


def shown_path(path: Path | str) -> str:
    """A path for a person to read: below their home folder it begins with ~."""
    from tom_swe.text.safe import safe

    try:
        return safe(str(Path("~") / Path(path).relative_to(Path.home())))
    except (ValueError, RuntimeError):
        return safe(str(path))


def talk(message: str) -> None:
    """Says something to the person; data goes to stdout, talk never does."""
    message = f"tom: {message}"
    if not sys.stderr.isatty():
        typer.echo(message, err=True)
        return
    from tom_cli.layout import console, put

    put(message, hang=5, to=console(stderr=True))


def print_json(value: BaseModel | dict[str, Any] | list[Any]) -> None:
    """One JSON document on stdout: keys in the order of docs/reference/json.md."""
    from pydantic import BaseModel
    from pydantic_core import to_jsonable_python

    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    # Escapes where the encoding has not every sign: JSON stays whole.
    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
    text = json.dumps(to_jsonable_python(plain), ensure_ascii=not unicode, indent=2)
    sys.stdout.write(f"{text}\n")


def confirmed(question: str, yes: bool, *, loses: bool = False) -> None:
    """Goes on only when the person agrees. Raises UsageError where nobody can be asked.

    Enter is a yes to what they just typed, but a no where something would be lost or exposed.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is no terminal to ask in: add --yes to agree")
    from tom_cli.keys import is_yes
    from tom_cli.layout import console, put

    put(question, end="", to=console(stderr=True))
    try:
        if is_yes(default=not loses):
            return
    except KeyboardInterrupt:
        talk("interrupted; nothing was changed")
        raise typer.Exit(130) from None
    talk("nothing was changed")
    raise typer.Exit(1)


def echoed(given: str) -> str:
    """What the person gave, in quotes, as an error says it back: the beginning where it is long."""
    from tom_swe.text.safe import safe

    return repr(safe(given, ECHOED))


def id_of(given: str, letter: str, what: str, example: str = "") -> int:
    """The number in an id such as b12. Raises UsageError, NotFound."""
    digits = given.strip().lower().removeprefix(letter)
    if not digits.isdecimal():
        like = example or f"{letter}12"
        raise UsageError(f"{echoed(given)} is not a valid {what} id: give one such as {like}")
    if len(digits) > LONGEST_ID:
        raise NotFound(f"there is no {what} with an id of {len(digits)} digits: check the id")
    return int(digits)
