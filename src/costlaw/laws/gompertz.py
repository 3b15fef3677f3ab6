"""The Gompertz law: error = irreducible * exp(height * compute^-exponent).

The curve of Gompertz 1825 (Winsor 1932) over ln compute, turned downwards: the fall of ln error per
ln compute itself shrinks by the same share with each factor of compute. With a small exponent it
is a power law; with a larger one it bends to its floor.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.irreducible import IRREDUCIBLE
from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import WINSOR_1932
from costlaw.laws.shape import cross, line
from costlaw.sources import Source

STEEPEST = 60.0  # e^60 dex of fall is beyond every double; keeps far-off trial steps finite


@final
class GompertzLaw(Law):
    """error = irreducible_error * exp(height * compute^-exponent).

    Examples
    --------
    >>> coefficients = {"irreducible_error": 0.05, "height": 300.0, "exponent": 0.1}
    >>> round(float(GompertzLaw().error(coefficients, compute_flop=1e20)), 6)
    1.004277
    """

    name: ClassVar[str] = "gompertz"
    title: ClassVar[str] = "Gompertz law"
    formula: ClassVar[str] = "error = irreducible_error * exp(height * compute^-exponent)"
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        IRREDUCIBLE,
        Coefficient(
            name="height",
            symbol="b",
            meaning="ln error above the irreducible error at one unit of input",
            unit="input^exponent",
        ),
        Coefficient(name="exponent", symbol="c", meaning="fall of ln of that height per ln input"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_level"),
        Coordinate(name="log_slope", lower=-25.0, upper=5.0),
        Coordinate(name="log_exponent", lower=-12.0, upper=3.0),
    )
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 0.05,
        "height": 400.0,
        "exponent": 0.13,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e21),)
    sources: ClassVar[tuple[Source, ...]] = (WINSOR_1932,)

    def _bend(self, q: Array, u: Array) -> tuple[Array, Array, Array]:
        """Return slope, (e^-cu - 1) / c and -cu."""
        slope, exponent = np.exp(q[..., 1:2]), np.exp(q[..., 2:3])
        fall = np.clip(-exponent * u[0], -SPAN, STEEPEST)
        return slope, np.expm1(fall) / exponent, fall

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        slope, bend, _ = self._bend(q, u)
        return q[..., 0:1] + slope * bend

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 3, n)."""
        slope, bend, fall = self._bend(q, u)
        slopes = np.empty((*bend.shape[:-1], 3, bend.shape[-1]))
        slopes[..., 0, :] = 1.0
        slopes[..., 1, :] = slope * bend
        slopes[..., 2, :] = slope * (fall * np.exp(fall) / np.exp(q[..., 2:3]) - bend)
        return q[..., 0:1] + slope * bend, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 3) of the same curve at other origins."""
        level, slope, steep = np.moveaxis(q, -1, 0)
        exponent = np.exp(steep)
        fall = -exponent * log_inputs[0]
        moved = level + np.exp(slope) * np.expm1(fall) / exponent - log_error
        return np.stack(np.broadcast_arrays(moved, slope + fall, steep), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (irreducible error, height, exponent)."""
        level, slope, steep = np.moveaxis(q, -1, 0)
        with np.errstate(over="ignore"):
            return np.exp(np.stack([level - np.exp(slope - steep), slope - steep, steep], axis=-1))

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln level, ln slope, ln exponent)."""
        with np.errstate(divide="ignore"):
            floor, height, steep = np.moveaxis(np.log(coefficients), -1, 0)
        return np.stack([floor + np.exp(height), height + steep, steep], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return three slopes times three exponents."""
        level, slope = line(u[0], z)
        places = cross(level, np.log([0.3, 1.0, 2.0]), np.log([0.05, 0.3, 1.0]))
        places[..., 1] += np.log(np.maximum(-slope, 0.01))
        return places

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form."""
        level, slope, steep = np.moveaxis(q, -1, 0)
        height = (z - level) * np.exp(steep - slope)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(height > -1.0, -np.log1p(height) / np.exp(steep), np.inf)

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...)."""
        return q[..., 0] - np.exp(q[..., 1] - q[..., 2])
