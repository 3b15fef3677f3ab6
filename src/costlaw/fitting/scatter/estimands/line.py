"""What every estimand hands back: a line through the scatter that can be read in both directions.

``x`` is log10 compute and ``t`` a value of the law's response (a transform of error that is a line
in ``x``). ``better`` is +1 where the response grows as error falls. This file fits nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from costlaw.fitting.scatter.distribution import ComputeDistribution

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Line(ABC):
    """A fitted line.

    Parameters
    ----------
    regression : str
        What was regressed on what, in words.
    coefficients : dict of str to float
        As a paper prints them, in the direction that was regressed.
    standard_errors : dict of str to float
        Same keys; homoskedastic where the estimand is least squares.
    r_squared : float
        Share of variance explained, or Koenker and Machado's pseudo-R² of a quantile.
    intercept, slope : float
        The line as response on log10 compute, whatever was regressed.
    better : float
        +1 where the response grows as error falls, -1 where it falls with it.
    scatter : float
        Standard deviation of results around the line [response].
    scatter_dex : float
        The same along the axis of compute [dex].
    """

    regression: str
    coefficients: dict[str, float]
    standard_errors: dict[str, float]
    r_squared: float
    intercept: float
    slope: float
    better: float
    scatter: float
    scatter_dex: float
    notes: tuple[str, ...] = field(default=())

    def response_at(self, x: Array | float) -> Array:
        """Return the response of the line at log10 compute ``x``."""
        return self.intercept + self.slope * np.asarray(x, dtype=float)

    def point(self, t: float) -> float:
        """Return log10 compute at which the line passes ``t``; ``inf`` if error does not fall."""
        if not self.slope * self.better > 0:
            return np.inf
        return float((t - self.intercept) / self.slope)

    @abstractmethod
    def where(self, t: float, *, next_result: bool) -> ComputeDistribution:
        """Return where the line passes ``t``, or where a next published result would."""

    @abstractmethod
    def band(self, x: Array, *, probability: float, next_result: bool) -> Array:
        """Return the response below which, in the order of falling error, ``probability`` lies.

        Parameters
        ----------
        x : ndarray of shape (m,)
            log10 compute.
        probability : float
            Between 0 and 1; near 0 is optimistic (low error).
        next_result : bool
            For a next published result instead of the law.

        Returns
        -------
        ndarray of shape (m,)
            [response]
        """

    @abstractmethod
    def wrong_way(self) -> float:
        """Return the confidence that error does not fall with compute."""

    @abstractmethod
    def slope_interval(self, level: float) -> tuple[float, float]:
        """Return the interval of the slope (response on log10 compute)."""
