"""Curves of training as a PNG. Needs the extra ``[train]``, or ``[plots]``."""

# matplotlib's stubs leave keyword arguments open.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tom_evals.ppp.arms import Arm
from tom_evals.ppp.steps import Step

# Told apart also by those who see few colours (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
_WINDOW = 5  # steps that are averaged


_PANELS: Mapping[str, Callable[[Step], float | None]] = {
    "Low effort at most": lambda each: each.low,
    "Medium effort": lambda each: each.medium,
    "High effort": lambda each: each.high,
    "Nothing asked": lambda each: each.unasked,
    "Productivity": lambda each: each.productivity,
    "Proactivity": lambda each: each.proactivity,
    "Personalisation": lambda each: each.personalisation,
    "All three rewards": lambda each: each.total,
}


def smooth(values: Sequence[float | None], window: int = _WINDOW) -> list[float]:
    """The mean of each value and those up to ``window - 1`` before it; nan where there is none."""
    found: list[float] = []
    for at in range(len(values)):
        near = [each for each in values[max(0, at + 1 - window) : at + 1] if each is not None]
        found.append(sum(near) / len(near) if near else float("nan"))
    return found


def curves(runs: Mapping[Arm, Sequence[Sequence[Step]]], title: str, file: Path) -> None:
    """Draws the runs of each arm: the mean over seeds as a line, their range as a shade."""
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever this machine's own settings are
        mpl.rcParams["axes.spines.top"] = mpl.rcParams["axes.spines.right"] = False
        figure = Figure((11, 5.6), layout="constrained")
        figure.suptitle(title)
        places: Sequence[Axes] = figure.subplots(2, 4, sharex=True).flatten().tolist()
        for axes, (name, value) in zip(places, _PANELS.items(), strict=True):
            axes.set_title(name, fontsize=10)
            _drawn(axes, value, runs)
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, dpi=110, metadata={"Software": None})


def _drawn(
    axes: Axes,
    value: Callable[[Step], float | None],
    runs: Mapping[Arm, Sequence[Sequence[Step]]],
) -> None:
    axes.set_ylim(-0.03, 1.03)
    for colour, (name, seeds) in zip(_COLOURS, runs.items(), strict=False):
        longest = min((len(rows) for rows in seeds), default=0)
        if not longest:
            continue
        values = np.array([smooth([value(row) for row in rows[:longest]]) for rows in seeds])
        at = [row.step for row in seeds[0][:longest]]
        axes.plot(at, values.mean(axis=0), color=colour, label=name.value)
        axes.fill_between(at, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.2)
