"""The predictive distribution as paths: one curve of error for each probability.

On a grid of ln x the center, the fall and the two scales of the width are piecewise linear; the
path of probability p is center + deviation(q(p)). A path is also where the compute for an error is
read: the first x at which the path is at or below it. So "error at this compute" and "compute for
this error" are one object read in two directions, and the probability of never getting there is
the mass of the paths that stay above. Both are exact, with no draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from costlaw.fitting.predictive.curve import Array
from costlaw.fitting.predictive.width import Scales, Shape, deviation, solve

HALVINGS = 48  # of a grid step: far below the spacing of doubles there
ROUNDING = 1e-12  # slack in ln error when a path is compared with a target


@dataclass(frozen=True, kw_only=True, eq=False)
class Paths:
    """Center and width on a grid.

    Parameters
    ----------
    log_x : ndarray of shape (g,)
        ln x, strictly rising.
    center, fall : ndarray of shape (g,)
        Pooled ln error, and how far it lies under the level at the last run.
    level, slope : ndarray of shape (g,)
        Level scale [ln error] and relative doubt in the fall, > 0.
    shape : Shape
        Distribution of the draws.
    widening : float
        What every draw is multiplied with, outside the library's support.
    """

    log_x: Array
    center: Array
    fall: Array
    level: Array
    slope: Array
    shape: Shape
    widening: float = 1.0

    def at(self, log_x: ArrayLike) -> tuple[Array, Scales]:
        """Return center and scales (level, fall, slope) at ln x; the ends of the grid beyond it."""
        place = np.asarray(log_x, dtype=float)
        center, level, fall, slope = (
            np.interp(place, self.log_x, values)
            for values in (self.center, self.level, self.fall, self.slope)
        )
        return center, (level, fall, slope)

    def log_error(self, probability: ArrayLike, log_x: ArrayLike) -> Array:
        """Return ln error that is not exceeded with a probability, at ln x."""
        center, scales = self.at(log_x)
        q = self.widening * self.shape.quantile(np.asarray(probability, dtype=float))
        return np.asarray(center + deviation(q, scales))

    def probability(self, log_error: ArrayLike, log_x: ArrayLike) -> Array:
        """Return P(ln error at ln x <= log_error)."""
        center, scales = self.at(log_x)
        q = solve(np.asarray(log_error, dtype=float) - center, scales)
        return self.shape.probability(q / self.widening)

    def first(self, log_error: float, probability: ArrayLike) -> Array:
        """Return the first ln x at which P(ln error <= log_error) >= probability; inf: never."""
        wanted = np.atleast_1d(np.asarray(probability, dtype=float))
        path = self.log_error(wanted[:, None], self.log_x)
        below = path <= log_error + ROUNDING
        place = below.argmax(axis=1)
        low, high = self.log_x[np.maximum(place - 1, 0)], self.log_x[place]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            under = self.log_error(wanted, middle) <= log_error + ROUNDING
            low, high = np.where(under, low, middle), np.where(under, middle, high)
        answer = np.where(below.any(axis=1), high, np.inf)
        return answer if np.ndim(probability) else answer[0]

    def reached(self, log_error: float) -> float:
        """Return the probability that ln error is ever reached on the grid."""
        return float(np.max(self.probability(log_error, self.log_x)))
