"""Error over time: the best result of each year, and the year in which a target is expected.

The article's upper chart. A line of log10(1/error) on year through the best result of each year,
read at the target; the interval is Fieller's, so it has no upper end where the data cannot tell the
slope from zero. It takes the years as independent and says nothing about compute or money. Where
the dated evidence ends, ``last_year`` says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from costlaw.exceptions import EvidenceError, OptionError
from costlaw.literature import best_by_year
from costlaw.runs import Runs
from costlaw.showing import Shown
from costlaw.sources import Source

if TYPE_CHECKING:
    import polars as pl

MINIMUM_YEARS = 4  # a line and a standard error of it


@dataclass(frozen=True, kw_only=True)
class OverTime(Shown):
    """When a target error is expected on a benchmark.

    Parameters
    ----------
    best : Runs
        The best result of each year.
    error : float
        Target (fraction).
    year : float
        Year at which the line passes the target.
    low, high : float
        Interval [year]; ``high`` is ``inf`` where it has no upper end, ``low`` ``-inf`` likewise.
    level : float
        Its level.
    factor_per_year : float
        By how much the best error is multiplied in a year.
    r2 : float
        Share of the variance of log error that the year explains.
    """

    best: Runs
    error: float
    year: float
    low: float
    high: float
    level: float
    factor_per_year: float
    r2: float

    @property
    def last_year(self) -> int:
        """Year of the last dated result."""
        return int(self.best.numbers("year").max())

    @property
    def reached(self) -> bool:
        """Whether a published result is at the target already."""
        return bool(self.best.numbers("error").min() <= self.error)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the results come from."""
        return self.best.sources

    def __repr__(self) -> str:
        ends = " to ".join(f"{end:.1f}" if math.isfinite(end) else "unbounded"
                           for end in (self.low, self.high))  # fmt: skip
        return (
            f"OverTime({self.best.benchmark.name} at {100 * self.error:g} %: {self.year:.1f} "
            f"({100 * self.level:.0f} %: {ends}); {len(self.best)} years to {self.last_year})"
        )

    def __str__(self) -> str:
        done = "reached" if self.reached else "not reached by a dated result"
        best = 100 * float(self.best.numbers("error").min())
        return "\n".join(
            [
                f"{self.best.benchmark.title}: {self.best.benchmark.error_definition}",
                repr(self)[9:-1],
                f"the best error falls to {100 * self.factor_per_year:.1f} % of itself in a year "
                f"(R2 {self.r2:.2f}); best so far {best:.3g} %: the target is {done}",
                f"evidence: {self.best.origin}; it ends in {self.last_year}",
                *self.best.benchmark.caveats,
            ]
        )

    def table(self) -> pl.DataFrame:
        """Return one row: quantity, estimate, low, high, level, unit."""
        import polars as pl

        return pl.DataFrame(
            [{"quantity": "year of the target", "estimate": self.year, "low": self.low,
              "high": self.high, "level": self.level, "unit": "year"}]
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an unbounded end is null."""
        ends = {name: value if math.isfinite(value) else None
                for name, value in (("low", self.low), ("high", self.high))}  # fmt: skip
        return {
            "schema": {"name": "costlaw/over-time", "version": 1},
            "data": self.best.digest,
            "benchmark": self.best.benchmark.name,
            "target_error": self.error,
            "year": self.year,
            **ends,
            "level": self.level,
            "factor_per_year": self.factor_per_year,
            "r2": self.r2,
            "last_year": self.last_year,
            "reached": self.reached,
            "best_of_each_year": [
                {"year": int(run.year or 0), "error": run.error, "network": run.name}
                for run in self.best
            ],
        }


def over_time(
    benchmark: str, error: float, *, edition: str = "corrected", level: float = 0.9
) -> OverTime:
    """Return the year in which a target error is expected.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    error : float
        Target, a fraction between 0 and 1.
    edition : str
        Edition of the corpus.
    level : float
        Level of the interval.

    Raises
    ------
    OptionError
        If the target or the level is outside (0, 1).
    EvidenceError
        If fewer than 4 years have a result, or the best error does not fall.

    Source
    ------
    The article's chart of ImageNet; Fieller (1954) for the interval of a ratio.

    Examples
    --------
    >>> found = over_time("imagenet", 0.05, edition="v2")
    >>> round(found.year, 1), found.last_year, found.reached
    (2025.4, 2022, False)
    """
    for name, value in (("error", error), ("level", level)):
        if not 0.0 < value < 1.0:
            raise OptionError(f"{name} = {value}: expected a fraction between 0 and 1.")
    best = best_by_year(benchmark, edition)
    return _line(best, error, level=level)


def _line(best: Runs, error: float, *, level: float) -> OverTime:
    year, y = best.numbers("year"), -np.log10(best.numbers("error"))
    if len(year) < MINIMUM_YEARS:
        raise EvidenceError(
            f"{best.origin}: {len(year)} years with a result; a line over time needs 4."
        )
    middle, count = float(year.mean()), len(year)
    spread = float(np.sum((year - middle) ** 2))
    slope = float(np.sum((year - middle) * y)) / spread
    rest = y - y.mean() - slope * (year - middle)
    if slope <= 0:
        raise EvidenceError(f"{best.origin}: the best error of a year does not fall over time.")
    variance = float(rest @ rest) / (count - 2)
    gap = -math.log10(error) - float(y.mean())
    t = float(stdtrit(count - 2, 0.5 + level / 2))
    low, high = _fieller(gap, slope, t2=t * t * variance, parts=(1 / count, 1 / spread))
    return OverTime(
        best=best,
        error=error,
        year=middle + gap / slope,
        low=middle + low,
        high=middle + high,
        level=level,
        factor_per_year=float(10.0**-slope),
        r2=1.0 - float(rest @ rest) / float(np.sum((y - y.mean()) ** 2)),
    )


def _fieller(
    gap: float, slope: float, *, t2: float, parts: tuple[float, float]
) -> tuple[float, float]:
    """Return the ends of gap/slope; infinite where the slope may be zero."""
    lead = slope**2 - t2 * parts[1]
    if lead <= 0:
        return -math.inf, math.inf
    inner = max(gap**2 * t2 * parts[1] + lead * t2 * parts[0], 0.0)
    root = math.sqrt(inner)
    return (gap * slope - root) / lead, (gap * slope + root) / lead
