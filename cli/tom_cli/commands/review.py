"""Going through what recurs and what was inferred, one key each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from tom_cli import recurring
from tom_cli.common import Json, opened, print_json, talk
from tom_cli.keys import MOVES, QUIT, Key, chosen, words_of_theirs
from tom_swe.errors import TomError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief
    from tom_swe.model.recurring import Recurring

KEYS = (
    Key("y", "confirm", "it is right: agents hear it, and it holds until you say otherwise"),
    Key("n", "reject", "it is wrong: tom never learns it again from what you said"),
    Key("e", "edit", "say it in your own words, and confirm it"),
    Key("p", "pin", "it is right, and comes first in every briefing where it holds"),
    *MOVES,
)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(review)


def review(as_json: Json = False) -> None:
    """Decide on what recurs and on the beliefs that were seen once, one key each.

    What you ask for in several sessions comes first: y makes it a rule, n never asks again, e is
    for your own words. For beliefs the keys are y to confirm, n to reject, e to edit and confirm,
    p to pin. Of both, s skips, u undoes the last decision, q quits, and ? explains the keys. With
    --json it prints what waits.

    Example: tom review
    """
    from tom_swe.explain.counts import to_review

    if as_json:
        with opened() as (tom, settings):
            waiting = to_review(tom.memory.beliefs.all(settings.user))
            print_json({"recurring": tom.recurrence.all(settings.user), "beliefs": waiting})
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "a review needs a terminal: use `tom memory confirm` and `tom memory reject` here"
        )
    with opened() as (tom, settings):
        found = tom.recurrence.all(settings.user)
        waiting = to_review(tom.memory.beliefs.all(settings.user))
        decide(tom, settings.user, found, waiting)
    if not found and not waiting:
        talk("no beliefs to review")


def decide(tom: Tom, user: str, found: Sequence[Recurring], waiting: Sequence[Belief]) -> None:
    """Asks about each, one key a decision, and says how to undo them."""
    from tom_cli.layout import put

    asked: list[Recurring | Belief] = [*found, *waiting]
    # How many acts each decision is in the log: none where it was skipped or changed nothing.
    acts: list[int] = []
    while len(acts) < len(asked):
        put(f"\n{len(acts) + 1} of {len(asked)}")
        key = _ask(asked[len(acts)])
        if key == QUIT:
            break
        if key == "u":
            _back(tom, user, acts)
            continue
        words = words_of_theirs() if key == "e" else ""
        if key == "e" and not words:
            continue
        before = _count(tom, user)
        try:
            _act(tom, user, asked[len(acts)], key, words)
        except TomError as error:
            # Another process may have changed it meanwhile; the rest go on.
            talk(str(error))
        acts.append(_count(tom, user) - before)
    if done := sum(acts):
        talk(f"{done} decided; `tom undo{f' {done}' * (done > 1)}` takes {_them(done)} back")


def _them(count: int) -> str:
    return "it" if count == 1 else "them all"


def _back(tom: Tom, user: str, acts: list[int]) -> None:
    """Goes back to the last decision, which it undoes."""
    if not acts:
        talk("there is nothing to undo yet")
    elif last := acts.pop():
        tom.undo(user, last)


def _count(tom: Tom, user: str) -> int:
    return sum(act.undone_at is None for act in tom.memory.user_acts.all(user))


def _ask(about: Recurring | Belief) -> str:
    """Shows what is to decide on; the key that the person presses."""
    from tom_cli.layout import put
    from tom_cli.render import HANG, belief_line
    from tom_swe.model.belief import Belief

    if isinstance(about, Belief):
        put(belief_line(about, quotes=3), hang=HANG)
        return chosen(KEYS)
    put(recurring.recurring_text(about), hang=6)
    return chosen(recurring.KEYS)


def _act(tom: Tom, user: str, about: Recurring | Belief, key: str, words: str) -> None:
    """Does what a key says, with the person's words for e. Raises TomError."""
    from tom_swe.model.belief import Belief

    if not isinstance(about, Belief):
        recurring.act_on(tom, user, about, key, words)
    elif key == "y":
        tom.confirm(user, about.id)
    elif key == "n":
        tom.reject(user, about.id)
    elif key == "p":
        tom.pin(user, about.id)
    elif key == "e":
        tom.edit(user, about.id, words, confirm=True)
