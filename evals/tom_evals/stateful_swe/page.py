"""The report as one HTML page that needs nothing else: tables, and plots as SVG.

The same rows give the same page. Plots need the extra ``[plots]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources

from jinja2 import Environment, StrictUndefined

from tom_evals.common.report import Cell
from tom_evals.stateful_swe import scores
from tom_evals.stateful_swe.scores import Row
from tom_evals.stateful_swe.tables import report
from tom_swe.extras import install_command

_SMALL = 0.0005  # what three decimals show as nothing


class NoPlots(Exception):
    """The library that draws is not installed; the text says what to do."""


def page(rows: Sequence[Row], *, name: str = "Stateful SWE", origin: str = "") -> str:
    """The page; ``origin`` says when and by which command it came to be. Raises NoPlots."""
    file = resources.files(__package__).joinpath("page.html")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cell"] = _shown
    template = environment.from_string(file.read_text(encoding="utf-8"))
    return template.render(
        report=report(rows, name), plots=_plots(rows) if rows else [], origin=origin
    )


def _plots(rows: Sequence[Row]) -> list[tuple[str, str]]:
    try:
        from tom_evals.stateful_swe.plots import shares, stacked
    except ModuleNotFoundError as error:
        command = install_command("plots", of="tom-evals")
        raise NoPlots(f"the page needs plots: run {command}") from error
    arms = scores.by_arm(rows)
    spent = {arm: scores.spent(each) for arm, each in arms.items()}
    tokens = {
        arm: {name: used.tokens_in + used.tokens_out for name, used in parts.items()}
        for arm, parts in spent.items()
    }
    costs = {
        arm: {name: used.cost or 0.0 for name, used in parts.items()}
        for arm, parts in spent.items()
    }
    drawn = [
        ("Share resolved", shares, {arm: scores.resolved(each) for arm, each in arms.items()}),
        ("Share of preferences kept", shares, {a: scores.kept(each) for a, each in arms.items()}),
    ]
    stacks = [
        ("Tokens a session, by part", tokens),
        ("USD a session, by part, where the price is known", costs),
    ]
    return [
        *((title, draw(title, values)) for title, draw, values in drawn),
        *((title, stacked(title, values)) for title, values in stacks if _any(values)),
    ]


def _any(values: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether there is anything to draw: without a price nothing has a cost."""
    return any(size for each in values.values() for size in each.values())


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"  # noqa: RUF001
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.1e}" if 0 < abs(cell) < _SMALL else f"{cell:.3f}"
