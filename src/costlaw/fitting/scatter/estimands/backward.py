"""A line whose answer is log10 compute itself: compute on error, and the reduced major axis.

The answer at a target is a location with a standard error, referred to Student's t; it is always
finite, so nothing here is ever unreachable: that is a property of the question, not good news. For
the forward reading (error at an amount of compute) the same intervals are turned around.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from costlaw.fitting.scatter.distribution import ComputeDistribution
from costlaw.fitting.scatter.estimands.line import Array, Line

TURNS = 1201  # grid of responses on which the forward reading is found


@dataclass(frozen=True, kw_only=True, eq=False)
class BackwardLine(Line):
    """log10 compute as a line in the response.

    Parameters
    ----------
    compute_intercept, compute_slope : float
        log10 compute = compute_intercept + compute_slope * response.
    spread : callable
        response (m,) -> (standard error of log10 compute [dex], degrees of freedom).
    slope_error, slope_freedom : float
        Clustered standard error of ``compute_slope`` and its degrees of freedom.
    scatter_freedom : float
        Degrees of freedom of ``scatter_dex``.
    range : tuple of float
        Lowest and highest response among the runs.
    next_spread : callable or None
        As ``spread``, for a next result's deviation from the line; None: Welch's formula.
    """

    compute_intercept: float
    compute_slope: float
    spread: Callable[[Array], tuple[Array, Array]]
    slope_error: float
    slope_freedom: float
    scatter_freedom: float
    range: tuple[float, float]
    next_spread: Callable[[Array], tuple[Array, Array]] | None = None

    def _ends(self, t: Array, probability: Array | float, next_result: bool) -> Array:
        """Return log10 compute at a probability, for each response."""
        error, freedom = self._deviation(t, next_result)
        middle = self.compute_intercept + self.compute_slope * t
        return middle + stdtrit(freedom, probability) * error

    def _deviation(self, t: Array, next_result: bool) -> tuple[Array, Array]:
        if next_result and self.next_spread is not None:
            return self.next_spread(t)
        error, freedom = self.spread(t)
        if not next_result:
            return error, freedom
        variance, extra = error**2, self.scatter_dex**2
        mixed = (variance + extra) ** 2 / np.maximum(
            variance**2 / freedom + extra**2 / self.scatter_freedom, 1e-300
        )
        return np.sqrt(variance + extra), np.clip(mixed, 1.0, 1e6)

    def where(self, t: float, *, next_result: bool) -> ComputeDistribution:
        """Return where the line, or a next published result, passes ``t``."""
        error, freedom = (float(part[0]) for part in self._deviation(np.array([t]), next_result))
        middle = self.compute_intercept + self.compute_slope * t
        return ComputeDistribution.from_confidence(
            lambda x: stdtr(freedom, (x - middle) / max(error, 1e-300)),
            point=self.point(t), near=middle, width=error,
        )  # fmt: skip

    def band(self, x: Array, *, probability: float, next_result: bool) -> Array:
        """Return the response at ``probability`` in the order of falling error."""
        low, high = self.range
        room = 3.0 * (high - low)
        t = np.linspace(low - room, high + room, TURNS)
        # Low error for its compute means: this compute is late for the error, hence 1 - p.
        where = self._ends(t, 1.0 - probability, next_result)
        order = np.argsort(where, kind="stable")
        return np.interp(x, where[order], t[order], left=np.nan, right=np.nan)

    def wrong_way(self) -> float:
        """Return the confidence that error does not fall with compute."""
        ratio = self.better * self.compute_slope / max(self.slope_error, 1e-300)
        return float(stdtr(self.slope_freedom, -ratio))

    def slope_interval(self, level: float) -> tuple[float, float]:
        """Return the interval of the slope (response on log10 compute), the ends inverted."""
        half = float(stdtrit(self.slope_freedom, 0.5 + level / 2)) * self.slope_error
        ends = np.array([self.compute_slope - half, self.compute_slope + half])
        if ends[0] * ends[1] <= 0:
            worst = np.inf * self.better
            return (1.0 / ends[1], worst) if self.better > 0 else (worst, 1.0 / ends[0])
        low, high = np.sort(1.0 / ends)
        return float(low), float(high)
