"""The gaps of a simulator as bars. Needs the extra ``[plots]``."""

# matplotlib's stubs leave keyword arguments open.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from tom_evals.usi.features import DIMENSIONS, Dimension
from tom_evals.usi.gaps import Gap
from tom_evals.usi.tables import NAMES

# Told apart also by those who see few colours (Okabe and Ito 2008).
_COLOURS = dict(zip(Dimension, ("#0072B2", "#E69F00", "#009E73", "#CC79A7"), strict=True))
_OF = {feature: dimension for dimension, each in DIMENSIONS.items() for feature in each}


def draw(found: Sequence[Gap], title: str, file: Path) -> None:
    """A bar from -1 to 1 for each feature, in the form that the file's name ends in.

    To the left people have more of it, to the right the simulator. The same gaps give the same
    file. Raises OSError where it cannot be written, ValueError for a form that is not known.
    """
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever this machine's own settings are
        mpl.rcParams["svg.hashsalt"] = title
        mpl.rcParams["text.parse_math"] = False  # a $ in a name is a dollar
        mpl.rcParams["axes.spines.top"] = mpl.rcParams["axes.spines.right"] = False
        figure = Figure((8, 1.4 + 0.3 * len(found)), layout="constrained", facecolor="white")
        axes = figure.add_subplot()
        places = range(len(found))
        colours = [_COLOURS[_OF[each.feature]] for each in found]
        axes.barh(places, [each.gap for each in found], color=colours)
        axes.set_yticks(places, [each.feature.value for each in found])
        axes.invert_yaxis()
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_xlim(-1, 1)
        axes.set_xlabel(
            "people have more   \N{LEFTWARDS ARROW} gap \N{RIGHTWARDS ARROW}   simulator has more"
        )
        axes.set_title(title, loc="left")
        names = [Patch(color=_COLOURS[each], label=NAMES[each.lower()]) for each in Dimension]
        figure.legend(handles=names, loc="outside lower center", ncols=len(names), frameon=False)
        dated = file.suffix.lower() in (".svg", ".pdf")
        undated = {"CreationDate" if file.suffix.lower() == ".pdf" else "Date": None}
        figure.savefig(file, metadata=undated if dated else None)
