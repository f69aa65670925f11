"""``python -m tom_evals earlier``: what is shown of a person's earlier words, and how rightly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tom_evals.common.report import Cell, Report, Table
from tom_evals.earlier.data import wanted
from tom_evals.earlier.replay import Answered, answered
from tom_evals.earlier.score import COST, Figures, figures, threshold
from tom_swe.memory.earlier import LEAST, chance_of

_COLUMNS = (
    "threshold from",
    "shown",
    "right",
    "of these hoped for",
    "precision",
    "requests shown something",
    "that want something",
    "of these shown something right",
    "share",
)


def run(data: Path) -> Report:
    """The report on 150 later requests of three developers."""
    people = {
        person: list(each)
        for person, each in groupby(answered(data, wanted()), key=lambda one: one.wanted.person)
    }
    apart, rows = Figures(), list[tuple[Cell, ...]]()
    for person, answers in people.items():
        least = threshold([one for name, of in people.items() if name != person for one in of])
        found = figures(answers, least)
        apart = apart.plus(found)
        rows.append(_row(f"{person}, from the others ({least:.1f})", found))
    rows.append(_row("all, from the others", apart))
    shipped = _shipped()
    everyone = [each for answers in people.values() for each in answers]
    for name, answers in (*people.items(), ("all", everyone)):
        rows.append(_row(f"{name}, as shipped ({shipped:.1f})", figures(answers, shipped)))
    unread = figures(everyone, shipped).unread + apart.unread
    return Report(
        "Earlier words at the prompt",
        [Table("150 later requests of three developers", _COLUMNS, rows)],
        _notes(list(people.values()), shipped, unread),
    )


def _shipped() -> float:
    """The score from which on the product shows something."""
    return min(score / 10 for score in range(-50, 60) if chance_of(score / 10) >= LEAST)


def _row(name: str, found: Figures) -> tuple[Cell, ...]:
    return (
        name,
        found.shown,
        found.right,
        found.hoped_for,
        round(found.precision, 2),
        found.requests,
        found.want,
        found.served,
        round(found.share_served, 2),
    )


def _notes(people: Sequence[Sequence[Answered]], shipped: float, unread: int) -> list[str]:
    told = sum(bool(one.wanted.wanted & one.briefed) for each in people for one in each)
    replayed = (
        "Each history is replayed: at each request tom knows only the sessions before it. It shows "
        "a session nothing from that session itself, from another repository or from its briefing."
    )
    judged = (
        "Hoped for is what a reader would put before the agent there; right is this, and what "
        "bears on the request and does no harm. The labels are pooled: what no pool held was "
        f"judged where it was shown; {unread} things shown were judged by nobody and count as "
        "wrong."
    )
    briefed = (
        f"For {told} requests the briefing says already what a reader wanted, or part of it. They "
        "count here only if something is left."
    )
    everyone = [one for each in people for one in each]
    apart = (
        "How likely a sentence states something lasting comes from models that saw nothing of "
        "its author. A threshold from the others is the one at which what they are shown is "
        f"worth most, one wrong thing costing {COST} right ones; all three together give "
        f"{threshold(everyone):.1f}, and {shipped:.1f} is shipped."
    )
    return [replayed, judged, briefed, apart]
