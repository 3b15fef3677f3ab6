"""The best parameters and examples of a joint law, for a budget or for an error.

For error = E + A N^-alpha + B D^-beta and compute = k N D the best split has a closed form
(Hoffmann et al. 2022, equation 4); with examples that run out and are repeated (Muennighoff et al.
2023) it is found on a grid. Everything is batched over draws of the coefficients, so that answers
carry the fit's own uncertainty. It fits nothing and knows no prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.laws import law as find_law
from costlaw.laws.law import Array

SIX = 6.0  # FLOP per parameter and example: Kaplan et al. 2020; Hoffmann et al. 2022, appendix F
GRID = 400  # parameters tried where there is no closed form
WIDE = 12.0  # ln parameters tried on each side of the closed form's answer


@dataclass(frozen=True, kw_only=True, eq=False)
class Best:
    """The best split of each draw at one amount of compute.

    Parameters
    ----------
    compute_flop, parameters, examples, epochs, error : ndarray of shape (R,)
        Compute [FLOP], the split (distinct examples and passes over them), and its error.
    """

    compute_flop: Array
    parameters: Array
    examples: Array
    epochs: Array
    error: Array


def optimum_exponent(coefficients: Array) -> Array:
    """Return a (R,): best parameters grow as compute^a, a = beta / (alpha + beta).

    Examples
    --------
    >>> float(optimum_exponent(np.array([1.8, 480.0, 2100.0, 0.35, 0.37])).round(4))
    0.5139
    """
    alpha, beta = coefficients[..., 3], coefficients[..., 4]
    return beta / (alpha + beta)


def best_split(compute_flop: Array | float, coefficients: Array) -> Best:
    """Return the split of compute that lowers the error most, in closed form.

    Parameters
    ----------
    compute_flop : float or ndarray of shape (R,)
        Budget [FLOP].
    coefficients : ndarray of shape (R, 5 or more)
        E, A, B, alpha, beta of each draw.

    Examples
    --------
    >>> hoffmann = np.array([[1.69, 406.4, 410.7, 0.34, 0.28]])
    >>> best = best_split(5.76e23, hoffmann)
    >>> f"{best.parameters[0]:.2g} parameters, {best.examples[0]:.2g} tokens"
    '3.2e+10 parameters, 3e+12 tokens'
    """
    floor, first, second, alpha, beta = np.moveaxis(coefficients[..., :5], -1, 0)
    _need_both(first, second)
    product = np.log(np.asarray(compute_flop, dtype=float) / SIX)
    both = alpha + beta
    log_ratio = np.log(alpha * first / (beta * second)) / both
    log_n = log_ratio + product * beta / both
    log_d = product - log_n
    error = floor + first * np.exp(-alpha * log_n) + second * np.exp(-beta * log_d)
    with np.errstate(over="ignore", under="ignore"):  # draws that fix no split run off; they may
        return Best(
            compute_flop=np.broadcast_to(compute_flop, error.shape).astype(float),
            parameters=np.exp(log_n), examples=np.exp(log_d), epochs=np.ones(error.shape),
            error=error,
        )  # fmt: skip


def compute_for_error(error: Array | float, coefficients: Array) -> Array:
    """Return the least compute (R,) [FLOP] that reaches an error; ``inf`` where it never does.

    Examples
    --------
    >>> hoffmann = np.array([[1.69, 406.4, 410.7, 0.34, 0.28]])
    >>> error = best_split(1e22, hoffmann).error
    >>> round(float(compute_for_error(error, hoffmann)[0] / 1e22), 9), \
float(compute_for_error(1.6, hoffmann)[0])
    (1.0, inf)
    """
    floor, first, second, alpha, beta = np.moveaxis(coefficients[..., :5], -1, 0)
    both = alpha + beta
    log_ratio = np.log(alpha * first / (beta * second)) / both
    height = first * np.exp(-alpha * log_ratio) + second * np.exp(beta * log_ratio)
    gap = np.asarray(error, dtype=float) - floor
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = (np.log(height) - np.log(np.where(gap > 0, gap, np.nan))) * both / (alpha * beta)
        return np.where(gap > 0, SIX * np.exp(logs), np.inf)


def iso_error(error: float, coefficients: Array, parameters: Array) -> Array:
    """Return the examples (R, m) at which networks of some sizes (m,) reach an error.

    Returns
    -------
    ndarray of shape (R, m)
        ``inf`` where a network of that size never does.
    """
    floor, first, second, alpha, beta = np.moveaxis(coefficients[..., :5], -1, 0)[..., None]
    left = error - floor - first * np.exp(-alpha * np.log(parameters))
    with np.errstate(divide="ignore", invalid="ignore"):
        examples = np.exp(-(np.log(np.where(left > 0, left, np.nan)) - np.log(second)) / beta)
    return np.where(left > 0, examples, np.inf)


def best_repeating(compute_flop: float, coefficients: Array, distinct: float) -> Best:
    """Return the best split where only some distinct examples exist and may be repeated.

    Parameters
    ----------
    compute_flop : float
        Budget [FLOP].
    coefficients : ndarray of shape (R, 7)
        Coefficients of the law ``joint-repeated``.
    distinct : float
        Distinct examples that exist [count].
    """
    law = find_law("joint-repeated")
    free = best_split(compute_flop, coefficients)
    middle = np.log(free.parameters)[:, None]
    log_n = middle + np.linspace(-WIDE, WIDE, GRID)
    seen = np.log(compute_flop / SIX) - log_n
    epochs = np.maximum(seen - np.log(distinct), 0.0)
    q = law.to_coordinates(coefficients)
    z = law.log_error(q, np.stack([log_n, seen - epochs, epochs]))
    z = np.where(seen > 0, z, np.inf)  # at least one example
    place = np.argmin(z, axis=1)[:, None]

    def at(values: Array) -> Array:
        return np.exp(np.take_along_axis(values, place, axis=1)[:, 0])

    return Best(
        compute_flop=np.full(len(z), compute_flop), parameters=at(log_n),
        examples=at(seen - epochs), epochs=at(epochs), error=at(z),
    )  # fmt: skip


def _need_both(first: Array, second: Array) -> None:
    if not (np.all(first > 0) and np.all(second > 0)):
        raise OptionError("a joint law without one of its terms has no best split of compute.")
