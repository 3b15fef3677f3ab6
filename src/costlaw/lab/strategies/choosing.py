"""The rule by which settings and architectures are chosen: the cheapest of the best.

The one-standard-error rule of Breiman et al. (1984): among what cannot be told apart from the best
on the validation examples, take what is cheapest in use.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def cheapest_of_the_best(error: Any, cost: Any, examples: int) -> int:
    """Return which is cheapest among those within one standard error of the lowest error.

    Parameters
    ----------
    error : ndarray of shape (m,)
        Validation error of each candidate (fraction).
    cost : ndarray of shape (m,) or (m, k)
        Cost of a use; of several columns the first decides, the next where it is equal.
    examples : int
        Validation examples [count].

    Examples
    --------
    >>> cheapest_of_the_best(np.array([0.100, 0.105, 0.2]), np.array([9.0, 4.0, 1.0]), 1000)
    1
    """
    best = float(error.min())
    spread = np.sqrt(max(best * (1 - best), 1 / examples) / examples)
    near = np.flatnonzero(error <= best + spread)
    columns = np.asarray(cost, float).reshape(len(error), -1)[near]
    order = np.lexsort((error[near], *columns.T[::-1]))
    return int(near[order[0]])
