"""Logistic regression on many features of which each row has few. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Row = tuple[NDArray[np.uint32], NDArray[np.float32]]

STEPS = 80
REMEMBERED = 8  # steps
ENOUGH, SHORTEST = 1e-4, 1e-6
CLOSE = 1e-5


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


def fitted(rows: Rows, truth: Floats, weight: Floats, strength: float) -> tuple[Floats, float]:
    """Weights and bias with a ridge penalty of ``1 / strength``, the bias left free.

    L-BFGS with backtracking (Nocedal and Wright, Numerical Optimization, algorithm 7.4).
    """

    def loss_at(place: Floats) -> tuple[float, Floats]:
        raw = rows.times(place[:-1]) + place[-1]
        loss = weight @ (np.logaddexp(0, raw) - truth * raw)
        wrong = weight * (1 / (1 + np.exp(-np.clip(raw, -30, 30))) - truth)
        slope = np.append(rows.back(wrong) + place[:-1] / strength, wrong.sum())
        return float(loss + place[:-1] @ place[:-1] / (2 * strength)), slope

    place = np.zeros(rows.width + 1)
    loss, slope = loss_at(place)
    known: deque[tuple[Floats, Floats]] = deque(maxlen=REMEMBERED)
    for _ in range(STEPS):
        way = -_bent(slope, known)
        length = 1.0 if known else 1 / max(1.0, float(np.abs(slope).sum()))
        downhill = float(slope @ way)
        while True:
            ahead = place + length * way
            new_loss, new_slope = loss_at(ahead)
            if new_loss <= loss + ENOUGH * length * downhill or length < SHORTEST:
                break
            length /= 2
        moved, turned = ahead - place, new_slope - slope
        if float(moved @ turned) > 0:
            known.append((moved, turned))
        gained = loss - new_loss
        place, loss, slope = ahead, new_loss, new_slope
        if gained < CLOSE * abs(loss):
            break
    return place[:-1], float(place[-1])


def _bent(slope: Floats, known: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The slope times the inverse of the curvature that the last steps showed."""
    found = slope.copy()
    shares: list[float] = []
    for moved, turned in reversed(known):
        shares.append(float(moved @ found) / float(moved @ turned))
        found -= shares[-1] * turned
    if known:
        moved, turned = known[-1]
        found *= float(moved @ turned) / float(turned @ turned)
    for (moved, turned), share in zip(known, reversed(shares), strict=True):
        found += (share - float(turned @ found) / float(moved @ turned)) * moved
    return found
