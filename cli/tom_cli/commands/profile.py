"""What is known of the person: profile, why."""

from __future__ import annotations

from typing import Annotated

import typer

from tom_cli.common import Json, id_of, opened, print_json


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(profile)
    app.command()(why)


def profile(
    quotes: Annotated[int, typer.Option(min=1, help="How many quotes to show for each.")] = 1,
    as_json: Json = False,
) -> None:
    """Show what is believed about you, each belief with your own words.

    Example: tom profile --quotes 3
    """
    from tom_cli.render import show_profile

    with opened() as (tom, settings):
        user = tom.memory.beliefs.user_model(settings.user)
    if as_json:
        print_json(user)
    else:
        show_profile(user, quotes=quotes)


def why(
    belief: Annotated[str, typer.Argument(help="A belief's id, such as b3.")],
    as_json: Json = False,
) -> None:
    """Say why a belief is held: quotes for and against, the arithmetic, the history.

    Example: tom why b3
    """
    from tom_cli.render import show_why
    from tom_swe.mind.confidence import explain

    belief_id = id_of(belief, "b", "belief")
    with opened() as (tom, settings):
        held = tom.memory.beliefs.get(settings.user, belief_id)
        history = tom.memory.beliefs.history(settings.user, belief_id)
    parts = explain(held.evidence)
    if as_json:
        print_json({"belief": held, "arithmetic": parts, "history": history})
    else:
        show_why(held, history, parts)
