"""One fitted law asked about many targets: the price of every next point.

The law is fitted once and read at each error, so a ladder of targets costs milliseconds. A target
that the evidence refuses stays in the ladder with its reason; nothing is fitted here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.costs import Cost, price
from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter import ComputeDistribution, Fit, compute_for_error
from costlaw.forecasting.forecast import BEYOND, INSIDE, WITHIN, Forecast
from costlaw.forecasting.pooled import MOST, PooledFit


@dataclass(frozen=True, kw_only=True, eq=False)
class TargetAnswer:
    """What one target error takes, or why there is no number.

    Parameters
    ----------
    target_error : float
        Target [the benchmark's unit].
    compute, compute_next : Estimate or None
        Where the law passes the target; where a next result would [FLOP].
    cost : Cost or None
        The bill at the forecast's site.
    p_unreachable : float
        Confidence that the law never gets there.
    reach_dex : float
        How far past the largest run the answer lies [dex].
    evidence : str
        The same in words.
    refused : str
        Why there is no number; empty if there is one.
    """

    target_error: float
    compute: Estimate | None = None
    compute_next: Estimate | None = None
    cost: Cost | None = None
    p_unreachable: float = math.nan
    reach_dex: float = math.nan
    evidence: str = ""
    refused: str = ""

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        if self.compute is None or self.compute_next is None or self.cost is None:
            return {"target_error": self.target_error, "refused": self.refused}
        return {
            "target_error": self.target_error,
            "refused": "",
            "log10_flop": math.log10(self.compute.value),
            "compute": self.compute.to_dict(level),
            "compute_next_result": self.compute_next.to_dict(level),
            "p_unreachable": self.p_unreachable,
            "reach_dex": self.reach_dex,
            "evidence": self.evidence,
            **{name: part.to_dict(level) for name, part in self.cost.quantities.items()},
        }


def forecast_targets(forecast: Forecast, errors: Sequence[float]) -> tuple[TargetAnswer, ...]:
    """Ask the law of a forecast about other targets at the same site.

    Parameters
    ----------
    forecast : Forecast
        Its fit, site and back-test are used as they are.
    errors : sequence of float
        Targets [the benchmark's unit], each above the benchmark's best possible error.

    Returns
    -------
    tuple of TargetAnswer
        One for each error, in the order given.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.forecasting import forecast_runs
    >>> from costlaw.literature import published_runs
    >>> runs = published_runs("imagenet", "v1", "hardware-burden")
    >>> asked = forecast_runs(runs, 0.05, site=preset("article-2021"))
    >>> [round(math.log10(a.compute.value), 2) for a in forecast_targets(asked, [0.1, 0.05])]
    [23.95, 28.06]
    """
    found = []
    for error in errors:
        try:
            compute, following, never = _ask(forecast.fit, float(error))
        except EvidenceError as refusal:
            found.append(TargetAnswer(target_error=float(error), refused=str(refusal)))
            continue
        reach = math.log10(compute.value / forecast.last_compute)
        found.append(
            TargetAnswer(
                target_error=float(error), compute=compute, compute_next=following,
                cost=price(compute, forecast.site), p_unreachable=never, reach_dex=reach,
                evidence=_evidence(forecast, reach),
            )
        )  # fmt: skip
    return tuple(found)


def _evidence(forecast: Forecast, reach: float) -> str:
    if reach <= 0:
        return INSIDE
    return WITHIN if reach <= forecast.backtest.backtested_reach_dex else BEYOND


def _ask(fit: Fit | PooledFit, error: float) -> tuple[Estimate, Estimate, float]:
    return _ask_pool(fit, error) if isinstance(fit, PooledFit) else _ask_law(fit, error)


def _ask_law(fit: Fit, error: float) -> tuple[Estimate, Estimate, float]:
    answer = compute_for_error(fit, error, leave_out=False)
    return (
        estimate_of(answer.law, fit),
        estimate_of(answer.next_result, fit),
        answer.p_unreachable,
    )


def _ask_pool(fit: PooledFit, error: float) -> tuple[Estimate, Estimate, float]:
    never = fit.predictive.unreachable(error)
    if never >= MOST or not math.isfinite(fit.predictive.input_for(error, 0.5)):
        raise EvidenceError(
            f"an error of {error:g} is more likely never reached than reached (probability "
            f"{never:.0%})."
        )
    compute = fit.predictive.input_estimate(error)
    return compute, compute, never


def estimate_of(where: ComputeDistribution, fit: Fit) -> Estimate:
    """Return a distribution of log10 compute as an estimate [FLOP]."""

    def quantile(share: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.asarray(10.0 ** where.quantile(share))

    return Estimate.from_quantiles(
        "compute:law", quantile, unit="FLOP", point=10.0**where.point, sources=fit.sources
    )
