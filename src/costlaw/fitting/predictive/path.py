"""The predictive distribution as paths: one curve of error for each probability.

On a grid of ln x the pooled forecast and the scale are piecewise linear; the path of probability p
is forecast + scale x quantile(p). A path is also where the compute for an error is read: the
first x at which the path is at or below it. So "error at this compute" and "compute for this
error" are one object read in two directions, and the probability of never getting there is the
mass of the paths that stay above. Both are exact on the grid, with no draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from costlaw.fitting.predictive.curve import Array
from costlaw.fitting.predictive.width import Shape

ROUNDING = 1e-12  # slack in ln error when a path is compared with a target


@dataclass(frozen=True, kw_only=True, eq=False)
class Paths:
    """Forecast and scale on a grid.

    Parameters
    ----------
    log_x : ndarray of shape (g,)
        ln x, strictly rising.
    center : ndarray of shape (g,)
        Pooled ln error.
    scale : ndarray of shape (g,)
        Scale of the miss in ln error, > 0.
    shape : Shape
        Distribution of miss over scale.
    """

    log_x: Array
    center: Array
    scale: Array
    shape: Shape

    def at(self, log_x: ArrayLike) -> tuple[Array, Array]:
        """Return forecast and scale at ln x; the ends of the grid beyond it."""
        place = np.asarray(log_x, dtype=float)
        return (
            np.interp(place, self.log_x, self.center),
            np.interp(place, self.log_x, self.scale),
        )

    def log_error(self, probability: ArrayLike, log_x: ArrayLike) -> Array:
        """Return ln error that is not exceeded with a probability, at ln x."""
        center, scale = self.at(log_x)
        return center + scale * self.shape.quantile(np.asarray(probability, dtype=float))

    def probability(self, log_error: ArrayLike, log_x: ArrayLike) -> Array:
        """Return P(ln error at ln x <= log_error)."""
        center, scale = self.at(log_x)
        return self.shape.probability((np.asarray(log_error, dtype=float) - center) / scale)

    def first(self, log_error: float, probability: ArrayLike) -> Array:
        """Return the first ln x at which P(ln error <= log_error) >= probability; inf: never."""
        wanted = np.atleast_1d(np.asarray(probability, dtype=float))
        path = self.center + self.scale * self.shape.quantile(wanted)[:, None]
        below = path <= log_error + ROUNDING
        place = below.argmax(axis=1)
        rows = np.arange(wanted.size)
        before = np.maximum(place - 1, 0)
        high, low = path[rows, before], path[rows, place]
        fall = np.where(high > low, high - low, 1.0)
        share = np.clip((high - log_error) / fall, 0.0, 1.0)
        step = self.log_x[place] - self.log_x[before]
        answer = np.where(place == 0, self.log_x[0], self.log_x[before] + share * step)
        answer = np.where(below.any(axis=1), answer, np.inf)
        return answer if np.ndim(probability) else answer[0]

    def reached(self, log_error: float) -> float:
        """Return the probability that ln error is ever reached on the grid."""
        return float(np.max(self.probability(log_error, self.log_x)))
