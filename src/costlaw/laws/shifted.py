"""The shifted power law: error = scale * (1/compute + shift)^exponent (M3).

Follows estimator M3 of Alabdulmohsin et al. 2022. The shift bends the line to a plateau; compared
with a power law plus a constant it comes to its plateau more gently.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import ALABDULMOHSIN_2022
from costlaw.laws.power import LOG_EXPONENT
from costlaw.laws.shape import cross, line, sigmoid, softplus
from costlaw.sources import Source


@final
class ShiftedLaw(Law):
    """error = scale * (1/compute + shift)^exponent.

    Examples
    --------
    >>> coefficients = {"scale": 10.0, "shift": 1e-20, "exponent": 0.1}
    >>> round(float(ShiftedLaw().error(coefficients, compute_flop=1e20)), 6)
    0.107177
    """

    name: ClassVar[str] = "power-shifted"
    title: ClassVar[str] = "shifted power law"
    formula: ClassVar[str] = "error = scale * (1/compute + shift)^exponent"
    aliases: ClassVar[tuple[str, ...]] = ("M3",)
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        Coefficient(
            name="scale",
            symbol="beta",
            meaning="error at one unit of input, were there no shift",
            unit="error * input^exponent",
        ),
        Coefficient(
            name="shift",
            symbol="gamma",
            meaning="one over the input where the curve bends to its plateau",
            unit="1/input",
        ),
        Coefficient(name="exponent", symbol="c", meaning="fall of ln error per ln input, early on"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_level"),
        Coordinate(name="log_shift", lower=-25.0, upper=12.0),
        LOG_EXPONENT,
    )
    example: ClassVar[dict[str, float]] = {"scale": 40.0, "shift": 3e-20, "exponent": 0.13}
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e21),)
    sources: ClassVar[tuple[Source, ...]] = (ALABDULMOHSIN_2022,)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        shift = q[..., 1:2]
        bend = np.logaddexp(-u[0], shift) - softplus(shift)
        return q[..., 0:1] + np.exp(q[..., 2:3]) * bend

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 3, n)."""
        shift, exponent = q[..., 1:2], np.exp(q[..., 2:3])
        fall = exponent * (np.logaddexp(-u[0], shift) - softplus(shift))
        slopes = np.empty((*fall.shape[:-1], 3, fall.shape[-1]))
        slopes[..., 0, :] = 1.0
        slopes[..., 1, :] = exponent * (sigmoid(shift + u[0]) - sigmoid(shift))
        slopes[..., 2, :] = fall
        return q[..., 0:1] + fall, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 3) of the same curve at other origins."""
        shift = q[..., 1]
        bend = np.logaddexp(-log_inputs[0], shift) - softplus(shift)
        level = q[..., 0] + np.exp(q[..., 2]) * bend - log_error
        return np.stack(np.broadcast_arrays(level, shift + log_inputs[0], q[..., 2]), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (scale, shift, exponent)."""
        level, shift, exponent = np.moveaxis(q, -1, 0)
        with np.errstate(over="ignore"):
            scale = level - np.exp(exponent) * softplus(shift)
            return np.exp(np.stack([scale, shift, exponent], axis=-1))

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln level, ln shift, ln exponent)."""
        with np.errstate(divide="ignore"):
            scale, shift, exponent = np.moveaxis(np.log(coefficients), -1, 0)
        shift = np.maximum(shift, -SPAN)
        return np.stack([scale + np.exp(exponent) * softplus(shift), shift, exponent], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return three shifts times three exponents."""
        level, _ = line(u[0], z)
        return cross(level, [-3.0, 0.0, 2.0], np.log([0.15, 0.5, 1.2]))

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form."""
        level, shift, exponent = np.moveaxis(q, -1, 0)
        height = (z - level) / np.exp(exponent) + softplus(shift)
        with np.errstate(divide="ignore", invalid="ignore"):
            rest = np.log(-np.expm1(shift - height))
            return np.where(height > shift, -height - rest, np.inf)

    def log_floor(self, q: Array) -> Array:
        """Return ln of the plateau (...)."""
        return q[..., 0] - np.exp(q[..., 2]) * softplus(-q[..., 1])
