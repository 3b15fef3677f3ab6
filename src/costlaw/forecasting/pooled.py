"""Own runs through the calibrated pool: the predictive distribution in the shape of a forecast.

For a person's own series of runs one functional form is a guess; the pool of laws, calibrated on a
reference library, answers instead (``fitting.predictive``). These records give its answer the same
fields as a fit of a published scatter, so that cards, figures and JSON are one. They add nothing to
the distribution: what the pool cannot say (R², a cost exponent) is absent, not invented.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError, UnreachableError
from costlaw.fitting.diagnostic import Diagnostic, narrow_range
from costlaw.fitting.own.back_testing import back_test_pool
from costlaw.fitting.scatter import Bands
from costlaw.runs import Benchmark, Runs
from costlaw.sources import Source, merge_sources
from costlaw.units import format_chance, format_percent
from costlaw.version import __version__

if TYPE_CHECKING:
    from costlaw.fitting.predictive.predict import Predictive
    from costlaw.forecasting.by_law import LawReading

FEWEST = 5  # distinct amounts of compute that the pool needs
WIDEST = 230.0  # ln of the largest range that the pool takes: 100 decades
NARROWEST = 3.0  # largest over smallest amount that the pool needs
MOST = 0.5  # P(unreachable) from which there is no number


def fits_pool(runs: Runs, column: str) -> bool:
    """Return whether a table is enough for the pool: 5 amounts over a factor of 3, one curve."""
    amounts = runs.numbers(column)
    amounts = np.unique(amounts[np.isfinite(amounts)])
    curves = {label for label in runs.texts("curve") if label}
    return bool(
        amounts.size >= FEWEST
        and math.log(NARROWEST) <= math.log(amounts[-1]) - math.log(amounts[0]) <= WIDEST
        and len(curves) < 2
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledFit:
    """The pool fitted to one series of runs.

    Parameters
    ----------
    predictive : Predictive
        The distribution.
    runs : Runs
        What it rests on.
    column, edition : str
        Column of compute and label of the evidence.
    """

    predictive: Predictive | LawReading
    runs: Runs
    column: str
    edition: str
    law: str = "pool"
    estimand: str = "error-on-compute"
    sources: tuple[Source, ...] = field(default=())

    @property
    def benchmark(self) -> Benchmark:
        """What the error is."""
        return self.runs.benchmark

    @property
    def measure(self) -> str:
        """How compute was counted."""
        return self.runs.measure

    @property
    def n(self) -> int:
        """Number of runs [count]."""
        return len(self.runs)

    @property
    def digest(self) -> str:
        """Digest of the data."""
        return self.runs.digest

    @property
    def largest(self) -> float:
        """Compute of the largest run [FLOP]."""
        return self.predictive.last

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, in sentences."""
        return self.predictive.notes

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every check of one law's fit; of the pool its range and what it is calibrated for."""
        law = getattr(self.predictive, "fit", None)
        if law is not None:
            return tuple(law.diagnostics)
        x, support = self.evidence.x, self.predictive.support
        return (
            narrow_range(float(np.ptp(x))),
            Diagnostic(
                name="unlike_the_library", flagged=not support.inside,
                value=float(support.distance), limit=None,
                sentence=f"The curve is {support.sentence}.",
            ),
        )  # fmt: skip

    def said(self, error: float) -> str:
        """Return an error as a person reads it."""
        return format_percent(error, 3) if self.benchmark.is_fraction else f"{error:.4g}"

    @cached_property
    def quality(self) -> str:
        """How well it forecast the series' own hidden quarter, in the words of ``compare``."""
        law = getattr(self.predictive, "fit", None)
        if law is not None:
            return str(law.backtest.sentence)
        compute = self.runs.numbers(self.column)
        good = np.isfinite(compute)
        return back_test_pool(compute[good], self.runs.numbers("error")[good]).sentence

    @property
    def evidence(self) -> Any:
        """Coordinates of the runs, as figures and headroom read them."""
        compute = self.runs.numbers(self.column)
        good = np.isfinite(compute)
        return SimpleNamespace(
            x=np.log10(compute[good]), error=self.runs.numbers("error")[good],
            names=tuple(np.array(self.runs.texts("name"), dtype=object)[good]),
        )  # fmt: skip

    def bands(self, compute_flop: Any) -> Bands:
        """Return the median and its bands at amounts of compute [FLOP]."""
        x = np.asarray(compute_flop, dtype=float)
        levels = {level: self.predictive.interval(x, level) for level in (0.5, 0.9)}
        return Bands(
            compute_flop=x, error=self.predictive.median(x), law=levels, next_result=levels
        )

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.fit/1",
            "version": __version__,
            "law": self.law,
            "estimand": self.estimand,
            "benchmark": self.benchmark.name,
            "edition": self.edition,
            "measure": self.measure,
            "n": self.n,
            "data_digest": self.digest,
            "level": level,
            "diagnostics": [one.to_dict() for one in self.diagnostics],
            "predictive": self.predictive.to_dict(),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledAnswer:
    """Compute for a target error, from the pool; fields as ``ComputeAnswer``.

    Parameters
    ----------
    point_log10 : float
        Median [log10 FLOP].
    p_unreachable : float
        Probability that the target is never reached.
    reach_dex : float
        How far past the largest run the median lies [dex].
    leave_one_out, leave_one_cluster_out : tuple of float
        Range of the median when each run is left out [log10 FLOP]; NaN where not enough is left.
    """

    point_log10: float
    p_unreachable: float
    reach_dex: float
    leave_one_out: tuple[float, float]
    leave_one_cluster_out: tuple[float, float] = (math.nan, math.nan)


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledCheck:
    """How far the pool was checked, on the reference library; fields as ``ScatterBacktest``."""

    backtested_reach_dex: float
    sentence: str

    def coverage(self, _level: float = 0.9) -> float | None:
        """Return None: the coverage belongs to the library, not to these runs."""
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"backtested_reach_dex": self.backtested_reach_dex, "sentence": self.sentence}


