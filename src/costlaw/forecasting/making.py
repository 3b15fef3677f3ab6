"""Make a forecast out of runs, a target error and a site.

One path from top to bottom: check the target, fit, invert, price, back-test, compare recipes. What
is refused here is refused by the evidence, not by a form.
"""

from __future__ import annotations

import numpy as np

from costlaw.costs import Site, price
from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError, OptionError, UnreachableError
from costlaw.fitting.scatter import (
    SCATTER_LAWS,
    ComputeDistribution,
    Fit,
    back_test,
    compare_recipes,
    compute_for_error,
    fit_scatter,
)
from costlaw.forecasting.by_law import law_answer
from costlaw.forecasting.forecast import Forecast
from costlaw.forecasting.headroom import Headroom, headroom
from costlaw.forecasting.pooled import PooledFit, pool_answer
from costlaw.laws import law as find_law
from costlaw.runs import Runs

PER_PASS = "operations-per-pass"


def estimate_of(where: ComputeDistribution, fit: Fit) -> Estimate:
    """Return a distribution of log10 compute as an estimate [FLOP]."""

    def quantile(share: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.asarray(10.0 ** where.quantile(share))

    return Estimate.from_quantiles(
        "compute:law", quantile, unit="FLOP", point=10.0**where.point, sources=fit.sources
    )


def check_target(runs: Runs, error: float) -> None:
    """Refuse a target that no benchmark can have.

    Raises
    ------
    OptionError
        If it is outside what the benchmark's error may be.
    """
    benchmark = runs.benchmark
    if benchmark.is_fraction and not 0 < error < 1:
        raise OptionError(f"error = {error:g}: expected a fraction between 0 and 1, such as 0.05.")
    if error <= benchmark.best_error:
        raise OptionError(
            f"error = {error:g}: {benchmark.title} cannot go below {benchmark.best_error:g}; "
            "expected a larger error."
        )


def forecast_runs(
    runs: Runs,
    error: float,
    *,
    site: Site,
    law: str = "power",
    estimand: str = "error-on-compute",
    column: str = "compute_flop",
    edition: str = "",
) -> Forecast:
    """Forecast what a target error takes.

    Parameters
    ----------
    runs : Runs
        Evidence: published results or own runs, at least 3 distinct computes.
    error : float
        Target, in the benchmark's unit (a fraction by default).
    site : Site
        Where and on what it is paid for.
    law, estimand : str
        Law and question; see ``fitting.scatter``. The law ``pool`` is the calibrated predictive
        distribution of one series of runs; any other law of one input is read by its own draws.
    column : str
        Column of compute [FLOP].
    edition : str
        Label of the evidence, for cards.

    Returns
    -------
    Forecast

    Raises
    ------
    EvidenceError
        If no number exists: exponent not told apart from zero, fewer than 3 distinct computes,
        operations of a single pass (which are not a training).
    UnreachableError
        If most draws never reach the target.
    OptionError
        If the target is impossible.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.literature import published_runs
    >>> runs = published_runs("imagenet", "v1", "hardware-burden")
    >>> round(forecast_runs(runs, 0.05, site=preset("article-2021")).answer.point_log10, 2)
    28.06
    """
    check_target(runs, error)
    if runs.measure == PER_PASS:
        raise EvidenceError(
            "operations-per-pass is the work of one forward pass, not of a training, so it has no "
            "training price. Forecast with --measure network-operations or hardware-burden."
        )
    if law == "pool" or find_law(law).name not in SCATTER_LAWS:
        return _pooled(runs, error, law=law, site=site, column=column, edition=edition)
    fit = fit_scatter(runs, column=column, law=law, estimand=estimand, edition=edition)
    answer = compute_for_error(fit, error)
    compute = estimate_of(answer.law, fit)
    following = estimate_of(answer.next_result, fit)
    if not np.isfinite(compute.median):
        raise UnreachableError(f"{runs.benchmark.title}: most draws never reach {error:g}.")
    return Forecast(
        target_error=error, runs=runs, fit=fit, answer=answer,
        compute=compute, compute_next=following,
        cost=price(compute, site), cost_next=price(following, site),
        backtest=back_test(fit),
        recipes=compare_recipes(runs, error, column=column, edition=edition),
        headroom=headroom_of(fit, error, compute.value),
    )  # fmt: skip


def _pooled(
    runs: Runs, error: float, *, law: str, site: Site, column: str, edition: str
) -> Forecast:
    """Forecast a person's own series of runs by the calibrated pool, or by one of its laws."""
    if law == "pool":
        fit, answer, check, compute = pool_answer(runs, error, column=column, edition=edition)
    else:
        fit, answer, check, compute = law_answer(
            runs, error, law=law, column=column, edition=edition
        )
    bill = price(compute, site)
    return Forecast(
        target_error=error, runs=runs, fit=fit, answer=answer,
        compute=compute, compute_next=compute, cost=bill, cost_next=bill, backtest=check,
        recipes=compare_recipes(runs, error, column=column, edition=edition),
        headroom=headroom_of(fit, error, compute.value),
    )  # fmt: skip


def headroom_of(fit: Fit | PooledFit, target: float, practice_flop: float) -> Headroom | None:
    """Return practice against theory from the best run; None where no error rate reaches zero."""
    if not fit.benchmark.reaches_zero:
        return None
    evidence = fit.evidence
    best = int(np.argmin(evidence.error))
    return headroom(
        best=(evidence.names[best], float(evidence.error[best]), float(10 ** evidence.x[best])),
        target=target, practice_flop=practice_flop,
    )  # fmt: skip
