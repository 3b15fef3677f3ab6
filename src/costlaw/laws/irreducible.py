"""The power law with irreducible error: error = irreducible + scale * compute^-exponent (M2).

Follows estimator M2 of Alabdulmohsin et al. 2022 and Hestness et al. 2017. A fit moves the error
at the origin, the share of it that no compute removes, and the exponent: three numbers that the
runs near the origin speak about, where scale and irreducible error alone are nearly collinear.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import ALABDULMOHSIN_2022, HESTNESS_2017
from costlaw.laws.power import LOG_EXPONENT
from costlaw.laws.shape import cross, line, mix, sigmoid, softplus
from costlaw.sources import Source

IRREDUCIBLE = Coefficient(
    name="irreducible_error",
    symbol="epsilon_inf",
    meaning="error that no amount of compute removes",
    unit="error",
)
LOGIT_SHARE = Coordinate(name="logit_irreducible_share", lower=-25.0, upper=12.0)


@final
class IrreducibleLaw(Law):
    """error = irreducible_error + scale * compute^-exponent.

    Examples
    --------
    >>> coefficients = {"irreducible_error": 0.05, "scale": 10.0, "exponent": 0.1}
    >>> round(float(IrreducibleLaw().error(coefficients, compute_flop=1e20)), 6)
    0.15
    >>> float(IrreducibleLaw().input_for(coefficients, error=0.04))
    inf
    """

    name: ClassVar[str] = "power-irreducible"
    title: ClassVar[str] = "power law with irreducible error"
    formula: ClassVar[str] = "error = irreducible_error + scale * compute^-exponent"
    aliases: ClassVar[tuple[str, ...]] = ("M2", "power-floor")
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        IRREDUCIBLE,
        Coefficient(
            name="scale",
            symbol="beta",
            meaning="reducible error at one unit of input",
            unit="error * input^exponent",
        ),
        Coefficient(name="exponent", symbol="c", meaning="fall of ln reducible error per ln input"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_level"),
        LOGIT_SHARE,
        LOG_EXPONENT,
    )
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 0.05,
        "scale": 40.0,
        "exponent": 0.13,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e21),)
    sources: ClassVar[tuple[Source, ...]] = (HESTNESS_2017, ALABDULMOHSIN_2022)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        return q[..., 0:1] + mix(q[..., 1:2], -np.exp(q[..., 2:3]) * u[0])[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 3, n)."""
        fall = -np.exp(q[..., 2:3]) * u[0]
        z, falling = mix(q[..., 1:2], fall)
        slopes = np.empty((*z.shape[:-1], 3, z.shape[-1]))
        slopes[..., 0, :] = 1.0
        slopes[..., 1, :] = 1.0 - falling - sigmoid(q[..., 1:2])
        slopes[..., 2, :] = falling * fall
        return q[..., 0:1] + z, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 3) of the same curve at other origins."""
        fall = -np.exp(q[..., 2]) * log_inputs[0]
        level = q[..., 0] + mix(q[..., 1], fall)[0] - log_error
        return np.stack(np.broadcast_arrays(level, q[..., 1] - fall, q[..., 2]), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (irreducible error, scale, exponent)."""
        level, share, exponent = np.moveaxis(q, -1, 0)
        with np.errstate(over="ignore"):
            return np.exp(
                np.stack([level - softplus(-share), level - softplus(share), exponent], axis=-1)
            )

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln level, logit irreducible share, ln exponent)."""
        with np.errstate(divide="ignore"):
            floor, scale, exponent = np.moveaxis(np.log(coefficients), -1, 0)
        share = np.maximum(floor - scale, -SPAN)
        return np.stack([np.logaddexp(floor, scale), share, exponent], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return three shares of irreducible error times three exponents."""
        level, _ = line(u[0], z)
        return cross(level, [-3.0, 0.0, 2.0], np.log([0.15, 0.5, 1.2]))

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form."""
        level, share, exponent = np.moveaxis(q, -1, 0)
        gap = -softplus(-share) + level - z
        with np.errstate(divide="ignore", invalid="ignore"):
            reducible = np.where(gap < 0, z - level + np.log(-np.expm1(gap)), -np.inf)
            return -(reducible + softplus(share)) / np.exp(exponent)

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...)."""
        return q[..., 0] - softplus(-q[..., 1])
