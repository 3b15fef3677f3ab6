"""Profile likelihood: how much worse the best fit becomes when one number is held.

A number is held by one run more, of enormous weight: "the error at this input is this" holds a
forecast or an inverse answer, "the ln coefficient is this" holds a coefficient. So every law, every
number and every problem goes through the same batched kernel. The interval holds the values whose
fit is not worse by more than Fisher's F allows (Bates and Watts 1988, chapter 6), as MINOS and
``lmfit.conf_interval`` do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from costlaw.exceptions import OptionError
from costlaw.fitting.kernel.fit import BatchFit, Stages, work_off
from costlaw.fitting.kernel.problem import Problems
from costlaw.laws.law import Array, Law

HOLDS = (1.0, 1e2, 1e4, 1e6, 1e8)  # weight of the holding run: tightened, else a fit gets stuck
GRID = 33  # values tried at first on each side
WIDEST = 40.0  # e-foldings away from the fit beyond which a number is called unbounded
BISECTIONS = 3  # refinements of each end, each by 16 values


@dataclass(frozen=True, kw_only=True)
class ProfileInterval:
    """Values of one number that the runs do not exclude.

    Parameters
    ----------
    estimate, low, high : float
        At the fit, and the ends; ``high`` or ``low`` infinite (in logarithms) where never excluded.
    level : float
        Confidence.
    """

    estimate: float
    low: float
    high: float
    level: float


def threshold(fit: BatchFit, level: float) -> Array:
    """Return the objective (B,) up to which a held number is not excluded."""
    runs = (fit.problems.weights > 0).sum(axis=1)
    size = fit.q.shape[-1]
    freedom = runs - size
    if (freedom < 1).any():
        raise OptionError(
            f"profile: {int(runs.min())} runs for {size} coefficients; expected one run more."
        )
    return fit.objective * (1.0 + fdtri(1, freedom, level) / freedom)


def profile_at(fit: BatchFit, log_inputs: Array, log_error: Array) -> Array:
    """Return the objective when ln error is held at some inputs.

    Parameters
    ----------
    fit : BatchFit
        One fit (B = 1), least squares.
    log_inputs : ndarray of shape (d, m)
        ln inputs, natural units.
    log_error : ndarray of shape (m,)
        ln error held at each, natural units.

    Returns
    -------
    ndarray of shape (m,)
        Best summed loss of the runs (the holding run left out).
    """
    u = np.asarray(log_inputs, dtype=float) - fit.origins.inputs
    z = np.asarray(log_error, dtype=float) - fit.origins.error[0]
    return _held(fit, (u[:, :, None], z[:, None]), law=fit.law)


def profile_coefficient(fit: BatchFit, index: int, log_values: Array) -> Array:
    """Return the objective (m,) when the ln of one coefficient is held at some values (m,)."""
    law = _Held(fit, index)
    z = np.asarray(log_values, dtype=float)[:, None]
    u = np.zeros((len(fit.law.inputs), z.size, 1))
    return _held(fit, (u, z), law=law)


def coefficient_interval(fit: BatchFit, index: int, level: float = 0.9) -> ProfileInterval:
    """Return the profile interval of one positive coefficient, in natural units.

    Raises
    ------
    OptionError
        If the coefficient may be negative, or there are not more runs than coefficients.
    """
    item = fit.law.coefficients[index]
    if item.lower < 0:
        raise OptionError(f"profile: {item.name} may be negative; only positive ones are profiled.")
    limit = float(threshold(fit, level)[0])
    at = float(np.log(np.maximum(fit.coefficients[0, index], 1e-300)))

    def excess(values: Array) -> Array:
        return profile_coefficient(fit, index, values) - limit

    low, high = (_end(excess, at, side) for side in (-1.0, 1.0))
    return ProfileInterval(
        estimate=float(fit.coefficients[0, index]), low=float(np.exp(low)),
        high=float(np.exp(high)), level=level,
    )  # fmt: skip


def error_interval(fit: BatchFit, log_inputs: Array, level: float = 0.9) -> ProfileInterval:
    """Return the profile interval of the law's error at one place (d,), in natural units."""
    limit = float(threshold(fit, level)[0])
    place = np.asarray(log_inputs, dtype=float).reshape(-1, 1)
    at = float(fit.log_error(place[:, None, :])[0, 0])

    def excess(values: Array) -> Array:
        return profile_at(fit, np.repeat(place, values.size, axis=1), values) - limit

    low, high = (_end(excess, at, side) for side in (-1.0, 1.0))
    return ProfileInterval(
        estimate=float(np.exp(at)), low=float(np.exp(low)), high=float(np.exp(high)), level=level
    )


