"""What the charts of the home page show, as tables. Pure, but for the person's own clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tom_swe.advise.recall import is_idle
from tom_swe.explain.figures import number
from tom_swe.memory.session_listing import ReadSession
from tom_swe.model.advice import Adherence
from tom_swe.model.listing import BeliefLine
from tom_swe.model.user import told

WEEKS = 26
WEEK = timedelta(days=7)


class Chart(NamedTuple):
    """Numbers by week. ``looks`` says how each column is drawn; no rows is nothing to draw.

    The bars of a stack stand on each other. ``note`` says what was and what could not be counted.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    looks: tuple[str, ...]
    rows: list[tuple[date, tuple[int, ...]]]
    note: str
    is_stack: bool = False


def since_of(newest: datetime) -> datetime:
    """When the first of the charts' weeks began, of which the last has the newest session."""
    monday = _monday(newest) - (WEEKS - 1) * WEEK
    return datetime.combine(monday, datetime.min.time()).astimezone().astimezone(UTC)


def corrections(read: Iterable[ReadSession], since: datetime) -> Chart:
    """How often the person corrected agents, and in how many sessions that could be seen."""
    sessions: Counter[date] = Counter()
    corrected: Counter[date] = Counter()
    unread = waits = 0
    for each in read:
        if each.at < since:
            continue
        if each.judged is None:
            waits += 1
        elif not each.judged:
            unread += 1
        else:
            week = _monday(each.at)
            sessions[week] += 1
            corrected[week] += each.corrections
    total, readable = sum(corrected.values()), sum(sessions.values())
    of = f"{number(readable, 'session')} that tom could read"
    parts = [
        f"{total:,} in {of}; it finds about half of them"
        if readable
        else "There is no session in this time that tom could read for corrections"
    ]
    if unread:
        parts.append(
            f"{number(unread, 'session')} could not be read: no agent spoke before you, "
            "or you wrote in a language that tom does not read"
        )
    if waits:
        parts.append(
            f"{number(waits, 'session')} waits for tom learn"
            if waits == 1
            else f"{waits} sessions wait for tom learn"
        )
    return Chart(
        name="corrections",
        title="Corrections a week",
        columns=("corrections", "sessions read"),
        looks=("accent", "quiet"),
        rows=[(week, (corrected[week], sessions[week])) for week in _weeks(sessions)],
        note=". ".join(parts) + ".",
    )


def kept(tellings: Iterable[tuple[datetime, Mapping[Adherence | None, int]]]) -> Chart:
    """Whether agents followed what they were told."""
    found: dict[date, Counter[Adherence | None]] = {}
    for at, counts in tellings:
        found.setdefault(_monday(at), Counter()).update(counts)
    total: Counter[Adherence | None] = Counter()
    for each in found.values():
        total.update(each)
    known = sum(count for became, count in total.items() if became)
    if not total:
        note = "No session got a briefing in this time. Install tom into an agent to see this."
    elif not known:
        note = (
            f"Sessions were told {number(total[None], 'rule')}, and nothing shows yet whether "
            "agents followed them."
        )
    else:
        note = (
            f"tom knows it where commands or your words show it: {known:,} of "
            f"{sum(total.values()):,} times. The rest is unknown."
        )
    order = (Adherence.OBEYED, Adherence.DISOBEYED, Adherence.CORRECTED)
    weeks = _weeks(found) if known else []
    return Chart(
        name="rules",
        title="Rules followed and breached",
        columns=("followed", "breached", "repeated by you"),
        looks=("accent", "danger", "warn"),
        rows=[(w, tuple(found.get(w, Counter())[each] for each in order)) for w in weeks],
        note=note,
        is_stack=True,
    )


def growth(lines: Iterable[BeliefLine]) -> Chart:
    """The beliefs that agents hear, by the week in which each was first said."""
    held = [each for each in told(lines) if not is_idle(each)]
    first = Counter(_monday(each.first_seen) for each in held)
    sure = Counter(_monday(each.first_seen) for each in held if not each.is_seen_once)
    rows: list[tuple[date, tuple[int, ...]]] = []
    confirmed = every = 0
    for week in _weeks([*first, _monday(datetime.now(UTC))], most=520) if held else []:
        confirmed += sure[week]
        every += first[week]
        rows.append((week, (confirmed, every)))
    return Chart(
        name="beliefs",
        title="Beliefs over time",
        columns=("confirmed", "with those seen once"),
        looks=("line accent", "line quiet"),
        rows=rows,
        note="The beliefs that agents hear today, by the week in which you first said them."
        if held
        else "There are no beliefs yet. tom init reads the sessions on this machine.",
    )


def _weeks(days: Iterable[date], most: int = WEEKS) -> list[date]:
    """Each week from the first to the last of these, also those in which nothing was."""
    known = sorted(days)
    if not known:
        return []
    last = known[-1]
    first = max(known[0], last - (most - 1) * WEEK)
    return [first + week * WEEK for week in range((last - first) // WEEK + 1)]


def _monday(at: datetime) -> date:
    day = at.astimezone().date()
    return day - timedelta(days=day.weekday())
