"""Beliefs in the person's hands: confirm, reject, pin, edit, scope, merge; and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli import completion
from tom_cli.common import BeliefId, Json, echoed, id_of, opened, print_json, talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief, Scope


def register(app: typer.Typer, memory: typer.Typer) -> None:
    """Adds these commands."""
    for command in (edit, confirm, reject, pin, unpin, scope, move_repository, merge):
        memory.command()(command)
    app.command()(undo)


def edit(
    belief: BeliefId,
    text: Annotated[str, typer.Argument(help="The new wording.")],
    as_json: Json = False,
) -> None:
    """Reword a belief.

    Its quotes stay, and later sessions do not change the words back.

    Example: tom memory edit b3 "use pnpm, but npm in the legacy folder"
    """
    _decided(belief, lambda tom, user, number: tom.edit(user, number, text), as_json)


def confirm(belief: BeliefId, as_json: Json = False) -> None:
    """Say that a belief is right. It does not fade, and holds until you say otherwise.

    Example: tom memory confirm b3
    """
    _decided(belief, lambda tom, user, number: tom.confirm(user, number), as_json)


def reject(belief: BeliefId, as_json: Json = False) -> None:
    """Say that a belief is wrong. tom never learns it again, unless you state it yourself.

    Its quotes stay for you to see; `tom memory forget` deletes them.

    Example: tom memory reject b3
    """
    _decided(belief, lambda tom, user, number: tom.reject(user, number), as_json)


def pin(belief: BeliefId, as_json: Json = False) -> None:
    """Put a belief first in every briefing where it holds.

    Example: tom memory pin b3
    """
    _decided(belief, lambda tom, user, number: tom.pin(user, number), as_json)


def unpin(belief: BeliefId, as_json: Json = False) -> None:
    """Treat a belief like any other again.

    Example: tom memory unpin b3
    """
    _decided(belief, lambda tom, user, number: tom.unpin(user, number), as_json)


def scope(
    belief: BeliefId,
    where: Annotated[
        str,
        typer.Argument(
            help="everywhere, repository:NAME or language:NAME; . is this folder's.",
            autocompletion=completion.scopes,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Say where a belief holds. tom never widens it beyond that.

    Example: tom memory scope b3 repository:acme/shop
    """
    place = scope_of(where)
    _decided(belief, lambda tom, user, number: tom.rescope(user, number, place), as_json)


def move_repository(
    old: Annotated[
        str,
        typer.Argument(
            help="The name that tom has, such as acme/shop.", autocompletion=completion.repositories
        ),
    ],
    new: Annotated[str, typer.Argument(help="The repository's name now; . is this folder's.")],
    as_json: Json = False,
) -> None:
    """Move every belief about one repository to another name.

    Use it when you moved a repository to another folder or owner and tom no longer follows. What
    you say under the old name from then on stays there.

    Example: tom memory move-repository shop acme/shop
    """
    from tom_cli.render import show_beliefs
    from tom_swe.errors import NotFound, UsageError
    from tom_swe.model.belief import Reach

    place = scope_of(f"{Reach.REPOSITORY}:{new}")
    old = old.strip()
    if place.name == old:
        raise UsageError("the old and the new name are the same: give two names")
    with opened() as (tom, settings):
        moving = [
            each
            for each in tom.memory.beliefs.told(settings.user)
            if each.scope.reach is Reach.REPOSITORY and each.scope.name == old
        ]
        if not moving:
            raise NotFound(
                f"tom has no beliefs about {echoed(old)}: `tom memory list` shows the names"
            )
        beliefs = [tom.rescope(settings.user, each.id, place) for each in moving]
    if as_json:
        print_json(beliefs)
    else:
        show_beliefs(beliefs)
        talk(f"`tom undo {len(beliefs)}` moves them back")


def merge(
    belief: BeliefId,
    other: Annotated[
        str,
        typer.Argument(
            help="The belief to merge into it.",
            autocompletion=completion.beliefs,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Merge two beliefs.

    The first keeps its words and gets the quotes of the other.

    Example: tom memory merge b3 b7
    """
    other_id = id_of(other, "b", "belief")
    _decided(belief, lambda tom, user, number: tom.merge(user, number, other_id), as_json)


def undo(
    count: Annotated[int, typer.Argument(min=1, max=1000, help="How many changes to undo.")] = 1,
    as_json: Json = False,
) -> None:
    """Undo your last changes.

    Changes are decisions, merges, statements and feedback. It does not undo what tom learned
    from sessions, and does not bring back what you forgot.

    Example: tom undo 2
    """
    from tom_swe.text.safe import safe

    with opened() as (tom, settings):
        done = tom.undo(settings.user, count)
    if as_json:
        print_json([each.model_dump(mode="json", exclude={"image"}) for each in done])
        return
    for each in done:
        words = [f"“{safe(each.detail, 80)}”"] if each.detail else []
        talk(" ".join(["undone:", each.did, *(f"b{i}" for i in each.belief_ids), *words]))
    if len(done) < count:
        talk("there is nothing more to undo")


def scope_of(given: str) -> Scope:
    """The place that everywhere, repository:NAME, language:NAME or . means. Raises UsageError."""
    from tom_cli.common import repository_here
    from tom_swe.errors import UsageError
    from tom_swe.model.belief import EVERYWHERE, Reach, Scope

    reach, _, name = given.strip().partition(":")
    if given.strip() == Reach.EVERYWHERE:
        return EVERYWHERE
    if given.strip() == "." or (reach == Reach.REPOSITORY and name.strip() == "."):
        here = repository_here(None)
        if not here:
            raise UsageError("this folder is not in a repository: name one (repository:acme/shop)")
        return Scope(reach=Reach.REPOSITORY, name=here)
    if reach not in (Reach.REPOSITORY, Reach.LANGUAGE) or not name.strip():
        raise UsageError(
            f"{echoed(given)} is not a scope: use everywhere, repository:NAME or language:NAME"
        )
    name = name.strip()
    return Scope(reach=Reach(reach), name=name.lower() if reach == Reach.LANGUAGE else name)


def _decided(given: str, does: Callable[[Tom, str, int], Belief], as_json: bool) -> None:
    """Does it and shows the belief as it stands then."""
    from tom_cli.render import show_beliefs

    number = id_of(given, "b", "belief")
    with opened() as (tom, settings):
        belief = does(tom, settings.user, number)
    if as_json:
        print_json(belief)
        return
    show_beliefs([belief])
    talk("`tom undo` takes it back")
