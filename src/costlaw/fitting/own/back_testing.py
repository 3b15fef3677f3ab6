"""Back-test of any law on own runs: hide the largest settings, forecast them, score.

Every cut keeps the smaller settings, fits the law on them alone and forecasts the rest with the
interval of a next run (the law's draws and a run's own scatter). Two readings come of it: the score
at one stated reach, the same for every law of a comparison, and the reach up to which the 90 %
interval held. Nothing is chosen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.exceptions import CostlawError
from costlaw.fitting.kernel.fit import fit_batch
from costlaw.fitting.own.draws import draw_laws, quantile
from costlaw.fitting.own.points import Points
from costlaw.fitting.scatter.back_testing import FEWEST_HIDDEN, HELD, ScatterBacktest
from costlaw.laws.law import Array, Law
from costlaw.units import format_share

CUTS = 5  # cuts between half of the settings and all but one
FEWEST = 4  # settings that are always shown
HIDDEN_SHARE = 0.25  # of the settings, hidden for the stated score
REPLICATES = 200
LEVELS = (0.5, 0.9)


@dataclass(frozen=True, kw_only=True, eq=False)
class LawBacktest:
    """Hidden settings and how a law forecast them.

    Parameters
    ----------
    hidden : ScatterBacktest
        Every hidden setting of every cut.
    score : float or None
        RMS of ln error over the largest quarter when it is hidden; None: too few settings.
    reach_dex, count : float, int
        How far past the last shown setting that quarter goes [dex]; its settings.
    """

    hidden: ScatterBacktest
    score: float | None
    reach_dex: float
    count: int

    @property
    def reach_held_dex(self) -> float:
        """Farthest reach [dex] up to which at least 80 % of 3 or more hidden lay inside 90 %.

        Own runs are few, so all hidden up to a reach count together, not bin by bin.
        """
        order = np.argsort(self.hidden.reach_dex, kind="stable")
        inside = self.hidden.inside[0.9][order]
        count = np.arange(1, inside.size + 1)
        held = (np.cumsum(inside) >= HELD * count) & (count >= FEWEST_HIDDEN)
        return float(self.hidden.reach_dex[order][held].max(initial=0.0))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            **self.hidden.to_dict(), "backtested_reach_dex": self.reach_held_dex,
            "score_rms_ln_error": self.score,
            "score_reach_dex": self.reach_dex, "score_hidden": self.count,
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        """The back-test in words."""
        if self.score is None:
            return "too few runs to hide any"
        said = hidden_words(self.score, self.reach_dex, self.count)
        share = self.hidden.coverage(0.9)
        if share is not None:
            said += f"; {format_share(share)} of {self.hidden.reach_dex.size} hidden inside 90 %"
        return said


def hidden_words(score: float, reach_dex: float, count: int) -> str:
    """Say what was hidden for the stated score and what it was missed by; the same for every law.

    Examples
    --------
    >>> hidden_words(0.0182, 1.0, 2)
    'largest 2 settings hidden (1 dex): off by 1.8 % (RMS)'
    """
    runs = "1 setting" if count == 1 else f"{count} settings"
    return f"largest {runs} hidden ({reach_dex:.2g} dex): off by {format_share(score, 1)} (RMS)"


@dataclass(frozen=True, kw_only=True)
class PoolBacktest:
    """The pool's score over the largest quarter of the settings when it is hidden.

    Parameters
    ----------
    score : float or None
        RMS of ln error; None: too few settings are left.
    reach_dex, count : float, int
        How far past the last shown setting that quarter goes [dex]; its settings.
    """

    score: float | None
    reach_dex: float
    count: int

    @property
    def sentence(self) -> str:
        """The back-test in words."""
        if self.score is None:
            return "too few runs to hide any"
        return hidden_words(self.score, self.reach_dex, self.count)


def back_test_pool(amounts: Array, errors: Array) -> PoolBacktest:
    """Hide the largest quarter of the settings from the pool, forecast it and score.

    The same settings are hidden as from every law (:func:`back_test_law`), so that ``compare`` and
    ``forecast`` state one number.

    Parameters
    ----------
    amounts : ndarray of shape (n,)
        Resource of each run.
    errors : ndarray of shape (n,)
        Error of each run [the benchmark's unit].
    """
    from costlaw.fitting.predictive.predict import predict_curve

    grid = np.unique(amounts)
    last = grid[stated_cut(grid.size) - 1]
    hidden = grid[grid > last]
    far = float(np.log10(grid[-1] / last))
    shown = amounts <= last
    try:
        seen = predict_curve(amounts[shown], errors[shown])
    except CostlawError:
        return PoolBacktest(score=None, reach_dex=far, count=int(hidden.size))
    truth = [np.log(errors[amounts == amount]).mean() for amount in hidden]
    score = float(np.sqrt(np.mean((np.log(seen.median(hidden)) - truth) ** 2)))
    return PoolBacktest(score=score, reach_dex=far, count=int(hidden.size))


def stated_cut(count: int) -> int:
    """Return how many settings are shown for the stated score."""
    return count - max(1, round(HIDDEN_SHARE * count))


def back_test_law(law: Law, points: Points, *, huber: float | None = None) -> LawBacktest:
    """Hide the largest settings in several cuts, forecast them and score.

    Parameters
    ----------
    law : Law
        The law.
    points : Points
        All settings.
    huber : float, optional
        Width of Huber's loss; least squares if left out.
    """
    order = points.order
    size = len(law.coordinates)
    first = max(FEWEST, size + 1, len(points) // 2)
    stated = stated_cut(len(points))
    cuts = np.unique(np.linspace(first, len(points) - 1, CUTS).astype(int)).tolist()
    cuts = sorted({cut for cut in [*cuts, stated] if first <= cut < len(points)})
    ranks = np.sort(order)
    rows, score = [], None
    for cut in cuts:
        shown = order <= ranks[cut - 1]
        row = _one_cut(law, points, shown, huber=huber)
        if row is None:
            continue
        rows.append(row)
        if cut == stated:
            score = float(np.sqrt(np.mean((row[1] * np.log(10.0)) ** 2)))
    empty = np.zeros(0)
    hidden = ScatterBacktest(
        reach_dex=np.concatenate([row[0] for row in rows] or [empty]),
        error_dex=np.concatenate([row[1] for row in rows] or [empty]),
        inside={
            level: np.concatenate([row[2][level] for row in rows] or [empty.astype(bool)])
            for level in LEVELS
        },
        origins=len(rows),
    )
    far = float(ranks[-1] - ranks[stated - 1]) / np.log(10.0) if stated >= 1 else 0.0
    return LawBacktest(
        hidden=hidden, score=score, reach_dex=far, count=int((order > ranks[stated - 1]).sum())
    )


def _one_cut(
    law: Law, points: Points, shown: np.ndarray, *, huber: float | None
) -> tuple[Array, Array, dict[float, np.ndarray]] | None:
    """Return reach, missed dex and whether inside, for the settings that a cut hides."""
    seen, hidden = points.keep(shown), points.keep(~shown)
    if len(hidden) == 0 or len(seen) <= len(law.coordinates):
        return None
    fit = fit_batch(
        law, seen.inputs[:, None, :], seen.error, weights=seen.weights[None], huber=huber
    )
    if not np.isfinite(fit.objective[0]):
        return None
    log_x = log_inputs(law, hidden.inputs)
    center = fit.log_error(log_x[:, None, :])[0]
    if not np.isfinite(center).all():
        return None
    away = (np.log(hidden.error) - center) / np.log(10.0)
    draws = draw_laws(fit, seen, replicates=REPLICATES)
    inside = {level: np.zeros(len(hidden), dtype=bool) for level in LEVELS}
    if draws.enough:
        freedom = max(len(seen) - fit.q.shape[1], 1)
        scatter = np.sqrt(
            np.nansum(seen.weights * fit.residuals[0] ** 2) / freedom / hidden.weights
        )
        noise = scatter * np.random.default_rng(1).normal(size=(len(draws.q), len(hidden)))
        ahead = draws.log_error(log_x) + noise
        for level in LEVELS:
            low, high = quantile(ahead, 0.5 - level / 2), quantile(ahead, 0.5 + level / 2)
            inside[level] = (np.log(hidden.error) >= low) & (np.log(hidden.error) <= high)
    reach = (hidden.order - seen.order.max()) / np.log(10.0)
    return reach, away, inside


def log_inputs(law: Law, inputs: Array) -> Array:
    """Return ln of each input (d, m), or the input itself where the law takes it plainly."""
    rows = [row if name in law.plain_inputs else np.log(row)
            for name, row in zip(law.inputs, inputs, strict=True)]  # fmt: skip
    return np.stack(rows)
