"""Checks of rules: list them, show what they would catch, and set what tom does at a breach."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli import completion
from tom_cli.common import (
    Json,
    Yes,
    confirmed,
    echoed,
    id_of,
    opened,
    print_json,
    repository_here,
    talk,
)
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.text import Text

    from tom_swe.checks.past import PastStep
    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief
    from tom_swe.model.checks import Check

app = typer.Typer(invoke_without_command=True)

Which = Annotated[
    str,
    typer.Argument(
        metavar="CHECK",
        help="The number of the check, such as 3 for belief b3.",
        autocompletion=completion.checks,
    ),
]
Here = Annotated[bool, typer.Option("--here", help="Only in this folder's repository.")]
_EXAMPLES = 5
_LINE = 100


@app.callback()
def checks(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list confirmed beliefs without a check, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the rules that tom checks, and set what it does at a breach.

    A confirmed rule has a check if a command, a file or a reply shows a breach of it. At first
    a check only counts. `tom checks show 3` shows what it would have caught. `tom checks mode 3
    remind` has it remind the agent.

    Example: tom checks
    """
    if context.invoked_subcommand is not None:
        return
    with opened() as (tom, settings):
        found = tom.memory.checks.all(settings.user)
        without = list(_without(tom.memory.beliefs.told(settings.user))) if everything else []
    if as_json:
        reasons = [{"belief_id": belief.id, "why": why} for belief, why in without]
        print_json({"checks": found, "without": reasons})
        return
    from tom_cli.layout import put

    for each in found:
        put(_shown(each), hang=15)
    for belief, why in without:
        put(_uncheckable(belief, why), hang=15)
    if not found:
        talk("no confirmed belief can be checked: `tom checks --all` says why")


@app.command()
def show(which: Which, as_json: Json = False) -> None:
    """Show what a check would have caught in your sessions.

    It also shows similar steps that it would have let through.

    Example: tom checks show 3
    """
    with opened() as (tom, settings):
        check = tom.memory.checks.get(settings.user, _number(which))
        caught, passed = _examples(tom, settings.user, check)
    if as_json:
        print_json(
            {
                "check": check,
                "would_catch": [_example(each) for each in caught],
                "lets_through": [_example(each) for each in passed],
            }
        )
        return
    from tom_cli.layout import put

    put(_shown(check), hang=15)
    _show_examples(caught, passed)


