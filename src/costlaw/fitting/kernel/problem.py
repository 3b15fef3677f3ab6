"""Many small problems as arrays: runs of each problem in logarithms about an origin, and weights.

Problems of different length share one array: a run that is not there has weight 0 and sits at the
origin, where every law is finite. Inputs shared by all problems (a bootstrap) are stored once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import DataError, OptionError
from costlaw.laws.law import Array, Law, Mask

Indices = NDArray[np.intp]

BLOCK = 60_000  # numbers in one work array: a quarter of a megabyte, so that a few stay in cache


@dataclass(frozen=True, kw_only=True)
class Prior:
    """Normal beliefs about working coordinates, added to the objective.

    Parameters
    ----------
    mean : ndarray of shape (p,) or (B, p)
        Where each coordinate is believed to be.
    precision : ndarray of shape (p,) or (B, p)
        One over the variance, in units of the summed squared residuals; 0 is no belief.
    """

    mean: Array
    precision: Array


@dataclass(frozen=True, kw_only=True)
class Problems:
    """B problems of at most n runs.

    Parameters
    ----------
    u : ndarray of shape (d, B or 1, n)
        ln input over origin.
    z : ndarray of shape (B or 1, n)
        ln error over origin.
    weights : ndarray of shape (B or 1, n)
        Weight of each run; 0 where there is none.
    prior_mean, prior_precision : ndarray of shape (B or 1, p)
        Normal beliefs about the coordinates.
    """

    u: Array
    z: Array
    weights: Array
    prior_mean: Array
    prior_precision: Array

    @property
    def runs(self) -> int:
        """Length of the run axis."""
        return int(self.weights.shape[-1])

    def take(self, which: Indices) -> Problems:
        """Return the problems at some indices, repeats allowed; shared arrays stay shared."""
        return Problems(
            u=_take(self.u, which, 1),
            z=_take(self.z, which, 0),
            weights=_take(self.weights, which, 0),
            prior_mean=_take(self.prior_mean, which, 0),
            prior_precision=_take(self.prior_precision, which, 0),
        )


def blocks(count: int, runs: int) -> list[slice]:
    """Return slices of ``count`` problems whose work arrays of ``runs`` numbers stay in cache."""
    size = max(1, BLOCK // max(1, runs))
    return [slice(begin, begin + size) for begin in range(0, count, size)]


def _take(array: Array, which: Indices, axis: int) -> Array:
    if array.shape[axis] == 1:
        return array
    if len(which) and which[-1] - which[0] + 1 == len(which) and _rising(which):
        part = slice(int(which[0]), int(which[-1]) + 1)
        return array[:, part] if axis else array[part]
    return np.take(array, which, axis=axis)


def _rising(which: Indices) -> bool:
    return bool((np.diff(which) == 1).all())


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Where u = 0 and z = 0 lie: ln inputs (d, B or 1) and ln error (B or 1)."""

    inputs: Array
    error: Array


def read(
    law: Law, inputs: Array, error: Array, *, weights: Array | None = None
) -> tuple[Array, Array, Array]:
    """Return inputs (d, B or 1, n), error (B or 1, n) and weights (B, n), checked.

    Raises
    ------
    DataError
        If a value is zero or negative, or infinite, or a weight is negative or not finite.
    OptionError
        If the shapes do not belong together.
    """
    error = np.atleast_2d(np.asarray(error, dtype=float))
    x = np.asarray(inputs, dtype=float)
    count = len(law.inputs)
    if count == 1 and x.ndim < 3:
        x = np.atleast_2d(x)[None]
    elif x.ndim == 2:
        x = x[:, None, :]
    if x.ndim != 3 or x.shape[0] != count or x.shape[-1] != error.shape[-1]:
        raise OptionError(
            f'inputs of shape {np.shape(inputs)} with error of shape {error.shape}: the law "'
            f'{law.name}" expects ({count}, problems, runs) and (problems, runs).'
        )
    w = np.ones(error.shape) if weights is None else np.atleast_2d(np.asarray(weights, dtype=float))
    if not (np.all(w >= 0) and np.all(np.isfinite(w))):
        raise DataError("a weight is negative or not finite; expected finite weights >= 0.")
    size = np.broadcast_shapes(x.shape[1:2], error.shape[:1], w.shape[:1])[0]
    w = np.broadcast_to(w, (size, error.shape[-1]))
    for name, values in [*zip(law.inputs, x, strict=True), ("error", error)]:
        _refuse_impossible(name, values, w, plain=name in law.plain_inputs)
    known = np.isfinite(error) & np.isfinite(x).all(axis=0)
    return x, error, np.where(known, w, 0.0)


def _refuse_impossible(name: str, values: Array, weights: Array, *, plain: bool) -> None:
    wrong: Mask = np.isinf(values) if plain else np.isinf(values) | (values <= 0)
    wrong = np.asarray(wrong & (weights > 0))
    if wrong.any():
        problem, run = (int(index[0]) for index in np.nonzero(wrong))
        value = np.broadcast_to(values, wrong.shape)[problem, run]
        need = "a finite value" if plain else "a finite value above zero"
        raise DataError(
            f"problem {problem}, run {run}: {name} = {value}; expected {need}. "
            "Leave the run out, or give NaN where it is unknown."
        )


def logarithms(law: Law, x: Array) -> Array:
    """Return ln of each input (d, B or 1, n), or the input itself if the law takes it plainly."""
    rows = [
        values if name in law.plain_inputs else np.log(np.where(np.isfinite(values), values, 1.0))
        for name, values in zip(law.inputs, x, strict=True)
    ]
    return np.stack(rows)


def origins(law: Law, log_x: Array, log_y: Array, *, weights: Array) -> Origins:
    """Return the last run's inputs and the mean ln error of each problem (shared where equal)."""
    here: Mask = np.asarray(weights > 0)
    shared: Mask = np.asarray(here.any(axis=0, keepdims=True))
    inside = shared if log_x.shape[1] == 1 else here
    last = np.where(inside, log_x, -np.inf).max(axis=-1)
    last = np.where(np.isfinite(last), last, 0.0)
    last[np.array([name in law.fixed_inputs for name in law.inputs])] = 0.0
    inside = shared if log_y.shape[0] == 1 else here
    count = np.maximum(inside.sum(axis=-1), 1)
    return Origins(inputs=last, error=np.where(inside, log_y, 0.0).sum(axis=-1) / count)
