"""A trend per year: the slope of a logarithm on time, with an interval that knows of clusters.

One idea: every growth rate of this room is one least-squares slope with one kind of interval, rows
of one group sharing part of their deviation (``fitting.scatter``). It draws no line past its data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter.clustered import clustered_variance
from costlaw.units import format_number

Array = NDArray[np.float64]
MINIMUM = 4  # rows, and two distinct years, without which there is no trend with an interval


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Growth of one quantity per year.

    Parameters
    ----------
    name : str
        What grows.
    slope, standard_error, freedom : float
        Slope [dex/year], its standard error [dex/year], degrees of freedom [count].
    n, first, last : int, float, float
        Rows, and the years they span.
    """

    name: str
    slope: float
    standard_error: float
    freedom: float
    n: int
    first: float
    last: float

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the confidence interval of the slope [dex/year]."""
        half = float(stdtrit(self.freedom, 0.5 + level / 2)) * self.standard_error
        return self.slope - half, self.slope + half

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no growth."""
        if self.standard_error == 0:
            return 0.0
        return float(2 * stdtr(self.freedom, -abs(self.slope) / self.standard_error))

    @property
    def factor(self) -> float:
        """Growth per year as a factor (dimensionless)."""
        return float(10.0**self.slope)

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values; factors are per year."""
        low, high = self.interval(level)
        return {
            "name": self.name,
            "dex_per_year": {"estimate": self.slope, "low": low, "high": high, "level": level},
            "factor_per_year": {"estimate": 10**self.slope, "low": 10**low, "high": 10**high,
                                "level": level},
            "p_value": self.p_value,
            "n": self.n,
            "years": [self.first, self.last],
        }  # fmt: skip

    def __str__(self) -> str:
        low, high = (10**end for end in self.interval(0.9))
        return (
            f"×{format_number(self.factor, 3)} a year "
            f"(90 %: {format_number(low, 3)} to {format_number(high, 3)}), "
            f"p = {format_number(self.p_value)}"
        )


def trend(name: str, years: Array, *, logs: Array, groups: Sequence[str] | None = None) -> Trend:
    """Return the growth of a quantity per year.

    Parameters
    ----------
    name : str
        What grows.
    years : ndarray of shape (n,)
        Dates [year].
    logs : ndarray of shape (n,)
        log10 of the quantity.
    groups : sequence of str, optional
        Rows of one group share part of their deviation.

    Returns
    -------
    Trend

    Raises
    ------
    EvidenceError
        If there are fewer than 4 rows or fewer than 2 distinct years.

    Examples
    --------
    >>> found = trend("rate", np.arange(5.0), logs=np.array([0.0, 0.11, 0.19, 0.31, 0.39]))
    >>> round(found.slope, 3), found.n
    (0.098, 5)
    """
    if logs.size < MINIMUM or np.unique(years).size < 2:
        raise EvidenceError(
            f"{name}: {logs.size} rows over {np.unique(years).size} dates; a trend needs at least"
            f" {MINIMUM} rows and 2 dates."
        )
    design = np.column_stack([np.ones_like(years), years - years.mean()])
    line = np.linalg.lstsq(design, logs, rcond=None)[0]
    codes = np.arange(logs.size) if groups is None else np.unique(groups, return_inverse=True)[1]
    spread = clustered_variance(design, logs, codes.astype(np.float64))
    error, freedom = spread.spread(np.array([0.0, 1.0]), np.zeros(2), np.zeros(1))
    return Trend(
        name=name, slope=float(line[1]), standard_error=float(error[0]),
        freedom=float(freedom[0]), n=int(logs.size), first=float(years.min()),
        last=float(years.max()),
    )  # fmt: skip
