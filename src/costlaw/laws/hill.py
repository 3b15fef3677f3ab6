"""The sigmoid in log compute: a plateau before learning starts, a fall, a plateau after it.

The Hill curve of dose and response, used for scaling curves that begin at the level of guessing.
It has both a ceiling and irreducible error.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.irreducible import IRREDUCIBLE, LOGIT_SHARE
from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import HILL_1910
from costlaw.laws.power import LOG_EXPONENT
from costlaw.laws.shape import cross, line, mix, sigmoid, softplus
from costlaw.sources import Source


@final
class HillLaw(Law):
    """error = irreducible_error + reducible_error / (1 + (compute/half)^exponent).

    Examples
    --------
    >>> law = HillLaw()
    >>> round(float(law.error(law.example, compute_flop=1e18)), 4)
    0.5
    """

    name: ClassVar[str] = "hill"
    title: ClassVar[str] = "sigmoid in log compute"
    formula: ClassVar[str] = "error = irreducible + reducible / (1 + (compute/half)^exponent)"
    aliases: ClassVar[tuple[str, ...]] = ("sigmoid",)
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        IRREDUCIBLE,
        Coefficient(
            name="reducible_error",
            symbol="E_max - E_0",
            meaning="ceiling less irreducible error",
            unit="error",
        ),
        Coefficient(
            name="half",
            symbol="EC50",
            meaning="input that removes half of the reducible error",
            unit="input",
        ),
        Coefficient(name="exponent", symbol="h", meaning="final fall of ln reducible error"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_level"),
        LOGIT_SHARE,
        Coordinate(name="log_half"),
        LOG_EXPONENT,
    )
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 0.1,
        "reducible_error": 0.8,
        "half": 1e18,
        "exponent": 0.4,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e15, 1e21),)
    sources: ClassVar[tuple[Source, ...]] = (HILL_1910,)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        half, exponent = q[..., 2:3], np.exp(q[..., 3:4])
        fall = softplus(-exponent * half) - softplus(exponent * (u[0] - half))
        return q[..., 0:1] + mix(q[..., 1:2], fall)[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 4, n)."""
        half, exponent = q[..., 2:3], np.exp(q[..., 3:4])
        here, start = exponent * (u[0] - half), -exponent * half
        z, falling = mix(q[..., 1:2], softplus(start) - softplus(here))
        past, begun = sigmoid(here), sigmoid(start)
        slopes = np.empty((*z.shape[:-1], 4, z.shape[-1]))
        slopes[..., 0, :] = 1.0
        slopes[..., 1, :] = 1.0 - falling - sigmoid(q[..., 1:2])
        slopes[..., 2, :] = falling * exponent * (past - begun)
        slopes[..., 3, :] = falling * (begun * start - past * here)
        return q[..., 0:1] + z, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 4) of the same curve at other origins."""
        level, share, half, steep = np.moveaxis(q, -1, 0)
        exponent = np.exp(steep)
        fall = softplus(-exponent * half) - softplus(exponent * (log_inputs[0] - half))
        level = level + mix(share, fall)[0] - log_error
        rest = (share - fall, half - log_inputs[0], steep)
        return np.stack(np.broadcast_arrays(level, *rest), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (irreducible error, reducible error, half, exponent)."""
        level, share, half, steep = np.moveaxis(q, -1, 0)
        ceiling = level - softplus(share) + softplus(-np.exp(steep) * half)
        with np.errstate(over="ignore"):
            return np.exp(np.stack([level - softplus(-share), ceiling, half, steep], axis=-1))

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln level, logit share, ln half, ln exponent)."""
        with np.errstate(divide="ignore"):
            floor, ceiling, half, steep = np.moveaxis(np.log(coefficients), -1, 0)
        falling = ceiling - softplus(-np.exp(steep) * half)
        share = np.maximum(floor - falling, -SPAN)
        return np.stack([np.logaddexp(floor, falling), share, half, steep], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return two shares times two exponents times two places of the fall."""
        level, _ = line(u[0], z)
        low, high = np.nanmin(u[0], axis=-1), np.nanmax(u[0], axis=-1)
        all_starts = cross(level, [-3.0, 0.0], [0.1, 0.5], np.log([0.3, 0.8]))
        all_starts[..., 2] = low + all_starts[..., 2] * np.maximum(high - low, 0.5)
        return all_starts

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form."""
        level, share, half, steep = np.moveaxis(q, -1, 0)
        floor = level - softplus(-share)
        ceiling = level - softplus(share) + softplus(-np.exp(steep) * half)
        with np.errstate(divide="ignore", invalid="ignore"):
            reducible = np.where(z > floor, z + np.log(-np.expm1(floor - z)), -np.inf)
            logit = np.log(np.expm1(np.minimum(ceiling - reducible, SPAN)))
            logit = np.where(np.isneginf(reducible), np.inf, logit)
            logit = np.where(reducible >= ceiling, -np.inf, logit)
            return half + logit / np.exp(steep)

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...)."""
        return q[..., 0] - softplus(-q[..., 1])
