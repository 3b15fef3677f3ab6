"""Progress by year, in compute: how long until the same error takes half of it.

With a year term, response = a + b·log10 compute + g·year. A year is worth g/b dex of compute, so
the compute for a fixed error halves every log10(2)·b/g years (Erdil & Besiroglu 2022 call it the
compute-equivalent halving time). The interval is Fieller's for the ratio, clustered as the fit; it
has no end where g is not told apart from zero. It says what the years brought together, not which
algorithm did, and at a given compute only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

LOG2 = float(np.log10(2.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Progress:
    """What a year is worth in compute.

    Parameters
    ----------
    slope, year : float
        Response per dex of compute, and per year, counted so that better is positive.
    covariance : ndarray of shape (2, 2)
        Of (slope, year), clustered.
    freedom : float
        Degrees of freedom.

    Examples
    --------
    >>> known = np.diag([1e-9, 1e-9])
    >>> progress = Progress(slope=0.0638, year=0.0250, covariance=known, freedom=74)
    >>> round(progress.halving_months, 1)
    9.2
    """

    slope: float
    year: float
    covariance: NDArray[np.float64]
    freedom: float

    @property
    def dex_per_year(self) -> float:
        """Compute that a year saves [dex]."""
        return self.year / self.slope

    @property
    def halving_months(self) -> float:
        """Months until the same error takes half the compute; ``inf`` if it never does."""
        return 12.0 * LOG2 / self.dex_per_year if self.dex_per_year > 0 else np.inf

    def interval_months(self, level: float = 0.9) -> tuple[float, float]:
        """Return the interval of the halving time [months]; an end is ``inf`` where unbounded."""
        low, high = self._ratio(level)
        if not high > 0:
            return np.inf, np.inf
        return (
            12.0 * LOG2 / high if np.isfinite(high) else 0.0,
            12.0 * LOG2 / low if low > 0 else np.inf,
        )

    def _ratio(self, level: float) -> tuple[float, float]:
        """Return Fieller's interval of year / slope [dex per year]."""
        t = float(stdtrit(self.freedom, 0.5 + level / 2)) ** 2
        v = self.covariance
        a = self.slope**2 - t * v[0, 0]
        b = self.slope * self.year - t * v[0, 1]
        c = self.year**2 - t * v[1, 1]
        room = b * b - a * c
        if a <= 0 or room < 0:
            return -np.inf, np.inf
        return (b - np.sqrt(room)) / a, (b + np.sqrt(room)) / a

    def to_dict(self, level: float = 0.9) -> dict[str, float | None]:
        """Return plain JSON values."""
        low, high = self.interval_months(level)
        return {
            "dex_per_year": self.dex_per_year,
            "halving_months": _plain(self.halving_months),
            "low": _plain(low),
            "high": _plain(high),
            "level": level,
        }

    def __str__(self) -> str:
        low, high = self.interval_months(0.9)
        top = f"{high:.0f}" if np.isfinite(high) else "unbounded"
        return (
            f"compute for the same error halves every {self.halving_months:.1f} months "
            f"(90 %: {low:.1f} to {top})"
        )


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
