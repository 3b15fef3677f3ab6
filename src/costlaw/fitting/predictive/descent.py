"""Penalised least squares for many small curves at once: batched Levenberg–Marquardt.

Minimises sum_i w_i (z_i - law(q, u_i))^2 + sum_j precision_j (q_j - mean_j)^2 from every start of
every curve in one array (Levenberg 1944; Marquardt 1963), with analytic gradients, steps of at
most 2 in any coordinate, and finished problems taken out of the batch. It has no bounds and no
robust loss: the pool's laws have legal values everywhere and their beliefs keep them sane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costlaw.fitting.predictive.curve import Array
from costlaw.laws.law import Law

LARGEST_STEP = 2.0  # in any coordinate: a factor of e^2 in an exponent at once is enough
DONE = 1e-7  # relative decrease, twice in a row
GIVE_UP = 1e9  # damping at which no step helps any more
CHUNK = 120_000  # numbers in one work array, whatever the machine


@dataclass(frozen=True, kw_only=True, eq=False)
class Problems:
    """B curves and what is believed about their coordinates.

    Parameters
    ----------
    u, z, weights : ndarray of shape (B, n)
        ln x and ln error from their origins, and how much each run counts (0: padding).
    mean, precision : ndarray of shape (B, p)
        Normal beliefs.
    """

    u: Array
    z: Array
    weights: Array
    mean: Array
    precision: Array

    def take(self, rows: np.ndarray) -> Problems:
        """Return some of the curves."""
        return Problems(
            u=self.u[rows], z=self.z[rows], weights=self.weights[rows],
            mean=self.mean[rows], precision=self.precision[rows],
        )  # fmt: skip


def descend(law: Law, problems: Problems, starts: Array, *, steps: int) -> tuple[Array, Array]:
    """Return where each start ends (B, S, p) and the objective there (B, S), best first.

    Parameters
    ----------
    law : Law
        A law of one input.
    problems : Problems
        B curves.
    starts : ndarray of shape (S, B, p)
        Where to start.
    steps : int
        Most steps from each start.
    """
    many, count, size = starts.shape
    ends, values = np.empty((count, many, size)), np.empty((count, many))
    chunk = max(1, CHUNK // (many * problems.u.shape[1]))
    for begin in range(0, count, chunk):
        rows = np.arange(begin, min(count, begin + chunk))
        first = starts[:, rows].swapaxes(0, 1).reshape(-1, size)
        q, value = _descend(law, problems.take(rows.repeat(many)), first, steps=steps)
        ends[rows], values[rows] = q.reshape(-1, many, size), value.reshape(-1, many)
    order = np.argsort(values, axis=1, kind="stable")
    return np.take_along_axis(ends, order[..., None], axis=1), np.sort(values, axis=1)


def _evaluate(law: Law, some: Problems, q: Array) -> tuple[Array, Array, Array]:
    """Return objective (B,), gradient (B, p) and curvature (B, p, p)."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        z, slopes = law.jacobian(q, some.u[None])
        away = some.z - z
        off = q - some.mean
        value = (some.weights * away**2).sum(axis=1) + (some.precision * off**2).sum(axis=1)
        weighted = slopes * some.weights[:, None, :]
        gradient = (weighted @ away[..., None])[..., 0] - some.precision * off
        curvature = weighted @ slopes.swapaxes(1, 2)
    place = np.arange(q.shape[1])
    curvature[:, place, place] += some.precision
    sane = np.isfinite(value) & np.isfinite(gradient).all(1) & np.isfinite(curvature).all((1, 2))
    return np.where(sane, value, np.inf), gradient, curvature


def _descend(law: Law, problems: Problems, q: Array, *, steps: int) -> tuple[Array, Array]:
    q, place = q.copy(), np.arange(q.shape[1])
    value, gradient, curvature = _evaluate(law, problems, q)
    damping, idle = np.full(len(q), 1e-2), np.zeros(len(q), dtype=int)
    live = np.flatnonzero(np.isfinite(value))
    some = problems.take(live)
    for _ in range(steps):
        if live.size == 0:
            break
        system = curvature[live]
        diagonal = np.maximum(system[:, place, place], 1e-12)
        system[:, place, place] += damping[live, None] * diagonal + 1e-14
        step = np.linalg.solve(system, gradient[live][..., None])[..., 0]
        trial = q[live] + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        new, new_gradient, new_curvature = _evaluate(law, some, trial)
        better = new < value[live]
        gain = (value[live] - new) / np.maximum(value[live], 1e-300)
        moved = live[better]
        q[moved], value[moved] = trial[better], new[better]
        gradient[moved], curvature[moved] = new_gradient[better], new_curvature[better]
        damping[live] = np.where(better, np.maximum(damping[live] * 0.2, 1e-9), damping[live] * 6)
        idle[live] = np.where(better & (gain >= DONE), 0, idle[live] + better)
        stay = (idle[live] < 2) & (damping[live] < GIVE_UP)
        if not stay.all():
            live, some = live[stay], some.take(stay)
    return q, value
