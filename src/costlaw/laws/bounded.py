"""The bounded power law: (error - irreducible) / (chance - error)^order = scale * compute^-c (M4).

Follows estimator M4 of Alabdulmohsin et al. 2022. The curve leaves the error of guessing, falls
like a power law, and ends on irreducible error. The error is implicit; it is found by Newton's
method on a monotone function, to rounding. The paper keeps chance error fixed where it is known:
give a fit a strong belief about ``log_chance`` for that.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.irreducible import IRREDUCIBLE, LOGIT_SHARE
from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import ALABDULMOHSIN_2022
from costlaw.laws.power import LOG_EXPONENT
from costlaw.laws.shape import cross, line, mix, sigmoid, softplus
from costlaw.sources import Source

NEWTON = 60  # steps at most; five are usual, as the function is nearly straight on both sides


@final
class BoundedLaw(Law):
    """(error - irreducible_error) / (chance_error - error)^order = scale * compute^-exponent.

    Examples
    --------
    >>> law = BoundedLaw()
    >>> round(float(law.error(law.example, compute_flop=1e6)), 4)
    0.1822
    """

    name: ClassVar[str] = "power-bounded"
    title: ClassVar[str] = "power law between chance and irreducible error"
    formula: ClassVar[str] = "(error - irreducible) / (chance - error)^order = scale * compute^-c"
    aliases: ClassVar[tuple[str, ...]] = ("M4",)
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        IRREDUCIBLE,
        Coefficient(
            name="chance_error", symbol="epsilon_0", meaning="error of guessing", unit="error"
        ),
        Coefficient(
            name="order",
            symbol="alpha",
            meaning="how sharply the curve leaves the error of guessing",
        ),
        Coefficient(
            name="scale",
            symbol="beta",
            meaning="left side at one unit of input",
            unit="error^(1 - order) * input^exponent",
        ),
        Coefficient(name="exponent", symbol="c", meaning="final fall of ln reducible error"),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_chance"),
        LOGIT_SHARE,
        Coordinate(name="log_order", lower=np.log(0.01), upper=np.log(20.0)),
        Coordinate(name="log_side"),
        LOG_EXPONENT,
    )
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 0.1,
        "chance_error": 0.9,
        "order": 0.6,
        "scale": 200.0,
        "exponent": 0.55,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e2, 1e8),)
    sources: ClassVar[tuple[Source, ...]] = (ALABDULMOHSIN_2022,)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        logit = _logit(q[..., 3:4] - np.exp(q[..., 4:5]) * u[0], np.exp(q[..., 2:3]))
        return q[..., 0:1] + mix(q[..., 1:2], -softplus(-logit))[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 5, n)."""
        fall, order = np.exp(q[..., 4:5]) * u[0], np.exp(q[..., 2:3])
        logit = _logit(q[..., 3:4] - fall, order)
        share = sigmoid(logit)
        z, falling = mix(q[..., 1:2], -softplus(-logit))
        by_side = falling * (1.0 - share) / (1.0 - share + order * share)
        slopes = np.empty((*z.shape[:-1], 5, z.shape[-1]))
        slopes[..., 0, :] = 1.0
        slopes[..., 1, :] = 1.0 - falling - sigmoid(q[..., 1:2])
        slopes[..., 2, :] = -by_side * order * softplus(logit)
        slopes[..., 3, :] = by_side
        slopes[..., 4, :] = -by_side * fall
        return q[..., 0:1] + z, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 5) of the same curve at other origins."""
        chance, share, order, side, exponent = np.moveaxis(q, -1, 0)
        side = side - np.exp(exponent) * log_inputs[0]
        parts = (chance - log_error, share, order, side, exponent)
        return np.stack(np.broadcast_arrays(*parts), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (irreducible error, chance error, order, scale, exponent)."""
        chance, share, order, side, exponent = np.moveaxis(q, -1, 0)
        between = chance - softplus(share)
        floor = chance - softplus(-share)
        scale = side + (1.0 - np.exp(order)) * between
        with np.errstate(over="ignore"):
            return np.exp(np.stack([floor, chance, order, scale, exponent], axis=-1))

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln chance, logit irreducible share, ln order, ln side, ln exponent)."""
        floor = coefficients[..., 0]
        with np.errstate(divide="ignore"):
            log_floor, chance, order, scale, exponent = np.moveaxis(np.log(coefficients), -1, 0)
            between = np.log(coefficients[..., 1] - floor)
        share = np.maximum(log_floor - between, -SPAN)
        side = scale - (1.0 - np.exp(order)) * between
        return np.stack([chance, share, order, side, exponent], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return two chance errors, three floors, two orders and three exponents."""
        level, _ = line(u[0], z)
        top = np.nanmax(z, axis=-1)
        q = cross(top, [0.02, 0.4], [0.02, 0.6, 0.95], np.log([0.3, 1.0]), [0.0], [0.15, 0.5, 1.2])
        chance = q[..., 0] + q[..., 1]
        last = np.minimum(level, chance - 0.05)
        floor = last + np.log(q[..., 2])
        share = floor - chance - np.log(-np.expm1(floor - chance))
        reducible = last + np.log(-np.expm1(floor - last)) - chance + softplus(share)
        logit = reducible - np.log(-np.expm1(np.minimum(reducible, -1e-6)))
        side = _side(logit, np.exp(q[..., 3]))
        return np.stack([chance, share, q[..., 3], side, np.log(q[..., 5])], axis=-1)

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form; -inf at or above chance error."""
        chance, share, order, side, exponent = np.moveaxis(q, -1, 0)
        gap = chance - softplus(-share) - z
        with np.errstate(divide="ignore", invalid="ignore"):
            reducible = np.where(gap < 0, z - chance + np.log(-np.expm1(gap)), -np.inf)
            reducible = reducible + softplus(share)
            inside = np.minimum(reducible, 0.0)
            logit = inside - np.log(-np.expm1(inside))
            answer = (side - _side(logit, np.exp(order))) / np.exp(exponent)
        return np.where(reducible >= 0, -np.inf, np.where(gap < 0, answer, np.inf))

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...)."""
        return q[..., 0] - softplus(-q[..., 1])


def _side(logit: Array, order: Array) -> Array:
    """Return ln of share / (1 - share)^order for a logit of the share."""
    return order * softplus(logit) - softplus(-logit)


def _logit(side: Array, order: Array) -> Array:
    """Return the logit at which ``_side`` is ``side``: Newton on a curve that bends one way."""
    logit = np.where(side < 0, side, side / order)
    for _ in range(NEWTON):
        below = softplus(-logit)  # -ln share; softplus(logit) is this plus logit
        share = np.exp(-below)
        slope = 1.0 + (order - 1.0) * share
        step = (side + below - order * (logit + below)) / slope
        logit = logit + step
        if np.all(np.abs(step) <= 1e-14 * np.maximum(1.0, np.abs(logit)) + 1e-300):
            break
    return logit
