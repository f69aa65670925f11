"""What changed and why: log, diff, why-not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli import completion
from tom_cli.common import Json, id_of, opened, print_json, talk
from tom_cli.times import FORMS, local, since_of

if TYPE_CHECKING:
    from rich.text import Text

    from tom_swe.explain.history import Difference, Entry
    from tom_swe.explain.why_not import WhyNot

Since = Annotated[str | None, typer.Option("--since", help=f"Since when: {FORMS}.")]


LOG_HANG = 18


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(log)
    app.command()(diff)
    app.command(name="why-not")(why_not)


def log(
    belief: Annotated[
        str | None,
        typer.Argument(
            help="Only this belief, such as b3.",
            autocompletion=completion.beliefs,
        ),
    ] = None,
    since: Since = None,
    told: Annotated[
        bool, typer.Option("--told", help="Show what agents were told and what they breached.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what changed beliefs, or what agents were told.

    Each line says when, what, who or what did it, and why. With --told there is a line for what
    each session was told, and one for each breach that `tom checks` found.

    Example: tom log b3 --since 7d
    """
    from tom_cli.layout import put
    from tom_swe.explain import history
    from tom_swe.explain.told_log import told_entries

    number = None if belief is None else id_of(belief, "b", "belief")
    begins = None if since is None else since_of(since)
    with opened() as (tom, settings):
        if number is not None:
            tom.memory.beliefs.get(settings.user, number)
        if told:
            found = told_entries(
                tom.memory.tellings.all(settings.user),
                tom.memory.checks.all(settings.user),
                since=begins,
                belief_id=number,
            )
        else:
            found = history.entries(tom.memory, settings.user, since=begins, belief_id=number)
        about = {each.session_id for each in found if each.session_id is not None}
        titles = {} if as_json else tom.memory.sessions.titles(about)
    if as_json:
        print_json(list(found))
        return
    for each in found:
        put(_line(each, titles.get(each.session_id or 0, "")), hang=LOG_HANG)
    if not found:
        nothing = "no agent was told anything" if told else "nothing changed"
        talk(nothing + (" in this period" if since else ""))


def diff(
    since: Annotated[str, typer.Option("--since", help=f"Since when: {FORMS}.")],
    as_json: Json = False,
) -> None:
    """Show which beliefs changed since a time.

    It marks them as added (+), changed (~) or retired (-). It leaves out what you have
    forgotten since.

    Example: tom diff --since 7d
    """
    from tom_cli.layout import put
    from tom_swe.explain import history

    begins = since_of(since)
    with opened() as (tom, settings):
        found = history.differences(tom.memory, settings.user, begins)
    if as_json:
        print_json(list(found))
        return
    for each in found:
        put(_difference(each), hang=8)
    if not found:
        talk(f"nothing changed since {local(begins, time=True)}")


def why_not(
    statement: Annotated[str, typer.Argument(help="What you expect tom to believe.")],
    as_json: Json = False,
) -> None:
    """Say why tom does not believe something.

    It shows what contradicts it, and what is similar.

    Example: tom why-not "use yarn"
    """
    with opened() as (tom, settings):
        found = tom.why_not(settings.user, statement)
    if as_json:
        print_json(found)
    else:
        _show(found)


def _line(entry: Entry, title: str) -> Text:
    from rich.text import Text

    from tom_cli.layout import quoted
    from tom_swe.text.safe import safe

    line = Text()
    line.append(f"{local(entry.at, time=True)}  ", style="dim")
    line.append(f"{' '.join(f'b{i}' for i in entry.belief_ids):<6} ", style="dim")
    line.append(f"{entry.what:<11} ", style="bold" if entry.by == "you" else "")
    line.append(f"{entry.by:<12} ", style="cyan")
    line.append(safe(entry.reason))
    if title:
        line.append(f"  {quoted(title)}", style="dim")
    if entry.taken_back:
        line.append("  (undone)", style="yellow")
    return line


def _difference(difference: Difference) -> Text:
    from rich.text import Text

    from tom_cli.layout import joined
    from tom_swe.text.safe import safe

    style = {"+": "green", "~": "yellow", "-": "red"}[difference.sign]
    line = Text()
    line.append(f"{difference.sign} b{difference.belief_id:<4} ", style=style)
    line.append(safe(difference.statement), style="bold")
    change = f"{difference.old} → {difference.new}" if difference.old else difference.new
    line.append(f"  {joined(f'({safe(change)})')}", style="dim")
    return line


def _show(found: WhyNot) -> None:
    from rich.text import Text

    from tom_cli.layout import joined, put, quoted
    from tom_cli.render import HANG, belief_line
    from tom_swe.explain.figures import number
    from tom_swe.model.belief import Relation, Stance
    from tom_swe.text.safe import safe

    put(Text("tom believes it" if found.believed else "tom does not believe it", style="bold"))
    for belief in found.believed:
        put(belief_line(belief), hang=HANG)
    titles = {
        Relation.AGREE: "Said, but not believed",
        Relation.CONTRADICT: "Contradicted by",
        Relation.DIFFERENT: "On the same subject",
    }
    for relation, title in titles.items():
        near = [each for each in found.near if each.relation is relation]
        if near:
            put(Text(f"\n{title}", style="bold underline"))
        for each in near:
            put(belief_line(each.belief), hang=HANG)
            put(Text(f"{' ' * HANG}{safe(each.why)}", style="yellow"))
            for quote in each.belief.evidence:
                if quote.stance is Stance.CONTRADICTS and relation is Relation.AGREE:
                    against = f"{' ' * HANG}against it: {quoted(quote.quote)}"
                    put(f"{against}  {joined(f'{local(quote.at)}, s{quote.session_id}')}")
    if found.for_one_task:
        put(Text("\nSaid for one task only", style="bold underline"))
        for heard in found.for_one_task:
            words = quoted(heard.observation.quote.text)
            put(f"  {words}  {joined(f'{local(heard.at)}, s{heard.session_id}')}")
    if found.said:
        title = "You said on this, and tom did not take it for a lasting wish"
        put(Text(f"\n{title}", style="bold underline"))
        for turn in found.said:
            when = f"{local(turn.at)}, " if turn.at else ""
            put(f"  {quoted(turn.text)}  {joined(f'{when}s{turn.session_id}')}")
    if not (found.believed or found.near or found.for_one_task or found.said):
        sessions = number(found.sessions, "session")
        put(
            f"Nothing like it was found in {sessions}. You may have said it in other words, or "
            "where tom has not read."
        )
    if not found.believed:
        confirm = ", or `tom memory confirm` one of these" if found.near else ""
        talk(f"if it is right, use `tom remember`{confirm}")
