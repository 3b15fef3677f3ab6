"""Batched Levenberg-Marquardt: least squares on ln error, with weights, priors and bounds.

Follows Marquardt 1963 with the damping rule of Nielsen 1999; bounds by projection, with the
coordinates that push against a bound held. Every loop tries one step for each problem that is not
done; finished problems leave the arrays. It looks for one minimum from each start, not the global.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.problem import Indices, Problems, blocks
from costlaw.fitting.kernel.small import solve
from costlaw.laws.law import Array, Law, Mask

TINY = 1e-24  # squared ln residual that is rounding, for each unit of weight
LONGEST = 4.0  # longest step of a coordinate: e^4 in a coefficient


@dataclass(kw_only=True)
class Descent:
    """Where each problem of a batch ended.

    Parameters
    ----------
    q : ndarray of shape (P, p)
        Working coordinates.
    objective : ndarray of shape (P,)
        Summed loss plus penalty; inf where nothing finite was found.
    codes : ndarray of shape (P,)
        Verdict of each.
    steps : ndarray of shape (P,)
        Evaluations used.
    """

    q: Array
    objective: Array
    codes: verdict.Codes
    steps: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


@dataclass(kw_only=True)
class _State:
    """The problems still moving."""

    place: Indices
    q: Array
    objective: Array
    gradient: Array
    normal: Array
    damping: Array
    growth: Array

    def keep(self, mask: Mask) -> None:
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name)[mask])


def measure(
    law: Law, problems: Problems, q: Array, *, place: Indices
) -> tuple[Array, Array, Array]:
    """Return objective (P,), gradient (P, p) and Gauss-Newton normal matrix (P, p, p).

    Parameters
    ----------
    law : Law
        The law.
    problems : Problems
        All problems.
    q : ndarray of shape (P, p)
        Coordinates.
    place : ndarray of shape (P,)
        Which problem each row of ``q`` belongs to.
    """
    size = q.shape[-1]
    objective, gradient, normal = np.empty(len(q)), np.empty_like(q), np.empty((len(q), size, size))
    for block in blocks(len(q), problems.runs * size):
        here = problems.take(place[block])
        objective[block], gradient[block], normal[block] = _measure(law, here, q[block])
    objective[np.isnan(objective)] = np.inf
    return objective, gradient, normal


def _measure(law: Law, problems: Problems, q: Array) -> tuple[Array, Array, Array]:
    z, slopes = law.jacobian(q, problems.u)
    residual = z - problems.z
    weighted = problems.weights * residual
    objective = 0.5 * np.einsum("ij,ij->i", weighted, residual)
    gradient = (slopes @ weighted[..., None])[..., 0]
    normal = (slopes * problems.weights[:, None, :]) @ slopes.swapaxes(-1, -2)
    if problems.prior_precision.any():
        away = q - problems.prior_mean
        objective += 0.5 * (problems.prior_precision * away**2).sum(axis=1)
        gradient += problems.prior_precision * away
        diagonal = np.arange(q.shape[-1])
        normal[:, diagonal, diagonal] += problems.prior_precision
    return objective, gradient, normal


def descend(
    law: Law,
    problems: Problems,
    q: Array,
    *,
    lower: Array,
    upper: Array,
    max_steps: int = 60,
    tolerance: float = 1e-10,
) -> Descent:
    """Return the least-squares minimum that each start (P, p) leads to.

    Parameters
    ----------
    law : Law
        The law.
    problems : Problems
        P problems, one for each start.
    q : ndarray of shape (P, p)
        Starts, in working coordinates.
    lower, upper : ndarray of shape (p,)
        Bounds of the coordinates.
    max_steps : int
        Most evaluations of each problem.
    tolerance : float
        A problem is done when the model promises a relative decrease below this.
    """
    with np.errstate(all="ignore"):
        q = np.clip(q, lower, upper)
        place = np.arange(len(q))
        objective, gradient, normal = measure(law, problems, q, place=place)
        finite = np.isfinite(objective)
        out = Descent(
            q=np.where(finite[:, None], q, np.nan),
            objective=objective.copy(),
            codes=np.where(finite, verdict.OUT_OF_STEPS, verdict.NO_FINITE_START).astype(np.int8),
            steps=np.ones(len(q), dtype=np.intp),
        )
        state = _State(
            place=place, q=q, objective=objective, gradient=gradient, normal=normal,
            damping=np.full(len(q), 1e-3), growth=np.full(len(q), 2.0),
        )  # fmt: skip
        state.keep(finite)
        rounding = TINY * np.broadcast_to(problems.weights.sum(axis=-1), (len(q),))
        for _ in range(max_steps):
            if not state.place.size:
                break
            done, held = _advance(
                law, problems, state, bounds=(lower, upper),
                tolerance=tolerance, rounding=rounding[state.place],
            )  # fmt: skip
            _record(state, out, done=done, held=held)
            state.keep(np.asarray(~done))
    return out


def _record(state: _State, out: Descent, *, done: Mask, held: Mask) -> None:
    """Write down where the problems are, and how those that are done ended."""
    place = state.place
    out.q[place], out.objective[place] = state.q, state.objective
    out.steps[place] += 1
    ended = np.where(held.any(axis=1), verdict.AT_BOUND, verdict.CONVERGED)
    out.codes[place[done]] = ended[done]


def _step(state: _State, lower: Array, upper: Array) -> tuple[Array, Array, Mask]:
    """Return the projected step (P, p), its promised decrease (P,) and the held coordinates."""
    held = ((state.q <= lower) & (state.gradient > 0)) | ((state.q >= upper) & (state.gradient < 0))
    free = np.where(held, 0.0, 1.0)
    slope = state.gradient * free
    diagonal = np.arange(state.q.shape[-1])
    size = state.normal[:, diagonal, diagonal]
    least = 1e-12 * size.max(axis=1, keepdims=True) + 1e-300
    matrix = state.normal * (free[:, :, None] * free[:, None, :])
    matrix[:, diagonal, diagonal] = np.where(
        held, 1.0, size + state.damping[:, None] * np.maximum(size, least)
    )
    step = np.clip(-solve(matrix, slope), -LONGEST, LONGEST)
    step = np.clip(state.q + step, lower, upper) - state.q
    bent = (state.normal @ step[..., None])[..., 0]
    promised = -(step * (state.gradient + 0.5 * bent)).sum(axis=1)
    return step, promised, held


def _advance(
    law: Law,
    problems: Problems,
    state: _State,
    *,
    bounds: tuple[Array, Array],
    tolerance: float,
    rounding: Array,
) -> tuple[Mask, Mask]:
    """Try one step of every problem; return which are done and which coordinates are held."""
    step, promised, held = _step(state, *bounds)
    trial = state.q + step
    objective, gradient, normal = measure(law, problems, trial, place=state.place)
    # a promise well below zero is a step that an ill-conditioned matrix got wrong: damp, not stop
    small = np.abs(promised) <= tolerance * state.objective + rounding
    gain = (state.objective - objective) / promised
    take = (objective <= state.objective) & (gain > 0) & np.isfinite(gradient.sum(axis=1))
    state.q = np.where(take[:, None], trial, state.q)
    state.objective = np.where(take, objective, state.objective)
    state.gradient = np.where(take[:, None], gradient, state.gradient)
    state.normal = np.where(take[:, None, None], normal, state.normal)
    gain = np.where(np.isfinite(gain), np.clip(gain, 0.0, 1.0), 0.0)
    ease = np.maximum(1.0 / 3.0, 1.0 - (2.0 * gain - 1.0) ** 3)
    state.damping = np.where(take, state.damping * ease, state.damping * state.growth)
    state.damping = np.clip(state.damping, 1e-12, 1e16)
    state.growth = np.where(take, 2.0, np.minimum(2.0 * state.growth, 1e8))
    done = (small & (state.damping <= 1e-2)) | (state.damping > 1e12)
    return np.asarray(done | (small & ~take & (promised <= rounding))), held
