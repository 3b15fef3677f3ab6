"""The card of a forecast: at most twelve lines that a person can read aloud.

Words only; every number comes from the record, and intervals are printed with their level.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from costlaw.compute import BY_THE_HOUR
from costlaw.estimates import Estimate
from costlaw.forecasting.pooled import PooledFit
from costlaw.units import format_chance, format_power, format_quantity, format_range, format_share

if TYPE_CHECKING:
    from costlaw.forecasting.forecast import Forecast


def powers(low: float, high: float) -> str:
    """Return a range of log10 amounts; an end may be unbounded.

    Examples
    --------
    >>> powers(24.6, 27.2), powers(19.05, 19.06), powers(21.1, math.inf)
    ('4.0×10²⁴ to 1.6×10²⁷', '1.12×10¹⁹ to 1.15×10¹⁹', '1.3×10²¹ to unbounded')
    """
    if not math.isfinite(low):
        return "not available"
    digits = 3 if high - low < 0.1 else 2
    return f"{format_power(low, digits)} to {format_power(high, digits)}"


def _bill(quantity: Estimate) -> str:
    ends = format_range(*quantity.interval(0.9), quantity.unit)
    return f"{format_quantity(quantity.value, quantity.unit)} (90 %: {ends})"


def tested(forecast: Forecast) -> str:
    """Return what the back-test said, in words."""
    checked = forecast.backtest
    coverage = checked.coverage(0.9)
    if coverage is None:
        return str(getattr(checked, "sentence", "too few runs to back-test"))
    return (
        f"held up to {checked.backtested_reach_dex:.1f} dex past the last run; "
        f"{format_share(coverage)} of hidden runs inside 90 %"
    )


def argued(forecast: Forecast) -> str:
    """Return the three largest causes of the width in dollars, with their shares."""
    largest = sorted(forecast.shares["usd"].items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} {format_share(share)}" for name, share in largest)


def _counted(forecast: Forecast) -> str:
    return "burden" if forecast.runs.measure == BY_THE_HOUR else "compute"


def _used(forecast: Forecast) -> str:
    return "" if forecast.site.used_before is None else ", used as well as the runs were"


def card(forecast: Forecast) -> str:
    """Return the card.

    Parameters
    ----------
    forecast : Forecast
        What to show.

    Returns
    -------
    str
    """
    answer, fit = forecast.answer, forecast.fit
    cost = forecast.cost
    quality = "" if isinstance(fit, PooledFit) else f", {fit.quality}"  # else the back-test's own
    lines = [
        f"{forecast.benchmark.title}: what an error of {forecast.shown_error} takes",
        f"  {_counted(forecast):<11} {_bill(forecast.compute)}, where the law passes",
        f"  next result {_bill(forecast.compute_next)}, P(unreachable) "
        f"{format_chance(answer.p_unreachable)}",
        f"  time        {_bill(cost.device_hours)} of {forecast.site.chip}{_used(forecast)}",
        f"  money       {_bill(cost.usd)}, dollars of {cost.usd_year} ({forecast.site.name})",
        f"  energy      {_bill(cost.energy_kwh)};  carbon {_bill(cost.co2e_kg)}",
        f"  law         {fit.law}, {fit.estimand}: {fit.n} runs ({fit.edition}, {fit.measure})"
        f"{quality}",
        f"  reach       {answer.reach_dex:+.1f} dex past the largest run: {forecast.evidence}",
        f"  back-test   {tested(forecast)}",
        f"  other ways  {powers(*forecast.recipe_range)} FLOP over other laws and estimands; "
        f"one run left out: {powers(*answer.leave_one_out)}",
        f"  argue about {argued(forecast)} of the width in dollars",
    ]
    if forecast.headroom and answer.reach_dex > 0:
        lines.append(f"  headroom    {forecast.headroom}")
    return "\n".join(lines)
