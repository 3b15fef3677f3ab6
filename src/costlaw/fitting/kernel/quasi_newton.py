"""Batched BFGS for Huber's loss on ln error: bounds by projection, one trial a loop for each fit.

Follows Nocedal and Wright 2006, chapter 6, with Armijo's rule; the first inverse Hessian is that
of iteratively reweighted least squares, which knows the scale of every coordinate. Huber's loss is
summed over runs as in Hoffmann et al. 2022; averaging it trips stopping rules early (Besiroglu et
al. 2024). It takes a start near a minimum (from least squares) and looks for no other.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.levenberg import Descent
from costlaw.fitting.kernel.problem import Indices, Problems, blocks
from costlaw.laws.law import Array, Law, Mask

ARMIJO = 1e-4
LONGEST = 2.0
RESTARTS = 4  # times a fit may forget its curvature when the line search gives up
SHORTEST = 1e-12  # step length at which it gives up


@dataclass(kw_only=True)
class _State:
    """The fits still moving: where they are, and the step that is being tried."""

    place: Indices
    q: Array
    objective: Array
    gradient: Array
    inverse: Array
    step: Array
    length: Array
    restarts: Indices

    def keep(self, mask: Mask) -> None:
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name)[mask])


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is minimised: Huber's loss of a law over problems, within bounds."""

    law: Law
    problems: Problems
    huber: float
    lower: Array
    upper: Array

    def measure(self, q: Array, place: Indices) -> tuple[Array, Array]:
        """Return the objective (P,) and its gradient (P, p) at q, for the problems at ``place``."""
        value, gradient = np.empty(len(q)), np.empty_like(q)
        for block in blocks(len(q), self.problems.runs):
            value[block], gradient[block] = self._measure(
                q[block], self.problems.take(place[block])
            )
        broken = np.asarray(~np.isfinite(value + gradient.sum(axis=1)))
        if broken.any():
            value[broken], gradient[broken] = np.inf, 0.0
        return value, gradient

    def _measure(self, q: Array, problems: Problems) -> tuple[Array, Array]:
        residual, pull = self.law.pullback(q, problems.u)
        residual -= problems.z
        inside = np.clip(residual, -self.huber, self.huber)
        force = problems.weights * inside
        inside *= 0.5
        residual -= inside
        value = np.einsum("ij,ij->i", force, residual)
        gradient = pull(force)
        if problems.prior_precision.any():
            away = q - problems.prior_mean
            gradient = gradient + problems.prior_precision * away
            value = value + 0.5 * (problems.prior_precision * away**2).sum(axis=1)
        return value, gradient


def descend(task: Task, q: Array, *, max_steps: int = 400, tolerance: float = 1e-11) -> Descent:
    """Return the minimum of Huber's objective that each start leads to.

    Parameters
    ----------
    task : Task
        P problems, one for each start, the width of the loss and the bounds.
    q : ndarray of shape (P, p)
        Starts, best from least squares.
    max_steps : int
        Most evaluations of each fit.
    tolerance : float
        A fit is done when its quadratic model promises a relative decrease below this.
    """
    with np.errstate(all="ignore"):
        q = np.clip(q, task.lower, task.upper)
        place = np.arange(len(q))
        objective, gradient = task.measure(q, place)
        finite = np.isfinite(objective)
        out = Descent(
            q=np.where(finite[:, None], q, np.nan),
            objective=objective.copy(),
            codes=np.where(finite, verdict.OUT_OF_STEPS, verdict.NO_FINITE_START).astype(np.int8),
            steps=np.ones(len(q), dtype=np.intp),
        )
        state = _State(
            place=place, q=q, objective=objective, gradient=gradient,
            inverse=first_inverse(task, q), step=np.zeros_like(q), length=np.ones(len(q)),
            restarts=np.zeros(len(q), dtype=np.intp),
        )  # fmt: skip
        state.keep(finite)
        _aim(task, state, np.ones(len(state.q), dtype=bool))
        for _ in range(max_steps):
            if not state.place.size:
                break
            out.steps[state.place] += 1
            done = _advance(task, state, tolerance)
            _record(task, state, out, done=done)
            if done.any():
                state.keep(~done)
        _record(task, state, out, done=np.zeros(len(state.q), dtype=bool))
    return out


def _record(task: Task, state: _State, out: Descent, *, done: Mask) -> None:
    """Write down where the fits that are done ended (all of them if none is)."""
    which = done if done.any() else np.ones(len(done), dtype=bool)
    place, q = state.place[which], state.q[which]
    if not done.any() and len(done) and out.steps[place[0]] < 2:
        return
    out.q[place], out.objective[place] = q, state.objective[which]
    if done.any():
        bound = ((q <= task.lower) | (q >= task.upper)).any(axis=1)
        out.codes[place] = np.where(bound, verdict.AT_BOUND, verdict.CONVERGED)


