"""How wide: where the runs scatter, how sure the fall is, and the shape of what was missed.

The ln error of a hidden run is read as

    center + A q + F (1 - exp(-S q)),   q: a draw from one shape,

F the fall that the pool forecasts, A the level scale (noise, back-test, ...) and S the relative
doubt in the fall: a true fall is the forecast one times exp(-S q). Doubt in the fall is a share of
it, because that is how published curves differ: over sixteen times the resource the fall of nearly
all is between 0.4 and 2.5 times the forecast, and hardly any stops. ln A and ln S are linear in
what is known of the curve (``look.Clues``), by maximum likelihood with Student's t, in which one
odd curve does not set the width. The shape is not assumed: it is the distribution of q on
collections that the coefficients were not learned from (split conformal prediction across groups,
Vovk et al. 2005; Dunn, Wasserman & Ramdas 2023), held as quantiles, piecewise linear in the normal
score. This module knows no curves; ``calibration`` feeds it.
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
RIDGE = 1e-3  # pulls the coefficients of standardised clues to 0 where the data say nothing
LEVEL_CLUES = (
    "noise", "roughness", "lift of the last run", "back-test", "upward steps", "recent fall",
    "few runs", "reach",
)  # fmt: skip
SLOPE_CLUES = ("reach", "spread over fall", "back-test over recent fall", "runs")
LEVEL_RANGE, SLOPE_RANGE = (-11.0, 2.0), (-6.0, 0.3)  # of ln A and ln S
MOST = 50.0  # |S q| beyond which e^(S q) is not followed
STEPS, TOLERANCE = 80, 1e-10  # of the safeguarded Newton iteration for q [ln error]


@dataclass(frozen=True, kw_only=True, eq=False)
class Clues:
    """What is known at some places before any hidden run is seen.

    Parameters
    ----------
    center, fall : ndarray of shape (m,)
        Pooled ln error, and how far it lies under the level at the last run.
    level : ndarray of shape (m, 8)
        Logarithms of LEVEL_CLUES.
    slope : ndarray of shape (m, 4)
        Logarithms of SLOPE_CLUES.
    """

    center: Array
    fall: Array
    level: Array
    slope: Array

    def take(self, keep: np.ndarray) -> Clues:
        """Return some of the places."""
        return Clues(
            center=self.center[keep], fall=self.fall[keep],
            level=self.level[keep], slope=self.slope[keep],
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Width:
    """Coefficients of ln A and ln S.

    Parameters
    ----------
    level : ndarray of shape (9,)
        Intercept and coefficients of LEVEL_CLUES.
    slope : ndarray of shape (5,)
        Intercept and coefficients of SLOPE_CLUES.
    """

    level: Array
    slope: Array

    def scales(self, clues: Clues) -> tuple[Array, Array]:
        """Return A and S (m,) each."""
        return (
            np.exp(np.clip(self.level[0] + clues.level @ self.level[1:], *LEVEL_RANGE)),
            np.exp(np.clip(self.slope[0] + clues.slope @ self.slope[1:], *SLOPE_RANGE)),
        )


Scales = tuple[Array, Array, Array]  # A, F, S


def deviation(q: Array, scales: Scales) -> Array:
    """Return A q + F (1 - exp(-S q)): rises with q, so that both directions have one answer."""
    level, fall, slope = scales
    return level * q - fall * np.expm1(np.clip(-slope * q, -MOST, MOST))


def solve(miss: Array, scales: Scales) -> Array:
    """Return q with ``deviation(q) == miss``: Newton from the left, inside a bracket.

    The deviation is concave, so that steps from the left never pass the answer.
    """
    miss, level, fall, slope = np.broadcast_arrays(miss, *scales)
    size = np.abs(miss)
    high = np.where(miss > 0, size / level, 0.0)
    low = np.where(
        miss > 0, size / (level + fall * slope),
        np.maximum(-size / level, -np.log1p(size / fall) / slope),
    )  # fmt: skip
    q = low
    for _ in range(STEPS):
        falling = fall * np.exp(np.clip(-slope * q, -MOST, MOST))
        away = level * q + fall - falling - miss
        if np.all(np.abs(away) <= TOLERANCE * np.maximum(1.0, np.abs(miss))):
            break
        high, low = np.where(away > 0, q, high), np.where(away > 0, low, q)
        step = q - away / (level + slope * falling)
        q = np.where((step >= low) & (step <= high), step, (low + high) / 2)
    return np.asarray(q)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """Distribution of q.

    Parameters
    ----------
    probabilities : ndarray of shape (k,)
        Rising, inside (0, 1).
    misses : ndarray of shape (k,)
        q at those probabilities, strictly rising.
    """

    probabilities: Array
    misses: Array

    def quantile(self, probability: Array | float) -> Array:
        """Return q at a probability; constant beyond the outermost ones."""
        return np.interp(ndtri(probability), ndtri(self.probabilities), self.misses)

    def probability(self, miss: Array | float) -> Array:
        """Return the probability of a q of at most ``miss``."""
        inside = ndtr(np.interp(miss, self.misses, ndtri(self.probabilities)))
        low, high = np.less(miss, self.misses[0]), np.greater_equal(miss, self.misses[-1])
        return np.where(low, 0.0, np.where(high, 1.0, inside))


def make_shape(misses: Array, weights: Array) -> Shape:
    """Return the weighted distribution of q, with stated tails.

    Parameters
    ----------
    misses, weights : ndarray of shape (n,)
        q of each hidden run and how much each counts.
    """
    order = np.argsort(misses, kind="stable")
    mass = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    values = np.interp(PROBABILITIES, mass, misses[order])
    values = np.concatenate([[values[0] * TAIL[1]], values, [values[-1] * TAIL[1]]])
    values = np.maximum.accumulate(values + SMALLEST_STEP * np.arange(values.size))
    return Shape(
        probabilities=np.concatenate([[TAIL[0]], PROBABILITIES, [1 - TAIL[0]]]), misses=values
    )


def fit_width(clues: Clues, misses: Array, weights: Array, *, start: Width | None = None) -> Width:
    """Return the coefficients by penalised maximum likelihood.

    Parameters
    ----------
    clues : Clues
        At each hidden run (n).
    misses : ndarray of shape (n,)
        Truth less center [ln error].
    weights : ndarray of shape (n,)
        How much each counts; they are made to sum to 1.
    start : Width, optional
        Where to start from.
    """
    designs = [_standard(values) for values in (clues.level, clues.slope)]
    first = [np.zeros(one.size + 1) for one, _, _ in ((d[1], d[2], d[0]) for d in designs)]
    if start is None:
        first[0][0], first[1][0] = -4.0, -1.5
    else:
        first = [_into(old, d[1], d[2]) for old, d in
                 zip((start.level, start.slope), designs, strict=True)]  # fmt: skip
    split = first[0].size
    found = minimize(
        _objective, np.concatenate([*first, [1.0]]), jac=True, method="L-BFGS-B",
        args=((designs[0][0], designs[1][0]), clues.fall, misses, weights / weights.sum()),
        options={"maxiter": 150, "ftol": 1e-8},
    )  # fmt: skip
    return Width(
        level=_out(found.x[:split], designs[0][1], designs[0][2]),
        slope=_out(found.x[split:-1], designs[1][1], designs[1][2]),
    )


def _standard(values: Array) -> tuple[Array, Array, Array]:
    mean, sd = values.mean(axis=0), values.std(axis=0) + 1e-9
    return np.column_stack([np.ones(len(values)), (values - mean) / sd]), mean, sd


def _out(place: Array, mean: Array, sd: Array) -> Array:
    inner = place[1:] / sd
    return np.concatenate([[place[0] - inner @ mean], inner])


def _into(place: Array, mean: Array, sd: Array) -> Array:
    return np.concatenate([[place[0] + place[1:] @ mean], place[1:] * sd])


def _objective(place: Array, designs: tuple[Array, Array], *rest: Array) -> tuple[float, Array]:
    """Return the penalised negative log likelihood and its gradient (implicit in q)."""
    fall, misses, share = rest
    split = designs[0].shape[1]
    raw = (designs[0] @ place[:split], designs[1] @ place[split:-1])
    level, slope = np.exp(np.clip(raw[0], *LEVEL_RANGE)), np.exp(np.clip(raw[1], *SLOPE_RANGE))
    freedom, step = 2 + np.exp(place[-1]), 1e-5
    q = solve(misses, (level, fall, slope))
    moving = fall * slope * np.exp(np.clip(-slope * q, -MOST, MOST))
    rise = level + moving  # d deviation / d q; its own slope by q is -slope * moving
    value = _log_t(q, freedom) - np.log(rise)
    pull = -(freedom + 1) * q / (freedom + q * q)
    by_level, by_slope = -level * q / rise, -moving * q / rise  # d q / d ln A, d q / d ln S
    at_level = pull * by_level - (level - slope * moving * by_level) / rise
    at_slope = pull * by_slope - (moving * (1 - slope * q) - slope * moving * by_slope) / rise
    at_level *= (raw[0] > LEVEL_RANGE[0]) & (raw[0] < LEVEL_RANGE[1])
    at_slope *= (raw[1] > SLOPE_RANGE[0]) & (raw[1] < SLOPE_RANGE[1])
    by_freedom = share @ (_log_t(q, 2 + np.exp(place[-1] + step)) - _log_t(q, freedom)) / step
    slopes = [(share * at_level) @ designs[0], (share * at_slope) @ designs[1], [by_freedom]]
    pulled = place.copy()
    pulled[[0, split, -1]] = 0.0
    penalty = RIDGE * float(pulled @ pulled)
    return penalty - float(share @ value), 2 * RIDGE * pulled - np.concatenate(slopes)


def _log_t(q: Array, freedom: float) -> Array:
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    return np.asarray(constant - (freedom + 1) / 2 * np.log1p(q * q / freedom))
