"""fit_batch: one law, many problems, many starts, one array.

Everything that is many small fits goes through here: multi-start, bootstrap, block bootstrap,
profile likelihood, back-tests, many curves. The objective is summed over runs, never averaged:
least squares on ln error, or Huber's loss on it, plus normal beliefs. Work is cut into chunks
whose size depends on the problem's shape only, so the answer does not depend on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.fitting.kernel import levenberg, quasi_newton, verdict
from costlaw.fitting.kernel.problem import (
    Indices,
    Origins,
    Prior,
    Problems,
    logarithms,
    origins,
    read,
)
from costlaw.fitting.kernel.refusal import unfit_codes
from costlaw.laws.law import Array, Law, Mask

CHUNK = 4096  # fits that move together

__all__ = ["BatchFit", "Prior", "fit_batch"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchFit:
    """B fits of one law (or B x keep, best first).

    Parameters
    ----------
    law : Law
        The law.
    q : ndarray of shape (B[, keep], p)
        Working coordinates at ``origins``; NaN where there is no fit.
    objective : ndarray of shape (B[, keep])
        Summed loss plus penalty at ``q``; inf where there is no fit.
    codes : ndarray of shape (B[, keep])
        How each ended; ``verdicts`` has it in words.
    steps : ndarray of shape (B[, keep])
        Evaluations used by the start that won.
    problems : Problems
        What was fitted.
    origins : Origins
        Where u = 0 and z = 0.
    huber : float or None
        Width of Huber's loss; None: least squares.
    """

    law: Law
    q: Array
    objective: Array
    codes: verdict.Codes
    steps: Indices
    problems: Problems
    origins: Origins
    huber: float | None = None

    @property
    def verdicts(self) -> np.ndarray:
        """How each fit ended, in words."""
        return verdict.words(self.codes)

    @cached_property
    def coefficients(self) -> Array:
        """Coefficients (B[, keep], p) as a paper prints them, in natural units."""
        shift = (-self.origins.inputs, -self.origins.error)
        if self.q.ndim == 3:
            shift = (shift[0][..., None], shift[1][..., None])
        return self.law.to_coefficients(self.law.move(self.q, *shift))

    @property
    def coefficient_names(self) -> tuple[str, ...]:
        """Names of the last axis of ``coefficients``."""
        return tuple(item.name for item in self.law.coefficients)

    def log_error(self, log_inputs: Array) -> Array:
        """Return ln error (B, m) at ln inputs (d, B or 1, m), in natural units (keep = 1 only)."""
        u = np.asarray(log_inputs, dtype=float) - self.origins.inputs[..., None]
        return self.law.log_error(self.q, u) + self.origins.error[..., None]

    def inverse(self, log_error: Array) -> Array:
        """Return ln input (B,) at which ln error (B,) is reached; inf where it never is."""
        return (
            self.law.inverse(self.q, log_error - self.origins.error[..., None][..., 0])
            + self.origins.inputs[0]
        )

    @cached_property
    def residuals(self) -> Array:
        """Fitted less observed ln error (B, n); NaN where there is no run."""
        away = self.law.log_error(self.q, self.problems.u) - self.problems.z
        return np.where(self.problems.weights > 0, away, np.nan)


def fit_batch(
    law: Law,
    inputs: Array,
    error: Array,
    *,
    weights: Array | None = None,
    starts: Array | None = None,
    near: bool = False,
    prior: Prior | None = None,
    huber: float | None = None,
    origin: tuple[Array, Array] | None = None,
    keep: int = 1,
    max_steps: int = 100,
    bounded: bool = True,
    tolerance: float = 1e-10,
) -> BatchFit:
    """Fit one law to many problems at once.

    Parameters
    ----------
    law : Law
        The law.
    inputs : ndarray of shape (d, B or 1, n); (B, n) or (n,) for a law of one input
        Inputs in natural units, > 0; NaN where there is no run.
    error : ndarray of shape (B, n) or (n,)
        Error, > 0; NaN where there is no run.
    weights : ndarray of shape (B, n), optional
        Weight of each run >= 0 (bootstrap counts, recency); 0 leaves it out.
    starts : ndarray of shape (S, p) or (S, B, p), optional
        Working coordinates to start from; the law's own starts if left out. Unless ``near``, terms
        that are linear for given exponents are replaced by their best values (Law.project).
    near : bool
        Whether the starts are near a minimum already (a bootstrap about a fit), so that Huber's
        loss needs no least-squares stage first.
    prior : Prior, optional
        Normal beliefs about the working coordinates.
    huber : float, optional
        Width of Huber's loss on ln error; least squares if left out.
    origin : (ndarray of shape (d, B or 1), ndarray of shape (B or 1)), optional
        ln inputs and ln error where u = 0 and z = 0; the last run and the mean if left out.
    keep : int
        How many of the starts' ends to return, best first.
    max_steps : int
        Most evaluations from each start.
    bounded : bool
        Whether the bounds of the law's coordinates hold.
    tolerance : float
        Relative decrease of the objective below which a fit is done.

    Returns
    -------
    BatchFit
        One fit for each problem.

    Raises
    ------
    DataError
        If an input or an error is zero, negative or infinite.
    OptionError
        If shapes or options do not belong together.

    Examples
    --------
    >>> from costlaw.laws import law
    >>> compute = np.logspace(18, 21, 8)
    >>> fit = fit_batch(law("power"), compute, 13.0 * compute**-0.08)
    >>> print(fit.verdicts[0], fit.coefficients[0].round(6))
    converged [13.    0.08]
    """
    if huber is not None and not huber > 0:
        raise OptionError(f"huber = {huber}: expected a width above zero in ln error.")
    x, y, w = read(law, inputs, error, weights=weights)
    log_x = logarithms(law, x)
    log_y = np.log(np.where(np.isfinite(y), y, 1.0))
    at = (
        origins(law, log_x, log_y, weights=w) if origin is None else _given(origin, len(law.inputs))
    )
    problems = Problems(
        u=_centre(log_x, at.inputs, w),
        z=_centre(log_y, at.error, w),
        weights=w,
        prior_mean=np.atleast_2d(np.zeros(_size(law)) if prior is None else prior.mean),
        prior_precision=np.atleast_2d(np.zeros(_size(law)) if prior is None else prior.precision),
    )
    q0 = _starts(law, problems, starts, near=near)
    stages = Stages(
        law=law, huber=huber, near=near, max_steps=max_steps, tolerance=tolerance, bounded=bounded
    )
    ends = work_off(stages, problems, q0)
    unfit = unfit_codes(law, problems, has_prior=prior is not None)
    fits = _best(law, problems, at, ends=ends, unfit=unfit, keep=keep)
    return replace(fits, huber=huber)


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What is done from each start: least squares, then Huber's loss if that is asked for.

    Parameters
    ----------
    law : Law
        The law.
    huber : float or None
        Width of Huber's loss; None for least squares.
    near : bool
        Whether the starts are near a minimum of Huber's loss already.
    max_steps : int
        Most evaluations from each start.
    tolerance : float
        Relative decrease of the objective below which least squares is done.
    bounded : bool
        Whether the bounds of the law's coordinates hold.
    """

    law: Law
    huber: float | None = None
    near: bool = False
    max_steps: int = 100
    tolerance: float = 1e-10
    bounded: bool = True

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bound of each coordinate (p,)."""
        return _bounds(self.law, self.bounded)

    def __call__(self, problems: Problems, q: Array) -> levenberg.Descent:
        """Return where each start ends; one that lost a term is tried again with it."""
        if self.huber is not None and self.near:
            return self.robust(problems, q)
        ends = self._from(problems, q)
        other, lost = self.law.revive(ends.q)
        which = np.flatnonzero(lost & np.isfinite(ends.objective))
        if which.size and not self.near:
            self._again(problems.take(which), other[which], ends=ends, which=which)
        return ends

    def _again(
        self, problems: Problems, q: Array, *, ends: levenberg.Descent, which: Indices
    ) -> None:
        """Descend from revived places too, and keep the better end."""
        again = self._from(problems, q)
        better = again.objective < ends.objective[which]
        place = which[better]
        ends.q[place], ends.objective[place] = again.q[better], again.objective[better]
        ends.codes[place] = again.codes[better]
        ends.steps[which] += again.steps

    def _from(self, problems: Problems, q: Array) -> levenberg.Descent:
        lower, upper = self.bounds
        first = levenberg.descend(
            self.law, problems, q, lower=lower, upper=upper,
            max_steps=self.max_steps, tolerance=self.tolerance,
        )  # fmt: skip
        if self.huber is None:
            return first
        return self.robust(problems, first.q)

    def robust(self, problems: Problems, q: Array) -> levenberg.Descent:
        lower, upper = self.bounds
        task = quasi_newton.Task(
            law=self.law, problems=problems, huber=self.huber or np.inf, lower=lower, upper=upper
        )
        return quasi_newton.descend(task, q, max_steps=4 * self.max_steps)


def _size(law: Law) -> int:
    return len(law.coordinates)


def _given(origin: tuple[Array, Array], count: int) -> Origins:
    inputs, error = (np.asarray(part, dtype=float) for part in origin)
    return Origins(inputs=inputs.reshape(count, -1), error=np.atleast_1d(error))


def _centre(values: Array, origin: Array, weights: Array) -> Array:
    """Return values less their origin, 0 where no problem has a run."""
    away = values - origin[..., None]
    here: Mask = np.asarray(weights > 0)
    if away.shape[-2] == 1:
        here = np.asarray(here.any(axis=0, keepdims=True))
    return np.where(here, away, 0.0)


def _bounds(law: Law, bounded: bool) -> tuple[Array, Array]:
    size = _size(law)
    if not bounded:
        return np.full(size, -np.inf), np.full(size, np.inf)
    return (
        np.array([item.lower for item in law.coordinates]),
        np.array([item.upper for item in law.coordinates]),
    )


def _starts(law: Law, problems: Problems, starts: Array | None, *, near: bool) -> Array:
    """Return starts (S, B, p)."""
    count, size = len(problems.weights), _size(law)
    if starts is None:
        here = problems.weights > 0
        empty = ~here.any(axis=1)
        here[empty, :1] = True
        z = np.where(here, problems.z, np.nan)
        starts = law.starts(np.where(here, problems.u, np.nan), z)
        return starts
    starts = np.asarray(starts, dtype=float)
    if starts.ndim == 2:
        starts = starts[:, None, :]
    if starts.ndim != 3 or starts.shape[-1] != size or starts.shape[1] not in {1, count}:
        raise OptionError(
            f"starts of shape {starts.shape}: expected (starts, {size}) or "
            f"(starts, {count}, {size})."
        )
    starts = np.broadcast_to(starts, (len(starts), count, size))
    if near:
        return starts
    here = problems.weights > 0
    return law.project(starts, problems.u, np.where(here, problems.z, np.nan))


def work_off(stages: Stages, problems: Problems, q0: Array) -> levenberg.Descent:
    """Return the ends (B, S) of all starts (S, B, p), worked off in chunks of fixed size."""
    many, count, size = q0.shape
    flat = q0.swapaxes(0, 1).reshape(-1, size)
    which = np.arange(count).repeat(many)
    parts = []
    for begin in range(0, len(which), CHUNK):
        piece = slice(begin, begin + CHUNK)
        parts.append(stages(problems.take(which[piece]), flat[piece]))
    shape = (count, many)
    return levenberg.Descent(
        q=np.concatenate([part.q for part in parts]).reshape(*shape, size),
        objective=np.concatenate([part.objective for part in parts]).reshape(shape),
        codes=np.concatenate([part.codes for part in parts]).reshape(shape),
        steps=np.concatenate([part.steps for part in parts]).reshape(shape),
    )


def _best(
    law: Law,
    problems: Problems,
    at: Origins,
    *,
    ends: levenberg.Descent,
    unfit: verdict.Codes,
    keep: int,
) -> BatchFit:
    """Return the best ``keep`` ends of each problem."""
    order = np.argsort(ends.objective, axis=1, kind="stable")[:, :keep]
    rows = np.arange(len(order))[:, None]
    q, objective = ends.q[rows, order], ends.objective[rows, order]
    codes, steps = ends.codes[rows, order], ends.steps[rows, order]
    impossible = np.isin(unfit, (verdict.ONE_INPUT_VALUE, verdict.TOO_FEW_RUNS))
    codes = np.where(unfit[:, None] > 0, unfit[:, None], codes).astype(np.int8)
    q = np.where(impossible[:, None, None], np.nan, q)
    objective = np.where(impossible[:, None], np.inf, objective)
    if keep == 1:
        q, objective, codes, steps = q[:, 0], objective[:, 0], codes[:, 0], steps[:, 0]
    return BatchFit(
        law=law, q=q, objective=objective, codes=codes, steps=steps, problems=problems, origins=at
    )
