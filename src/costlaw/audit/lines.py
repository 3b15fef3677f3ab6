"""The paper's line: least squares of log10(1/error) on log10 compute, nothing more.

A thin record over numpy's least squares, so that a claim can be recomputed without an interval.
Clustered intervals, other estimands and verdicts on laws are the business of ``fitting``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.runs import Runs

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Line:
    """y = intercept + slope · x, with the share of the variance it explains.

    Parameters
    ----------
    intercept, slope : float
        Of log10(1/error) on x.
    reverse_intercept, reverse_slope : float
        Of x on log10(1/error).
    r2 : float
        Share of the variance.
    n : int
        Points.
    """

    intercept: float
    slope: float
    reverse_intercept: float
    reverse_slope: float
    r2: float
    n: int

    @property
    def cost_exponent(self) -> float:
        """Compute grows as (1/error) to this power; error was regressed on compute."""
        return 1.0 / self.slope

    def where(self, y: float) -> float:
        """Return x at which the line passes ``y``."""
        return (y - self.intercept) / self.slope

    def reverse(self, y: float) -> float:
        """Return x by the line of x on y, the other regression."""
        return self.reverse_intercept + self.reverse_slope * y


def points(runs: Runs) -> tuple[Array, Array]:
    """Return (log10 compute [log10 FLOP], log10(1/error)) of a table of runs."""
    return np.log10(runs.numbers("compute_flop")), -np.log10(runs.numbers("error"))


def through(x: Array, y: Array) -> Line:
    """Return both least-squares lines through the points.

    Examples
    --------
    >>> found = through(np.array([20.0, 21.0, 22.0]), np.array([0.5, 0.6, 0.7]))
    >>> round(found.cost_exponent, 6), round(found.r2, 6), round(found.where(1.0), 6)
    (10.0, 1.0, 25.0)
    """
    slope, intercept = np.polyfit(x, y, 1)
    reverse_slope, reverse_intercept = np.polyfit(y, x, 1)
    return Line(
        intercept=float(intercept),
        slope=float(slope),
        reverse_intercept=float(reverse_intercept),
        reverse_slope=float(reverse_slope),
        r2=float(np.corrcoef(x, y)[0, 1] ** 2),
        n=len(x),
    )
