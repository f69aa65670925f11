"""Logistic regression on many features of which each row has few. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Row = tuple[NDArray[np.uint32], NDArray[np.float32]]

STEPS = 300
CLOSE = 1e-4


class Rows(NamedTuple):
    """Rows end to end: the places of their features, the values, and where each row starts."""

    places: NDArray[np.intp]
    values: Floats
    starts: NDArray[np.intp]
    width: int

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> Rows:
        """From rows that each have a feature at least."""
        lengths = [len(places) for places, _ in rows]
        return cls(
            np.concatenate([places for places, _ in rows]).astype(np.intp),
            np.concatenate([values for _, values in rows]).astype(np.float64),
            np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.intp),
            width,
        )

    def chosen(self, which: NDArray[np.bool_]) -> Rows:
        """These of the rows."""
        lengths = np.diff(np.append(self.starts, len(self.places)))
        kept = np.repeat(which, lengths)
        starts = np.concatenate([[0], np.cumsum(lengths[which])[:-1]]).astype(np.intp)
        return Rows(self.places[kept], self.values[kept], starts, self.width)

    def times(self, weights: Floats) -> Floats:
        """The product with weights, a figure a row."""
        return np.add.reduceat(self.values * weights[self.places], self.starts)

    def back(self, rows: Floats) -> Floats:
        """The product of the transpose with a figure a row."""
        lengths = np.diff(np.append(self.starts, len(self.places)))
        spread = self.values * np.repeat(rows, lengths)
        return np.bincount(self.places, spread, self.width).astype(np.float64)


def fitted(
    rows: Rows, truth: Floats, weight: Floats, strength: float, steps: int = STEPS
) -> tuple[Floats, float]:
    """Weights and bias with a ridge penalty of ``1 / strength``, the bias left free.

    Nesterov's accelerated gradient, at most so many steps; a step is the inverse of the largest curvature.
    """
    # A constant feature of this size makes the bias nearly free of the penalty.
    free = 5.0
    step = 1 / (0.25 * _largest(rows, weight, free) + 1 / strength)
    found, bias = np.zeros(rows.width), 0.0
    ahead, ahead_bias, pace = found, bias, 1.0
    for _ in range(steps):
        sure = 1 / (1 + np.exp(-np.clip(rows.times(ahead) + free * ahead_bias, -30, 30)))
        wrong = weight * (sure - truth)
        slope = rows.back(wrong) + ahead / strength
        slope_bias = free * float(wrong.sum()) + ahead_bias / strength
        new, new_bias = ahead - step * slope, ahead_bias - step * slope_bias
        next_pace = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        push = (pace - 1) / next_pace
        ahead, ahead_bias = new + push * (new - found), new_bias + push * (new_bias - bias)
        moved = float(np.abs(new - found).max())
        found, bias, pace = new, new_bias, next_pace
        if moved < CLOSE:
            break
    return found, free * bias


def _largest(rows: Rows, weight: Floats, free: float) -> float:
    """The largest curvature, by power iteration, with a margin."""
    vector, constant = np.ones(rows.width), 1.0
    size = 1.0
    for _ in range(15):
        out = weight * (rows.times(vector) + free * constant)
        vector, constant = rows.back(out), free * float(out.sum())
        size = float(np.sqrt(vector @ vector + constant**2))
        vector, constant = vector / size, constant / size
    return 1.1 * size
