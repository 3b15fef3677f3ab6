"""The joint law on the smaller cells, and the largest cell predicted from them.

The law sees only cells with a smaller network *and* fewer examples than the largest. The width of
its prediction has two sources, and the larger one is used: what resampled cells and their residuals
move it by, and how far the same procedure missed the corners of smaller grids inside those cells,
which is what a wrong form costs when it extrapolates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from costlaw.exceptions import EvidenceError
from costlaw.fitting.kernel.bootstrap import bootstrap, pairs_counts
from costlaw.fitting.kernel.fit import BatchFit, fit_batch
from costlaw.lab.scale.cells import Array, Cells
from costlaw.laws import law

LAW = "joint"
LEVEL = 0.9
REPLICATES = 400
FEWEST = 6  # cells for a law of five coefficients and something left over
FREE = 5
NOTHING = 1e-9  # an irreducible error below this is at the bound of the fit


@dataclass(frozen=True, kw_only=True, eq=False)
class JointFit:
    """The joint law fitted to cells.

    Parameters
    ----------
    coefficients, low, high : dict of str to float
        Estimates and their 90 % interval over resampled cells.
    residual_sd : float
        Sd of ln error about the law, degrees of freedom taken off.
    verdict : str
        How the fit ended.
    cells : int
        Cells it saw [count].
    """

    coefficients: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    residual_sd: float
    verdict: str
    cells: int
    _fit: BatchFit
    _draws: Array

    def predict(self, parameters: Array, examples: Array) -> Array:
        """Return the law's error at sizes and examples (m,)."""
        where = np.log(np.stack([parameters, examples]))[:, None, :]
        return np.exp(self._fit.log_error(where)[0])

    def draws(self, parameters: float, examples: float) -> Array:
        """Return ln error there by each resampled fit (r,)."""
        law_ = self._fit.law
        origins = self._fit.origins
        u = np.log([parameters, examples])[:, None] - origins.inputs[:, :1]
        z = law_.log_error(self._draws, np.broadcast_to(u[:, None, :], (2, len(self._draws), 1)))
        return z[:, 0] + origins.error[0]


def _fit(cells: Cells) -> BatchFit:
    inputs = np.stack([cells.parameters, cells.examples])[:, None, :]
    return fit_batch(law(LAW), inputs, cells.error[None, :])


def fit_joint(cells: Cells, *, seed: int = 0) -> JointFit:
    """Fit error = E + A·parameters^-alpha + B·examples^-beta to cells.

    Raises
    ------
    EvidenceError
        If there are fewer than six cells, or the fit fails.
    """
    if len(cells) < FEWEST:
        raise EvidenceError(f"{len(cells)} cells: expected at least {FEWEST} for a joint law.")
    found = _fit(cells)
    if not np.isfinite(found.q).all():
        raise EvidenceError(f"the joint law could not be fitted: {found.verdicts[0]}.")
    drawn = bootstrap(found, pairs_counts(len(cells), REPLICATES, seed=seed))
    low, high = (_floored(end) for end in drawn.interval(LEVEL))
    names = found.coefficient_names
    rest = found.residuals[0]
    return JointFit(
        coefficients=dict(zip(names, map(float, _floored(found.coefficients)[0]), strict=True)),
        low=dict(zip(names, map(float, low[0]), strict=True)),
        high=dict(zip(names, map(float, high[0]), strict=True)),
        residual_sd=float(np.sqrt((rest**2).sum() / max(len(rest) - FREE, 1))),
        verdict=str(found.verdicts[0]), cells=len(cells), _fit=found,
        _draws=drawn.q[0][drawn.usable[0]],
    )  # fmt: skip


def _floored(coefficients: Array) -> Array:
    """Return coefficients with an irreducible error at its lower bound written as 0."""
    made = coefficients.copy()
    made[:, 0] = np.where(made[:, 0] < NOTHING, 0.0, made[:, 0])
    return made


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """The largest cell, predicted without having seen its size or its examples.

    Parameters
    ----------
    size, examples : float
        The cell [count].
    actual, predicted, low, high : float
        Error, and the prediction with its 90 % interval.
    cells : int
        Cells the law saw [count].
    reach_dex : float
        How far its compute lies past the most that the law saw [dex].
    sampling_sd, missed_sd : float
        The two sources of width, in ln error; ``missed_sd`` is nan without smaller corners.
    corners : int
        Corners of smaller grids that were predicted [count].
    """

    size: float
    examples: float
    actual: float
    predicted: float
    low: float
    high: float
    cells: int
    reach_dex: float
    sampling_sd: float
    missed_sd: float
    corners: int

    @property
    def is_inside(self) -> bool:
        """Whether the interval holds the actual error."""
        return self.low <= self.actual <= self.high

    @property
    def miss(self) -> float:
        """Predicted over actual, less 1."""
        return self.predicted / self.actual - 1


def hold_out(cells: Cells, *, seed: int = 0) -> HeldOut:
    """Predict the largest cell from those smaller in both ways.

    Raises
    ------
    EvidenceError
        If too few cells are left, or the largest is not finished.
    """
    target = cells.keep(cells.largest)
    if not len(target):
        raise EvidenceError("the largest cell is not finished; there is nothing to predict.")
    seen = cells.keep(cells.inside)
    joint = fit_joint(seen, seed=seed)
    predicted = float(joint.predict(target.parameters, target.examples)[0])
    draws = joint.draws(float(target.parameters[0]), float(target.examples[0]))
    sampling = float(np.hypot(draws.std(ddof=1), joint.residual_sd))
    misses = corner_misses(seen)
    missed = float(np.sqrt((misses**2).mean())) if len(misses) else float("nan")
    by_corners = bool(len(misses)) and missed > sampling
    freedom = len(misses) if by_corners else max(len(seen) - FREE, 1)
    half = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * (missed if by_corners else sampling)
    return HeldOut(
        size=float(target.size[0]), examples=float(target.examples[0]),
        actual=float(target.error[0]), predicted=predicted,
        low=predicted * float(np.exp(-half)), high=predicted * float(np.exp(half)),
        cells=len(seen), reach_dex=float(np.log10(target.compute[0] / seen.compute.max())),
        sampling_sd=sampling, missed_sd=missed, corners=len(misses),
    )  # fmt: skip


def corner_misses(cells: Cells) -> Array:
    """Return ln predicted over actual for the corners of smaller grids (k,).

    Each corner is predicted from the cells that are smaller in both ways, as the largest cell is.
    """
    misses = []
    for size in np.unique(cells.size):
        for count in np.unique(cells.examples):
            corner = cells.keep((cells.size == size) & (cells.examples == count))
            seen = cells.keep((cells.size < size) & (cells.examples < count))
            sides = min(len(np.unique(seen.size)), len(np.unique(seen.examples)))
            if not len(corner) or sides < 2 or len(seen) < FEWEST:
                continue
            found = _fit(seen)
            if not np.isfinite(found.q).all():
                continue
            where = np.log([corner.parameters, corner.examples])[:, None, :]
            misses.append(float(found.log_error(where)[0, 0] - np.log(corner.error[0])))
    return np.array(misses)
