"""A confidence distribution of log10 compute: every interval and P(unreachable) from one object.

At each amount of compute it holds the confidence that the target is reached by then (Schweder &
Hjort 2016, ch. 3); read the other way it is a quantile function. What is missing from 1 at the far
end is P(unreachable): it is kept as mass at infinity, never dropped. It knows no law and no data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError
from costlaw.units import format_chance

Array = NDArray[np.float64]

FARTHEST = 300.0  # log10 FLOP; more does not fit a double and counts as never
NEAREST = 0.0  # log10 FLOP; one operation
PLACES = 2001  # grid points; the ends of an interval are exact to about 1e-4 dex


@dataclass(frozen=True, kw_only=True, eq=False)
class ComputeDistribution:
    """Where on the axis of log10 compute something happens, with what confidence.

    Parameters
    ----------
    places : ndarray of shape (m,)
        log10 compute [log10 FLOP], rising.
    reached : ndarray of shape (m,)
        Confidence that it has happened by each place, never falling.
    point : float
        The point answer [log10 FLOP]; ``inf`` if the law never gets there.

    Examples
    --------
    >>> where = ComputeDistribution.normal(point=24.0, sd=1.0)
    >>> [round(end, 2) for end in where.interval(0.9)], where.p_unreachable
    ([22.36, 25.64], 0.0)
    """

    places: Array
    reached: Array
    point: float

    @classmethod
    def from_confidence(
        cls, confidence: Callable[[Array], Array], *, point: float, near: float, width: float = 1.0
    ) -> Self:
        """Make one from a function of log10 compute.

        Parameters
        ----------
        confidence : callable
            Confidence that it has happened by each place; dips caused by the curvature of the
            standard error are levelled.
        point : float
            Point answer [log10 FLOP].
        near : float
            Where the grid is finest [log10 FLOP].
        width : float
            Rough standard error there [dex].
        """
        places = _grid(near, width)
        raw = np.clip(confidence(places), 0.0, 1.0)
        levelled = (
            np.minimum.accumulate(raw[::-1])[::-1]
            if raw[0] > raw.min()
            else np.maximum.accumulate(raw)
        )
        return cls(places=places, reached=np.maximum.accumulate(levelled), point=point)

    @classmethod
    def normal(cls, *, point: float, sd: float) -> Self:
        """Make a normal one [dex], for a quantity whose standard error is known."""
        from scipy.special import ndtr

        return cls.from_confidence(
            lambda x: ndtr((x - point) / sd), point=point, near=point, width=sd
        )

    @property
    def p_unreachable(self) -> float:
        """Mass at infinity: confidence that no amount of compute gets there."""
        left = 1.0 - float(self.reached[-1])
        return left if left > 1e-12 else 0.0

    def quantile(self, probability: Array | float) -> Array:
        """Return log10 compute by which it has happened with confidence ``probability``.

        Parameters
        ----------
        probability : ndarray or float
            Between 0 and 1.

        Returns
        -------
        ndarray
            [log10 FLOP]; ``inf`` above ``1 - p_unreachable``.
        """
        wanted = np.asarray(probability, dtype=float)
        if np.any(~((wanted >= 0) & (wanted <= 1))):
            raise OptionError("probability: expected numbers from 0 to 1.")
        first = int(np.searchsorted(self.reached, self.reached[0], side="right")) - 1
        rising = np.concatenate([[True], np.diff(self.reached[first:]) > 0])
        known, at = self.reached[first:][rising], self.places[first:][rising]
        inside = np.interp(wanted, known, at)
        return np.asarray(np.where(wanted > 1.0 - self.p_unreachable, np.inf, inside))

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the central interval [log10 FLOP]; the upper end is ``inf`` where unbounded."""
        if not 0 < level < 1:
            raise OptionError(f"level = {level}: expected a number between 0 and 1, such as 0.9.")
        low, high = self.quantile(np.array([0.5 - level / 2, 0.5 + level / 2]))
        return float(low), float(high)

    def probability_by(self, log10_compute: Array | float) -> Array:
        """Return the confidence that it has happened by an amount of compute [log10 FLOP]."""
        return np.asarray(np.interp(log10_compute, self.places, self.reached))

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values; an unbounded end is null and says why."""
        low, high = self.interval(level)
        record: dict[str, Any] = {
            "estimate": self.point if np.isfinite(self.point) else None,
            "low": low if np.isfinite(low) else None,
            "high": high if np.isfinite(high) else None,
            "level": level,
            "unit": "log10 FLOP",
            "p_unreachable": self.p_unreachable,
        }
        if not (np.isfinite(high) and np.isfinite(low)):
            record["unbounded"] = (
                f"{format_chance(self.p_unreachable)} of the draws never get there"
            )
        return record


def _grid(near: float, width: float) -> Array:
    """Return places from NEAREST to FARTHEST, finest around ``near``."""
    middle = float(np.clip(near, NEAREST + 1.0, FARTHEST - 1.0))
    scale = float(np.clip(width, 1e-3, 20.0))
    left, right = (np.arcsinh((end - middle) / scale) for end in (NEAREST, FARTHEST))
    steps = np.linspace(left, right, PLACES)
    return np.clip(middle + scale * np.sinh(steps), NEAREST, FARTHEST)
