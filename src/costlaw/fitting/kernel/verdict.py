"""How a fit ended, in words: a small code for each fit of a batch, and its sentence.

Every fit gets one; a number without a verdict does not leave the kernel. What a verdict means for
a forecast is decided by the diagnostics, not here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]

CONVERGED = 0
AT_BOUND = 1
OUT_OF_STEPS = 2
NO_FINITE_START = 3
TOO_FEW_RUNS = 4
ONE_INPUT_VALUE = 5
CONSTANT_ERROR = 6

WORDS: dict[int, str] = {
    CONVERGED: "converged",
    AT_BOUND: "converged with a coefficient at its bound: the runs do not fix it",
    OUT_OF_STEPS: "ran out of steps before it converged",
    NO_FINITE_START: "no start gave a finite error at every run",
    TOO_FEW_RUNS: "fewer distinct runs than coefficients: not fitted",
    ONE_INPUT_VALUE: "all runs at one value of an input: not fitted",
    CONSTANT_ERROR: "the error does not change over the runs: no fall to fit",
}


def words(codes: Codes) -> NDArray[np.object_]:
    """Return the sentence of each code.

    Examples
    --------
    >>> print(words(np.array([0], dtype=np.int8))[0])
    converged
    """
    table = np.array([WORDS[code] for code in sorted(WORDS)], dtype=object)
    return np.asarray(table[codes], dtype=object)
