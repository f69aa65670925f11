"""What recurs, shown to the person and decided on, one key each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tom_cli.common import talk
from tom_swe.errors import TomError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from tom_swe.mind.tom import Tom
    from tom_swe.model.recurring import Recurring

KEYS = "y always, n never ask again, e edit, s skip, q quit"
QUOTES = 3


def recurring_text(found: Recurring) -> Text:
    """What recurs as a question, with the rule that a yes makes and the newest quotes."""
    from rich.text import Text

    from tom_cli.layout import quoted
    from tom_cli.times import local
    from tom_swe.text.safe import safe

    text = Text("  ")
    text.append(safe(found.question), style="bold")
    where = f"  ({safe(str(found.scope))})" if str(found.scope) != "everywhere" else ""
    text.append(f"\n      rule: {safe(found.statement)}")
    text.append(where, style="yellow")
    for each in reversed(found.requests[-QUOTES:]):
        text.append(f"\n      {quoted(each.quote)}", style="italic")
        text.append(f"  {local(each.at)}, {safe(each.host)} s{each.session_id}", style="dim")
    return text


def show_recurring(found: Sequence[Recurring]) -> None:
    """Lists what recurs."""
    from rich.text import Text

    from tom_cli.layout import put

    put(Text("\nWhat you ask for again and again", style="bold underline"))
    for each in found:
        put(recurring_text(each))


def ask_on(tom: Tom, user: str, found: Sequence[Recurring], of: int) -> tuple[int, bool]:
    """BySession about each; how many were decided, and whether the person goes on.

    ``of`` is how many things there are to decide in all.
    """
    from tom_cli.layout import put
    from tom_cli.render import key_pressed

    done = 0
    for place, each in enumerate(found, start=1):
        put(f"\n{place} of {of}")
        put(recurring_text(each))
        answer = key_pressed(KEYS, "ynesq")
        if answer == "q":
            return done, False
        done += _act(tom, user, each, answer)
    return done, True


def _act(tom: Tom, user: str, found: Recurring, key: str) -> int:
    """Does what a key says; how many changes that made."""
    try:
        match key:
            case "y":
                tom.recurrence.accept(user, found.key)
            case "n":
                tom.recurrence.dismiss(user, found.key)
            case "e":
                words = typer.prompt("  in your words", default="", show_default=False)
                if not words.strip():
                    return 0
                tom.recurrence.accept(user, found.key, words)
            case _:
                return 0
    except TomError as error:
        # Another process may have changed it meanwhile; the rest go on.
        talk(str(error))
        return 0
    return 1
