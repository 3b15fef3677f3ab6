"""The card of a plan: at most twelve lines that a person can read aloud.

Words only; every number comes from the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costlaw.units import format_number, format_percent, format_quantity, format_range

if TYPE_CHECKING:
    from costlaw.planning.option import Option
    from costlaw.planning.plan import Plan

_SHOWN = 4


def card(plan: Plan) -> str:
    """Return the card.

    Parameters
    ----------
    plan : Plan
        What to show.

    Returns
    -------
    str
    """
    forecast = plan.forecast
    lines = [
        f"{forecast.benchmark.title}: {_asked(plan)}, {len(plan.options)} choices, "
        "here the best of each site"
    ]
    lines += [f"  {_row(item, plan)}" for item in _chosen(plan)]
    if plan.step:
        lines.append(f"  next point  {plan.step}")
    lines += [f"  when        {found}" for found in plan.when]
    if plan.ladder:
        lines.append(f"  ladder      {plan.ladder.verdict}")
    lines.append(f"  evidence    {forecast.evidence}, {forecast.answer.reach_dex:+.1f} dex past the"
                 f" largest run; law {forecast.fit.law}, {forecast.fit.quality}")  # fmt: skip
    lines.append(f"  do          {plan.advice}")
    return "\n".join(lines)


def _asked(plan: Plan) -> str:
    parts = []
    if plan.asked_error is not None:
        parts.append(f"to an error of {plan.forecast.shown_error}")
    if plan.budget is not None:
        parts.append(f"within {format_quantity(plan.budget, 'USD')}")
    if plan.deadline:
        parts.append(f"by {plan.deadline}")
    return ", ".join(parts)


def _chosen(plan: Plan) -> list[Option]:
    """Return the rows of the card; the site that was named always has its own."""
    found = {item.site: item for item in best_of_each_site(plan)}
    asked, shown = plan.forecast.site.name, list(found)[:_SHOWN]
    if asked in found and asked not in shown:
        shown[-1] = asked
    return [found[name] for name in shown]


def best_of_each_site(plan: Plan) -> list[Option]:
    """Return the cheapest choice of each site at the chance advised, or that of lowest error.

    Examples
    --------
    >>> from costlaw.verbs import plan
    >>> found = best_of_each_site(plan("imagenet", "8%"))
    >>> len({item.site for item in found}) == len(found)
    True
    """
    best = plan.advice.best
    if plan.asked_error is None:
        seen: dict[str, Option] = {}
        for item in plan.ranked:
            seen.setdefault(item.site, item)
        return list(seen.values())
    nearest = best or plan.advice.runner_up
    wanted = nearest.chance if nearest else max(item.chance for item in plan.options)
    rows = [item for item in plan.options if abs(item.chance - wanted) < 1e-9]
    rows.sort(key=lambda item: item.usd.value)
    seen = {}
    for item in rows:
        seen.setdefault(item.site, item)
    return list(seen.values())


def _row(item: Option, plan: Plan) -> str:
    made = "" if item.strategy.name == "baseline" else f", {item.strategy.name}"
    low, high = (format_quantity(end, "USD") for end in item.usd.interval(0.9))
    carbon = item.cost.co2e_kg
    tons = format_range(*carbon.interval(0.9), carbon.unit)
    hours = format_number(item.cost.device_hours.value)
    if item.error is not None:
        benchmark = plan.forecast.benchmark
        ends = [format_percent(e) if benchmark.is_fraction else f"{e:.4g}"
                for e in (item.error.value, *item.error.interval(0.9))]  # fmt: skip
        return f"{item.site + made:<24} error {ends[0]} ({ends[1]} to {ends[2]}); {tons}"
    time = f"{hours} device-hours"
    if item.devices is not None and item.days is not None:
        time += f", {format_number(item.devices.value)} devices in {item.days:,.0f} days"
    money = f"{format_quantity(item.usd.value, 'USD')} ({low} to {high})"
    chance = format_percent(item.chance)
    return f"{item.site + made:<24} {money}; {tons}; {time}; chance {chance}"
