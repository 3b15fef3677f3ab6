"""The exponential rival: 1/error is a straight line in log compute.

The article (Thompson et al.) fits it beside the power law: to halve the error, compute is
multiplied by a factor that itself grows as a power, C = 10^((1/error - intercept) / slope). It has
no floor, and no value where the line is below zero.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.law import Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import THOMPSON_2022
from costlaw.laws.shape import line
from costlaw.sources import Source

PER_DEX = float(np.log(10.0))


@final
class ExponentialLaw(Law):
    """1/error = intercept + slope * log10 compute.

    Examples
    --------
    >>> coefficients = {"intercept": -10.0, "slope": 1.0}
    >>> round(float(ExponentialLaw().error(coefficients, compute_flop=1e20)), 6)
    0.1
    """

    name: ClassVar[str] = "exponential"
    title: ClassVar[str] = "exponential law"
    formula: ClassVar[str] = "1/error = intercept + slope * log10(compute)"
    aliases: ClassVar[tuple[str, ...]] = ("exponential-inverse",)
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        Coefficient(
            name="intercept", symbol="a'", meaning="1/error at one unit of input", lower=-np.inf
        ),
        Coefficient(name="slope", symbol="b'", meaning="rise of 1/error per dex of input"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="level", lower=-np.inf, upper=np.inf),
        Coordinate(name="slope", lower=0.0, upper=np.inf),
    )
    example: ClassVar[dict[str, float]] = {"intercept": -19.85, "slope": 1.2825}
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e17, 1e22),)
    sources: ClassVar[tuple[Source, ...]] = (THOMPSON_2022,)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n); NaN where the line is not above zero."""
        return self.jacobian(q, u)[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 2, n)."""
        height = q[..., 0:1] + q[..., 1:2] * u[0]
        height = np.where(height > 0, height, np.nan)
        return -np.log(height), -np.stack([1.0 / height, u[0] / height], axis=-2)

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 2) of the same curve at other origins."""
        grown = np.exp(log_error)
        level = (q[..., 0] + q[..., 1] * log_inputs[0]) * grown
        return np.stack(np.broadcast_arrays(level, q[..., 1] * grown), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (intercept, slope per dex)."""
        return q * np.array([1.0, PER_DEX])

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (intercept, slope per unit of ln)."""
        return coefficients / np.array([1.0, PER_DEX])

    def starts(self, u: Array, z: Array) -> Array:
        """Return the line through 1/error, and flatter lines that are positive at every run."""
        with np.errstate(over="ignore"):
            level, slope = line(u[0], np.exp(-z))
        top = np.exp(-np.nanmean(z, axis=-1))
        first = np.stack([level, np.maximum(slope, 0.0)], axis=-1)
        reach = np.maximum(-np.nanmin(u[0], axis=-1), 1.0)
        flat = [np.stack([top, top * share / reach], axis=-1) for share in (0.1, 0.5)]
        return np.stack(np.broadcast_arrays(first, *flat))

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form; inf where 1/error does not grow."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (np.exp(-z) - q[..., 0]) / q[..., 1]

    def response(self, error: Array) -> Array:
        """Return 1/error: a line in log10 compute."""
        return 1.0 / np.asarray(error, dtype=float)

    def inverse_response(self, response: Array) -> Array:
        """Return the error at a value of 1/error; NaN where that is not above zero."""
        response = np.asarray(response, dtype=float)
        return 1.0 / np.where(response > 0, response, np.nan)
