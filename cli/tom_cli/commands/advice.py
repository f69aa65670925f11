"""What a coding agent is told, and what became of it: consult, feedback, brief."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli import completion
from tom_cli.common import Json, Repository, echoed, id_of, is_off, opened, print_json, talk, where
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.model.belief import Belief

# How many beliefs of other places a briefing names beside it.
MOST_ELSEWHERE = 3


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(consult)
    app.command()(feedback)
    app.command()(brief)


def consult(
    request: Annotated[str, typer.Argument(help="The request to the agent; - reads stdin.")],
    repository: Repository = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="The most beliefs to cite.")] = 8,
    as_json: Json = False,
) -> None:
    """Say whether to proceed with a request or ask first.

    It cites the beliefs that apply.

    Example: tom consult "add a login page"
    """
    from tom_cli.suggestion import show_suggestion
    from tom_swe.model.advice import NO_ADVICE, Query
    from tom_swe.settings import load_settings

    text = (sys.stdin.read() if request == "-" else request).strip()
    if not text:
        raise UsageError("the request is empty: give the request to the agent")
    name, folder = where(repository)
    query = Query(text=text, repository=name, folder=folder, limit=limit)
    if is_off(settings := load_settings()):
        if as_json:
            print_json(NO_ADVICE)
        return
    with opened(settings) as (tom, _):
        suggestion = tom.consult(settings.user, query)
        nothing = not tom.memory.beliefs.all(settings.user)
    if as_json:
        print_json(suggestion)
    else:
        show_suggestion(suggestion)
    if nothing:
        talk("tom knows nothing about you yet; `tom init` reads your sessions")


def feedback(
    advice: Annotated[
        str,
        typer.Argument(
            help="The advice's id from consult, such as a12.", autocompletion=completion.advice
        ),
    ],
    outcome: Annotated[str, typer.Argument(help="accepted, partly or rejected.")],
    right: Annotated[
        list[str] | None,
        typer.Option("--right", help="With partly: a cited belief that was right, such as b3."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell tom whether advice was right.

    This raises or lowers the confidence of the cited beliefs. Running it again replaces the
    earlier outcome.

    Example: tom feedback a12 partly --right b3
    """
    from tom_cli.render import show_beliefs
    from tom_swe.model.advice import Outcome

    advice_id = id_of(advice, "a", "advice")
    known = [each.value for each in Outcome]
    if outcome not in known:
        raise UsageError(f"{echoed(outcome)} is not a valid outcome: use one of {', '.join(known)}")
    held = [id_of(each, "b", "belief") for each in right] if right else None
    with opened() as (tom, settings):
        beliefs = tom.judge(settings.user, advice_id, Outcome(outcome), right=held)
    if as_json:
        print_json(list(beliefs))
    else:
        show_beliefs(beliefs)
    if not beliefs:
        talk(f"a{advice_id} cites no belief; its outcome is stored")


def brief(
    repository: Repository = None,
    tokens: Annotated[
        int | None,
        typer.Option(min=50, max=8000, help="A token budget; without it, the stored briefing."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the briefing for the next session.

    Example: tom brief --repository acme/shop
    """
    from tom_cli.layout import put
    from tom_swe.model.advice import Briefing
    from tom_swe.settings import load_settings

    name, folder = where(repository)
    if is_off(settings := load_settings()):
        if as_json:
            print_json(Briefing(user_id=settings.user, repository=name, text="", tokens=0))
        return
    with opened(settings) as (tom, _):
        briefing = tom.brief(settings.user, name, tokens, folder=folder)
        told = tom.memory.beliefs.told(settings.user)
        names = tom.names_of(settings.user, name, folder)
    if not as_json and (elsewhere := _elsewhere(told, name, names)):
        talk(f"left out here: {elsewhere}")
    if as_json:
        print_json(briefing)
    elif briefing.text and sys.stdout.isatty():
        for line in briefing.text.splitlines():
            put(line, hang=2 * line.startswith("- "))
    elif briefing.text:
        sys.stdout.write(f"{briefing.text}\n")
    else:
        talk("there are no beliefs yet, so the briefing is empty; start with `tom init`")


def _elsewhere(beliefs: Iterable[Belief], repository: str, names: Collection[str] | None) -> str:
    """What holds in other repositories alone: some of it, and how much more there is."""
    from tom_swe.advise.recall import applies
    from tom_swe.model.belief import Reach
    from tom_swe.text.safe import safe

    found = [
        f"{safe(b.statement)} (in {safe(b.scope.name)})"
        for b in beliefs
        if b.scope.reach is Reach.REPOSITORY and not applies(b, repository, names=names)
    ]
    more = f"; and {len(found) - MOST_ELSEWHERE} more" if len(found) > MOST_ELSEWHERE else ""
    return f"{'; '.join(found[:MOST_ELSEWHERE])}{more}" if found else ""
