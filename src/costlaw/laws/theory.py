"""Theory's bounds: to improve by k takes at least k^2 as many examples and k^4 as much compute.

Follows Thompson et al. 2020/2022, Section 2: performance improves at best as the square root of the
number of examples, and an over-parametrised network must grow with its examples, so that compute
grows at least with their square. Bounds, not fits: the exponent is fixed and only the scale moves.
"""

from __future__ import annotations

from abc import ABC
from typing import ClassVar, final

import numpy as np

from costlaw.laws.law import Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import THOMPSON_2022
from costlaw.sources import Source


class TheoryLaw(Law, ABC):
    """error = scale * input^-exponent with an exponent that theory gives."""

    exponent: ClassVar[float]
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        Coefficient(
            name="scale",
            symbol="s",
            meaning="error at one unit of input",
            unit="error * input^exponent",
        ),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (Coordinate(name="log_level"),)
    sources: ClassVar[tuple[Source, ...]] = (THOMPSON_2022,)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        return q[..., 0:1] - self.exponent * u[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivative (..., 1, n)."""
        z = self.log_error(q, u)
        return z, np.ones_like(z)[..., None, :]

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinate (..., 1) of the same curve at other origins."""
        return np.asarray(q[..., 0] - self.exponent * log_inputs[0] - log_error)[..., None]

    def to_coefficients(self, q: Array) -> Array:
        """Return the scale."""
        with np.errstate(over="ignore"):
            return np.exp(q)

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return ln scale."""
        return np.log(coefficients)

    def starts(self, u: Array, z: Array) -> Array:
        """Return the mean: the least-squares answer itself."""
        return np.nanmean(z + self.exponent * u[0], axis=-1)[None, ..., None]

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form."""
        return (q[..., 0] - z) / self.exponent


@final
class TheoryComputeLaw(TheoryLaw):
    """error = scale * compute^(-1/4): k times better costs k^4 compute.

    Examples
    --------
    >>> law = TheoryComputeLaw()
    >>> compute = law.input_for({"scale": 1000.0}, error=0.1)
    >>> round(float(law.input_for({"scale": 1000.0}, error=0.05) / compute), 6)
    16.0
    """

    exponent: ClassVar[float] = 0.25
    name: ClassVar[str] = "theory-compute"
    title: ClassVar[str] = "theory's bound for compute"
    formula: ClassVar[str] = "error = scale * compute^(-1/4)"
    aliases: ClassVar[tuple[str, ...]] = ("k^4",)
    example: ClassVar[dict[str, float]] = {"scale": 1000.0}
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e19),)


@final
class TheoryDataLaw(TheoryLaw):
    """error = scale * examples^(-1/2): k times better takes k^2 examples.

    Examples
    --------
    >>> law = TheoryDataLaw()
    >>> round(float(law.input_for({"scale": 100.0}, error=0.05)))
    4000000
    """

    exponent: ClassVar[float] = 0.5
    name: ClassVar[str] = "theory-data"
    title: ClassVar[str] = "theory's bound for examples"
    formula: ClassVar[str] = "error = scale * examples^(-1/2)"
    aliases: ClassVar[tuple[str, ...]] = ("k^2",)
    inputs: ClassVar[tuple[str, ...]] = ("examples",)
    example: ClassVar[dict[str, float]] = {"scale": 100.0}
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e4, 1e8),)
