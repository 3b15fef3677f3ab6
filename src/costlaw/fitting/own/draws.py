"""What a fit leaves uncertain, as draws of the whole law; every interval is read from them.

Separate runs: errors are drawn again around the fitted law with a residual variance that is itself
drawn (RSS over chi-square), and the law is fitted again. For a straight line that gives Student's
t exactly; unlike resampled pairs it does not come out too narrow for six or eight runs
(``benchmarks/own_runs_coverage.py`` has both). A learning curve, whose checkpoints follow each
other, is resampled in blocks; rows of one paper or family together. No prior, no calibration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.bootstrap import (
    block_counts,
    block_length,
    bootstrap,
    cluster_counts,
    pairs_counts,
)
from costlaw.fitting.kernel.fit import BatchFit, Stages, work_off
from costlaw.fitting.kernel.problem import Problems
from costlaw.fitting.own.points import Points
from costlaw.laws.law import Array
from costlaw.runs.checkpoints import CURVE

REPLICATES = 400
FEWEST_USABLE = 0.8  # share of draws that must have converged for an interval to be printed


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """Equally likely laws.

    Parameters
    ----------
    fit : BatchFit
        The fit on all settings.
    q : ndarray of shape (R, p)
        Working coordinates at the origins of ``fit``; only draws that converged.
    method : str
        How they were made, in words.
    asked : int
        Draws asked for.
    """

    fit: BatchFit
    q: Array
    method: str
    asked: int

    @property
    def enough(self) -> bool:
        """Whether enough draws converged for an interval."""
        return len(self.q) >= max(20, FEWEST_USABLE * self.asked)

    @property
    def coefficients(self) -> Array:
        """Coefficients (R, p) in natural units."""
        law, at = self.fit.law, self.fit.origins
        return law.to_coefficients(law.move(self.q, -at.inputs, -at.error))

    def log_error(self, log_inputs: Array) -> Array:
        """Return ln error (R, m) of every law at ln inputs (d, m), natural units."""
        u = np.asarray(log_inputs, dtype=float) - self.fit.origins.inputs
        return self.fit.law.log_error(self.q, u[:, None, :]) + self.fit.origins.error[0]

    def log_input_for(self, log_error: float) -> Array:
        """Return ln input (R,) at which every law reaches an error; inf where it never does."""
        at = self.fit.origins
        z = np.full(len(self.q), log_error - at.error[0])
        return self.fit.law.inverse(self.q, z) + at.inputs[0, 0]

    def interval(self, values: Array, level: float = 0.9) -> tuple[Array, Array]:
        """Return the central interval of values (R, ...), NaN where there are too few draws."""
        if not self.enough:
            blank = np.full(np.shape(values)[1:], np.nan)
            return blank, blank
        tails = (0.5 - level / 2, 0.5 + level / 2)
        low, high = (quantile(values, share) for share in tails)
        return low, high


def quantile(values: Array, share: float) -> Array:
    """Return the quantile of values (R, ...), infinite ones in their place, NaN left out."""
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=0)
    count = (~np.isnan(values)).sum(axis=0)
    place = np.clip(np.rint(share * count - 0.5).astype(int), 0, np.maximum(count - 1, 0))
    return np.take_along_axis(ordered, place[None], axis=0)[0]


def draw_laws(
    fit: BatchFit, points: Points, *, replicates: int = REPLICATES, seed: int = 0
) -> Draws:
    """Return draws of the law for one fit.

    Parameters
    ----------
    fit : BatchFit
        One fit (B = 1) of the settings, least squares or Huber's loss.
    points : Points
        The settings.
    replicates : int
        Draws.
    seed : int
        Seed of the draws.
    """
    runs, size = len(points), fit.q.shape[-1]
    none = Draws(fit=fit, q=np.zeros((0, size)), method="none", asked=replicates)
    if not np.isfinite(fit.objective[0]) or runs <= size:
        return none
    if points.kind == CURVE:
        length = block_length(fit.residuals[0])
        counts = block_counts(runs, replicates, length=length, seed=seed)
        return _resampled(fit, counts, f"moving-block bootstrap, blocks of {length}")
    if points.kind == "clusters" and np.unique(points.groups).size > size:
        counts = cluster_counts(points.groups.tolist(), replicates, seed=seed)
        return _resampled(fit, counts, "bootstrap of whole clusters")
    if fit.huber is not None:
        counts = pairs_counts(runs, replicates, seed=seed)
        return _resampled(fit, counts, "runs drawn again one by one (Huber's loss)")
    return _redrawn(fit, replicates=replicates, seed=seed)


def _resampled(fit: BatchFit, counts: Array, method: str) -> Draws:
    drawn = bootstrap(fit, counts)
    good = drawn.usable[0]
    return Draws(fit=fit, q=drawn.q[0, good], method=method, asked=len(counts))


def _redrawn(fit: BatchFit, *, replicates: int, seed: int) -> Draws:
    """Draw the residual variance and the errors, fit again."""
    random = np.random.default_rng(seed)
    residuals = fit.residuals[0]
    runs, size = residuals.size, fit.q.shape[-1]
    weights = fit.problems.weights[0]
    loss = float((weights * residuals**2).sum())
    freedom = runs - size
    scale = np.sqrt(loss / random.chisquare(freedom, replicates))
    noise = random.normal(size=(replicates, runs)) / np.sqrt(np.where(weights > 0, weights, 1.0))
    fitted = fit.law.log_error(fit.q, fit.problems.u)
    old = fit.problems
    problems = Problems(
        u=old.u, z=fitted + scale[:, None] * noise,
        weights=np.broadcast_to(old.weights, (replicates, runs)),
        prior_mean=old.prior_mean, prior_precision=old.prior_precision,
    )  # fmt: skip
    stages = Stages(law=fit.law, max_steps=100, tolerance=1e-8)
    starts = near_starts(fit)
    ends = work_off(stages, problems, np.broadcast_to(starts, (len(starts), replicates, size)))
    best = ends.objective.argmin(axis=1)
    rows = np.arange(replicates)
    good = np.isin(ends.codes[rows, best], (verdict.CONVERGED, verdict.AT_BOUND))
    return Draws(
        fit=fit, q=ends.q[rows, best][good], asked=replicates,
        method="errors and their variance drawn again (Student's t for a line)",
    )  # fmt: skip


def near_starts(fit: BatchFit) -> Array:
    """Return starts (s, 1, p) for replicates: the fit, and the fit pulled in from flat ends.

    A coordinate at its bound has no slope there, so a replicate that starts from it would never
    leave; it also starts from inside the range of the law's own starts.
    """
    problems = fit.problems
    here = problems.weights > 0
    own = fit.law.starts(np.where(here, problems.u, np.nan), np.where(here, problems.z, np.nan))
    low, high = own[:, 0].min(axis=0), own[:, 0].max(axis=0)
    inside = np.clip(fit.q[0], low - 1.0, high + 1.0)
    if np.array_equal(inside, fit.q[0]):
        return fit.q[None]
    return np.stack([fit.q, inside[None]])
