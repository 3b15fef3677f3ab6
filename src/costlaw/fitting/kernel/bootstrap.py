"""Bootstrap: how much fits move when the runs are drawn again, all replicates in one batch.

Pairs for separate runs (Efron 1979); moving blocks for the checkpoints of one run, whose errors
follow each other (Künsch 1989; block length after Carlstein 1986); clusters where runs share a
paper or a family. Replicates start at the fit and stay in its basin, as the published procedures
do; one that does not converge is started again from the law's own starts.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.fit import BatchFit, Stages, work_off
from costlaw.fitting.kernel.levenberg import measure
from costlaw.fitting.kernel.problem import Problems
from costlaw.laws.law import Array

TOLERANCE = 1e-7  # relative decrease of the objective below which a replicate is done
RESTARTS = 1  # of the law's own starts, for a replicate that did not converge from the fit


@dataclass(frozen=True, kw_only=True, eq=False)
class Replicates:
    """R fits of each of B problems on resampled runs.

    Parameters
    ----------
    fit : BatchFit
        The fits on all runs.
    q : ndarray of shape (B, R, p)
        Working coordinates at the origins of ``fit``.
    objective : ndarray of shape (B, R)
        Summed loss of each.
    codes : ndarray of shape (B, R)
        How each ended.
    """

    fit: BatchFit
    q: Array
    objective: Array
    codes: verdict.Codes

    @cached_property
    def coefficients(self) -> Array:
        """Coefficients (B, R, p) in natural units."""
        at = self.fit.origins
        law = self.fit.law
        return law.to_coefficients(law.move(self.q, -at.inputs[..., None], -at.error[..., None]))

    def interval(self, level: float = 0.9) -> tuple[Array, Array]:
        """Return low and high (B, p): the middle share ``level`` of the usable replicates."""
        inside = np.where(self.usable[..., None], self.coefficients, np.nan)
        tails = (0.5 - level / 2, 0.5 + level / 2)
        empty = ~self.usable.any(axis=1)
        inside[empty] = 0.0
        low, high = np.nanquantile(inside, tails, axis=1)
        low[empty], high[empty] = np.nan, np.nan
        return low, high

    @property
    def usable(self) -> np.ndarray:
        """Which replicates (B, R) converged, at a bound or not."""
        return np.isin(self.codes, (verdict.CONVERGED, verdict.AT_BOUND))


def pairs_counts(runs: int, replicates: int, *, seed: int = 0) -> Array:
    """Return how often each run is drawn (replicates, runs), runs drawn one by one.

    Examples
    --------
    >>> pairs_counts(5, 2, seed=1).sum(axis=1)
    array([5., 5.])
    """
    random = np.random.default_rng(seed)
    return _count(random.integers(0, runs, (replicates, runs)), runs)


def block_counts(runs: int, replicates: int, *, length: int, seed: int = 0) -> Array:
    """Return how often each checkpoint is drawn (replicates, runs), in blocks of neighbours.

    Raises
    ------
    OptionError
        If a block is shorter than one checkpoint or longer than the curve.
    """
    if not 1 <= length <= runs:
        raise OptionError(f"block length = {length}: expected 1 to {runs} checkpoints.")
    random = np.random.default_rng(seed)
    needed = math.ceil(runs / length)
    first = random.integers(0, runs - length + 1, (replicates, needed))
    drawn = (first[..., None] + np.arange(length)).reshape(replicates, -1)[:, :runs]
    return _count(drawn, runs)


def cluster_counts(clusters: Sequence[Hashable], replicates: int, *, seed: int = 0) -> Array:
    """Return how often each run is drawn (replicates, runs), whole clusters at a time.

    Parameters
    ----------
    clusters : sequence of shape (runs,)
        Label of each run's cluster, such as its paper.
    replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    """
    labels = list(dict.fromkeys(clusters))
    place = {label: index for index, label in enumerate(labels)}
    member = np.array([place[label] for label in clusters])
    return pairs_counts(len(labels), replicates, seed=seed)[:, member]


def block_length(residuals: Array) -> int:
    """Return the block length for residuals in order of compute, from their autocorrelation.

    Carlstein 1986 for a first-order autoregression: (sqrt(6) rho / (1 - rho^2))^(2/3) n^(1/3).
    """
    known = residuals[np.isfinite(residuals)]
    count = len(known)
    if count < 4 or not known.std() > 0:
        return 1
    away = known - known.mean()
    rho = float(np.clip((away[1:] * away[:-1]).sum() / (away**2).sum(), 0.0, 0.95))
    length = (math.sqrt(6.0) * rho / (1.0 - rho**2)) ** (2.0 / 3.0) * count ** (1.0 / 3.0)
    return int(np.clip(math.ceil(length), 1, max(1, count // 3)))


def bootstrap(
    fit: BatchFit, counts: Array, *, huber: float | None = None, max_steps: int = 70
) -> Replicates:
    """Fit every problem again with its runs weighted by the counts of each replicate.

    Parameters
    ----------
    fit : BatchFit
        B fits, one for each problem.
    counts : ndarray of shape (R, n) or (B, R, n)
        How often each run was drawn; multiplied with the weights of ``fit``.
    huber : float, optional
        Width of Huber's loss: the one of ``fit``.
    max_steps : int
        Most evaluations of each replicate.

    Returns
    -------
    Replicates
        R fits of each problem.
    """
    huber = fit.huber if huber is None else huber
    problems, count = fit.problems, len(fit.q)
    counts = np.broadcast_to(counts, (count, *counts.shape[-2:]))
    many = counts.shape[1]
    which = np.arange(count).repeat(many)
    weights = (counts * problems.weights[:, None, :]).reshape(count * many, -1)
    drawn = replace(problems.take(which), weights=weights)
    stages = Stages(law=fit.law, huber=huber, near=True, max_steps=max_steps, tolerance=TOLERANCE)
    ends = work_off(stages, drawn, fit.q[which][None])
    lost = np.flatnonzero(~np.isin(ends.codes[:, 0], (verdict.CONVERGED, verdict.AT_BOUND)))
    if lost.size:
        part = drawn.take(lost)
        here = part.weights > 0
        starts = fit.law.starts(np.where(here, part.u, np.nan), np.where(here, part.z, np.nan))
        again = work_off(replace(stages, near=False), part, _likeliest(fit, part, starts))
        best = again.objective.argmin(axis=1)
        rows = np.arange(len(lost))
        ends.q[lost, 0], ends.codes[lost, 0] = again.q[rows, best], again.codes[rows, best]
        ends.objective[lost, 0] = again.objective[rows, best]
    shape = (count, many)
    return Replicates(
        fit=fit, q=ends.q.reshape(*shape, -1), objective=ends.objective.reshape(shape),
        codes=ends.codes.reshape(shape),
    )  # fmt: skip


def _likeliest(fit: BatchFit, problems: Problems, starts: Array) -> Array:
    """Return the few starts (RESTARTS, B, p) that lie nearest to each problem's runs."""
    if len(starts) <= RESTARTS:
        return starts
    place = np.arange(starts.shape[1])
    with np.errstate(all="ignore"):
        losses = np.stack([measure(fit.law, problems, q, place=place)[0] for q in starts])
    order = np.argsort(losses, axis=0, kind="stable")[:RESTARTS]
    return np.take_along_axis(starts, order[..., None], axis=0)


def _count(drawn: np.ndarray, runs: int) -> Array:
    replicates = len(drawn)
    flat = (drawn + runs * np.arange(replicates)[:, None]).ravel()
    return np.bincount(flat, minlength=replicates * runs).reshape(replicates, runs).astype(float)
