"""Going through what recurs and what was inferred, one key each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from tom_cli.common import Json, opened, print_json, talk
from tom_cli.recurring import ask_on
from tom_swe.errors import TomError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief
    from tom_swe.model.recurring import Recurring

KEYS = "y confirm, n reject, e edit, p pin, s skip, q quit"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(review)


def review(as_json: Json = False) -> None:
    """Decide on what recurs and on the beliefs that were seen once, one key each.

    What you ask for in several sessions comes first: y makes it a rule, n never asks again, e is
    for your own words. For beliefs the keys are y to confirm, n to reject, e to edit and confirm,
    p to pin. Of both, s skips and q quits. With --json it prints what waits.

    Example: tom review
    """
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
    of = len(found) + len(waiting)
    done, goes_on = ask_on(tom, user, found, of)
    for place, belief in enumerate(waiting if goes_on else (), start=len(found) + 1):
        answer = _ask(belief, f"{place} of {of}")
        if answer == "q":
            break
        done += _act(tom, user, belief.id, answer)
    if done:
        talk(f"{done} decided; `tom undo {done}` undoes all of them")


def to_review(beliefs: Iterable[Belief]) -> list[Belief]:
    """The beliefs that were seen once and that the person has not decided on."""
    from tom_swe.model.belief import Status

    return [b for b in beliefs if b.status is Status.CANDIDATE and not b.is_upheld]


def _ask(belief: Belief, place: str) -> str:
    """The key that the person presses; others than those offered are not taken."""
    from tom_cli.layout import put
    from tom_cli.render import HANG, belief_line, key_pressed

    put(f"\n{place}")
    put(belief_line(belief, quotes=3), hang=HANG)
    return key_pressed(KEYS, "ynepsq")


def _act(tom: Tom, user: str, belief_id: int, key: str) -> int:
    """Does what a key says; how many changes that made."""
    try:
        match key:
            case "y":
                tom.confirm(user, belief_id)
            case "n":
                tom.reject(user, belief_id)
            case "p":
                tom.pin(user, belief_id)
            case "e":
                words = typer.prompt("  in your words", default="", show_default=False)
                if not words.strip():
                    return 0
                tom.edit(user, belief_id, words)
                tom.confirm(user, belief_id)
                return 2
            case _:
                return 0
    except TomError as error:
        # Another process may have changed it meanwhile; the rest go on.
        talk(str(error))
        return 0
    return 1
