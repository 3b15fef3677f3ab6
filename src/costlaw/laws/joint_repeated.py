"""The joint law with repeated examples: a pass over examples seen before is worth less and less.

Follows equations 4 to 7 of Muennighoff et al. 2023: examples count as distinct * (1 + R (1 - e^(-r/
R))) for r repetitions, and parameters beyond what the distinct examples can use count less in the
same way. With one pass and few parameters it is the joint law. Passes below one are a part of the
examples.
"""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from costlaw.laws.joint import (
    JOINT_COEFFICIENTS,
    JOINT_COORDINATES,
    LOG_TERM,
    JointLaw,
    revive_terms,
)
from costlaw.laws.law import Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import HOFFMANN_2022, MUENNIGHOFF_2023
from costlaw.laws.projection import three_terms
from costlaw.laws.shape import cross
from costlaw.sources import Source

JOINT = JointLaw()
EXPONENTS = np.log([0.2, 0.4])
REPEATS = np.log([4.0, 20.0])
LOG_REPEATS = {"lower": float(np.log(0.1)), "upper": float(np.log(1e4))}
FARTHEST = 300.0  # ln excess beyond which e^excess would overflow


@final
class JointRepeatedLaw(Law):
    """error = irreducible_error + A * parameters'^-alpha + B * examples'^-beta.

    Examples
    --------
    >>> law = JointRepeatedLaw()
    >>> once = law.error(law.example, parameters=1e9, examples=2e10, epochs=1.0)
    >>> four = law.error(law.example, parameters=1e9, examples=2e10, epochs=4.0)
    >>> fresh = law.error(law.example, parameters=1e9, examples=8e10, epochs=1.0)
    >>> print(round(float(once), 3), round(float(four), 3), round(float(fresh), 3))
    2.56 2.433 2.427
    """

    name: ClassVar[str] = "joint-repeated"
    title: ClassVar[str] = "joint law of parameters and repeated examples"
    formula: ClassVar[str] = "error = irreducible + A * parameters'^-alpha + B * examples'^-beta"
    aliases: ClassVar[tuple[str, ...]] = ("data-constrained",)
    inputs: ClassVar[tuple[str, ...]] = ("parameters", "examples", "epochs")
    fixed_inputs: ClassVar[frozenset[str]] = frozenset({"epochs"})
    coefficients: ClassVar[tuple[Coefficient, ...]] = (
        *JOINT_COEFFICIENTS,
        Coefficient(
            name="excess_decay",
            symbol="R_N*",
            meaning="parameters beyond use, in units of those in use, after which more are worth "
            "1/e",
        ),
        Coefficient(
            name="repeat_decay",
            symbol="R_D*",
            meaning="repetitions after which one more is worth 1/e of fresh examples",
        ),
    )
    coordinates: ClassVar[tuple[Coordinate, ...]] = (
        *JOINT_COORDINATES,
        Coordinate(name="log_excess_decay", **LOG_REPEATS),
        Coordinate(name="log_repeat_decay", **LOG_REPEATS),
    )
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 1.87,
        "parameters_scale": 521.0,
        "examples_scale": 1488.0,
        "parameters_exponent": 0.353,
        "examples_exponent": 0.353,
        "excess_decay": 5.31,
        "repeat_decay": 15.39,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = (
        (1e7, 9e9),
        (1e8, 2e11),
        (1.0, 200.0),
    )
    sources: ClassVar[tuple[Source, ...]] = (MUENNIGHOFF_2023, HOFFMANN_2022)

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        excess = u[0] - _useful(q, u)
        parameters = u[0] + _worn(excess, q[..., 5:6])[0]
        examples = u[1] + u[2] + _worn(u[2], q[..., 6:7])[0]
        return JOINT.log_error(q[..., :5], np.stack(np.broadcast_arrays(parameters, examples)))

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 7, n)."""
        useful, alpha, beta = _useful(q, u), np.exp(q[..., 3:4]), np.exp(q[..., 4:5])
        lost, by_excess, by_excess_decay = _worn(u[0] - useful, q[..., 5:6])
        faded, _, by_repeat_decay = _worn(u[2], q[..., 6:7])
        parts = np.broadcast_arrays(u[0] + lost, u[1] + u[2] + faded)
        z, plain = JOINT.jacobian(q[..., :5], np.stack(parts))
        first, second = plain[..., 1, :], plain[..., 2, :]
        by_useful = alpha * first * by_excess
        slopes = np.empty((*z.shape[:-1], 7, z.shape[-1]))
        slopes[..., :5, :] = plain
        slopes[..., 1, :] += by_useful / alpha
        slopes[..., 2, :] -= by_useful / alpha
        slopes[..., 3, :] += by_useful * (1.0 / alpha - useful)
        slopes[..., 4, :] += by_useful * (beta * u[1] - 1.0) / alpha
        slopes[..., 5, :] = -alpha * first * by_excess_decay
        slopes[..., 6, :] = -beta * second * by_repeat_decay
        return z, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 7) of the same curve at other origins (passes stay)."""
        head = JOINT.move(q[..., :5], log_inputs[:2], log_error)
        tail = np.broadcast_to(q[..., 5:], (*head.shape[:-1], 2))
        return np.concatenate([head, tail], axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (E, A, B, alpha, beta, R_N*, R_D*)."""
        return JOINT.to_coefficients(q)

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return their logarithms."""
        return JOINT.to_coordinates(coefficients)

    def starts(self, u: Array, z: Array) -> Array:
        """Return the best terms for two exponents each and two decays each."""
        level = np.nanmean(z, axis=-1)
        nothing = np.zeros(1)
        q = cross(level, nothing, nothing, EXPONENTS, EXPONENTS, REPEATS, REPEATS)
        return self.project(q, u, z)

    def project(self, q: Array, u: Array, z: Array) -> Array:
        """Return the coordinates with the best terms, were no parameters in excess.

        Parameters
        ----------
        q : ndarray of shape (s, B, 7)
            Coordinates, of which only exponents and decays count.
        u : ndarray of shape (3, B or 1, n)
            ln inputs over origins.
        z : ndarray of shape (B or 1, n)
            ln error over origin; NaN where there is no run.
        """
        alpha, beta = np.exp(q[..., 3:4]), np.exp(q[..., 4:5])
        examples = u[1] + u[2] + _worn(u[2], q[..., 6:7])[0]
        terms = three_terms(-alpha * u[0], -beta * examples, z)
        return np.concatenate([np.clip(terms, *LOG_TERM), q[..., 3:]], axis=-1)

    def revive(self, q: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return the coordinates with lost terms brought back, and where (...) one was lost."""
        return revive_terms(q)

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...)."""
        return q[..., 0]


def _useful(q: Array, u: Array) -> Array:
    """Return u of the parameters that the distinct examples can use (best for one pass)."""
    alpha, beta = np.exp(q[..., 3:4]), np.exp(q[..., 4:5])
    return (q[..., 3:4] - q[..., 4:5] + q[..., 1:2] - q[..., 2:3] + beta * u[1]) / alpha


def _worn(excess: Array, log_decay: Array) -> tuple[Array, Array, Array]:
    """Return ln(worth / count) of e^excess units, and its slopes by excess and by ln decay.

    Up to one unit all are worth themselves; beyond, the worth is 1 + R (1 - e^(-(units - 1)/R)).
    """
    over = np.clip(excess, 0.0, FARTHEST)
    decay = np.exp(log_decay)
    units = np.exp(over)
    left = np.exp(-(units - 1.0) / decay)
    more = -decay * np.expm1(-(units - 1.0) / decay)
    beyond = excess > 0
    by_excess = np.where(beyond, units * left / (1.0 + more) - 1.0, 0.0)
    by_decay = np.where(beyond, (more - (units - 1.0) * left) / (1.0 + more), 0.0)
    return np.log1p(more) - over, by_excess, by_decay
