"""A forecast of own runs by one named law: its draws read as the pool's distribution is read.

``--law power-irreducible`` and the like. The fit, its back-test and its draws are those of
``fitting.own``; here they only get the shape of a forecast, so that cards, figures and JSON are
one. Unlike the pool's, these intervals are the law's own and calibrated on nothing.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from costlaw.estimates import Estimate
from costlaw.exceptions import CostlawError, EvidenceError
from costlaw.fitting.own import LawFit, fit_law
from costlaw.fitting.own.draws import quantile
from costlaw.forecasting.pooled import PooledAnswer, PooledCheck, PooledFit, check_reachable
from costlaw.runs import Runs
from costlaw.sources import Source

MOST_LEFT_OUT = 24  # settings up to which each is left out in turn


class LawReading:
    """One law's draws, read in both directions; the methods of the pool's distribution."""

    def __init__(self, fit: LawFit) -> None:
        self.fit = fit

    @property
    def last(self) -> float:
        """Largest compute of the runs [FLOP]."""
        return float(self.fit.points.inputs[0].max())

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: every finding of the diagnostics."""
        found = tuple(one.sentence for one in self.fit.flagged)
        return (*found, "Intervals are this law's own; only the pool is calibrated.")

    @property
    def backtest_error(self) -> float:
        """RMS of ln error over the hidden largest quarter; NaN: too few runs."""
        score = self.fit.backtest.score
        return math.nan if score is None else score

    @property
    def calibrated_reach(self) -> float:
        """Reach up to which its own back-tests held [dex]."""
        return self.fit.backtest.reach_held_dex

    @property
    def support(self) -> Any:
        """What the reach rests on."""
        return SimpleNamespace(inside=True, sentence=self.fit.backtest.sentence)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the law comes from."""
        return self.fit.transform.sources

    def quantile(self, probability: float, x: ArrayLike) -> NDArray[np.float64]:
        """Return the error not exceeded with a probability at amounts of compute [FLOP]."""
        place = np.log(np.atleast_1d(np.asarray(x, dtype=float)))[None]
        values = np.exp(quantile(self.fit.draws.log_error(place), probability))
        return values.reshape(np.shape(x))

    def median(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the error of the fitted law at amounts of compute [FLOP]."""
        place = np.log(np.atleast_1d(np.asarray(x, dtype=float)))[None, None]
        return np.exp(self.fit.batch.log_error(place)[0]).reshape(np.shape(x))

    def interval(
        self, x: ArrayLike, level: float = 0.9
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the central interval of the law's error at amounts of compute [FLOP]."""
        return self.quantile(0.5 - level / 2, x), self.quantile(0.5 + level / 2, x)

    def unreachable(self, error: float) -> float:
        """Return the share of draws that never reach an error."""
        return float(np.mean(~np.isfinite(self._logs(error))))

    def input_for(self, error: float, probability: float = 0.5) -> float:
        """Return the compute [FLOP] by which an error is reached with a probability."""
        with np.errstate(over="ignore"):
            return float(np.exp(quantile(self._logs(error), probability)))

    def input_estimate(self, error: float, unit: str = "FLOP") -> Estimate:
        """Return the compute for an error as draws; ``inf`` draws never get there."""
        ordered = np.sort(self._logs(error))
        places = (np.arange(ordered.size) + 0.5) / ordered.size

        def values(share: NDArray[np.float64]) -> NDArray[np.float64]:
            near = np.clip(np.searchsorted(places, share), 0, ordered.size - 1)
            with np.errstate(over="ignore"):
                return np.exp(ordered[near])

        return Estimate.from_quantiles(
            f"compute for error {error!r} by {self.fit.law}", values, unit=unit,
            point=self.input_for(error), sources=self.sources,
        )  # fmt: skip

    def _logs(self, error: float) -> NDArray[np.float64]:
        logs = self.fit.draws.log_input_for(math.log(error))
        return np.where(np.isnan(logs), np.inf, logs)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return self.fit.to_dict()


def law_answer(
    runs: Runs, error: float, *, law: str, column: str, edition: str
) -> tuple[PooledFit, PooledAnswer, PooledCheck, Estimate]:
    """Answer by one named law.

    Parameters
    ----------
    runs : Runs
        Own runs, learning curves told apart.
    error : float
        Target [the benchmark's unit].
    law : str
        A law of one input.
    column : str
        Column of compute [FLOP].
    edition : str
        Label of the evidence.

    Returns
    -------
    (fit, answer, check, compute)

    Raises
    ------
    EvidenceError
        If there are too few runs for an interval.
    UnreachableError
        If the target is more likely never reached than reached.
    """
    fitted = fit_law(runs, law, along=column)
    fitted.transform._need_one_input()
    if not fitted.draws.enough:
        raise EvidenceError(
            f'{runs.origin}, law "{fitted.law}": {fitted.n} settings for '
            f"{len(fitted.coefficients)} coefficients carry no interval, so no forecast. Add runs, "
            "or use a simpler law."
        )
    reading = LawReading(fitted)
    fit = PooledFit(
        predictive=reading, runs=runs, column=column, edition=edition, law=fitted.law,
        sources=fitted.sources,
    )  # fmt: skip
    point, never = check_reachable(fit, error)
    answer = PooledAnswer(
        point_log10=math.log10(point), p_unreachable=never,
        reach_dex=math.log10(point / reading.last), leave_one_out=_leave_out(fitted, error),
    )  # fmt: skip
    check = PooledCheck(
        backtested_reach_dex=reading.calibrated_reach, sentence=fitted.backtest.sentence
    )
    return fit, answer, check, reading.input_estimate(error)


def _leave_out(fit: LawFit, error: float) -> tuple[float, float]:
    """Return the range of the answer over fits without one setting [log10 FLOP]."""
    if fit.n > MOST_LEFT_OUT or fit.n <= len(fit.coefficients) + 1:
        return math.nan, math.nan
    from costlaw.fitting.kernel.fit import fit_batch

    points = fit.points
    weights = points.weights * (1.0 - np.eye(fit.n))
    try:
        rest = fit_batch(fit.transform, points.inputs[:, None, :], points.error, weights=weights,
                         huber=fit.huber)  # fmt: skip
    except CostlawError:
        return math.nan, math.nan
    found = rest.inverse(np.full(fit.n, math.log(error))) / math.log(10.0)
    return float(np.nanmin(found)), float(np.nanmax(found))
