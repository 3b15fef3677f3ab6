"""The power law, error = scale * compute^-exponent: the article's polynomial form, M1.

Follows Hestness et al. 2017 and estimator M1 of Alabdulmohsin et al. 2022. It has no floor, so it
promises any error for enough compute; ``irreducible.py`` does not.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.law import Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import ALABDULMOHSIN_2022, HESTNESS_2017
from costlaw.laws.shape import line
from costlaw.sources import Source

LOG_EXPONENT = Coordinate(name="log_exponent", lower=np.log(1e-4), upper=np.log(20.0))


@final
class PowerLaw(Law):
    """error = scale * compute^-exponent.

    Examples
    --------
    >>> coefficients = {"scale": 10.0, "exponent": 0.1}
    >>> round(float(PowerLaw().error(coefficients, compute_flop=1e20)), 6)
    0.1
    >>> f"{float(PowerLaw().input_for(coefficients, error=0.05)):.3g} FLOP"
    '1.02e+23 FLOP'
    """

    name: ClassVar[str] = "power"
    title: ClassVar[str] = "power law"
    formula: ClassVar[str] = "error = scale * compute^-exponent"
    aliases: ClassVar[tuple[str, ...]] = ("polynomial", "M1")
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        Coefficient(
            name="scale",
            symbol="beta",
            meaning="error at one unit of input",
            unit="error * input^exponent",
        ),
        Coefficient(name="exponent", symbol="c", meaning="fall of ln error per ln input"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (Coordinate(name="log_level"), LOG_EXPONENT)
    example: ClassVar[dict[str, float]] = {"scale": 13.0, "exponent": 0.0836}
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e20),)
    sources: ClassVar[tuple[Source, ...]] = (HESTNESS_2017, ALABDULMOHSIN_2022)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        return q[..., 0:1] - np.exp(q[..., 1:2]) * u[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 2, n)."""
        fall = np.exp(q[..., 1:2]) * u[0]
        z = q[..., 0:1] - fall
        return z, np.stack(np.broadcast_arrays(np.ones_like(fall), -fall), axis=-2)

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 2) of the same curve at other origins."""
        level = q[..., 0] - np.exp(q[..., 1]) * log_inputs[0] - log_error
        return np.stack(np.broadcast_arrays(level, q[..., 1]), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (scale, exponent)."""
        with np.errstate(over="ignore"):
            return np.exp(q)

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln scale, ln exponent)."""
        return np.log(coefficients)

    def starts(self, u: Array, z: Array) -> Array:
        """Return the least-squares line and one flat start."""
        level, slope = line(u[0], z)
        steep = np.log(np.clip(-slope, 1e-3, 10.0))
        first = np.stack([level, steep], axis=-1)
        second = np.stack([level, np.full_like(level, np.log(0.05))], axis=-1)
        return np.stack([first, second])

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form."""
        return (q[..., 0] - z) / np.exp(q[..., 1])

    def response(self, error: Array) -> Array:
        """Return log10(1/error): a line in log10 compute with the exponent as slope."""
        return -np.log10(error)

    def inverse_response(self, response: Array) -> Array:
        """Return the error at log10(1/error)."""
        return 10.0 ** -np.asarray(response, dtype=float)
