"""Random features: a flexible estimator of a curved truth, at any number of parameters.

The truth is a wide one-layer network on five inputs; the estimator fits the outer weights of p
random rectified features by ridge regression, or interpolates (Rahimi & Recht 2007; Belkin et al.
2019). It stands for a network whose size can pass the number of examples, without its training
noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from costlaw.lab.theory.design import Array
from costlaw.lab.theory.least_squares import Fitted

INPUTS = 5  # dimensions of the curved truth
UNITS = 50  # units of the truth
HELD_OUT = 2000  # fresh examples on which the excess prediction is measured
RIDGES = 10.0 ** np.arange(-8, 3)


@dataclass(frozen=True, kw_only=True)
class CurvedSample:
    """Features and outcome of n examples, features and noiseless truth of fresh ones.

    Parameters
    ----------
    seen : ndarray of shape (n, p)
        Features of the examples.
    outcome : ndarray of shape (n,)
        Truth + noise.
    unseen : ndarray of shape (HELD_OUT, p)
        Features of fresh examples.
    truth : ndarray of shape (HELD_OUT,)
        What should be predicted there.
    """

    seen: Array
    outcome: Array
    unseen: Array
    truth: Array

    def excess(self, effects: Array) -> float:
        """Return the root mean squared excess prediction on fresh examples."""
        return float(np.sqrt(((self.unseen @ effects - self.truth) ** 2).mean()))


def _units(inputs: Array, directions: Array) -> Array:
    padded = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
    return np.maximum(padded @ directions.T, 0.0)


def draw_curved(examples: int, features: int, *, noise: float, seed: int) -> CurvedSample:
    """Draw examples of a curved truth with variance 1, seen through random features.

    Parameters
    ----------
    examples, features : int
        n and p [count].
    noise : float
        Sd of the noise; the signal has variance 1.
    seed : int
        Repetition.

    Returns
    -------
    CurvedSample

    Examples
    --------
    >>> draw_curved(30, 60, noise=0.1, seed=0).seen.shape
    (30, 60)
    """
    random = np.random.default_rng([seed, examples, features])
    inner = random.standard_normal((UNITS, INPUTS + 1))
    outer = random.standard_normal(UNITS)
    directions = random.standard_normal((features, INPUTS + 1))
    inputs = random.standard_normal((examples + HELD_OUT, INPUTS))
    raw = _units(inputs, inner) @ outer
    truth = (raw - raw.mean()) / raw.std()
    table = _units(inputs, directions) / np.sqrt(features)
    return CurvedSample(
        seen=table[:examples],
        outcome=truth[:examples] + noise * random.standard_normal(examples),
        unseen=table[examples:],
        truth=truth[examples:],
    )


def interpolate(sample: CurvedSample) -> Fitted:
    """Fit without a penalty: least squares, of least norm once p reaches n.

    Examples
    --------
    >>> sample = draw_curved(30, 300, noise=0.1, seed=0)
    >>> fitted = interpolate(sample)
    >>> bool(np.allclose(sample.seen @ fitted.effects, sample.outcome, atol=1e-6))
    True
    """
    n, p = sample.seen.shape
    left, scale, right = np.linalg.svd(sample.seen, full_matrices=False)
    inverse = np.where(scale > 1e-13 * scale[0], 1 / np.maximum(scale, 1e-300), 0.0)
    effects = right.T @ (inverse * (left.T @ sample.outcome))
    few, many = min(n, p), max(n, p)
    return Fitted(effects=effects, flop=6.0 * many * few**2 + 20.0 * few**3)


def ridge(sample: CurvedSample) -> Fitted:
    """Fit with a ridge penalty chosen by leave-one-out error on the examples (p >= n).

    Returns
    -------
    Fitted
        Operations of the direct solution: n²p for the symmetric product and 9n³ for its
        eigenvectors; the choice of the penalty comes with them.

    Source
    ------
    Golub, Heath & Wahba 1979, Technometrics 21(2), for the leave-one-out identity.

    Examples
    --------
    >>> sample = draw_curved(100, 200, noise=1.0, seed=0)
    >>> sample.excess(ridge(sample).effects) < sample.excess(interpolate(sample).effects)
    True
    """
    n, p = sample.seen.shape
    values, vectors = eigh(sample.seen @ sample.seen.T)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ sample.outcome
    best, weights = np.inf, turned
    for penalty in RIDGES * values[-1]:
        solved = vectors @ (turned / (values + penalty))
        diagonal = (vectors**2) @ (1.0 / (values + penalty))
        left_out = float(((solved / diagonal) ** 2).mean())
        if left_out < best:
            best, weights = left_out, solved
    return Fitted(effects=sample.seen.T @ weights, flop=float(n) ** 2 * p + 9.0 * n**3)
