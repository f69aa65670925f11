"""The figures that were told before, each with how far off it may come out.

Published: Zhou, Sun et al., "Mind the Sim2Real Gap in User Simulation for Agentic Tasks", arXiv
2026. Recomputed: worked out earlier, apart from this code, from tau-bench's released GPT-4o
trajectories (airline, 50 tasks, 4 runs, MIT) and the index's frozen map of difficulty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tom_evals.usi.features import Feature


class Told(NamedTuple):
    """A figure as it was told, and the distance within which a value agrees with it."""

    value: float
    within: float

    def agrees(self, now: float) -> bool:
        """Whether a value is near enough; nan never is."""
        # A hair more, for what binary fractions add to a distance.
        return abs(now - self.value) <= self.within + 1e-9


# Half of the last digit that was printed.
TENTHS, HUNDREDTHS, THOUSANDTHS = 0.05, 0.005, 0.0005

POOLED: Mapping[Feature, Told] = {
    Feature.POLITENESS: Told(46.2, TENTHS),
    Feature.SHORT: Told(0.54, HUNDREDTHS),
    Feature.VARIATION: Told(0.390, THOUSANDTHS),
    Feature.IDENTITY_CONFUSION: Told(12.5, TENTHS),
    Feature.FRONT_LOAD: Told(31.77, HUNDREDTHS),
    Feature.IDENTIFIERS: Told(4.86, HUNDREDTHS),
    Feature.WORDS: Told(18.53, HUNDREDTHS),
    Feature.OPENING: Told(17.5, TENTHS),
    Feature.UNCERTAINTY: Told(13.3, TENTHS),
    Feature.INFO_QUESTION: Told(13.5, TENTHS),
    Feature.PIVOT: Told(18.0, TENTHS),
}

# Of other sessions than those here (all 165 tasks, the paper's agent): within a tenth of each.
PUBLISHED: Mapping[Feature, Told] = {
    Feature.SHORT: Told(1.0, 0.1),
    Feature.POLITENESS: Told(49.0, 4.9),
    Feature.UNCERTAINTY: Told(14.6, 1.46),
    Feature.PIVOT: Told(19.1, 1.91),
}

TASKS = Told(165, 0)
BINS = tuple(Told(count, 0) for count in (4, 17, 37, 66, 41))
MEAN_DIFFICULTY = Told(0.649, THOUSANDTHS)

RUNS: Mapping[str, Told] = {
    "d1": Told(96.64, HUNDREDTHS),
    "d2": Told(97.68, HUNDREDTHS),
    "d3": Told(71.28, HUNDREDTHS),
    "d4": Told(86.00, HUNDREDTHS),
    "ece": Told(0.06, HUNDREDTHS),
}


class Published(NamedTuple):
    """A row of the paper, printed to a tenth; ``ece`` to a thousandth."""

    d1: float
    d2: float
    d3: float
    d4: float
    agreement: float
    ece: float
    usi: float


ROWS: Mapping[str, Published] = {
    "Human": Published(87.4, 97.9, 88.0, 93.5, 97.4, 0.069, 92.9),
    "Gemini-2.0-Flash": Published(51.6, 88.9, 68.2, 76.9, 73.7, 0.196, 73.3),
    "GPT-5.1": Published(47.3, 77.4, 73.3, 88.1, 72.1, 0.331, 70.9),
    "GPT-5": Published(49.7, 73.7, 73.2, 73.4, 74.5, 0.210, 70.6),
    "GPT-5-mini": Published(39.4, 74.4, 83.1, 68.7, 73.5, 0.174, 70.3),
}
ROUNDED_PARTS = 0.1  # the rounding of the parts and of the whole
