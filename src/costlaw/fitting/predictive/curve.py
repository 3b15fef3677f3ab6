"""A curve made ready: one error for each amount of the resource, in logarithms.

Several runs at one amount are repeated seeds: they become their geometric mean, so they are less
noise, not more evidence. Long curves are thinned to 96 points at equal steps of the logarithm, so
that 10^5 checkpoints cost what 96 cost. A curve that cannot carry a forecast is refused in words.
This module fits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from costlaw.exceptions import DataError, FitError

Array = NDArray[np.float64]

MOST_POINTS = 96  # as many as the densest reference curves keep (scripts/build_reference_curves.py)
FEWEST_POINTS = 5  # below this no head of the reference library was scored
SMALLEST_SPAN = 3.0  # largest over smallest amount, as in the reference back-tests


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Distinct amounts in rising order and the error at each.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Amount of the resource [any one unit], strictly rising.
    error : ndarray of shape (n,)
        Error [any one unit], > 0.
    repeats : int
        How many runs were merged into others.
    thinned : int
        How many amounts were left out by thinning.
    """

    x: Array
    error: Array
    repeats: int = 0
    thinned: int = 0

    @property
    def size(self) -> int:
        """Number of distinct amounts."""
        return int(self.x.size)

    @cached_property
    def u(self) -> Array:
        """ln(x / last x), at most 0."""
        logs = np.log(self.x)
        return logs - logs[-1]

    @cached_property
    def z(self) -> Array:
        """ln error."""
        return np.log(self.error)

    @property
    def is_record(self) -> bool:
        """Whether the errors look like a best-so-far record: never up, and at least 2 % ties."""
        steps = np.diff(self.z)
        return bool((steps <= 0).all() and (steps == 0).mean() >= 0.02)

    def head(self, size: int) -> Curve:
        """Return the curve of the ``size`` smallest amounts."""
        return Curve(x=self.x[:size], error=self.error[:size])

    def can_be_head(self, size: int, fewest: int = FEWEST_POINTS) -> bool:
        """Whether the ``size`` smallest amounts are enough, and over a wide enough range."""
        return size >= fewest and self.x[size - 1] / self.x[0] >= 0.999 * SMALLEST_SPAN


def read_curve(x: ArrayLike, error: ArrayLike) -> Curve:
    """Return the curve of some runs, merged and thinned.

    Parameters
    ----------
    x : array_like of shape (n,)
        Amount of the resource in each run [any one unit].
    error : array_like of shape (n,)
        Error of each run [any one unit].

    Raises
    ------
    DataError
        If a value is missing, zero, negative or infinite, or the shapes differ.

    Examples
    --------
    >>> read_curve([4, 1, 2, 2], [0.1, 0.4, 0.1, 0.4]).error.round(3)
    array([0.4, 0.2, 0.1])
    """
    x, error = np.asarray(x, dtype=float).ravel(), np.asarray(error, dtype=float).ravel()
    if x.shape != error.shape:
        raise DataError(f"{x.size} amounts and {error.size} errors: expected one error a run.")
    for name, values in (("amount", x), ("error", error)):
        bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if bad.size:
            raise DataError(
                f"run {bad[0] + 1}: {name} = {values[bad[0]]}: expected a positive finite number. "
                "Leave the run out, or state the error as a fraction that is not 0."
            )
    grid, place = np.unique(x, return_inverse=True)
    logs = np.bincount(place, np.log(error)) / np.bincount(place)
    repeats = x.size - grid.size
    keep = thin(grid)
    return Curve(
        x=grid[keep], error=np.exp(logs[keep]), repeats=repeats, thinned=grid.size - keep.size
    )


def thin(x: Array, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Return the places of at most ``most`` amounts, nearest to equal steps of ln x."""
    if x.size <= most:
        return np.arange(x.size)
    logs = np.log(x)
    wanted = np.linspace(logs[0], logs[-1], most)
    right = np.clip(np.searchsorted(logs, wanted), 1, x.size - 1)
    left = right - 1
    return np.unique(np.where(wanted - logs[left] <= logs[right] - wanted, left, right))


def check_curve(curve: Curve) -> None:
    """Refuse a curve that cannot carry a forecast.

    Raises
    ------
    DataError
        If there are too few amounts, or they lie too close together.
    FitError
        If the error does not change, or does not fall as the amount grows.
    """
    if curve.size < FEWEST_POINTS:
        raise DataError(
            f"{curve.size} distinct amounts: expected at least {FEWEST_POINTS}. A law through "
            "fewer has no back-test; add smaller runs (they are cheap)."
        )
    span = curve.x[-1] / curve.x[0]
    if span < 0.999 * SMALLEST_SPAN:
        raise DataError(
            f"the runs span a factor of {span:.3g}: expected at least {SMALLEST_SPAN:g}. "
            "Add smaller runs."
        )
    if np.ptp(curve.z) == 0:
        raise FitError(
            "the error is the same in every run: expected it to fall as the amount grows. "
            "Check the column; a metric at chance level carries no law."
        )
    slope = np.polyfit(curve.u, curve.z, 1)[0]
    late = np.polyfit(curve.u, curve.z, 1, w=np.exp(curve.u))[0]
    if slope >= 0 and late >= 0:
        raise FitError(
            "the error rises as the amount grows: expected it to fall. Check that lower is better, "
            "and that runs with tuned and untuned settings are not mixed."
        )
