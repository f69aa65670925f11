"""What is known of the person: profile, why, remember."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tom_cli import completion
from tom_cli.common import BeliefId, Json, echoed, id_of, opened, print_json, repository_here, talk
from tom_swe.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(profile)
    app.command()(why)
    app.command()(remember)


def profile(
    quotes: Annotated[
        int, typer.Option(min=1, help="How many quotes to show for each belief.")
    ] = 1,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Include your hours, language and length of messages."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what tom believes about you, with your own words.

    Habits that change nothing for an agent are left out, but not from the JSON.

    Example: tom profile --quotes 3
    """
    from tom_cli.render import show_profile
    from tom_swe.explain import counts

    with opened() as (tom, settings):
        recurring = len(tom.recurrence.all(settings.user))
        user = counts.profile(tom.memory, settings.user, proposals=recurring)
    if as_json:
        print_json(user)
    else:
        show_profile(user, quotes=quotes, everything=everything)


def why(
    belief: BeliefId,
    as_json: Json = False,
) -> None:
    """Say why tom holds a belief.

    It shows quotes, arithmetic, history, and what agents did with the belief.

    Example: tom why b3
    """
    from tom_cli.render import show_why
    from tom_swe.beliefs.confidence import explain
    from tom_swe.explain.history import revisions
    from tom_swe.explain.stats import became

    belief_id = id_of(belief, "b", "belief")
    with opened() as (tom, settings):
        held = tom.memory.beliefs.get(settings.user, belief_id)
        history = revisions(tom.memory, settings.user, belief_id)
        told = became(tom.memory.tellings.all(settings.user), belief_id)
        titles = tom.memory.sessions.titles({each.session_id for each in held.evidence})
    parts = explain(held)
    if as_json:
        print_json({"belief": held, "arithmetic": parts, "history": history, "told": told})
    else:
        show_why(held, history, parts, told, titles)


def remember(
    text: Annotated[
        str, typer.Argument(help="What tom should know, in your words; - reads stdin.")
    ],
    here: Annotated[
        bool, typer.Option("--here", help="Only in this folder's repository, not everywhere.")
    ] = False,
    where: Annotated[
        str | None,
        typer.Option(
            "--scope",
            help="everywhere, repository:NAME or language:NAME.",
            autocompletion=completion.scopes,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell tom something about you. It counts at once.

    It outranks what tom inferred; what you say later outranks it.

    Example: tom remember "keep commit messages to one line" --here
    """
    from tom_cli.commands.memory_edit import scope_of
    from tom_cli.render import show_beliefs
    from tom_swe.model.belief import EVERYWHERE, Reach, Scope

    if here and where is not None:
        raise UsageError("use either --here or --scope, not both")
    scope = EVERYWHERE if where is None else scope_of(where)
    if here:
        repository = repository_here(None)
        if not repository:
            raise UsageError("this folder is not in a repository: leave --here out, or go to one")
        scope = Scope(reach=Reach.REPOSITORY, name=repository)
    said = _sayable(sys.stdin.read() if text == "-" else text)
    with opened() as (tom, settings):
        beliefs = tom.remember(settings.user, said, scope)
    if as_json:
        print_json(list(beliefs))
    else:
        show_beliefs(beliefs)
        talk("if tom misread it, run `tom undo` and say it in other words")


def _sayable(text: str) -> str:
    """The text. Raises UsageError for what is no text, or an id and nothing else."""
    # What the locale could not read stands there as a replacement.
    if any(sign == "\ufffd" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise UsageError("that is not valid text: check its encoding, and say it again")
    given = text.strip()
    if given[:1].lower() in ("b", "s", "a") and given[1:].isdecimal():
        raise UsageError(f"{echoed(given)} is an id alone: say in words what you want to tell tom")
    return text
