"""The rows of a forecast's card, for a page: a label, a number, its interval, a remark.

One idea: the same numbers in the same words as the card of the command line, as parts that a page
can replace one by one while a target is moved. Words only; no arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from costlaw.estimates import Estimate
from costlaw.forecasting import Forecast
from costlaw.forecasting.card import argued, powers, tested
from costlaw.forecasting.forecast import BEYOND, INSIDE
from costlaw.forecasting.pooled import PooledFit
from costlaw.units import format_chance, format_quantity, format_range

LEVEL = 0.9
QUANTITIES = (("usd", "Money"), ("device_hours", "Time"), ("energy_kwh", "Energy"),
              ("co2e_kg", "Carbon"))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Part:
    """One row of a card.

    Parameters
    ----------
    key, label : str
        Which row; what it is called.
    value, interval : str
        The number and its 90 % interval, as a person reads them.
    remark : str
        What to know about it.
    """

    key: str
    label: str
    value: str
    interval: str = ""
    remark: str = ""


def interval_words(quantity: Estimate) -> str:
    """Return the 90 % interval in words; an end that is never reached says so."""
    if quantity.is_exact:
        return "exact"
    low, high = quantity.interval(LEVEL)
    return format_range(low, high, quantity.unit)


def bill_parts(forecast: Forecast) -> list[Part]:
    """Return compute and the four currencies of a forecast; these move with the target."""
    remarks = {
        "usd": f"dollars of {forecast.cost.usd_year}, site {forecast.site.name}",
        "device_hours": f"of {forecast.site.chip}",
        "energy_kwh": "at the meter of the data centre",
        "co2e_kg": forecast.site.region,
    }
    parts = [
        Part(key=key, label=label, value=format_quantity(quantity.value, quantity.unit),
             interval=interval_words(quantity), remark=remarks[key])
        for key, label in QUANTITIES
        for quantity in (forecast.cost.quantities[key],)
    ]  # fmt: skip
    compute, following = forecast.compute, forecast.compute_next
    first = Part(
        key="compute", label="Compute", value=format_quantity(compute.value, "FLOP"),
        interval=interval_words(compute), remark="where the law passes the target",
    )  # fmt: skip
    parts.insert(1, first)
    if following is not compute:
        parts.append(Part(key="next", label="Next result", interval=interval_words(following),
                          value=format_quantity(following.value, "FLOP"),
                          remark="where a next published result would"))  # fmt: skip
    return parts


def reach_parts(forecast: Forecast) -> list[Part]:
    """Return how far the answer lies from the data; these move with the target."""
    reach = forecast.answer.reach_dex
    side = "past the largest run" if reach > 0 else "short of the largest run"
    parts = [
        Part(key="reach", label="Reach", value=f"{abs(reach):.1f} dex {side}",
             remark=forecast.evidence),
        Part(key="unreachable", label="Never reached",
             value=never_words(forecast), remark="confidence of the law"),
    ]  # fmt: skip
    if forecast.headroom and reach > 0:
        parts.append(Part(key="headroom", label="Headroom to theory", value=str(forecast.headroom)))
    return parts


def evidence_parts(forecast: Forecast) -> list[Part]:
    """Return what the answer rests on; these are made for one target."""
    fit = forecast.fit
    quality = "" if isinstance(fit, PooledFit) else f", {fit.quality}"
    return [
        Part(key="law", label="Law", value=f"{fit.law}, {fit.estimand}",
             remark=f"{fit.n} runs ({fit.edition}, {fit.measure}){quality}"),
        Part(key="backtest", label="Back-test", value=tested(forecast)),
        Part(key="recipes", label="Other laws and estimands", value=_flop(forecast.recipe_range)),
        Part(key="left-out", label="One run left out",
             value=_flop(forecast.answer.leave_one_out)),
        Part(key="argue", label="What the width in dollars comes from",
             value=argued(forecast)),
    ]  # fmt: skip


def never_words(forecast: Forecast) -> str:
    """Return the confidence that the law never gets to the target, in words."""
    return format_chance(forecast.answer.p_unreachable)


def badge(forecast: Forecast) -> str:
    """Return how the evidence is marked: ``inside``, ``within`` or ``beyond``."""
    if forecast.evidence == INSIDE:
        return "inside"
    return "beyond" if forecast.evidence == BEYOND else "within"


def headline(forecast: Forecast) -> str:
    """Return the answer in one sentence."""
    money = forecast.cost.usd
    return f"{format_quantity(money.value, 'USD')} (90 %: {interval_words(money)})"


def moving_texts(forecast: Forecast) -> dict[str, str]:
    """Return every text that moves with the target, by the key of its place."""
    texts = {"shown": forecast.shown_error, "badge": badge(forecast), "evidence": forecast.evidence}
    for part in (*bill_parts(forecast), *reach_parts(forecast)):
        texts[part.key] = part.value
        if part.interval:
            texts[f"{part.key}-interval"] = part.interval
    return texts


def _flop(ends: tuple[float, float]) -> str:
    return f"{powers(*ends)} FLOP" if math.isfinite(ends[0]) else powers(*ends)
