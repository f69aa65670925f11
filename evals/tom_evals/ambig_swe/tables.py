"""The tables of a run: resolve rates by agent and setting, and whether they differ. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from tom_evals.ambig_swe.given import Agent, Row
from tom_evals.ambig_swe.score import resolve_rate
from tom_evals.ambig_swe.settings import Setting
from tom_evals.common.harness.session import Part
from tom_evals.common.paired import paired, sign_test
from tom_evals.common.report import Cell, Report, Table

PERCENT = 100

type Group = tuple[Agent, Setting]

_NOTES = (
    "A failed session counts as not resolved in the rates, and is left out of the pairs.",
    "Low and high: 95 %, bootstrap over the repositories (1000 draws of whole repositories).",
    (
        "Wilcoxon's test is two-sided and uses the normal approximation, with a correction for "
        "ties and without unchanged pairs; the exact sign test is shown beside it."
    ),
)


def report(rows: Sequence[Row], name: str) -> Report:
    """The report on a run's rows."""
    groups = _groups(rows)
    failed = [(f"{r.agent}, {r.setting}, {r.instance}", _last(r.failed)) for r in rows if r.failed]
    tables = [
        Table(
            "Resolved, %",
            ("agent, setting", "instances", "failed", "resolved", "low", "high"),
            [_rate(group, own) for group, own in groups.items()],
        ),
        Table(
            "Sessions, on average",
            (
                "agent, setting",
                "messages to the user",
                "answered",
                "told to ask, %",
                "answers name a file, %",
                "steps",
                "minutes",
                "USD",
            ),
            [_session(group, own) for group, own in groups.items()],
        ),
        Table(
            "Paired by instance",
            ("compared", "pairs", "gains", "losses", "Wilcoxon p", "exact sign test p"),
            list(_pairs(groups)),
        ),
    ]
    if failed:
        tables.append(Table("Failed", ("session", "why"), failed))
    return Report(name, tables, _NOTES)


def _groups(rows: Sequence[Row]) -> dict[Group, list[Row]]:
    found: dict[Group, list[Row]] = {}
    for agent in Agent:
        for setting in Setting:
            own = [row for row in rows if (row.agent, row.setting) == (agent, setting)]
            if own:
                found[agent, setting] = own
    return found


def _rate(group: Group, rows: Sequence[Row]) -> tuple[Cell, ...]:
    rate = resolve_rate({r.instance: r.resolved for r in rows}, [r.instance for r in rows])
    percent = [PERCENT * each for each in rate]
    return (_name(group), len(rows), sum(bool(r.failed) for r in rows), *percent)


def _session(group: Group, rows: Sequence[Row]) -> tuple[Cell, ...]:
    done = [row for row in rows if not row.failed]
    if not done:
        return (_name(group), *[None] * 7)

    def mean(of: Callable[[Row], float]) -> float:
        return statistics.fmean(map(of, done))

    costs = [cost for row in done if (cost := _cost(row.parts)) is not None]
    return (
        _name(group),
        mean(lambda row: row.messages),
        mean(lambda row: row.answered),
        PERCENT * mean(lambda row: row.told_to_ask),
        PERCENT * mean(lambda row: row.named_file),
        mean(lambda row: row.steps),
        mean(lambda row: row.seconds / 60),
        statistics.fmean(costs) if len(costs) == len(done) else None,
    )


def _cost(parts: Sequence[Part]) -> float | None:
    """In USD; None where a part has no known price."""
    costs = [each.cost for each in parts if each.cost is not None]
    return sum(costs) if len(costs) == len(parts) else None


def _pairs(groups: Mapping[Group, Sequence[Row]]) -> Iterator[tuple[Cell, ...]]:
    """The settings one after the other for each agent, and the agents in each setting."""
    compared = [
        *(((a, one), (a, other)) for a in Agent for one, other in pairwise(Setting)),
        *(((one, s), (other, s)) for s in Setting for one, other in pairwise(Agent)),
    ]
    for before, after in compared:
        if before not in groups or after not in groups:
            continue
        found = paired(_solved(groups[before]), _solved(groups[after]))
        yield (
            f"{_name(before)} to {_name(after)}",
            found.pairs,
            found.gains,
            found.losses,
            f"{found.p:.2g}",
            f"{sign_test(found.gains, found.losses):.2g}",
        )


def _solved(rows: Sequence[Row]) -> dict[str, bool]:
    return {row.instance: row.resolved for row in rows if not row.failed}


def _name(group: Group) -> str:
    return f"{group[0].value}, {group[1].value}"


def _last(text: str) -> str:
    """The last line of an error, which says what it is, fit for a cell."""
    return text.strip().splitlines()[-1].replace("|", "/")[:300]
