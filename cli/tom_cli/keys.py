"""One key, one decision: the keys that can be pressed, and what each does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import typer

HELP = "?"
QUIT = "q"


class Key(NamedTuple):
    """A key, what it does in a word or two, and in a sentence."""

    key: str
    does: str
    explained: str


# What any list of decisions takes.
MOVES = (
    Key("s", "skip", "leave it for another time"),
    Key("u", "undo", "take the last decision back and decide again"),
    Key(QUIT, "quit", "leave; what you decided is kept"),
)


def chosen(keys: Sequence[Key]) -> str:
    """The key that the person presses; ``?`` explains each, and leaving is q."""
    from tom_cli.layout import put

    offer = ", ".join(f"{each.key} {each.does}" for each in keys)
    names = "".join(each.key for each in keys)
    while (key := key_pressed(f"{offer}, {HELP} help", names + HELP)) == HELP:
        for each in keys:
            put(f"    {each.key}  {each.explained}", hang=7)
    return key


def agreed(question: str) -> bool:
    """Whether the person agrees, by one key; Enter is a yes."""
    from tom_cli.layout import put

    put(question)
    return key_pressed("Enter or y yes, n no", "yn\r\nq") in "y\r\n"


def words_of_theirs() -> str:
    """What the person types; "" where they change their mind, or end the input.

    Raises KeyboardInterrupt.
    """
    typer.echo("  in your words: ", nl=False)
    return (line_typed() or "").strip()


def is_yes(default: bool) -> bool:
    """Whether the line that the person types is a yes; Enter and the end of input are the default.

    It is asked on stderr. Raises KeyboardInterrupt.
    """
    while True:
        typer.echo(" [Y/n]: " if default else " [y/N]: ", nl=False, err=True)
        given = line_typed(err=True)
        if given is None:
            return False
        match given.strip().lower():
            case "":
                return default
            case "y" | "yes":
                return True
            case "n" | "no":
                return False
            case _:
                typer.echo("  y or n?", nl=False, err=True)


def line_typed(*, err: bool = False) -> str | None:
    """The line that the person types, None at the end of input. Raises KeyboardInterrupt.

    What is printed next stands on a line of its own.
    """
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        typer.echo(err=err)
        raise
    if not line:
        typer.echo(err=err)
    return line or None


def key_pressed(offer: str, keys: str) -> str:
    """The key that the person presses; after any other they are offered again.

    Of several that come at once it is the first that is a key. The end of input is q. Raises
    KeyboardInterrupt.
    """
    from tom_cli.layout import put

    while True:
        put(f"  {offer}: ", hang=2, end="")
        try:
            typed = typer.getchar().lower()
        except EOFError:
            typed = QUIT
        except KeyboardInterrupt:
            typed = "\x03"
        if "\x03" in typed:
            put("")
            raise KeyboardInterrupt
        if typed[:1] == "\x04" or typed == "\x1b":
            typed = QUIT
        # More than Escape alone is an arrow or the like.
        key = next((each for each in typed if each in keys), "") if typed[:1] != "\x1b" else ""
        put(key.strip())
        if key:
            return key