def _end(excess: Callable[[Array], Array], at: float, side: float) -> float:
    """Return where the excess turns positive, going out from the fit; infinite if it never does."""
    away = np.concatenate([[0.0], np.geomspace(1e-4, WIDEST, GRID)])
    for _ in range(BISECTIONS):
        outside = excess(at + side * away) > 0
        outside[0] = False if away[0] == 0 else outside[0]
        if not outside.any():
            return side * np.inf
        first = int(np.argmax(outside))
        away = np.linspace(away[max(first - 1, 0)], away[first], 17)
    outside = excess(at + side * away) > 0
    first = int(np.argmax(outside)) if outside.any() else away.size - 1
    return at + side * float(0.5 * (away[max(first - 1, 0)] + away[first]))


def _held(fit: BatchFit, run: tuple[Array, Array], *, law: Law) -> Array:
    """Return the objective of m fits with one holding run each (u (d, m, 1), z (m, 1))."""
    u, z = run
    if len(fit.q) != 1:
        raise OptionError(f"profile: {len(fit.q)} fits at once; expected one.")
    old, many = fit.problems, len(z)

    def beside(values: Array, more: Array) -> Array:
        shape = (*more.shape[:-1], values.shape[-1])
        return np.concatenate([np.broadcast_to(values, shape), more], axis=-1)

    held_u, held_z = beside(old.u, u), beside(old.z, z)
    here = old.weights > 0
    own = fit.law.starts(np.where(here, old.u, np.nan), np.where(here, old.z, np.nan))[:, 0]
    starts = np.concatenate([fit.q, own])[:, None, :]
    starts = np.broadcast_to(starts, (len(starts), many, fit.q.shape[-1]))
    for hold in HOLDS:
        problems = Problems(
            u=held_u, z=held_z, weights=beside(old.weights, np.full((many, 1), hold)),
            prior_mean=old.prior_mean, prior_precision=old.prior_precision,
        )  # fmt: skip
        ends = work_off(Stages(law=law, max_steps=60), problems, starts)
        best = ends.objective.argmin(axis=1)
        q = ends.q[np.arange(many), best]
        starts = q[None]
    away = fit.law.log_error(q, old.u) - old.z
    prior = 0.5 * (old.prior_precision * (q - old.prior_mean) ** 2).sum(axis=-1)
    loss = 0.5 * (old.weights * np.where(here, away, 0.0) ** 2).sum(axis=-1) + prior
    pinned = law.log_error(q, held_u)[:, -1]
    return np.where(np.abs(pinned - z[:, 0]) < 1e-2, loss, np.inf)  # not held: no such law


class _Held(Law):
    """A law whose last run is not an error but the ln of one of its coefficients."""

    def __init__(self, fit: BatchFit, index: int) -> None:
        self.law, self.index, self.origins = fit.law, index, fit.origins
        self.inputs = fit.law.inputs  # type: ignore[misc]
        self.coordinates = fit.law.coordinates  # type: ignore[misc]

    def _log_coefficient(self, q: Array) -> Array:
        shape = q.shape[:-1]
        at = [np.broadcast_to(-row[0], shape) for row in self.origins.inputs]
        moved = self.law.move(q, np.stack(at), np.broadcast_to(-self.origins.error[0], shape))
        values = self.law.to_coefficients(moved)[..., self.index]
        return np.log(np.maximum(values, 1e-300))

    def log_error(self, q: Array, u: Array) -> Array:
        z = np.array(self.law.log_error(q, u))
        z[..., -1] = self._log_coefficient(q)
        return z

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        z, slopes = self.law.jacobian(q, u)
        z, slopes = np.array(z), np.array(slopes)
        z[..., -1] = self._log_coefficient(q)
        for axis in range(q.shape[-1]):
            step = np.zeros(q.shape[-1])
            step[axis] = 1e-5
            ahead, behind = self._log_coefficient(q + step), self._log_coefficient(q - step)
            slopes[..., axis, -1] = (ahead - behind) / 2e-5
        return z, slopes

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        return self.law.move(q, log_inputs, log_error)

    def to_coefficients(self, q: Array) -> Array:
        return self.law.to_coefficients(q)

    def to_coordinates(self, coefficients: Array) -> Array:
        return self.law.to_coordinates(coefficients)

    def starts(self, u: Array, z: Array) -> Array:
        return self.law.starts(u, z)
