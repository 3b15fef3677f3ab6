"""How wide: a scale from what is known, and the shape of what was missed by that scale.

The scale of the miss in ln error is a sum of ingredients (``look.COMPONENTS``: spread of the
members, own back-test error growing with the root of the reach, noise, upward steps), each times
a constant >= 0; a sum, because any one of them can be blind. The constants come from maximum
likelihood with Student's t, in which one odd curve does not set the width. The shape is not
assumed: it is the distribution of misses over scales on collections that the constants were not
learned from (split conformal prediction across collections, Vovk et al. 2005; Dunn, Wasserman &
Ramdas 2023 for groups), held as quantiles, piecewise linear in the normal score.

This module knows no curves; ``calibration`` feeds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, ndtr, ndtri

from costlaw.fitting.predictive.curve import Array

PROBABILITIES = np.array(
    [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5,
     0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99]
)  # fmt: skip
TAIL = (1e-4, 3.0)  # outermost probability, and how much farther it lies than the 1 % miss
SMALLEST_STEP = 1e-3  # between neighbouring quantiles, so that both directions have one answer
RIDGE = 1e-4  # pulls the log constants to 0 where the data say nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """Distribution of miss over scale.

    Parameters
    ----------
    probabilities : ndarray of shape (k,)
        Rising, inside (0, 1).
    misses : ndarray of shape (k,)
        Truth less forecast in ln error, over the scale; strictly rising.
    """

    probabilities: Array
    misses: Array

    def quantile(self, probability: Array | float) -> Array:
        """Return the miss over scale at a probability; constant beyond the outermost ones."""
        return np.interp(ndtri(probability), ndtri(self.probabilities), self.misses)

    def probability(self, miss: Array | float) -> Array:
        """Return the probability of a miss over scale of at most ``miss``."""
        inside = ndtr(np.interp(miss, self.misses, ndtri(self.probabilities)))
        low, high = np.less(miss, self.misses[0]), np.greater_equal(miss, self.misses[-1])
        return np.where(low, 0.0, np.where(high, 1.0, inside))


def make_shape(misses: Array, weights: Array) -> Shape:
    """Return the weighted distribution of misses over scales, with stated tails.

    Parameters
    ----------
    misses, weights : ndarray of shape (n,)
        Misses over scales and how much each counts.
    """
    order = np.argsort(misses, kind="stable")
    mass = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    values = np.interp(PROBABILITIES, mass, misses[order])
    values = np.concatenate([[values[0] * TAIL[1]], values, [values[-1] * TAIL[1]]])
    values = np.maximum.accumulate(values + SMALLEST_STEP * np.arange(values.size))
    return Shape(
        probabilities=np.concatenate([[TAIL[0]], PROBABILITIES, [1 - TAIL[0]]]), misses=values
    )


def fit_scale(
    components: Array, misses: Array, weights: Array, *, start: Array | None = None
) -> Array:
    """Return the constants (K,) of the scale by maximum likelihood.

    Parameters
    ----------
    components : ndarray of shape (n, K)
        Ingredients of each miss [ln error], >= 0.
    misses : ndarray of shape (n,)
        Truth less forecast [ln error].
    weights : ndarray of shape (n,)
        How much each counts; they are made to sum to 1.
    start : ndarray of shape (K + 2,), optional
        Logarithms of the constants, centre and ln(degrees of freedom - 2) to start from.

    Returns
    -------
    ndarray of shape (K + 2,)
        ln constants, then the centre and ln(degrees of freedom - 2) of the t distribution.
    """
    share = weights / weights.sum()
    size = components.shape[1]
    first = np.concatenate([np.full(size, -1.0), [0.0, 1.0]]) if start is None else start

    def objective(place: Array) -> tuple[float, Array]:
        constants, middle, freedom = np.exp(place[:size]), place[-2], 2 + np.exp(place[-1])
        scale = components @ constants
        away = misses / scale - middle
        square = away**2 / freedom
        value = _log_t(square, freedom) - np.log(scale)
        pull = -(freedom + 1) * away / freedom / (1 + square)
        by_scale = -(pull * (away + middle) + 1) / scale
        step = 1e-5
        other = 2 + np.exp(place[-1] + step)
        by_freedom = (_log_t(away**2 / other, other) - _log_t(square, freedom)) / step
        slope = np.concatenate(
            [(share * by_scale) @ components * constants, [-(share @ pull), share @ by_freedom]]
        )
        penalty = RIDGE * np.sum(place[:size] ** 2)
        slope[:size] -= 2 * RIDGE * place[:size]
        return float(penalty - share @ value), -slope

    bounds = [(-12.0, 4.0)] * size + [(-1.0, 1.0), (-3.0, 4.0)]
    found = minimize(
        objective, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}
    )
    return np.asarray(found.x)


def _log_t(square: Array, freedom: float) -> Array:
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    return constant - (freedom + 1) / 2 * np.log1p(square)
