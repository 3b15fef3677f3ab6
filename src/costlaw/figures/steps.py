"""Steps of a handle: round errors between two ends, fine enough to move through.

One idea: a handle stops at errors that a person would write (two or three digits), densely enough
that it feels continuous, and few enough that every stop can be answered beforehand.
"""

from __future__ import annotations

import numpy as np

MOST = 150  # stops of a handle


def error_steps(low: float, high: float) -> list[float]:
    """Return round errors from ``high`` down to ``low``.

    Parameters
    ----------
    low, high : float
        Ends, above 0 [the benchmark's unit].

    Examples
    --------
    >>> error_steps(0.098, 0.104)[:3], len(error_steps(0.01, 0.5)) <= MOST
    ([0.104, 0.1038, 0.1036], True)
    """
    decades = range(int(np.floor(np.log10(low))), int(np.floor(np.log10(high))) + 1)
    best: list[float] = []
    for step in (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001):
        mantissas = np.round(np.arange(round(1 / step), round(10 / step)) * step, 3)
        values = [float(f"{m:.4g}e{d}") for d in decades for m in mantissas]
        inside = [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if len(inside) > MOST:
            break
        best = inside
    return sorted(best, reverse=True)
