"""Logistic regression. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

STEPS = 12


def fitted(rows: Floats, vague: Floats, weights: Floats, penalty: float) -> Floats:
    """Weights and bias of a logistic regression, ridge-penalised but for the bias.

    Newton's method (iteratively reweighted least squares) from zero.
    """
    wide = np.hstack([rows, np.ones((len(rows), 1))])
    ridge = np.diag([*[penalty] * rows.shape[1], 1e-6])
    found = np.zeros(wide.shape[1])
    for _ in range(STEPS):
        sure = 1.0 / (1.0 + np.exp(-np.clip(wide @ found, -30, 30)))
        slope = wide.T @ (weights * (sure - vague)) + ridge @ found
        bend = (wide * (weights * sure * (1 - sure))[:, None]).T @ wide + ridge
        found = found - np.linalg.solve(bend, slope)
    return found
