"""How much of what is shown is right, and how often there is something right to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tom_evals.earlier.replay import Answered, Shown

MOST = 3  # things a prompt
# Scores that a saying may have to reach to be shown.
THRESHOLDS = tuple(round(0.4 + 0.1 * step, 1) for step in range(17))
# So many right things are lost by one that is wrong: agents and people stop looking at noise.
COST = 2


class Figures(NamedTuple):
    """Of so many things shown, so many are right, and so many were never judged.

    ``hoped_for`` are those of the right ones that a reader would put there.

    ``served`` of the requests that ``want`` something beyond their briefing are shown something
    right.
    """

    shown: int = 0
    right: int = 0
    hoped_for: int = 0
    unread: int = 0
    requests: int = 0
    want: int = 0
    served: int = 0

    @property
    def precision(self) -> float:
        """The share of what is shown that is right; 1 where nothing is."""
        return self.right / self.shown if self.shown else 1.0

    @property
    def share_served(self) -> float:
        """The share of the requests that want something and are shown something right."""
        return self.served / self.want if self.want else 0.0

    def plus(self, other: Figures) -> Figures:
        """Those of both."""
        return Figures(*(a + b for a, b in zip(self, other, strict=True)))


def shown_of(answered: Answered, least: float) -> list[Shown]:
    """What a request is shown at a threshold."""
    return [each for each in answered.best if each.score >= least][:MOST]


def figures(answers: Sequence[Answered], least: float) -> Figures:
    """The figures of these requests at a threshold."""
    found = Figures()
    for each in answers:
        wanted, turns = each.wanted, [shown.turn for shown in shown_of(each, least)]
        good = [turn for turn in turns if turn in wanted.wanted | wanted.fine]
        known = wanted.wanted | wanted.fine | wanted.noise
        wants = bool(wanted.wanted - each.briefed)
        found = found.plus(
            Figures(
                shown=len(turns),
                right=len(good),
                hoped_for=len(wanted.wanted & set(good)),
                unread=len(set(turns) - known),
                requests=bool(turns),
                want=wants,
                served=wants and bool(good),
            )
        )
    return found


def threshold(answers: Sequence[Answered]) -> float:
    """Where what is shown is worth most, one thing that is wrong costing COST that are right."""

    def worth(least: float) -> int:
        found = figures(answers, least)
        return found.right - COST * (found.shown - found.right)

    return max(THRESHOLDS, key=worth)
