"""The table of choices: site × strategy × size for a target, site × strategy for a budget.

One idea: a strategy that changes the error changes the target: to reach E with a strategy whose
error is ×r, the law must reach E / r, and the run then costs the strategy's share more. So a
strategy that saves running but costs error shows its price in training, as the article says. Chance
is that of a next result under the fitted law; the choice of law is not in it (see the forecast).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from costlaw.costs import Cost, Site, price
from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.forecasting import Forecast
from costlaw.lifecycle import BASELINE, Strategy, Workload, lifecycle_of, serving
from costlaw.planning.option import Option
from costlaw.planning.reading import compute_for, error_after, sizes_for

CHANCES = (0.5, 0.8, 0.95)
SIZE_FAMILIES = {"smaller", "larger-and-shorter"}  # a move along the law: the size axis itself


@dataclass(frozen=True, kw_only=True)
class Use:
    """How a network will be used: operations of one use [FLOP], uses a year, years of service."""

    per_use: float
    uses_per_year: float
    years: float


def choices_for_error(
    forecast: Forecast,
    *,
    sites: Iterable[Site],
    strategies: Iterable[Strategy] = (),
    chances: tuple[float, ...] = CHANCES,
    use: Use | None = None,
    days: float | None = None,
) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """Return the choices that reach a forecast's target, and why a strategy is left out.

    Parameters
    ----------
    forecast : Forecast
        Target error and the law behind it.
    sites : iterable of Site
        Where it may be paid for.
    strategies : iterable of Strategy
        Besides doing nothing.
    chances : tuple of float
        Sizes are those that reach the target with these chances.
    use : Use, optional
        Adds the dollars of running.
    days : float, optional
        Time in which the run must be done [day].

    Returns
    -------
    (options, notes)
    """
    places, found, notes = tuple(sites), [], []
    for strategy in (BASELINE, *strategies):
        if strategy.family in SIZE_FAMILIES:
            notes.append(f"{strategy.name}: left out: a plan chooses the size already")
            continue
        target = forecast.target_error / strategy.error.value
        if forecast.benchmark.is_fraction and not target < 1:
            notes.append(f"{strategy.name}: left out, its error ratio asks nothing of the law")
            continue
        try:
            needed = compute_for(forecast, target)
            sizes = sizes_for(needed, chances)
        except EvidenceError as error:
            notes.append(f"{strategy.name}: left out, {error}")
            continue
        for site in places:
            for chance, size in sizes.items():
                found.append(_option(size, site, strategy, chance=chance, use=use, days=days))
    return tuple(found), tuple(notes)


def _option(
    size: float, site: Site, strategy: Strategy, *, chance: float, use: Use | None,
    days: float | None,
) -> Option:  # fmt: skip
    compute = strategy.training * Estimate.exact(size, "FLOP")
    cost = price(compute, site)
    return Option(
        cost=cost, strategy=strategy, chance=chance, days=days,
        running_usd=_running(size, strategy, cost, use=use),
    )  # fmt: skip


def _running(size: float, strategy: Strategy, cost: Cost, *, use: Use | None) -> Estimate | None:
    if use is None:
        return None
    work = Workload.of(
        training=size, per_use=use.per_use, uses_per_year=use.uses_per_year,
        service_years=use.years,
    )  # fmt: skip
    life = lifecycle_of(work, site=cost.site, serving_site=serving(cost.site), strategy=strategy)
    return life.parts("usd")["running"]


def choices_for_budget(
    forecast: Forecast,
    budget: float,
    *,
    sites: Iterable[Site],
    strategies: Iterable[Strategy] = (),
    target: float | None = None,
    days: float | None = None,
) -> tuple[Option, ...]:
    """Return what a budget buys: the error at each site with each strategy.

    Parameters
    ----------
    forecast : Forecast
        Its fit is read.
    budget : float
        Dollars for the final run [USD].
    sites, strategies : iterables
        As for :func:`choices_for_error`.
    target : float, optional
        Error whose chance is stated.
    days : float, optional
        Time in which the run must be done [day].

    Raises
    ------
    OptionError
        If the budget is not above 0.
    """
    if not 0 < budget < np.inf:
        raise OptionError(f"budget = {budget:g} USD: expected an amount above 0.")
    found, listed = [], tuple(strategies)
    for site in sites:
        bought = (1.0 / site.per_flop["usd"] * budget).convert(1.0, "FLOP")
        for strategy in _not_of_size((BASELINE, *listed)):
            trained = bought / strategy.training
            error = error_after(forecast, trained) * strategy.error
            chance = float(np.mean(error.draws <= target)) if target is not None else np.nan
            # the bill: the size that the point prices buy; it then costs the budget, with spread
            size = trained.value * strategy.training.value
            found.append(Option(cost=price(size, site), strategy=strategy, chance=chance,
                                error=error, days=days))  # fmt: skip
    return tuple(found)


def _not_of_size(strategies: Iterable[Strategy]) -> tuple[Strategy, ...]:
    """Return the strategies that are more than a move along the law."""
    return tuple(item for item in strategies if item.family not in SIZE_FAMILIES)