def first_inverse(task: Task, q: Array) -> Array:
    """Return the inverse (P, p, p) of the reweighted normal matrix, kept from singular."""
    inverse = np.empty((*q.shape, q.shape[-1]))
    for block in blocks(len(q), task.problems.runs * q.shape[-1]):
        inverse[block] = _first_inverse(task, q[block], np.arange(len(q))[block])
    return inverse


def _first_inverse(task: Task, q: Array, place: Indices) -> Array:
    problems = task.problems.take(place)
    z, slopes = task.law.jacobian(q, problems.u)
    weight = problems.weights * task.huber / np.maximum(np.abs(z - problems.z), task.huber)
    normal = (slopes * weight[:, None, :]) @ slopes.swapaxes(-1, -2)
    size = q.shape[-1]
    diagonal = np.arange(size)
    normal[:, diagonal, diagonal] += problems.prior_precision
    finite: Mask = np.asarray(np.isfinite(normal).all(axis=(1, 2)))
    normal = np.where(finite[:, None, None], normal, np.eye(size))
    scale = np.sqrt(np.maximum(normal[:, diagonal, diagonal], 1e-30))
    both = scale[:, :, None] * scale[:, None, :]
    shaped = normal / both
    shaped[:, diagonal, diagonal] = 1.0 + 1e-6
    return np.asarray(np.linalg.inv(shaped) / both)


def _aim(task: Task, state: _State, mask: Mask) -> None:
    """Point the fits of a mask down their model, coordinates that push at a bound held."""
    low, high = state.q <= task.lower, state.q >= task.upper
    held = np.asarray((low & (state.gradient > 0)) | (high & (state.gradient < 0)))
    slope = np.where(held, 0.0, state.gradient)
    step = np.where(held, 0.0, -(state.inverse @ slope[..., None])[..., 0])
    downhill = -(step * slope).sum(axis=1)
    uphill = np.asarray(downhill <= 0)
    if uphill.any():
        scale = np.einsum("ijj->ij", state.inverse)
        step = np.where(uphill[:, None], -np.abs(scale) * slope, step)
    longest = np.abs(step).max(axis=1)
    step *= np.minimum(1.0, LONGEST / np.maximum(longest, 1e-300))[:, None]
    state.step = np.where(mask[:, None], step, state.step)
    state.length = np.where(mask, 1.0, state.length)


def _advance(task: Task, state: _State, tolerance: float) -> Mask:
    """Try one step of every fit; return which are done."""
    trial = np.clip(state.q + state.length[:, None] * state.step, task.lower, task.upper)
    moved = trial - state.q
    objective, gradient = task.measure(trial, state.place)
    promised = -(moved * state.gradient).sum(axis=1)
    take = objective <= state.objective - ARMIJO * promised
    small = promised <= tolerance * state.objective + 1e-300
    full = state.length == 1.0
    _update(state, np.where(take[:, None], moved, 0.0), gradient - state.gradient)
    state.length = np.where(take, state.length, _shorter(state, objective, promised))
    state.q = np.where(take[:, None], trial, state.q)
    state.objective = np.where(take, objective, state.objective)
    state.gradient = np.where(take[:, None], gradient, state.gradient)
    lost = np.asarray(~take & (state.length < SHORTEST))
    _restart(task, state, lost)
    _aim(task, state, take | lost)
    return np.asarray((small & (take | full)) | (lost & (state.restarts > RESTARTS)))


def _shorter(state: _State, objective: Array, promised: Array) -> Array:
    """Return the next step length, by a parabola, within a tenth and a half of this one."""
    best = 0.5 * promised / (objective - state.objective + promised)
    best = np.where(np.isfinite(best), best, 0.1)
    return state.length * np.clip(best, 0.1, 0.5)


def _restart(task: Task, state: _State, lost: Mask) -> None:
    """Take the curvature anew, from reweighted least squares, where the line search gave up."""
    if lost.any():
        state.inverse[lost] = _first_inverse(task, state.q[lost], state.place[lost])
        state.restarts = state.restarts + lost


def _update(state: _State, moved: Array, change: Array) -> None:
    """Apply the BFGS update to the inverse Hessians; not where it would break them."""
    curvature = (moved * change).sum(axis=1)
    size = (moved**2).sum(axis=1) * (change**2).sum(axis=1)
    good = (curvature > 0) & (curvature**2 > 1e-20 * size)
    rho = np.where(good, 1.0 / np.where(good, curvature, 1.0), 0.0)
    turned = (state.inverse @ change[..., None])[..., 0]
    factor = 0.5 * (1.0 + rho * (change * turned).sum(axis=1))
    half = rho[:, None] * (factor[:, None] * moved - turned)
    outer = half[:, :, None] * moved[:, None, :]
    state.inverse = state.inverse + (outer + outer.swapaxes(1, 2))
