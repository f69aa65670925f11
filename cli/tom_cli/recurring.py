"""What recurs, shown to the person and decided on, one key each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tom_cli.keys import MOVES, Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from tom_swe.mind.tom import Tom
    from tom_swe.model.recurring import Recurring

KEYS = (
    Key("y", "always", "make it a rule, with what you said as its quotes"),
    Key("n", "never ask again", "it was for those tasks only"),
    Key("e", "edit", "make it a rule in your own words"),
    *MOVES,
)
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


def act_on(tom: Tom, user: str, found: Recurring, key: str, words: str) -> None:
    """Does what a key says, with the person's words for e. Raises TomError."""
    if key == "y":
        tom.recurrence.accept(user, found.key)
    elif key == "n":
        tom.recurrence.dismiss(user, found.key)
    elif key == "e":
        tom.recurrence.accept(user, found.key, words)
