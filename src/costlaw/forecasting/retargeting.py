"""The same forecast at another target error: fit, back-test and site are kept, the answer is new.

One idea: what a target moves (the inverse answer and its bill) is a thousandth of what a forecast
costs to make (fits of every recipe, hidden runs), so a page may ask for a hundred targets at once.
The numbers are those that ``forecast_runs`` gives at that target, from the same functions. The
spread over recipes and over left-out runs belongs to one target and is not made here.
"""

from __future__ import annotations

import math
from dataclasses import replace

from costlaw.costs import price
from costlaw.estimates import Estimate
from costlaw.exceptions import UnreachableError
from costlaw.fitting.scatter import Fit, compute_for_error
from costlaw.forecasting.forecast import Forecast
from costlaw.forecasting.making import check_target, estimate_of, headroom_of
from costlaw.forecasting.pooled import PooledAnswer, PooledFit, check_reachable

UNKNOWN = (math.nan, math.nan)


def at_error(forecast: Forecast, error: float) -> Forecast:
    """Return a forecast at another target, without its other recipes and left-out runs.

    Parameters
    ----------
    forecast : Forecast
        Made by ``forecast_runs``.
    error : float
        Another target [the benchmark's unit].

    Returns
    -------
    Forecast

    Raises
    ------
    OptionError
        If the target is impossible.
    UnreachableError
        If the law never gets there.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.forecasting.making import forecast_runs
    >>> from costlaw.literature import published_runs
    >>> runs = published_runs("imagenet", "v1", "hardware-burden")
    >>> first = forecast_runs(runs, 0.10, site=preset("article-2021"))
    >>> round(at_error(first, 0.05).answer.point_log10, 2)
    28.06
    """
    check_target(forecast.runs, error)
    fit = forecast.fit
    if isinstance(fit, PooledFit):
        return _pooled(forecast, fit, error)
    return _of_line(forecast, fit, error)


def _of_line(forecast: Forecast, fit: Fit, error: float) -> Forecast:
    answer = compute_for_error(fit, error, leave_out=False)
    compute = estimate_of(answer.law, fit)
    following = estimate_of(answer.next_result, fit)
    if not math.isfinite(compute.median):
        raise UnreachableError(f"{fit.benchmark.title}: most draws never reach {error:g}.")
    return replace(
        forecast, target_error=error, answer=answer, compute=compute, compute_next=following,
        cost=price(compute, forecast.site), cost_next=price(following, forecast.site),
        recipes=(), headroom=headroom_of(fit, error, compute.value),
    )  # fmt: skip


def _pooled(forecast: Forecast, fit: PooledFit, error: float) -> Forecast:
    point, never = check_reachable(fit, error)
    answer = PooledAnswer(
        point_log10=math.log10(point), p_unreachable=never,
        reach_dex=math.log10(point / fit.largest), leave_one_out=UNKNOWN,
    )  # fmt: skip
    compute: Estimate = fit.predictive.input_estimate(error)
    bill = price(compute, forecast.site)
    return replace(
        forecast, target_error=error, answer=answer, compute=compute, compute_next=compute,
        cost=bill, cost_next=bill, recipes=(), headroom=headroom_of(fit, error, compute.value),
    )  # fmt: skip
