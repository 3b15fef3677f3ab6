"""The world of the theory experiments: a linear truth that we know because we made it.

y = sum of the relevant variables times their effects + noise; variables independent, normal,
variance 1; effects equal, so that the signal has variance 1. Then the root mean squared excess
prediction, sqrt(E (x'b_hat - x'b)^2), is exactly the distance between estimated and true effects.
Effects and noise of the paper's own simulation are not known; these are the plainest choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError

Array = NDArray[np.float64]
Variables = NDArray[np.float32]
NOISE = 1.0  # usual sd of the noise; the signal has variance 1, so half of the variance is signal


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Examples drawn from the truth.

    Parameters
    ----------
    variables : ndarray of shape (p, n), float32
        One row a variable, so that a few variables are read without touching the others.
    outcome : ndarray of shape (n,)
        What is to be predicted.
    truth : ndarray of shape (p,)
        The true effects; the relevant variables come first.
    """

    variables: Variables
    outcome: Array
    truth: Array

    def excess(self, effects: Array) -> float:
        """Return the root mean squared excess prediction of estimated effects."""
        return float(np.linalg.norm(effects - self.truth))


def draw(examples: int, pool: int, relevant: int, *, seed: int, noise: float = NOISE) -> Sample:
    """Draw examples with a pool of candidate variables, of which a few matter.

    Parameters
    ----------
    examples, pool, relevant : int
        Examples n, candidate variables p, variables that matter s [count].
    seed : int
        Repetition; the same seed and sizes give the same sample.
    noise : float
        Sd of the noise; the signal has variance 1.

    Returns
    -------
    Sample

    Raises
    ------
    OptionError
        If there are more relevant variables than candidates, or nothing to draw.

    Source
    ------
    Thompson et al. 2020, arXiv 2007.05558, section 2: 1,000 variables of which 10 matter.

    Examples
    --------
    >>> sample = draw(50, 100, 10, seed=0)
    >>> sample.variables.shape, round(sample.excess(0 * sample.truth), 6)
    ((100, 50), 1.0)
    """
    if not (examples > 0 and 0 < relevant <= pool):
        raise OptionError(
            f"{examples} examples, {relevant} relevant of {pool} variables: expected at least one "
            "example and 0 < relevant <= variables."
        )
    random = np.random.default_rng([seed, examples, pool, relevant])
    variables = random.standard_normal((pool, examples), dtype=np.float32)
    truth = np.zeros(pool)
    truth[:relevant] = relevant**-0.5
    signal = truth[:relevant] @ variables[:relevant].astype(np.float64)
    return Sample(
        variables=variables,
        outcome=signal + noise * random.standard_normal(examples),
        truth=truth,
    )
