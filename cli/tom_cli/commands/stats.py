"""How well it goes: stats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, opened, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tom_swe.explain.corrected import Corrected
    from tom_swe.explain.kept import Obedience, RuleKept
    from tom_swe.explain.stats import Advised, Stats

SUBJECTS, WEEKS, RULES = 5, 8, 10  # that are printed


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(stats)


def stats(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days back.")] = 90,
    as_json: Json = False,
) -> None:
    """Show how often you corrected agents, what you repeated and what agents followed.

    A correction objects to what the agent did, says that it does not work, or undoes it. tom looks
    for them in the languages that it reads well, finds about half of them, and says which sessions
    it could not judge.

    An instruction is what you told an agent to keep to, in its first words or as a correction.
    tom knows whether a session followed a belief only if its commands or your words show it.

    Example: tom stats --days 30
    """
    from tom_cli.layout import put
    from tom_swe.explain import stats as counting

    with opened() as (tom, settings):
        memory, user = tom.memory, settings.user
        corrections = memory.corrections.all(user)
        found = counting.stats(
            sessions=memory.sessions.summaries(user),
            beliefs=memory.beliefs.all(user),
            tellings=memory.tellings.all(user),
            consultations=memory.consultations.all(user),
            since=datetime.now(UTC) - timedelta(days=days),
            corrections=corrections,
            judged=memory.corrections.judged(user),
            foreign=memory.corrections.foreign(user),
            checks=memory.checks.all(user),
            vectors=memory.corrections.vectors(each.turn_id for each in corrections),
            look=lambda session_id: memory.sessions.get(user, session_id),
        )
    if as_json:
        print_json(found)
        return
    for name, text in _lines(found, days):
        put(f"{name:<15} {text}", hang=16)


def _lines(found: Stats, days: int) -> Iterator[tuple[str, str]]:
    """Each figure with its name; of what was not measured that, and no figure."""
    from tom_cli.render import became_text

    yield "sessions", f"{found.sessions} in the last {days} days{_newest(found)}"
    if found.sessions:
        yield from _corrected(found.corrected)
        yield "instructions", _said(found)
    told = found.told
    if told.sessions:
        if found.repeats:
            yield "though briefed", f"{found.repeats_though_told} of {found.repeats} repeats"
        yield "briefed", became_text(told)
    elif found.sessions:
        yield (
            "briefed",
            "no session got a briefing; `tom plugin status` shows which agents are connected",
        )
    yield from _kept(found.kept)
    yield from _advice(found.advice)


def _newest(found: Stats) -> str:
    """Where all sessions are older than the period, how to see them."""
    from tom_cli.times import local

    if found.sessions or found.newest is None:
        return ""
    days = (datetime.now(UTC) - found.newest).days + 30
    return f"; the newest is of {local(found.newest)}: `tom stats --days {days}`"


def _said(found: Stats) -> str:
    """How many lasting instructions there were, and how many of them were repeats."""
    if not found.said:
        return "none found that was meant to last; tom misses more than half of them"
    meant = "was" if found.said == 1 else "were"
    again = f"; {found.repeats} of {found.said} also said in an earlier session" * bool(
        found.repeats
    )
    return f"{found.said} found that {meant} meant to last{again}"


def _kept(kept: Obedience) -> Iterator[tuple[str, str]]:
    """How often agents followed rules, by rule, by agent and by week."""
    from tom_cli.render import counts_text
    from tom_swe.text.safe import safe

    rules = [each for each in kept.rules if each.became.unknown < each.became.sessions]
    title = "by rule"
    for each in rules[:RULES]:
        yield (
            title,
            f"b{each.belief_id} {safe(each.statement)}: {counts_text(each.became)}{_helped(each)}",
        )
        title = ""
    if len(rules) > RULES:
        yield "", f"and {len(rules) - RULES} more rules; --json lists them"
    if rules:
        named = (f"{safe(each.host)} {counts_text(each.became)}" for each in kept.agents)
        yield "by agent", "; ".join(named)
        title = "kept by week"
        for each in kept.weeks[-WEEKS:]:
            yield title, f"{each.begins:%Y-%m-%d} {counts_text(each.became)}"
            title = ""


def _helped(rule: RuleKept) -> str:
    """The breaches before a rule was told and since."""
    parts = [
        f"breached in {share.breached} of {share.sessions} sessions {when}"
        for share, when in ((rule.before, "before it was told"), (rule.after, "since"))
        if share
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _advice(advice: Advised) -> Iterator[tuple[str, str]]:
    if not advice.given:
        yield "advice", "none in this period"
        return
    became = f"accepted {advice.accepted}, partly {advice.partly}, rejected {advice.rejected}"
    yield "advice", f"{advice.given} given: {became}, not judged {advice.not_said}"
    if advice.taken is None:
        yield "accepted", "no data yet; use `tom feedback`"
    else:
        yield "accepted", f"{advice.taken:.0%} of those judged, fully or partly"


def _corrected(corrected: Corrected) -> Iterator[tuple[str, str]]:
    """The corrections; where tom could judge nothing, that and no figure."""
    from tom_swe.explain.figures import number

    of = f"{number(corrected.readable, 'session')} that tom could judge"
    if corrected.corrections:
        where = f"in {corrected.sessions} of {of}"
        yield "corrections", f"{corrected.corrections} found {where}; tom finds about half of them"
        if corrected.again:
            again = f"{corrected.again} of {corrected.corrections}"
            yield "corrected again", f"{again} on what you had corrected in an earlier session"
        often = [f"{_about(name)}: {count}" for name, count in corrected.subjects if count > 1]
        if often:
            yield "by subject", f"{'; '.join(often[:SUBJECTS])}; the others on many subjects"
        title = "by week"
        for each in corrected.weeks[-WEEKS:]:
            of = number(each.sessions, "session")
            yield title, f"{each.begins:%Y-%m-%d} {each.corrections} in {of}"
            title = ""
    elif corrected.readable:
        yield "corrections", f"none found in {of}; tom finds about half of them"
    else:
        yield "corrections", "not known: there is no session that tom could judge"
    if corrected.unread or corrected.waiting:
        yield "not judged", "; ".join(_not_judged(corrected))


def _about(dimension: str) -> str:
    """What a subject is, in the catalogue's words: "whether the agent asks first"."""
    from tom_swe.extract.catalogue import catalogue

    about = next((each.about for each in catalogue() if each.id == dimension), "")
    return f"{about[:1].lower()}{about[1:]}" or dimension.replace("_", " ")


def _not_judged(corrected: Corrected) -> Iterator[str]:
    """Why sessions could not be judged, with how many."""
    from tom_swe.explain.figures import number

    if silent := corrected.unread - corrected.foreign:
        yield f"{number(silent, 'session')} in which you wrote nothing after the agent began"
    if corrected.foreign:
        yield f"{number(corrected.foreign, 'session')} in a language that tom cannot judge"
    if corrected.waiting:
        yield f"{number(corrected.waiting, 'session')} not looked at yet: `tom learn`"
