"""Least squares, its operation count, and its exact error for normal variables.

Serves the oracle (the right variables), the expert (most of them) and the flexible estimator (all).
With fewer examples than variables it is the interpolating solution of least norm (Hastie et al.
2022, arXiv 1903.08560). No penalty here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve, lstsq

from costlaw.lab.theory.design import NOISE, Array, Variables


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Estimated effects and what they took.

    Parameters
    ----------
    effects : ndarray of shape (k,)
        Estimated effects.
    flop : float
        Operations counted while fitting [FLOP].
    passes : int
        Times that the whole table was read [count].
    """

    effects: Array
    flop: float
    passes: int = 1


def least_squares_flop(examples: ArrayLike, variables: ArrayLike) -> Array:
    """Return the operations of least squares by the normal equations [FLOP].

    The smaller side m = min(n, k) is squared: m² max(n, k) for the symmetric product, m³/3 for its
    factor, 2nk for the right-hand side (twice where k > n, to come back to effects).

    Examples
    --------
    >>> float(least_squares_flop(1000, 10))
    120533.33333333333
    """
    n, k = np.asarray(examples, dtype=float), np.asarray(variables, dtype=float)
    few, many = np.minimum(n, k), np.maximum(n, k)
    return few**2 * many + few**3 / 3 + 2 * n * k + 2 * few**2


def least_squares(variables: Variables, outcome: Array) -> Fitted:
    """Fit effects by least squares; of least norm where there are more variables than examples.

    Parameters
    ----------
    variables : ndarray of shape (k, n)
        One row a variable.
    outcome : ndarray of shape (n,)
        What is to be predicted.

    Returns
    -------
    Fitted

    Examples
    --------
    >>> x = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], dtype=np.float32)
    >>> least_squares(x, np.array([1.0, 2.0, 3.0])).effects.round(6).tolist()
    [1.0, 2.0]
    """
    k, n = variables.shape
    flop = float(least_squares_flop(n, k))
    if abs(k - n) <= 0.02 * n:  # the normal equations lose half of the digits near p = n
        effects = lstsq(variables.T.astype(np.float64), outcome, lapack_driver="gelsd")[0]
        return Fitted(effects=effects, flop=flop)
    table = variables.astype(np.float64) if k < 50 else variables
    if k <= n:
        factor = cho_factor((table @ table.T).astype(np.float64))
        return Fitted(effects=cho_solve(factor, table @ outcome), flop=flop)
    factor = cho_factor((table.T @ table).astype(np.float64))
    return Fitted(effects=table @ cho_solve(factor, outcome), flop=flop, passes=2)


def draw_excess(
    examples: int,
    variables: int,
    *,
    count: int,
    seed: int,
    missing: float = 0.0,
    noise: float = NOISE,
) -> Array:
    """Draw the excess error of least squares from its exact distribution for normal variables.

    Parameters
    ----------
    examples, variables : int
        n > k + 1 [count].
    count, seed : int
        How many simulations, and which.
    missing : float
        Variance of what the variables leave out (an expert's missing effects): it acts as noise
        while fitting, and is missing from every prediction.
    noise : float
        Sd of the noise; the signal has variance 1.

    Returns
    -------
    ndarray of shape (count,)
        Root mean squared excess prediction of each simulation.

    Notes
    -----
    (X'X)^-1 enters as z'(X'X)^-1 z with z normal, which is |z|² / chi²(n - k + 1) (Hotelling), so
    a simulation costs two chi-squared draws; tests hold it against real fits.

    Examples
    --------
    >>> bool(abs((draw_excess(1500, 1000, count=4000, seed=0) ** 2).mean() - 1000 / 499) < 0.02)
    True
    """
    random = np.random.default_rng([seed, examples, variables])
    ratio = random.chisquare(variables, count) / random.chisquare(examples - variables + 1, count)
    return np.sqrt((noise**2 + missing) * ratio + missing)
