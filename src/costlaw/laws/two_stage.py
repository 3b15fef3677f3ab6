"""Two stages: compute lowers the loss by a power law, a sigmoid turns loss into benchmark error.

Follows the two steps of Gadre et al. 2024 with the sigmoid link of Grattafiori et al. 2024. Loss =
E + A * compute^-exponent; error = chance * sigmoid(steepness * (loss - middle)). From errors alone
only steepness * A and steepness * (middle - E) can be known, so those are the coefficients;
``compose`` makes them from two stages that were fitted apart.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from costlaw.laws.law import Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import GADRE_2024, GRATTAFIORI_2024
from costlaw.laws.power import LOG_EXPONENT
from costlaw.laws.shape import cross, line, sigmoid, softplus
from costlaw.sources import Source


@final
class TwoStageLaw(Law):
    """error = chance_error * sigmoid(scale * compute^-exponent - offset).

    Examples
    --------
    >>> law = TwoStageLaw()
    >>> round(float(law.error(law.example, compute_flop=1e21)), 4)
    0.5575
    """

    name: ClassVar[str] = "two-stage"
    title: ClassVar[str] = "power law of loss with a sigmoid link to error"
    formula: ClassVar[str] = "error = chance * sigmoid(scale * compute^-exponent - offset)"
    aliases: ClassVar[tuple[str, ...]] = ("downstream", "sigmoid-link")
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        Coefficient(
            name="chance_error", symbol="epsilon_0", meaning="error of guessing", unit="error"
        ),
        Coefficient(
            name="scale",
            symbol="k A",
            meaning="steepness of the link times reducible loss at one unit of input",
            unit="input^exponent",
        ),
        Coefficient(name="exponent", symbol="c", meaning="fall of ln reducible loss per ln input"),
        Coefficient(
            name="offset",
            symbol="k (L_0 - E)",
            meaning="steepness times (middle of the link - irreducible loss)",
            lower=-np.inf,
        ),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        Coordinate(name="log_chance"),
        Coordinate(name="log_scale", lower=-40.0, upper=40.0),
        LOG_EXPONENT,
        Coordinate(name="offset", lower=-40.0, upper=40.0),
    )
    example: ClassVar[dict[str, float]] = {
        "chance_error": 0.75,
        "scale": 8000.0,
        "exponent": 0.15,
        "offset": 4.6,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e19, 1e25),)
    sources: ClassVar[tuple[Source, ...]] = (GADRE_2024, GRATTAFIORI_2024)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        return q[..., 0:1] - softplus(q[..., 3:4] - np.exp(_log_height(q, u)))

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 4, n)."""
        height = np.exp(_log_height(q, u))
        below = q[..., 3:4] - height
        share = sigmoid(below)
        slopes = np.empty((*share.shape[:-1], 4, share.shape[-1]))
        slopes[..., 0, :] = 1.0
        slopes[..., 1, :] = share * height
        slopes[..., 2, :] = -share * height * np.exp(q[..., 2:3]) * u[0]
        slopes[..., 3, :] = -share
        return q[..., 0:1] - softplus(below), slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 4) of the same curve at other origins."""
        chance, scale, exponent, offset = np.moveaxis(q, -1, 0)
        scale = scale - np.exp(exponent) * log_inputs[0]
        parts = (chance - log_error, scale, exponent, offset)
        return np.stack(np.broadcast_arrays(*parts), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (chance error, scale, exponent, offset)."""
        with np.errstate(over="ignore"):
            return np.concatenate([np.exp(q[..., :3]), q[..., 3:4]], axis=-1)

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln chance error, ln scale, ln exponent, offset)."""
        return np.concatenate([np.log(coefficients[..., :3]), coefficients[..., 3:4]], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return two chance errors, three heights above the floor and three exponents."""
        level, _ = line(u[0], z)
        q = cross(np.nanmax(z, axis=-1), [0.02, 0.4], np.log([0.05, 0.6, 3.0]), [0.1, 0.3, 0.8])
        chance = q[..., 0] + q[..., 1]
        last = np.minimum(level, chance - 0.02) - chance
        logit = last - np.log(-np.expm1(last))
        return np.stack([chance, q[..., 2], np.log(q[..., 3]), np.exp(q[..., 2]) - logit], axis=-1)

    def inverse(self, q: Array, z: Array) -> Array:
        """Return u (...) at ln error z, in closed form; -inf at or above chance error."""
        chance, scale, exponent, offset = np.moveaxis(q, -1, 0)
        inside = np.minimum(z - chance, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            height = inside - np.log(-np.expm1(inside)) + offset
            answer = (scale - np.log(np.maximum(height, 0.0))) / np.exp(exponent)
        return np.where(z >= chance, -np.inf, answer)

    def log_floor(self, q: Array) -> Array:
        """Return ln error at irreducible loss (...)."""
        return q[..., 0] - softplus(q[..., 3])


def compose(loss: dict[str, float], link: dict[str, float]) -> dict[str, float]:
    """Return the coefficients of the law made of two stages fitted apart.

    Parameters
    ----------
    loss : dict of str to float
        ``irreducible_error``, ``scale`` and ``exponent`` of the loss by compute: coefficients of
        the law ``power-irreducible``.
    link : dict of str to float
        ``chance_error`` [error], ``steepness`` [1/nat] and ``middle`` [nat] of the sigmoid.

    Examples
    --------
    >>> loss = {"irreducible_error": 1.8, "scale": 1000.0, "exponent": 0.15}
    >>> link = {"chance_error": 0.75, "steepness": 8.0, "middle": 2.375}
    >>> {name: round(value, 6) for name, value in compose(loss, link).items()}
    {'chance_error': 0.75, 'scale': 8000.0, 'exponent': 0.15, 'offset': 4.6}
    """
    return {
        "chance_error": link["chance_error"],
        "scale": link["steepness"] * loss["scale"],
        "exponent": loss["exponent"],
        "offset": link["steepness"] * (link["middle"] - loss["irreducible_error"]),
    }


def _log_height(q: Array, u: Array) -> Array:
    return np.minimum(q[..., 1:2] - np.exp(q[..., 2:3]) * u[0], 300.0)
