"""The index's figures as rows, beside what was told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tom_evals.common.report import Cell, Table
from tom_evals.common.stats import Interval
from tom_evals.usi.figures import Told
from tom_evals.usi.gaps import Gap
from tom_evals.usi.score import Similarity, Spread

COLUMNS = ("figure", "told", "within", "now", "low", "high", "agrees")

NAMES = {
    "d1": "D1 communication",
    "d2": "D2 information",
    "d3": "D3 clarification",
    "d4": "D4 error reaction",
    "ece": "ECE",
    "agreement": "Eval",
}


class Compared(NamedTuple):
    """A figure as it comes out now, with its interval, and as it was told if it was."""

    figure: str
    now: float
    told: Told | None = None
    between: Interval | None = None

    @property
    def agrees(self) -> bool:
        """Whether nothing else was told."""
        return self.told is None or self.told.agrees(self.now)

    @property
    def row(self) -> tuple[Cell, ...]:
        """As it stands in a table."""
        value = self.told.value if self.told else None
        within = f"{self.told.within:g}" if self.told else None
        _, low, high = self.between or (None, None, None)
        verdict = ("yes" if self.agrees else "no") if self.told else None
        return (self.figure, value, within, self.now, low, high, verdict)


def compared(
    found: Similarity, between: Mapping[str, Interval], told: Mapping[str, Told]
) -> Iterator[Compared]:
    """The parts and the whole of a likeness, the whole by what it may be called."""
    for field, name, spread in parts(found):
        yield Compared(name, spread.mean, told.get(field), between.get(field))


def spreads(title: str, found: Similarity) -> Table:
    """The mean and standard deviation of each part over batches, or pairs of them."""
    rows = [(name, spread.mean, spread.deviation) for _, name, spread in parts(found)]
    return Table(title, ("figure", "mean", "deviation"), rows)


def gap_table(title: str, found: Iterable[Gap]) -> Table:
    """Each feature of people and of a simulator, and how alike the two are."""
    rows = [(g.feature, g.people, g.simulator, g.gap, *g.likeness) for g in found]
    columns = ("feature", "people", "simulator", "gap", "likeness", "low", "high")
    return Table(title, columns, rows)


def parts(found: Similarity) -> Iterator[tuple[str, str, Spread]]:
    """The fields of a likeness with their names, the whole last, by what it may be called."""
    spreads: Mapping[str, Spread | None] = {
        field: value for field, value in found._asdict().items() if field != "people"
    }
    for field, spread in spreads.items():
        if spread is not None:
            yield field, NAMES.get(field, found.called), spread