@app.command()
def mode(
    which: Which,
    wanted: Annotated[str, typer.Argument(metavar="MODE", help="observe, remind, ask or block.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Set what tom does at a breach.

    observe counts it. remind tells the agent. ask has the agent's program ask you. block stops
    the agent. For all but observe, tom first shows what the check would have caught in your
    sessions, and asks you if it runs in a terminal.

    Example: tom checks mode 3 remind
    """
    from tom_swe.model.checks import Mode

    known = [each.value for each in Mode if each is not Mode.OFF]
    if wanted not in known:
        raise UsageError(
            f"{echoed(wanted)} is not a mode: use {', '.join(known[:-1])} or {known[-1]}"
        )
    if Mode(wanted) is not Mode.OBSERVE and not as_json:
        with opened() as (tom, settings):
            check = tom.memory.checks.get(settings.user, _number(which))
            _show_examples(*_examples(tom, settings.user, check))
        if sys.stdin.isatty():
            confirmed(f"From now on {wanted}?", yes)
    _changed(which, as_json, lambda tom, user, n: tom.memory.checks.set_mode(user, n, Mode(wanted)))


@app.command()
def off(which: Which, here: Here = False, as_json: Json = False) -> None:
    """Switch a check off, everywhere or in this repository.

    Example: tom checks off 3 --here
    """
    from tom_swe.model.checks import Mode

    if here:
        _changed_here(which, as_json, off=True)
        return
    _changed(which, as_json, lambda tom, user, n: tom.memory.checks.set_mode(user, n, Mode.OFF))


@app.command()
def on(which: Which, here: Here = False, as_json: Json = False) -> None:
    """Switch a check on again, in the mode observe.

    With --here it is on in this repository again, in the mode it has elsewhere.

    Example: tom checks on 3
    """
    from tom_swe.model.checks import Mode

    if here:
        _changed_here(which, as_json, off=False)
        return
    _changed(which, as_json, lambda tom, user, n: tom.memory.checks.set_mode(user, n, Mode.OBSERVE))


@app.command()
def wrong(which: Which, as_json: Json = False) -> None:
    """Say that the last breach was a false alarm.

    After two false alarms the check only counts.

    Example: tom checks wrong 3
    """
    _changed(which, as_json, lambda tom, user, n: tom.memory.checks.false_alarm(user, n))


def _number(which: str) -> int:
    return id_of(which, "b", "check", "3")


def _changed_here(which: str, as_json: bool, *, off: bool) -> None:
    repository = repository_here(None)
    if not repository:
        raise UsageError("this folder is in no repository: leave --here out, or go to a repository")
    _changed(
        which,
        as_json,
        lambda tom, user, n: tom.memory.checks.set_here(user, n, repository, off=off),
    )


def _show_examples(caught: list[tuple[int, PastStep]], passed: list[tuple[int, PastStep]]) -> None:
    from tom_cli.layout import put

    for title, steps in (("would have caught", caught), ("let through", passed)):
        put(f"\n  {title}:" if steps else f"\n  {title}: nothing in your sessions")
        for session, step in steps:
            put(f"    s{session}  {_line(step)}", hang=8)


def _changed(which: str, as_json: bool, change: Callable[[Tom, str, int], Check]) -> None:
    with opened() as (tom, settings):
        check = change(tom, settings.user, _number(which))
    if as_json:
        print_json(check)
        return
    from tom_cli.layout import put

    put(_shown(check), hang=15)


def _without(beliefs: tuple[Belief, ...]) -> Iterator[tuple[Belief, str]]:
    """The confirmed beliefs that have no check, and why."""
    from tom_swe.checks.compiling import compiled
    from tom_swe.checks.rule import Why
    from tom_swe.model.belief import Status

    for belief in beliefs:
        if belief.status is Status.CONFIRMED and isinstance(why := compiled(belief), Why):
            yield belief, str(why)


def _examples(
    tom: Tom, user: str, check: Check
) -> tuple[list[tuple[int, PastStep]], list[tuple[int, PastStep]]]:
    """The newest steps of kept sessions that breach a check, and similar ones that do not."""
    from tom_swe.checks.past import replayed

    caught: list[tuple[int, PastStep]] = []
    passed: list[tuple[int, PastStep]] = []
    for summary in tom.memory.sessions.summaries(user):
        session = tom.memory.sessions.get(user, summary.id)
        for step in replayed(check.spec, session.turns):
            if step.is_close:
                (caught if step.found else passed).append((summary.id, step))
        if len(caught) >= _EXAMPLES and len(passed) >= _EXAMPLES:
            break
    return caught[:_EXAMPLES], passed[:_EXAMPLES]


def _example(example: tuple[int, PastStep]) -> dict[str, object]:
    session, step = example
    return {
        "session": session,
        "turn": step.ordinal,
        "kind": step.step.kind,
        "text": _line(step),
        "found": step.found,
    }


def _line(step: PastStep) -> str:
    from tom_swe.text.safe import safe

    # Of a long command the part that breaches it is enough.
    shown = step.found if step.step.kind == "command" else ""
    text = " ".join((shown or step.step.path or step.step.text).split())
    return safe(text if len(text) <= _LINE else text[: _LINE - 3] + "...")


def _shown(check: Check) -> Text:
    from rich.text import Text

    from tom_swe.model.checks import CheckOutcome
    from tom_swe.text.safe import safe

    shown = Text(f"  {check.belief_id:<4}", style="bold")
    shown.append(f"{check.mode.value:<9}")
    shown.append(safe(check.statement))
    if check.scope != "everywhere":
        shown.append(f"  ({safe(check.scope.partition(':')[2])})", style="dim")
    if check.quote and check.quote != check.statement:
        shown.append(f"\n               “{safe(' '.join(check.quote.split()))}”", style="italic")
    shown.append(f"\n               catches {safe(check.says)}")
    counts = {outcome: check.count(outcome) for outcome in CheckOutcome}
    if check.hits:
        told = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count)
        shown.append(f"\n               breaches: {told}")
    if check.off_in:
        shown.append(f"\n               off in {safe(', '.join(check.off_in))}")
    return shown


def _uncheckable(belief: Belief, why: str) -> Text:
    from rich.text import Text

    from tom_swe.text.safe import safe

    shown = Text(f"  b{belief.id:<3}", style="dim")
    shown.append(f"{'-':<9}{safe(belief.statement)}")
    shown.append(f"\n               no check: {safe(why)}", style="dim")
    return shown
