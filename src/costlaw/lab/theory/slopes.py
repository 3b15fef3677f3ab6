"""Exponents and crossings of simulated curves, with intervals over seeds.

An exponent here is a cost exponent: the resource grows as k^exponent to cut the error k-fold, so it
is the reciprocal of the log-log slope. Seeds are independent repetitions, so the slope of each seed
is one observation (Student's t); crossings are bootstrapped over seeds. No law is fitted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from costlaw.exceptions import EvidenceError
from costlaw.lab.theory.design import Array

LEVEL = 0.95
RESAMPLES = 400


def cost_exponent(
    resource: ArrayLike, error: ArrayLike, level: float = LEVEL
) -> tuple[float, float, float]:
    """Return the cost exponent and its interval over seeds.

    Parameters
    ----------
    resource : ndarray of shape (m,) or (m, seeds)
        Examples [count] or compute [FLOP].
    error : ndarray of shape (m, seeds)
        Error of each seed at each resource.
    level : float
        Level of the interval.

    Returns
    -------
    (estimate, low, high) : tuple of float
        ``inf`` where error is not told apart from standing still.

    Raises
    ------
    EvidenceError
        With fewer than two resources or two seeds.

    Examples
    --------
    >>> x = np.array([1.0, 4.0, 16.0])
    >>> error = np.outer(x**-0.5, [1.0, 1.1, 0.9])
    >>> [round(value, 3) for value in cost_exponent(x, error)]
    [2.0, 2.0, 2.0]
    """
    y = np.log(np.asarray(error, dtype=float))
    x = np.log(np.asarray(resource, dtype=float))
    x = np.broadcast_to(x[:, None] if x.ndim == 1 else x, y.shape)
    if y.shape[0] < 2 or y.shape[1] < 2:
        raise EvidenceError("an exponent with an interval needs two sizes and two seeds at least.")
    away = x - x.mean(axis=0)
    fall = -(away * y).sum(axis=0) / (away**2).sum(axis=0)
    half = stdtrit(len(fall) - 1, 0.5 + level / 2) * fall.std(ddof=1) / np.sqrt(len(fall))
    ends = (fall.mean(), fall.mean() + half, fall.mean() - half)
    estimate, low, high = (1.0 / end if end > 0 else np.inf for end in ends)
    return float(estimate), float(low), float(high)


def mean_with_interval(values: ArrayLike, level: float = LEVEL) -> tuple[float, float, float]:
    """Return the mean over seeds and its Student interval.

    Examples
    --------
    >>> [round(v, 2) for v in mean_with_interval([1.0, 2.0, 3.0])]
    [2.0, -0.48, 4.48]
    """
    flat = np.asarray(values, dtype=float)
    half = stdtrit(flat.size - 1, 0.5 + level / 2) * flat.std(ddof=1) / np.sqrt(flat.size)
    return float(flat.mean()), float(flat.mean() - half), float(flat.mean() + half)


def _cross(x: Array, gap: Array) -> float:
    """Return x where ``gap`` first falls below zero for good; inf where it never does."""
    above = np.flatnonzero(gap >= 0)
    if not above.size:
        return float(x[0])
    last = above[-1]
    if last == len(gap) - 1:
        return np.inf
    share = gap[last] / (gap[last] - gap[last + 1])
    return float(x[last] * (x[last + 1] / x[last]) ** share)


def crossing(
    resource: ArrayLike, late: ArrayLike, early: ArrayLike, *, level: float = LEVEL, seed: int = 0
) -> tuple[float, float, float]:
    """Return the resource from which on ``late`` has the lower error, with its interval.

    Parameters
    ----------
    resource : ndarray of shape (m,)
        Common grid of both curves.
    late, early : ndarray of shape (m, seeds)
        Errors of the two.
    level : float
        Level of the bootstrap interval over seeds.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    (estimate, low, high) : tuple of float
        In the resource's unit; the first grid point if it leads everywhere, ``inf`` if it never
        leads for good within the grid.

    Examples
    --------
    >>> n = np.array([10.0, 100.0, 1000.0])
    >>> falling, flat = np.outer(n**-0.5, [1.0, 1.0]), np.full((3, 2), 0.1)
    >>> [round(value) for value in crossing(n, falling, flat)]
    [100, 100, 100]
    """
    x = np.asarray(resource, dtype=float)
    first, second = np.log(np.asarray(late, float)), np.log(np.asarray(early, float))
    random = np.random.default_rng(seed)
    count, other = first.shape[1], second.shape[1]
    found = [
        _cross(
            x,
            first[:, random.integers(0, count, count)].mean(axis=1)
            - second[:, random.integers(0, other, other)].mean(axis=1),
        )
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(found, [0.5 - level / 2, 0.5 + level / 2], method="nearest")
    return _cross(x, first.mean(axis=1) - second.mean(axis=1)), float(low), float(high)
