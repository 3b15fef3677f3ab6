"""The joint law: error = irreducible + A * parameters^-alpha + B * examples^-beta.

Approach 3 of Hoffmann et al. 2022 (Chinchilla), as fitted again by Besiroglu et al. 2024. A fit
moves logarithms of the three terms at the origin and of the two exponents. ``project`` gives the
best three terms for given exponents in closed form (variable projection), so that a start needs
only two exponents. Which size is best for a budget is answered in ``fitting``, not here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import BESIROGLU_2024, HOFFMANN_2022
from costlaw.laws.projection import three_terms
from costlaw.laws.shape import cross
from costlaw.sources import Source

EXPONENTS = np.log([0.15, 0.35, 0.7])
LOG_TERM = (-40.0, 40.0)  # a term e^40 smaller than the error is nothing
LOST = np.log(1e-3)  # a term this much smaller than the largest, at the origin, is lost

JOINT_COEFFICIENTS = (
    Coefficient(
        name="irreducible_error",
        symbol="E",
        meaning="error that neither parameters nor examples remove",
        unit="error",
    ),
    Coefficient(
        name="parameters_scale",
        symbol="A",
        meaning="error of a network of one parameter, above E",
        unit="error * parameters^alpha",
    ),
    Coefficient(
        name="examples_scale",
        symbol="B",
        meaning="error after one example, above E",
        unit="error * examples^beta",
    ),
    Coefficient(name="parameters_exponent", symbol="alpha", meaning="fall per ln parameters"),
    Coefficient(name="examples_exponent", symbol="beta", meaning="fall per ln examples"),
)
JOINT_COORDINATES = (
    Coordinate(name="log_irreducible", lower=LOG_TERM[0], upper=LOG_TERM[1]),
    Coordinate(name="log_parameters_term", lower=LOG_TERM[0], upper=LOG_TERM[1]),
    Coordinate(name="log_examples_term", lower=LOG_TERM[0], upper=LOG_TERM[1]),
    Coordinate(name="log_parameters_exponent", lower=np.log(1e-3), upper=np.log(5.0)),
    Coordinate(name="log_examples_exponent", lower=np.log(1e-3), upper=np.log(5.0)),
)


@final
class JointLaw(Law):
    """error = irreducible_error + A * parameters^-alpha + B * examples^-beta.

    Examples
    --------
    >>> law = JointLaw()
    >>> round(float(law.error(law.example, parameters=70e9, examples=1.4e12)), 4)
    1.9739
    """

    name: ClassVar[str] = "joint"
    title: ClassVar[str] = "joint law of parameters and examples"
    formula: ClassVar[str] = "error = irreducible + A * parameters^-alpha + B * examples^-beta"
    aliases: ClassVar[tuple[str, ...]] = ("chinchilla", "approach-3")
    inputs: ClassVar[tuple[str, ...]] = ("parameters", "examples")
    coefficients: ClassVar[tuple[Coefficient, ...]] = JOINT_COEFFICIENTS
    coordinates: ClassVar[tuple[Coordinate, ...]] = JOINT_COORDINATES
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 1.8172,
        "parameters_scale": 482.01,
        "examples_scale": 2085.43,
        "parameters_exponent": 0.3478,
        "examples_exponent": 0.3658,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((4e7, 2e10), (3e8, 1e11))
    sources: ClassVar[tuple[Source, ...]] = (HOFFMANN_2022, BESIROGLU_2024)

    def _terms(self, q: Array, u: Array) -> tuple[Array, Array, Array]:
        """Return ln error and the shares of the two falling terms, each (..., n)."""
        exponents = np.exp(q[..., 3:5])
        first = np.exp(q[..., 1:2] - exponents[..., 0:1] * u[0])
        second = np.exp(q[..., 2:3] - exponents[..., 1:2] * u[1])
        total = first + second
        total += np.exp(q[..., 0:1])
        share = 1.0 / total
        first *= share
        second *= share
        return np.log(total, out=total), first, second

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        return self._terms(q, u)[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., 5, n)."""
        z, first, second = self._terms(q, u)
        exponents = np.exp(q[..., 3:5])
        slopes = np.empty((*z.shape[:-1], 5, z.shape[-1]))
        slopes[..., 0, :] = 1.0 - first - second
        slopes[..., 1, :] = first
        slopes[..., 2, :] = second
        slopes[..., 3, :] = -exponents[..., 0:1] * u[0] * first
        slopes[..., 4, :] = -exponents[..., 1:2] * u[1] * second
        return z, slopes

    def pullback(self, q: Array, u: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Return ln error and the map of gradients; sums over shared inputs are matrix products."""
        z, first, second = self._terms(q, u)
        if u.shape[1:-1] != (1,) or q.ndim != 2:
            return super().pullback(q, u)
        columns = np.stack([np.ones(u.shape[-1]), u[0, 0], u[1, 0]], axis=-1)

        def back(pull: Array) -> Array:
            left = (pull * first) @ columns[:, :2]
            right = (pull * second) @ columns[:, ::2]
            exponents = np.exp(q[:, 3:5])
            out = np.empty_like(q)
            out[:, 0] = pull.sum(axis=-1) - left[:, 0] - right[:, 0]
            out[:, 1], out[:, 2] = left[:, 0], right[:, 0]
            out[:, 3] = -exponents[:, 0] * left[:, 1]
            out[:, 4] = -exponents[:, 1] * right[:, 1]
            return out

        return z, back

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., 5) of the same curve at other origins."""
        floor, first, second, alpha, beta = np.moveaxis(q, -1, 0)
        first = first - np.exp(alpha) * log_inputs[0] - log_error
        second = second - np.exp(beta) * log_inputs[1] - log_error
        return np.stack(np.broadcast_arrays(floor - log_error, first, second, alpha, beta), axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (E, A, B, alpha, beta)."""
        with np.errstate(over="ignore"):
            return np.exp(q)

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return the logarithms of (E, A, B, alpha, beta)."""
        with np.errstate(divide="ignore"):
            return np.maximum(np.log(coefficients), -SPAN)

    def starts(self, u: Array, z: Array) -> Array:
        """Return the best terms for nine pairs of exponents."""
        level = np.nanmean(z, axis=-1)
        q = cross(level, np.zeros(1), np.zeros(1), EXPONENTS, EXPONENTS)
        return self.project(q, u, z)

    def project(self, q: Array, u: Array, z: Array) -> Array:
        """Return the coordinates with the best non-negative terms for their exponents.

        Parameters
        ----------
        q : ndarray of shape (s, B, 5)
            Coordinates, of which only the exponents count.
        u : ndarray of shape (2, B or 1, n)
            ln inputs over origins.
        z : ndarray of shape (B or 1, n)
            ln error over origin; NaN where there is no run.
        """
        exponents = np.exp(q[..., 3:5])
        falls = [-exponents[..., i : i + 1] * u[i] for i in range(2)]
        terms = three_terms(falls[0], falls[1], z)
        return np.concatenate([np.clip(terms, *LOG_TERM), q[..., 3:5]], axis=-1)

    def revive(self, q: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return the coordinates with lost terms brought back, and where (...) one was lost."""
        return revive_terms(q)

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...)."""
        return q[..., 0]


def revive_terms(q: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Bring back terms of q (..., p) that are under a thousandth of the largest; exponents inside.

    Returns
    -------
    (q, lost) : (ndarray of shape (..., p), ndarray of shape (...))
        Another start, and whether a term was lost or an exponent is far from any published one.
    """
    terms, exponents = q[..., :3], q[..., 3:5]
    most = terms.max(axis=-1, keepdims=True)
    inside = np.clip(exponents, EXPONENTS[0], EXPONENTS[-1])
    gone = terms < most + LOST
    lost = np.asarray(gone.any(axis=-1) | (inside != exponents).any(axis=-1))
    back = np.where(gone, most - 1.0, terms)
    return np.concatenate([back, inside, q[..., 5:]], axis=-1), lost
