"""A frame: what part of the plane a panel shows, in decades and in pixels.

One idea: both axes are held as log10 (or as years) on a linear scale with stated ticks, so that
ticks, labels and clipping are decided here in Python and look the same in every renderer. The
right end follows the answer, not the upper end of its interval, which may be unbounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LARGEST = 305.0  # float64 ends at 10^308 [log10 FLOP]
_MANTISSAS = ((1.0,), (1, 2, 5), (1, 2, 3, 5), tuple(range(1, 10)),
              tuple(np.arange(1, 10, 0.5)), tuple(np.arange(1, 10, 0.1)))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A rectangle of data shown on a rectangle of pixels; y grows upward in data."""

    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x: float) -> float:
        """Return the pixel column of a data x."""
        return (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width

    def down(self, y: float) -> float:
        """Return the pixel row of a data y."""
        return (self.y[1] - y) / (self.y[1] - self.y[0]) * self.height

    def clip_x(self, x: float) -> float:
        """Return x, or the edge it lies beyond."""
        return float(min(max(x, self.x[0]), self.x[1]))


def compute_extent(runs_log: Array, point: float, ends: tuple[float, float]) -> tuple[float, float]:
    """Return the span of log10 compute to show.

    Parameters
    ----------
    runs_log : ndarray of shape (n,)
        Compute of the runs [log10 FLOP].
    point, ends : float, (float, float)
        The answer and its interval [log10 FLOP]; the ends may be infinite.

    Examples
    --------
    >>> low, high = compute_extent(np.array([18.0, 23.0]), 28.0, (24.0, float("inf")))
    >>> round(low, 1), round(high, 1)
    (17.6, 31.5)
    """
    left = float(runs_log.min())
    core = max(point, float(runs_log.max()))
    span = max(core - left, 0.5)
    most = core + 0.35 * span
    right = min(ends[1] + 0.06 * span if np.isfinite(ends[1]) else most, most)
    return left - 0.04 * span, min(max(right, core + 0.12 * span), LARGEST)


def error_extent(errors: Array, target: float, *, ceiling: float) -> tuple[float, float]:
    """Return the span of log10 error to show: all runs, the target, and room below it."""
    low, high = np.log10(min(errors.min(), target)), np.log10(max(errors.max(), target))
    span = max(high - low, 0.1)
    return float(low - 0.16 * span), float(min(high + 0.1 * span, max(np.log10(ceiling), high)))


def log_ticks(span: tuple[float, float], *, at_least: int = 4) -> list[float]:
    """Return round numbers inside a span of decades, as log10.

    Examples
    --------
    >>> [round(10**tick, 2) for tick in log_ticks((-1.5, 0.0))]
    [0.05, 0.1, 0.2, 0.5, 1.0]
    """
    decades = np.arange(np.floor(span[0]), np.ceil(span[1]) + 1)
    inside: list[float] = []
    for mantissas in _MANTISSAS:
        ticks = (decades[:, None] + np.log10(np.array(mantissas, dtype=float))).ravel()
        inside = [float(t) for t in ticks if span[0] - 1e-9 <= t <= span[1] + 1e-9]
        if len(inside) >= at_least:
            break
    return inside


def error_ticks(frame: Frame) -> list[float]:
    """Return round errors that have at least 16 px each, the roundest first."""
    rank = {1: 0, 5: 1, 2: 2, 3: 3}
    ticks = sorted(
        log_ticks(frame.y), key=lambda t: rank.get(round(10 ** (t - np.floor(t + 1e-9)), 3), 4)
    )
    kept: list[float] = []
    for tick in ticks:
        if all(abs(frame.down(tick) - frame.down(other)) >= 16 for other in kept):
            kept.append(tick)
    return sorted(kept)


def decade_ticks(span: tuple[float, float], most: int) -> list[float]:
    """Return at most ``most`` powers of ten in a span; finer ones where it is under 3 decades."""
    if span[1] - span[0] < 2.5:
        ticks = log_ticks(span, at_least=3)
        return ticks[:: -(-len(ticks) // most)]
    for step in (1, 2, 3, 5, 10, 20, 50, 100):
        first = int(np.ceil(span[0] / step)) * step
        ticks = [float(t) for t in range(first, int(np.floor(span[1])) + 1, step)]
        if len(ticks) <= most:
            break
    return ticks
