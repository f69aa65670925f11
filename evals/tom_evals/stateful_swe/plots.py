"""Plots of scores by arm as SVG, to stand in a page. Needs the extra ``[plots]``.

The same values give the same bytes: no date, and ids by the plot's title.
"""

# matplotlib's stubs leave keyword arguments open.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from tom_evals.common.stats import Interval

_WIDTH, _BAR, _REST = 4.8, 0.55, 0.9  # inches
_NAME = 16  # characters of a line
# Told apart also by those who see few colours (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")


def shares(title: str, values: Mapping[str, Interval]) -> str:
    """A bar from 0 to 1 for each arm, with its interval; an arm without a value has none."""

    def draw(axes: Axes) -> None:
        found = [(n, each) for n, each in enumerate(values.values()) if not math.isnan(each.value)]
        errors = (
            [max(each.value - each.low, 0.0) for _, each in found],
            [max(each.high - each.value, 0.0) for _, each in found],
        )
        places, sizes = [n for n, _ in found], [each.value for _, each in found]
        axes.barh(places, sizes, xerr=errors, color=_COLOURS[0], capsize=4)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1))

    return _svg(title, list(values), draw)


def stacked(title: str, values: Mapping[str, Mapping[str, float]]) -> str:
    """A bar for each arm, made of its parts one after the other."""
    parts = list(dict.fromkeys(part for each in values.values() for part in each))

    def draw(axes: Axes) -> None:
        so_far = [0.0] * len(values)
        for number, part in enumerate(parts):
            sizes = [each.get(part, 0.0) for each in values.values()]
            colour = _COLOURS[number % len(_COLOURS)]
            axes.barh(range(len(values)), sizes, left=so_far, color=colour, label=part)
            so_far = [a + b for a, b in zip(so_far, sizes, strict=True)]
        axes.set_xlim(0, max(so_far, default=0.0) * 1.05 or 1)
        if parts:
            axes.figure.legend(loc="outside lower center", ncols=4, frameon=False)

    return _svg(title, list(values), draw)


def _size(value: float, _: object) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def _svg(title: str, names: Sequence[str], draw: Callable[[Axes], None]) -> str:
    """What is drawn, with a line for each name, as an element that has a page's width."""
    file = io.StringIO()
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever this machine's own settings are
        mpl.rcParams["svg.hashsalt"] = title
        mpl.rcParams["svg.fonttype"] = "none"
        mpl.rcParams["text.parse_math"] = False  # a $ in a name is a dollar
        mpl.rcParams["axes.spines.top"] = mpl.rcParams["axes.spines.right"] = False
        figure = Figure((_WIDTH, _REST + _BAR * len(names)), layout="constrained")
        axes = figure.add_subplot()
        axes.set_yticks(range(len(names)), [textwrap.fill(each, _NAME) for each in names])
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(_size))
        axes.invert_yaxis()
        draw(axes)
        axes.set_ylim(len(names) - 0.5, -0.5)
        figure.savefig(
            file, format="svg", metadata={"Date": None, "Creator": None}, transparent=True
        )
    drawn = file.getvalue()
    element = drawn[drawn.index("<svg") :]
    # A page has several: the names of groups would be there twice, and nothing refers to them.
    element = re.sub(r'<g id="[^"]*"', "<g", element)
    return re.sub(r' (?:width|height)="[^"]*pt"', "", element, count=2)
