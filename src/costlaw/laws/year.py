"""The power law with progress by year: error = scale * compute^-exponent * e^(-progress * t).

Here t = year - 2012. Follows the time-augmented regressions of Thompson et al. 2022 and the idea of
Erdil and Besiroglu 2022 that algorithms make the same compute worth more each year. Compute and
year rise together in published results, so the two falls share their evidence; what it does not do
is tell them apart.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from costlaw.laws.law import Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import ERDIL_2022, THOMPSON_2022
from costlaw.laws.power import LOG_EXPONENT
from costlaw.laws.shape import line
from costlaw.sources import Source

REFERENCE_YEAR = 2012.0  # of the printed scale: the year of AlexNet


@final
class YearLaw(Law):
    """error = scale * compute^-exponent * e^(-progress * (year - 2012)).

    Examples
    --------
    >>> law = YearLaw()
    >>> early = law.error(law.example, compute_flop=1e18, year=2012.0)
    >>> late = law.error(law.example, compute_flop=1e18, year=2013.0)
    >>> round(float(np.log(early / late)), 6) == law.example["progress"]
    True
    """

    name: ClassVar[str] = "power-year"
    title: ClassVar[str] = "power law with progress by year"
    formula: ClassVar[str] = "error = scale * compute^-exponent * e^(-progress * (year - 2012))"
    aliases: ClassVar[tuple[str, ...]] = ("year-augmented",)
    inputs: ClassVar[tuple[str, ...]] = ("compute_flop", "year")
    plain_inputs: ClassVar[frozenset[str]] = frozenset({"year"})
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        Coefficient(
            name="scale",
            symbol="s",
            meaning="error at one unit of compute in 2012",
            unit="error * input^exponent",
        ),
        Coefficient(name="exponent", symbol="c", meaning="fall of ln error per ln compute"),
        Coefficient(
            name="progress",
            symbol="g",
            meaning="fall of ln error per year at the same compute",
            unit="1/year",
            lower=-np.inf,
        ),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_level"),
        LOG_EXPONENT,
        Coordinate(name="progress", lower=-5.0, upper=5.0),
    )
    example: ClassVar[dict[str, float]] = {"scale": 5.0, "exponent": 0.0638, "progress": 0.0576}
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e20), (2012.0, 2022.0))
    sources: ClassVar[tuple[Source, ...]] = (THOMPSON_2022, ERDIL_2022)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n); ``u[1]`` is years, not their logarithm."""
        return q[..., 0:1] - np.exp(q[..., 1:2]) * u[0] - q[..., 2:3] * u[1]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 3, n)."""
        fall = np.exp(q[..., 1:2]) * u[0]
        z = q[..., 0:1] - fall - q[..., 2:3] * u[1]
        return z, np.stack(np.broadcast_arrays(np.ones_like(z), -fall, -u[1]), axis=-2)

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 3) of the same curve at other origins."""
        level = q[..., 0] - np.exp(q[..., 1]) * log_inputs[0] - q[..., 2] * log_inputs[1]
        return np.stack(np.broadcast_arrays(level - log_error, q[..., 1], q[..., 2]), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (scale in 2012, exponent, progress), for the origin at year 0."""
        level = q[..., 0] - q[..., 2] * REFERENCE_YEAR
        with np.errstate(over="ignore"):
            return np.stack([np.exp(level), np.exp(q[..., 1]), q[..., 2]], axis=-1)

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln level in year 0, ln exponent, progress)."""
        scale, exponent, progress = np.moveaxis(coefficients, -1, 0)
        level = np.log(scale) + progress * REFERENCE_YEAR
        return np.stack([level, np.log(exponent), progress], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return the line in compute alone, and one with half of its fall and some progress."""
        level, slope = line(u[0], z)
        steep = np.clip(-slope, 1e-3, 10.0)
        rows = [(np.log(steep), 0.0), (np.log(0.5 * steep), 0.05), (np.log(0.05), 0.1)]
        parts = [np.stack(np.broadcast_arrays(level, *row), axis=-1) for row in rows]
        return np.stack(parts)

    def decreasing(self, q: Array) -> NDArray[np.bool_]:
        """Whether error falls with the year too."""
        return np.asarray(q[..., 2] >= 0)


def halving_time_years(exponent: Array | float, progress: Array | float) -> Array:
    """Return the years after which half of the compute reaches the same error.

    Parameters
    ----------
    exponent, progress : float or ndarray
        Coefficients of the law.

    Returns
    -------
    ndarray
        ln 2 * exponent / progress [years]; inf without progress.

    Examples
    --------
    >>> float(halving_time_years(0.0638, 0.0576).round(2))
    0.77
    """
    with np.errstate(divide="ignore"):
        gain = np.asarray(progress, dtype=float)
        return np.where(gain > 0, np.log(2.0) * np.asarray(exponent) / np.abs(gain), np.inf)
