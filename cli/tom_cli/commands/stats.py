"""How well it goes: stats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, opened, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tom_swe.advise.ask_preferences.served import Served
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
    for them in the languages that it reads well, finds about half of them, and says how many
    sessions it could read.

    A repeat is an instruction or correction that you had given in an earlier session. tom knows
    whether a session followed a belief only if its commands or your words show it.

    The last lines are about the newest 50 of these sessions: in how many the agent asked when
    needed and for nothing that cost you much (proactive), and asked the way you like (personal).

    Example: tom stats --days 30
    """
    from datetime import UTC, datetime, timedelta

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
    """Each figure with its name; where nothing is known, that."""
    from tom_cli.render import became_text

    yield "sessions", f"{found.sessions} in the last {days} days"
    yield from _corrected(found.corrected)
    if found.repeat_rate is None:
        yield "said", "no instructions and no corrections in this period"
        yield "repeated", "no data yet"
    else:
        instructions = found.said - found.corrections
        yield "said", f"instructions {instructions}, corrections {found.corrections}"
        often = f"{found.repeats} of {found.said}, {found.repeat_rate:.0%}"
        per_100 = found.repeats_per_100_sessions
        yield "repeated", often if per_100 is None else f"{often}; {per_100:.1f} in 100 sessions"
    told = found.told
    if not told.sessions:
        yield "briefed", "no session got a briefing in this period"
    else:
        if found.repeats:
            yield "though briefed", f"{found.repeats_though_told} of {found.repeats} repeats"
        yield "briefed", became_text(told)
    yield from _kept(found.kept)
    yield from _advice(found.advice)
    yield from _served(found.served)


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
        weeks = (
            f"{each.begins:%Y-%m-%d} {counts_text(each.became)}" for each in kept.weeks[-WEEKS:]
        )
        yield "kept by week", "; ".join(weeks)


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
    """The corrections; where tom could not read, that and no figure."""
    of = f"{corrected.readable} session{'s' * (corrected.readable != 1)} that tom could read"
    if corrected.corrections:
        rate = f"{corrected.per_session:.1f} a session; tom finds about half of them"
        yield "corrections", f"{corrected.corrections} in {corrected.sessions} of {of}, {rate}"
        again = f"{corrected.again} of {corrected.corrections}"
        yield "corrected again", f"{again} on what you had corrected in an earlier session"
        if corrected.subjects:
            known = ", ".join(f"{name} {count}" for name, count in corrected.subjects[:SUBJECTS])
            yield "by subject", f"{known}; the others are on no known subject"
        weeks = [
            f"{each.begins:%Y-%m-%d}: {each.corrections} in {each.sessions}"
            for each in corrected.weeks[-WEEKS:]
        ]
        yield "by week", f"{', '.join(weeks)} sessions"
    elif corrected.readable:
        yield "corrections", f"none found in {of}; tom finds about half of them"
    else:
        yield "corrections", "none that tom could read"
    if corrected.unread:
        yield "not read", f"{corrected.unread} without an agent's turn, or in other languages"
    if corrected.waiting:
        yield "to be read", f"{corrected.waiting}; run `tom learn`"


def _served(served: Served) -> Iterator[tuple[str, str]]:
    if not served.sessions:
        return
    of = f"of {served.sessions} sessions with a request"
    yield (
        "proactive",
        f"{served.proactivity:.0%} {of}: the agent asked when needed, at little cost to you",
    )
    if served.personalisation is None:
        why = "no agent asked" if not served.asked else "you never said how to ask"
        yield "personal", f"no data yet: {why}"
    else:
        yield "personal", f"{served.personalisation:.0%} of {served.judged} asked the way you like"
