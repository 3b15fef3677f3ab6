"""A strategy over the dense network: ratios paired by seed, break-even, who beats whom.

Seeds are paired (the same examples and first weights for all), so a ratio's interval is Student's t
on the logs of the ratios. "Told apart" means that the interval, widened for the number of
strategies that are looked at (Bonferroni), leaves out 1. It covers seeds only: all networks are
judged by the same test examples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from costlaw.lab.comparing.cell import Cell

LEVEL = 0.90


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A ratio of two amounts with its interval over seeds (dimensionless)."""

    estimate: float
    low: float
    high: float
    level: float = LEVEL

    @property
    def leaves_out_one(self) -> bool:
        """Whether the two are told apart."""
        return self.low > 1 or self.high < 1


def paired(values: Sequence[float], against: Sequence[float], *, level: float = LEVEL) -> Ratio:
    """Return the geometric mean of the ratios, with Student's interval on their logs.

    Examples
    --------
    >>> ratio = paired([2.0, 2.2, 1.8], [1.0, 1.0, 1.0])
    >>> round(ratio.estimate, 2), ratio.leaves_out_one
    (1.99, True)
    """
    logs = np.log(np.maximum(np.asarray(values, float), 1e-300) / np.asarray(against, float))
    half = float(
        student.ppf(0.5 + level / 2, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
    )
    middle = float(logs.mean())
    return Ratio(
        estimate=math.exp(middle), low=_exp(middle - half), high=_exp(middle + half), level=level
    )


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))


def break_even(paid: float, per_use: float, *, dense: tuple[float, float]) -> float | None:
    """Return the uses from which a strategy costs less in all than the dense network.

    Parameters
    ----------
    paid, per_use : float
        What getting it and one use cost.
    dense : (float, float)
        The same of the dense network.

    Returns
    -------
    float or None
        0: cheaper from the first use; None: never. A strategy that is cheaper to get but dearer to
        use is cheaper only *up to* some number; that is None here and told by the columns.

    Examples
    --------
    >>> break_even(120.0, 1.0, dense=(100.0, 3.0)), break_even(90.0, 3.0, dense=(100.0, 3.0))
    (10.0, 0.0)
    >>> break_even(120.0, 3.0, dense=(100.0, 3.0)) is None
    True
    """
    more, saved = paid - dense[0], dense[1] - per_use
    if saved < 0 or (saved == 0 and more >= 0):
        return None
    return max(more, 0.0) / saved if saved > 0 else 0.0


def means(cells: Sequence[Cell], field: str) -> float | None:
    """Return the mean of a field over seeds, None where it is not known."""
    values = [getattr(cell, field) for cell in cells]
    return None if any(value is None for value in values) else float(np.mean(values))


def unbeaten(points: dict[str, tuple[float, float]]) -> set[str]:
    """Return the names of points that no other beats in both coordinates (lower is better).

    Examples
    --------
    >>> sorted(unbeaten({"a": (1.0, 3.0), "b": (2.0, 2.0), "c": (2.0, 4.0)}))
    ['a', 'b']
    """
    return {
        name
        for name, (x, y) in points.items()
        if not any(ox <= x and oy <= y and (ox, oy) != (x, y) for ox, oy in points.values())
    }
