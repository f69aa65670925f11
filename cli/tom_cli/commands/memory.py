"""The memory in the person's hands: list, show, forget, reset."""

from __future__ import annotations

from typing import Annotated

import typer

from tom_cli import completion
from tom_cli.common import Json, Yes, confirmed, echoed, id_of, opened, print_json, talk
from tom_cli.times import FORMS, since_of, until_of
from tom_swe.errors import NotFound, UsageError

app = typer.Typer(invoke_without_command=True)

Target = typer.Argument(
    help="A belief (b3) or a session (s7).",
    autocompletion=completion.targets,
)


@app.callback()
def memory(
    context: typer.Context,
    sessions: Annotated[
        int,
        typer.Option("--sessions", "-n", min=0, help="How many sessions to show, newest first."),
    ] = 10,
) -> None:
    """See, correct, forget, export and import your memory.

    Without a command it shows the memory as a tree.

    Example: tom memory --sessions 30
    """
    if context.invoked_subcommand is not None:
        return
    from tom_cli.layout import put_block
    from tom_cli.tree import tree
    from tom_swe.explain.counts import profile

    with opened() as (tom, settings):
        held = tom.memory
        shown = tree(
            profile(held, settings.user),
            held.sessions.titled(held.sessions.summaries(settings.user)[:sessions]),
            held.beliefs.all(settings.user),
            held.beliefs.for_one_task(settings.user),
        )
    put_block(shown)
    talk("`tom memory --help` shows the commands for it")


@app.command(name="list")
def list_(
    sessions: Annotated[
        bool, typer.Option("--sessions", help="List sessions instead of beliefs.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Include retired beliefs.")] = False,
    as_json: Json = False,
) -> None:
    """List the beliefs, or the sessions they came from.

    Example: tom memory list --sessions
    """
    from tom_cli.render import show_beliefs, show_sessions
    from tom_swe.model.belief import Status

    with opened() as (tom, settings):
        if sessions:
            listed = tom.memory.sessions
            summaries = listed.titled(listed.summaries(settings.user))
            if as_json:
                print_json(summaries)
            else:
                show_sessions(summaries)
            return
        beliefs = tom.memory.beliefs.all(settings.user)
    shown = [b for b in beliefs if everything or b.status is not Status.RETIRED]
    if as_json:
        print_json(shown)
    else:
        show_beliefs(shown)
    if not shown:
        talk("no beliefs yet; `tom init` reads the sessions on this machine")


@app.command()
def show(target: Annotated[str, Target], as_json: Json = False) -> None:
    """Show one belief with all its quotes, or one session's turns.

    Example: tom memory show s7
    """
    from tom_cli.layout import put
    from tom_cli.render import HANG, belief_line, show_session

    kind, number = _target(target)
    with opened() as (tom, settings):
        if kind == "b":
            belief = tom.memory.beliefs.get(settings.user, number)
            if as_json:
                print_json(belief)
            else:
                put(belief_line(belief, quotes=len(belief.evidence)), hang=HANG)
            return
        session = tom.memory.sessions.get(settings.user, number)
        title = tom.memory.sessions.titles([number]).get(number, "")
    if as_json:
        print_json(session)
    else:
        show_session(number, session, title)


@app.command()
def forget(
    target: Annotated[str | None, Target] = None,
    phrase: Annotated[
        str | None,
        typer.Option(help="Everything that mentions these words, in upper or lower case."),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(
            "--repository",
            "-r",
            help="The sessions of this repository; . is this folder's.",
            autocompletion=completion.repositories,
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help="The sessions of this host: codex, ...",
            autocompletion=completion.hosts,
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help=f"Sessions from then on: {FORMS}.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Sessions up to the end of this day, in the same words.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Forget a belief, a session, or everything that matches.

    It deletes permanently, including what rests on it alone. tom does not learn a belief again
    from the same words, nor import a session again. Repository, host and time combined select
    the sessions that match all of them.

    Example: tom memory forget b3
    """
    from tom_cli import forgetting
    from tom_swe.text.safe import safe

    chosen = forgetting.Which(
        repository=repository,
        host=host,
        since=None if since is None else since_of(since),
        until=None if until is None else until_of(until),
    )
    if sum((target is not None, phrase is not None, chosen.any)) != 1:
        raise UsageError(
            "say what to forget: b3, s7, --phrase, or --repository, --host, --since, --until"
        )
    with opened() as (tom, settings):
        gone = forgetting.find(tom, settings.user, target, phrase, chosen)
        if gone.is_empty:
            raise NotFound(
                "nothing matches, so nothing was forgotten; `tom memory list` shows what there is"
            )
        told = safe(forgetting.described(tom, settings.user, gone))
        confirmed(f"Forget {told} permanently?", yes, loses=True)
        forgetting.forget(tom, settings, gone, phrase)
    talk(f"forgotten: {told}")


@app.command()
def reset(
    repository: Annotated[
        str | None,
        typer.Option(
            "--repository",
            "-r",
            help="Only the sessions of this repository; . is this folder's.",
            autocompletion=completion.repositories,
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help="Only the sessions of this host.",
            autocompletion=completion.hosts,
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Delete your whole memory permanently.

    This includes the conversations held in `tom`. With a repository or a host it deletes those
    sessions and all that rests on them alone, as `tom memory forget` does. `tom reset` does the
    same.

    Example: tom memory reset

    Example: tom reset --repository acme/shop
    """
    if repository is not None or host is not None:
        forget(repository=repository, host=host, yes=yes)
        return
    from tom_cli.code import conversations
    from tom_swe.explain import figures
    from tom_swe.explain.counts import counts

    with opened() as (tom, settings):
        held = counts(tom.memory, settings.user)
        confirmed(
            f"Delete everything of {settings.user!r} permanently: {figures.kept(held)}, and "
            f"{figures.believed(held)}?",
            yes,
            loses=True,
        )
        tom.reset(settings.user)
    conversations.delete_all(settings.conversations)
    settings.history.unlink(missing_ok=True)
    talk("everything is forgotten")


def _target(given: str) -> tuple[str, int]:
    letter = given[:1].lower()
    if letter not in ("b", "s"):
        raise UsageError(
            f"{echoed(given)} is neither a belief nor a session: give an id such as b3 or s7"
        )
    return letter, id_of(given, letter, "belief" if letter == "b" else "session")