def pool_answer(
    runs: Runs, error: float, *, column: str, edition: str
) -> tuple[PooledFit, PooledAnswer, PooledCheck, Estimate]:
    """Answer by the pool.

    Parameters
    ----------
    runs : Runs
        One series of runs.
    error : float
        Target [the benchmark's unit].
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
        If the series is too short for the pool.
    UnreachableError
        If the target is more likely never reached than reached.
    """
    if not fits_pool(runs, column):
        raise EvidenceError(
            f"{runs.origin}: the pool needs {FEWEST} distinct amounts of compute over a factor of "
            f"{NARROWEST:g}, of one curve. Add runs, or use --law power."
        )
    from costlaw.fitting.predictive.predict import predict_curve

    compute = runs.numbers(column)
    good = np.isfinite(compute)
    x, y = compute[good], runs.numbers("error")[good]
    predictive = predict_curve(x, y)
    fit = PooledFit(
        predictive=predictive, runs=runs, column=column, edition=edition,
        sources=merge_sources(runs.sources, predictive.sources),
    )  # fmt: skip
    point, never = check_reachable(fit, error)
    answer = PooledAnswer(
        point_log10=math.log10(point), p_unreachable=never,
        reach_dex=math.log10(point / predictive.last), leave_one_out=_leave_out(x, y, error),
    )  # fmt: skip
    support = predictive.support
    check = PooledCheck(
        backtested_reach_dex=predictive.calibrated_reach if support.inside else 0.0,
        sentence=f"{fit.quality}; {support.sentence}",
    )
    draws = predictive.input_estimate(error)
    return fit, answer, check, draws


def _as_far_as_checked(fit: PooledFit) -> str:
    """Say what is forecast at the end of the checked reach; past it a probability is a guess."""
    reach = fit.predictive.calibrated_reach
    if not 0 < reach < math.inf:
        return ""
    end = np.array([fit.largest * 10.0**reach])
    middle = float(fit.predictive.median(end)[0])
    low, high = (float(side[0]) for side in fit.predictive.interval(end, 0.9))
    return (
        f"At {10.0**reach:.2g} times the largest run, as far as forecasts were checked, "
        f"{fit.said(middle)} is expected (90 %: {fit.said(low)} to {fit.said(high)})."
    )


def check_reachable(fit: PooledFit, error: float) -> tuple[float, float]:
    """Return the median compute for an error [FLOP] and the probability of never.

    Raises
    ------
    UnreachableError
        If the target is more likely never reached than reached.
    """
    never = fit.predictive.unreachable(error)
    point = fit.predictive.input_for(error, 0.5)
    if never >= MOST or not math.isfinite(point):
        best = float(fit.evidence.error.min())
        raise UnreachableError(
            f"{fit.runs.origin}: an error of {fit.said(error)} is more likely never reached than "
            f"reached (probability {format_chance(never)}); best run so far: {fit.said(best)}. "
            f"{_as_far_as_checked(fit)} "
            "Ask for a larger error, run something larger, or see what single laws say: costlaw "
            f"compare {fit.runs.origin} --error {error:g}, read with the same options."
        )
    return float(point), float(never)


def _leave_out(x: Any, y: Any, error: float) -> tuple[float, float]:
    """Return the range of the median over series without one run (at most 24 tried)."""
    from costlaw.fitting.predictive.predict import predict_curve

    if x.size > 24 or np.unique(x).size <= FEWEST:
        return math.nan, math.nan
    points = []
    for index in range(x.size):
        kept = np.arange(x.size) != index
        if np.unique(x[kept]).size < FEWEST or x[kept].max() < NARROWEST * x[kept].min():
            continue
        found = predict_curve(x[kept], y[kept]).input_for(error, 0.5)
        points.append(math.log10(found) if math.isfinite(found) else math.inf)
    return (min(points), max(points)) if points else (math.nan, math.nan)
