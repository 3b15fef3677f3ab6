"""How results of one benchmark hang together: by paper or lineage, and by year.

The scatter of a result has a part ρ in common with its cluster, and all results of a year share a
drift: a random walk whose step over one year has the standard deviation ω × scatter. Both are
unknown, so every pair of a small grid is carried along (``SHAPES``) and weighed by how well it
explains the results. Products with the inverse correlation are taken once for each pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from costlaw.fitting.scatter.evidence import Evidence

Array = NDArray[np.float64]
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8)  # ρ: of the variance of a result
DRIFTS = (0.0, 0.125, 0.25, 0.5, 1.0)  # ω: standard deviation of a year's step [scatter]
SHAPES = np.array([(share, drift) for share in SHARES for drift in DRIFTS])  # alike beforehand


@dataclass(frozen=True, kw_only=True, eq=False)
class Vintage:
    """Results of one benchmark, seen through each pair of share and drift.

    Parameters
    ----------
    count : int
        Results.
    middle : tuple of float
        Mean log10 compute, mean year and mean response.
    year : ndarray of shape (n,)
        Year of each result.
    rows : ndarray of shape (n, 4)
        Constant, log10 compute, year and response, less their means.
    inverse : ndarray of shape (shapes, n, n)
        Inverse correlation of the results.
    products : ndarray of shape (shapes, 4, 4)
        ``rows`` times inverse times ``rows``.
    log_volume : ndarray of shape (shapes,)
        Logarithm of the determinant of the correlation.
    """

    count: int
    middle: tuple[float, float, float]
    year: Array
    rows: Array
    inverse: Array
    products: Array
    log_volume: Array

    @classmethod
    def of(cls, seen: Evidence) -> Self:
        """Return some results seen through every pair.

        Parameters
        ----------
        seen : Evidence
            Results with years; at least one.
        """
        middle = float(seen.x.mean()), float(seen.year.mean()), float(seen.response.mean())
        rows = np.column_stack(
            [np.ones(len(seen)), seen.x - middle[0], seen.year - middle[1],
             seen.response - middle[2]]
        )  # fmt: skip
        together = (seen.groups[:, None] == seen.groups).astype(np.float64)
        walk = _walk(seen.year, seen.year, float(seen.year.min()))
        share, drift = SHAPES[:, 0, None, None], SHAPES[:, 1, None, None]
        correlation = (1 - share) * np.eye(len(seen)) + share * together + drift**2 * walk
        inverse = np.linalg.inv(correlation)
        return cls(
            count=len(seen), middle=middle, year=seen.year, rows=rows, inverse=inverse,
            products=rows.T @ inverse @ rows, log_volume=np.linalg.slogdet(correlation)[1],
        )  # fmt: skip

    def ahead(self, shape: int, x: Array, year: Array) -> tuple[Array, Array, Array]:
        """Return what is known of results elsewhere, before the line's coefficients.

        Parameters
        ----------
        shape : int
            Row of ``SHAPES``.
        x, year : ndarray of shape (m,)
            log10 compute and year of results of new clusters.

        Returns
        -------
        (known, design, own) : tuple of ndarray
            Part of the response that does not hang on the coefficients (m,), what multiplies
            them (m, 3), and the variance that is left (m,) [scatter²].
        """
        drift, begin = float(SHAPES[shape, 1]), float(self.year.min())
        shared = drift**2 * _walk(year, self.year, begin)
        carried = shared @ self.inverse[shape]
        design = np.column_stack([np.ones(x.size), x - self.middle[0], year - self.middle[1]])
        own = 1 + drift**2 * np.abs(year - begin) - np.sum(carried * shared, axis=1)
        return (
            self.middle[2] + carried @ self.rows[:, 3],
            design - carried @ self.rows[:, :3],
            own,
        )


def _walk(one: Array, other: Array, begin: float) -> Array:
    """Return the covariance of a random walk that starts at ``begin`` (m, n) [years]."""
    left, right = one[:, None] - begin, other - begin
    return 0.5 * (np.abs(left) + np.abs(right) - np.abs(left - right))
