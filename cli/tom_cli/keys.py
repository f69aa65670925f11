"""One key, one decision: the keys that can be pressed, and what each does."""

from __future__ import annotations

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
    """What the person types; "" where they change their mind."""
    return typer.prompt("  in your words", default="", show_default=False).strip()


def key_pressed(offer: str, keys: str) -> str:
    """The key that the person presses; others than these are not taken, and the end of input is q.

    Raises KeyboardInterrupt.
    """
    from tom_cli.layout import put

    put(f"  {offer}: ", hang=2, end="")
    while True:
        try:
            key = typer.getchar().lower()
        except EOFError:
            key = QUIT
        if key == "\x03":
            raise KeyboardInterrupt
        if key in {"\x04", "\x1b"}:
            key = QUIT
        if key in keys:
            put(key.strip())
            return key
