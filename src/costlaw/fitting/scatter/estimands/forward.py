"""A line fitted as response on log10 compute, inverted by Fieller's pivot.

At each amount of compute x0 the pivot (target - line(x0)) / standard error(x0) is referred to
Student's t with the degrees of freedom of that very contrast; the x0 that are not rejected are the
interval (Fieller 1954), which may have no upper end. For a next published result the scatter is
added to the variance; where line and scatter are one estimate their sum has its own freedom, else
Welch's. It does not choose the line: least squares and quantile fits share it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from costlaw.fitting.scatter.distribution import ComputeDistribution
from costlaw.fitting.scatter.estimands.line import Array, Line
from costlaw.fitting.scatter.progress import Progress

RANKS = 25  # equally likely positions of the line that a frontier's band is mixed over
Spread = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True, kw_only=True, eq=False)
class ForwardLine(Line):
    """Response on log10 compute.

    Parameters
    ----------
    spread : callable
        log10 compute (m,) -> (standard error of the line [response], degrees of freedom).
    slope_error, slope_freedom : float
        Clustered standard error of the slope and its degrees of freedom.
    residuals : ndarray of shape (n,) or None
        Deviations of the results from the line [response] where these are not centred on it
        (a frontier); None: Student's t with standard deviation ``scatter``.
    scatter_freedom : float
        Degrees of freedom of ``scatter``.
    middle : float
        Mean log10 compute of the runs.
    progress : Progress or None
        What a year is worth, where the line has a year term.
    next_spread : callable or None
        As ``spread``, for a next result's deviation from the line; None: the scatter is another
        estimate than the line's, and Welch's formula adds the two.
    """

    spread: Spread
    slope_error: float
    slope_freedom: float
    scatter_freedom: float
    middle: float
    residuals: Array | None = None
    progress: Progress | None = None
    next_spread: Spread | None = None

    def _confidence(self, x: Array, t: Array | float, next_result: bool) -> Array:
        """Return the confidence that a response at least as good as ``t`` is had at ``x``."""
        ahead = self.better * (self.response_at(x) - t)
        error, freedom = self.spread(x)
        if not next_result:
            return stdtr(freedom, ahead / np.maximum(error, 1e-300))
        if self.residuals is not None:
            each = ahead[..., None] + self.better * self.residuals
            return stdtr(freedom[..., None], each / np.maximum(error, 1e-300)[..., None]).mean(-1)
        total, mixed = self.with_scatter(x)
        return stdtr(mixed, ahead / np.maximum(total, 1e-300))

    def with_scatter(self, x: Array) -> tuple[Array, Array]:
        """Return standard deviation and degrees of freedom of line plus scatter at ``x``."""
        if self.next_spread is not None:
            return self.next_spread(x)
        error, freedom = self.spread(x)
        variance, extra = error**2, self.scatter**2
        mixed = (variance + extra) ** 2 / np.maximum(
            variance**2 / freedom + extra**2 / self.scatter_freedom, 1e-300
        )
        return np.sqrt(variance + extra), np.clip(mixed, 1.0, 1e6)

    def where(self, t: float, *, next_result: bool) -> ComputeDistribution:
        """Return where the line, or a next published result, passes ``t``."""
        point = self.point(t)
        near = point if np.isfinite(point) and abs(point) < 300 else self.middle
        error = float(self.spread(np.array([near]))[0][0])
        width = (error + (self.scatter if next_result else 0.0)) / max(abs(self.slope), 1e-9)
        return ComputeDistribution.from_confidence(
            lambda x: self._confidence(x, t, next_result), point=point, near=near, width=width
        )

    def band(self, x: Array, *, probability: float, next_result: bool) -> Array:
        """Return the response at ``probability`` in the order of falling error."""
        x = np.asarray(x, dtype=float)
        error, freedom = self.spread(x)
        if next_result and self.residuals is not None:
            ranks = (np.arange(RANKS) + 0.5) / RANKS
            shift = stdtrit(freedom[:, None], ranks) * error[:, None]
            worse = [np.quantile(row[:, None] - self.better * self.residuals, probability)
                     for row in shift]  # fmt: skip
            return self.response_at(x) - self.better * np.array(worse)
        if next_result:
            error, freedom = self.with_scatter(x)
        return self.response_at(x) - self.better * stdtrit(freedom, probability) * error

    def wrong_way(self) -> float:
        """Return the confidence that error does not fall with compute."""
        ratio = self.better * self.slope / max(self.slope_error, 1e-300)
        return float(stdtr(self.slope_freedom, -ratio))

    def slope_interval(self, level: float) -> tuple[float, float]:
        """Return the clustered interval of the slope."""
        half = float(stdtrit(self.slope_freedom, 0.5 + level / 2)) * self.slope_error
        return self.slope - half, self.slope + half
