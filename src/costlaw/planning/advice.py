"""A recommendation in words, with the inputs that move it most.

One idea: a recommendation is the cheapest row that meets what was asked, said together with how
often it is the cheapest, what the runner-up would need, and which inputs carry the width. Every
number in the sentence is computed from the table; nothing is chosen by hand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.forecasting import Forecast
from costlaw.planning.option import Option
from costlaw.units import format_number, format_percent, format_quantity

ENOUGH = 0.8  # chance of reaching the target that a recommendation asks for, unless told otherwise
_MOVERS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Advice:
    """What to do, and what it hangs on.

    Parameters
    ----------
    best : Option or None
        The recommended row; None where no row meets what was asked.
    cheapest_share : float
        Share of the draws in which it is the cheapest of those that meet it (fraction).
    switch : float or None
        By how much its price must rise before another site is cheaper (dimensionless).
    runner_up, greenest : Option or None
        The cheapest row at another site, and the row with the least carbon.
    movers : tuple of (str, float)
        Inputs by their share of the width in dollars, largest first.
    sentences : tuple of str
        The recommendation.
    """

    best: Option | None
    cheapest_share: float
    switch: float | None
    runner_up: Option | None
    greenest: Option | None
    movers: tuple[tuple[str, float], ...]
    sentences: tuple[str, ...]

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "best": self.best.to_dict(level) if self.best else None,
            "cheapest_share": self.cheapest_share,
            "price_rise_before_switch": self.switch,
            "runner_up": self.runner_up.to_dict(level) if self.runner_up else None,
            "greenest": self.greenest.to_dict(level) if self.greenest else None,
            "movers": [{"input": name, "share": share} for name, share in self.movers],
            "sentences": list(self.sentences),
        }

    def __str__(self) -> str:
        return " ".join(self.sentences)


def advise(
    options: Sequence[Option],
    forecast: Forecast,
    *,
    chance: float = ENOUGH,
    budget: float | None = None,
) -> Advice:
    """Return what to do for a target error.

    Parameters
    ----------
    options : sequence of Option
        The table of choices.
    forecast : Forecast
        For what moves its price.
    chance : float
        Chance of reaching the target that is enough (fraction).
    budget : float, optional
        Dollars that the row must not exceed at the point value [USD].

    Returns
    -------
    Advice
    """
    likely = [item for item in options if item.chance >= chance - 1e-9]
    level = min((item.chance for item in likely), default=math.nan)
    meets = [item for item in likely if item.chance <= level + 1e-9]
    inside = [item for item in meets if budget is None or item.usd.value <= budget]
    movers = _movers(forecast)
    if not inside:
        return _none(meets, movers, chance=chance, budget=budget)
    best = min(inside, key=lambda item: item.usd.value)
    others = [item for item in meets if item.site != best.site]
    runner = min(others, key=lambda item: item.usd.value, default=None)
    greenest = min(meets, key=lambda item: item.cost.co2e_kg.value)
    share = _cheapest_share(best, meets)
    switch = runner.usd.value / best.usd.value if runner else None
    words = [_first(best), f"It is the cheapest of {len(meets)} with {format_percent(share)} of the"
             " draws."]  # fmt: skip
    if runner and switch:
        words.append(f"Its price would have to rise ×{format_number(switch)} before"
                     f" {runner.site} is cheaper.")  # fmt: skip
    if greenest is not best:
        words.append(_green(best, greenest))
    words.append(f"What moves the price most: {_moving(movers)}.")
    return Advice(best=best, cheapest_share=share, switch=switch, runner_up=runner,
                  greenest=greenest, movers=movers, sentences=tuple(words))  # fmt: skip


def advise_budget(options: Sequence[Option], forecast: Forecast) -> Advice:
    """Return what to do with a budget: the choice with the lowest error.

    Parameters
    ----------
    options : sequence of Option
        What the budget buys, each with its error.
    forecast : Forecast
        For what moves its price.

    Returns
    -------
    Advice
    """
    known = [(item, item.error) for item in options if item.error is not None]
    best, error = min(known, key=lambda pair: pair[1].value)
    others = [pair for pair in known if pair[0].site != best.site]
    runner = min(others, key=lambda pair: pair[1].value, default=None)
    greenest = min((item for item, _ in known), key=lambda item: item.cost.co2e_kg.value)
    shares = np.array([np.broadcast_to(other.draws, error.draws.shape) for _, other in known])
    share = float(np.mean(np.argmin(shares, axis=0) == [item for item, _ in known].index(best)))
    movers = _movers(forecast)
    low, high = (_error(end, forecast) for end in error.interval(0.9))
    words = [
        f"Take {_label(best)}: it buys {format_number(best.cost.compute.value)} FLOP and an error"
        f" of {_error(error.value, forecast)} (90 %: {low} to {high}); it is the best of"
        f" {len(known)} with {format_percent(share)} of the draws."
    ]
    if runner:
        words.append(f"The next site, {runner[0].site}, gets"
                     f" {_error(runner[1].value, forecast)}.")  # fmt: skip
    words.append(f"What moves the price most: {_moving(movers)}.")
    return Advice(
        best=best, cheapest_share=share, switch=None, runner_up=runner[0] if runner else None,
        greenest=greenest, movers=movers, sentences=tuple(words),
    )  # fmt: skip


def _error(value: float, forecast: Forecast) -> str:
    benchmark = forecast.benchmark
    return format_percent(value) if benchmark.is_fraction else f"{value:.4g} {benchmark.error_unit}"


def _none(
    meets: Sequence[Option], movers: tuple[tuple[str, float], ...], *, chance: float,
    budget: float | None,
) -> Advice:  # fmt: skip
    """Return the advice where no row meets what was asked: by how much it is missed."""
    cheapest = min(meets, key=lambda item: item.usd.value, default=None)
    if cheapest is None or budget is None:
        words = f"No size reaches the target with a chance of {format_percent(chance)}."
    else:
        times = cheapest.usd.value / budget
        words = (
            f"Nothing reaches the target with {format_percent(cheapest.chance)} within"
            f" {format_quantity(budget, 'USD')}: the cheapest, {_label(cheapest)}, costs"
            f" {format_quantity(cheapest.usd.value, 'USD')}, ×{format_number(times)} of it."
        )
    return Advice(
        best=None, cheapest_share=0.0, switch=None, runner_up=cheapest, greenest=None,
        movers=movers, sentences=(words, f"What moves the price most: {_moving(movers)}."),
    )  # fmt: skip


def _label(item: Option) -> str:
    made = "" if item.strategy.name == "baseline" else f" with {item.strategy.name}"
    return f"{item.site}{made}"


def _first(best: Option) -> str:
    low, high = (format_quantity(end, "USD") for end in best.usd.interval(0.9))
    text = (
        f"Take {_label(best)}: {format_number(best.cost.compute.value)} FLOP for"
        f" {format_quantity(best.usd.value, 'USD')} ({low} to {high}), which reaches the target"
        f" with {format_percent(best.chance)}."
    )
    if best.devices is not None and best.days is not None:
        text += (f" It takes {format_number(best.devices.value)} devices to be done in"
                 f" {best.days:,.0f} days.")  # fmt: skip
    return text


def _green(best: Option, greenest: Option) -> str:
    carbon = best.cost.co2e_kg.value / greenest.cost.co2e_kg.value
    money = greenest.usd.value / best.usd.value
    return (
        f"The least carbon is {_label(greenest)}: ×{format_number(carbon)} less for"
        f" ×{format_number(money)} the money."
    )


def _cheapest_share(best: Option, meets: Sequence[Option]) -> float:
    size = max(item.usd.draws.size for item in meets)
    table = np.array([np.broadcast_to(item.usd.draws, (size,)) for item in meets])
    return float(np.mean(np.argmin(table, axis=0) == list(meets).index(best)))


def _movers(forecast: Forecast) -> tuple[tuple[str, float], ...]:
    shares = forecast.shares["usd"]
    return tuple(sorted(shares.items(), key=lambda item: -item[1])[:_MOVERS])


def _moving(movers: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{name} {format_percent(share)}" for name, share in movers)
