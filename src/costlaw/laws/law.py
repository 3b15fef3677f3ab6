"""What a law is: a formula from resources to error, with gradient, inverse and bounds.

A law is evaluated in logarithms: ``u`` = ln(input / its origin), ``z`` = ln(error / its origin), so
that runs of 1e3 and of 1e300 FLOP look alike. Its *working coordinates* ``q`` are what a fit moves
(chosen so that every finite value is legal where possible); its *coefficients* are the numbers
that a paper prints, at origins of 1. ``move`` carries coordinates from one origin to another.

Everything is batched: the last axis of ``q`` is the coordinate, the last axis of ``u`` the run, all
axes before are independent problems. A law fits nothing and knows no data; NumPy only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError
from costlaw.sources import Source

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SPAN = 700.0  # |ln| beyond which a double over- or underflows: ln(1.8e308) = 709.8
HALVINGS = 200  # bisection steps; 2 * SPAN / 2**200 is far below the spacing of doubles


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """One fitted number of a law, as a paper prints it.

    Parameters
    ----------
    name : str
        Name in words, such as ``exponent``.
    symbol : str
        Symbol in the paper that the law follows.
    meaning : str
        What it is, in one phrase.
    unit : str
        Unit, in terms of the law's own input and error ("error", "1", "error * input^exponent").
    lower, upper : float
        Values it may take [unit].
    """

    name: str
    symbol: str
    meaning: str
    unit: str = "1"
    lower: float = 0.0
    upper: float = np.inf


@dataclass(frozen=True, kw_only=True)
class Coordinate:
    """One number that a fit moves, with the range it may be moved in.

    Parameters
    ----------
    name : str
        What it is, such as ``log_exponent``.
    lower, upper : float
        Bounds of a fit; a fit that ends on one says so.
    """

    name: str
    lower: float = -SPAN
    upper: float = SPAN


class Law(ABC):
    """A formula from resources to error.

    A law of one's own is one class: the class attributes below and the abstract methods, and it
    sits the same exam as the built-in ones (``examples/own_law.py``).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    inputs: ClassVar[tuple[str, ...]] = ("compute_flop",)
    plain_inputs: ClassVar[frozenset[str]] = frozenset()  # taken as they are, not as logarithms
    fixed_inputs: ClassVar[frozenset[str]] = frozenset()  # whose origin cannot be moved
    coefficients: ClassVar[tuple[Coefficient, ...]]
    coordinates: ClassVar[tuple[Coordinate, ...]]
    example: ClassVar[dict[str, float]]  # coefficients that a real data set could have
    example_inputs: ClassVar[tuple[tuple[float, float], ...]]  # range of each input, same data set
    sources: ClassVar[tuple[Source, ...]] = ()

    # -- the formula -------------------------------------------------------------------------------

    @abstractmethod
    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error.

        Parameters
        ----------
        q : ndarray of shape (..., p)
            Working coordinates.
        u : ndarray of shape (d, ..., n)
            ln of each input over its origin; the axes between broadcast with those of ``q``.

        Returns
        -------
        ndarray of shape (..., n)
            ln(error / origin); NaN where the law has no value there.
        """

    @abstractmethod
    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivative by each working coordinate (..., p, n)."""

    @abstractmethod
    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates of the same curve seen from other origins.

        Parameters
        ----------
        q : ndarray of shape (..., p)
            Coordinates at the present origins.
        log_inputs : ndarray of shape (d, ...)
            ln(new origin / present origin) of each input.
        log_error : ndarray of shape (...)
            ln(new origin / present origin) of the error.

        Returns
        -------
        ndarray of shape (..., p)
            ``q2`` with ``log_error(q2, u - log_inputs) == log_error(q, u) - log_error``.
        """

    @abstractmethod
    def to_coefficients(self, q: Array) -> Array:
        """Return the coefficients (..., p) that a paper prints, for coordinates at origin 1."""

    @abstractmethod
    def to_coordinates(self, coefficients: Array) -> Array:
        """Return the working coordinates (..., p) at origin 1 of printed coefficients."""

    @abstractmethod
    def starts(self, u: Array, z: Array) -> Array:
        """Return places (s, ..., p) for a fit to start from.

        Parameters
        ----------
        u : ndarray of shape (d, ..., n)
            ln inputs over origins near the data (NaN where a problem has fewer runs).
        z : ndarray of shape (..., n)
            ln error over an origin near the data.

        Returns
        -------
        ndarray of shape (s, ..., p)
            ``s`` starts for each problem, worst guesses included: a start is only a start.
        """

    def project(self, q: Array, u: Array, z: Array) -> Array:
        """Return starts (s, ..., p) with the parts that have a closed form at their best values.

        A law that is linear in some of its terms overrides this (variable projection).
        """
        return q

    def revive(self, q: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return other places (..., p) to start from, and where (...) an end asks for one.

        In logarithms a term that has gone to nothing has no slope left, so a descent may rest there
        although more of it would be better. A law that is a sum of terms overrides this.
        """
        return q, np.zeros(np.shape(q)[:-1], dtype=bool)

    def decreasing(self, q: Array) -> NDArray[np.bool_]:
        """Whether error falls, or stays, as any input grows, for each set of coordinates."""
        return np.ones(np.shape(q)[:-1], dtype=bool)

    def log_floor(self, q: Array) -> Array:
        """Return ln error in the limit of unlimited inputs (...); -inf where there is no floor."""
        return np.full(np.shape(q)[:-1], -np.inf)

    # -- what follows from it ----------------------------------------------------------------------

    def pullback(self, q: Array, u: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Return ln error (..., n) and the map from a gradient by z (..., n) to one by q (..., p).

        Laws whose Jacobian is larger than the answer override this; a fit needs only this much.
        """
        z, slopes = self.jacobian(q, u)
        return z, lambda pull: (slopes @ pull[..., None])[..., 0]

    def inverse(self, q: Array, z: Array) -> Array:
        """Return ln of the compute at which error is ``z``, by bisection.

        Parameters
        ----------
        q : ndarray of shape (..., p)
            Working coordinates of a law with one input.
        z : ndarray of shape (...)
            ln(error / origin) asked for.

        Returns
        -------
        ndarray of shape (...)
            u; ``inf`` where the error is never reached, ``-inf`` where it always is, NaN where the
            curve is not decreasing, so that there is no one answer.

        Raises
        ------
        OptionError
            If the law has more than one input.
        """
        self._need_one_input()
        q, z = np.asarray(q, dtype=float), np.asarray(z, dtype=float)
        low, high = bisect(
            lambda u: ~(self.log_error(q, u[None, ..., None])[..., 0] <= z),
            np.broadcast_shapes(q.shape[:-1], z.shape),
        )
        answer = np.where(high >= SPAN, np.inf, np.where(low <= -SPAN, -np.inf, high))
        return np.where(self.decreasing(q), answer, np.nan)

    def response(self, error: Array) -> Array:
        """Return the transform of error that is a straight line in log10 compute.

        Raises
        ------
        OptionError
            If the law has no such transform.
        """
        raise OptionError(
            f'the law "{self.name}" is not a straight line in log compute under any transform of '
            "the error alone; use power, exponential or exponential-levels, or a non-linear fit."
        )

    def inverse_response(self, response: Array) -> Array:
        """Return the error (NaN: none) at a value of ``response``; raises as ``response`` does."""
        return self.response(response)

    def error(self, coefficients: dict[str, float], **inputs: Array | float) -> Array:
        """Return the error of a law with known coefficients.

        Parameters
        ----------
        coefficients : dict of str to float
            Value of every coefficient of the law.
        **inputs : float or ndarray of shape (n,)
            Every input of the law by name, such as ``compute_flop``.

        Returns
        -------
        ndarray of shape (n,)
            Error, in the unit of the coefficients.
        """
        q = self.to_coordinates(self.pack(coefficients))
        rows = [
            inputs[name] if name in self.plain_inputs else np.log(inputs[name])
            for name in self.inputs
        ]
        u = np.stack(np.broadcast_arrays(*rows))
        flat = self.log_error(q, u if u.ndim > 1 else u[:, None])
        return np.exp(flat if u.ndim > 1 else flat[..., 0])

    def input_for(self, coefficients: dict[str, float], *, error: Array | float) -> Array:
        """Return the input at which a law with known coefficients reaches an error (inf: never)."""
        q = self.to_coordinates(self.pack(coefficients))
        with np.errstate(over="ignore"):
            return np.exp(self.inverse(q, np.log(error)))

    def pack(self, coefficients: dict[str, float]) -> Array:
        """Return coefficients (p,) in the law's order.

        Raises
        ------
        OptionError
            If one is missing, unknown or outside its bounds.
        """
        known = [item.name for item in self.coefficients]
        if set(known) != set(coefficients):
            raise OptionError(
                f'the law "{self.name}" got {sorted(coefficients)}: expected {known}.'
            )
        for item in self.coefficients:
            if not item.lower <= coefficients[item.name] <= item.upper:
                raise OptionError(
                    f"{self.name}: {item.name} = {coefficients[item.name]}: expected a value from "
                    f"{item.lower} to {item.upper}."
                )
        return np.array([float(coefficients[name]) for name in known])

    def _need_one_input(self) -> None:
        if len(self.inputs) > 1:
            raise OptionError(
                f'the law "{self.name}" has {len(self.inputs)} inputs: {", ".join(self.inputs)}. '
                "One error belongs to many mixtures of them; ask for the best one at a budget."
            )

    def __repr__(self) -> str:
        return f"<law {self.name}: {self.formula}>"


def bisect(
    above: Callable[[Array], NDArray[np.bool_]], shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """Return brackets (low, high) of where ``above`` turns false, within ±SPAN, for each problem.

    Parameters
    ----------
    above : callable
        Whether the point asked for lies to the right of each u (...).
    shape : tuple of int
        Shape of the problems.
    """
    low, high = np.full(shape, -SPAN), np.full(shape, SPAN)
    for _ in range(HALVINGS):
        middle = low + 0.5 * (high - low)
        right = above(middle)
        low, high = np.where(right, middle, low), np.where(right, high, middle)
        if np.all(high - low <= 4e-16 * np.maximum(1.0, np.abs(middle))):
            break
    return low, high
