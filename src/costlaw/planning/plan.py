"""A plan: the table of choices, the next point, the year, the ladder, and a recommendation.

One idea: a budget or a target error is one question with many answers, and a person needs them in
one place: what each choice costs, what the next step costs, when patience pays, what to run first,
and what to do. The plan ranks; the forecast behind it keeps its reach and its back-test.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlaw.costs import Site
from costlaw.costs.rent import parse_date
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.forecasting import Forecast
from costlaw.lifecycle import Strategy
from costlaw.planning.advice import ENOUGH, Advice, advise, advise_budget
from costlaw.planning.affordable import Affordable, affordable
from costlaw.planning.choices import CHANCES, Use, choices_for_budget, choices_for_error
from costlaw.planning.ladder import NARROW, Ladder, ladder
from costlaw.planning.next_point import NextPoint, next_point
from costlaw.planning.option import Option
from costlaw.planning.sites import default_sites
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl


LEAST_USD, MOST_USD = 0.01, 1e15  # one cent; ten times what the world produces in a year


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan(Shown):
    """What a target error or a budget comes to, choice by choice.

    Parameters
    ----------
    forecast : Forecast
        The law behind it; its target is the one asked for, or what the budget buys.
    asked_error, budget, deadline : float, float, str, or None
        What was asked [the benchmark's unit; USD; ISO date].
    options : tuple of Option
        The table of choices.
    advice : Advice
        What to do.
    step : NextPoint or None
        The price of the next point.
    when : tuple of Affordable
        When the target falls below the budget: hardware alone, then with methods.
    ladder : Ladder or None
        What to run first.
    notes : tuple of str
        What was left out, and why.

    Source
    ------
    The forecast's own evidence, the sites' tables and the strategies' sources.

    Examples
    --------
    >>> from costlaw.verbs import plan
    >>> plan("imagenet", "8%").forecast.target_error
    0.08
    """

    forecast: Forecast
    asked_error: float | None
    budget: float | None
    deadline: str | None
    options: tuple[Option, ...]
    advice: Advice
    step: NextPoint | None
    when: tuple[Affordable, ...]
    ladder: Ladder | None
    notes: tuple[str, ...]

    @property
    def ranked(self) -> tuple[Option, ...]:
        """The choices: cheapest first for a target, lowest error first for a budget."""
        if self.asked_error is None:
            return tuple(sorted(self.options, key=lambda o: o.error.value if o.error else 0.0))
        return tuple(sorted(self.options, key=lambda o: (-round(o.chance, 6), o.usd.value)))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the forecast, the sites and the strategies."""
        return merge_sources(
            self.forecast.sources,
            *(option.cost.sources for option in self.options),
            *(option.strategy.sources for option in self.options),
        )

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a frame, one choice a row: site, strategy, size, chance, cost, carbon, time."""
        import polars as pl

        records = []
        for item in self.ranked:
            row: dict[str, Any] = {
                "site": item.site, "strategy": item.strategy.name,
                "compute_flop": item.cost.compute.value, "chance": item.chance,
                "error": item.error.value if item.error else self.asked_error,
            }  # fmt: skip
            quantities = {"usd": item.usd, "co2e_kg": item.cost.co2e_kg,
                          "energy_kwh": item.cost.energy_kwh,
                          "device_hours": item.cost.device_hours}  # fmt: skip
            for name, quantity in quantities.items():
                low, high = quantity.interval(level)
                row |= {name: quantity.value, f"{name}_low": low, f"{name}_high": high}
            row["devices_in_time"] = item.devices.value if item.devices else None
            row["level"] = level
            records.append(row)
        return pl.DataFrame(records)

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values, with schema, version and the digest of the data."""
        forecast = self.forecast
        return {
            "schema": "costlaw.plan/1",
            "version": __version__,
            "data_digest": forecast.fit.digest,
            "benchmark": forecast.benchmark.name,
            "asked": {"error": self.asked_error, "budget_usd": self.budget,
                      "deadline": self.deadline},
            "evidence": forecast.evidence,
            "reach_dex": forecast.answer.reach_dex,
            "choices": [option.to_dict(level) for option in self.ranked],
            "advice": self.advice.to_dict(level),
            "next_point": self.step.to_dict(level) if self.step else None,
            "affordable": [found.to_dict(level) for found in self.when],
            "ladder": self.ladder.to_dict() if self.ladder else None,
            "notes": list(self.notes),
            "sources": [item.to_dict() for item in self.sources],
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"Plan for {self.forecast.benchmark.title}: {self.advice}"

    def __str__(self) -> str:
        from costlaw.planning.card import card

        return card(self)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asks of a plan, besides the target.

    Parameters
    ----------
    budget : float or None
        [USD]
    deadline : str or None
        ISO date by which the run must be done.
    chance : float
        Chance of reaching the target that is enough (fraction).
    width_dex : float
        Width of the interval of the compute that is narrow enough [dex].
    use : Use or None
        How the network will be used.
    today : datetime.date or None
        From when the deadline counts; the current day if not given.

    Raises
    ------
    OptionError
        If the budget is no amount one could spend, the chance is not in (0, 1), or the deadline is
        past.
    """

    budget: float | None = None
    deadline: str | None = None
    chance: float = ENOUGH
    width_dex: float = NARROW
    use: Use | None = None
    today: dt.date | None = None

    def __post_init__(self) -> None:
        if self.budget is not None and not LEAST_USD <= self.budget <= MOST_USD:
            raise OptionError(
                f"budget = {self.budget:g} USD: expected an amount above 0, from {LEAST_USD:g} to"
                f" {MOST_USD:g} USD."
            )
        if not 0 < self.chance < 1:
            raise OptionError(f"chance = {self.chance:g}: expected a fraction between 0 and 1.")
        if self.deadline is not None and not (self.days or 0) > 0:
            now = (self.today or dt.date.today()).isoformat()
            raise OptionError(f"deadline {self.deadline}: it is not after {now}. Name a later day.")

    @property
    def days(self) -> float | None:
        """Days until the deadline; None without one."""
        if self.deadline is None:
            return None
        return float((parse_date(self.deadline) - (self.today or dt.date.today())).days)


def plan_for_error(
    forecast: Forecast,
    *,
    wish: Wish | None = None,
    sites: Sequence[Site] = (),
    strategies: Iterable[Strategy] = (),
) -> Plan:
    """Return the plan for a forecast's target.

    Parameters
    ----------
    forecast : Forecast
        Target and law; its site is where the ladder and the next point are priced.
    wish : Wish, optional
        Budget, deadline, chance, width, uses.
    sites : sequence of Site
        The table of sites if none is given.
    strategies : iterable of Strategy
        Besides doing nothing.

    Returns
    -------
    Plan

    Raises
    ------
    EvidenceError
        If no size reaches the target with any chance.

    Examples
    --------
    >>> from costlaw.verbs import forecast
    >>> made = plan_for_error(forecast("imagenet", "8%"), wish=Wish(budget=1e7))
    >>> made.advice.best.chance >= 0.8, made.ladder is not None
    (True, True)
    """
    wanted = wish or Wish()
    chances = tuple(sorted({*CHANCES, wanted.chance}))
    options, notes = choices_for_error(
        forecast, sites=sites or default_sites(), strategies=strategies, chances=chances,
        use=wanted.use, days=wanted.days,
    )  # fmt: skip
    if not options:
        raise EvidenceError(" ".join(notes))
    advice = advise(options, forecast, chance=wanted.chance, budget=wanted.budget)
    more = _extras(forecast, wanted)
    return Plan(
        forecast=forecast, asked_error=forecast.target_error, budget=wanted.budget,
        deadline=wanted.deadline, options=options, advice=advice,
        notes=(*notes, *more.pop("notes")), **more,
    )  # fmt: skip


def _programme(forecast: Forecast) -> str:
    """Say what the bills leave out: the programme around a final run."""
    times = forecast.site.programme
    low, high = (format_number(end) for end in times.interval(0.9))
    return (
        f"prices are of the final run; with searches, failures and seeds a programme costs"
        f" ×{format_number(times.value)} (90 %: {low} to {high})"
    )


def _extras(forecast: Forecast, wish: Wish) -> dict[str, Any]:
    """Return the next point, the years and the ladder; what has no answer says so in a note."""
    site = forecast.site
    notes = [] if site.programme.is_exact else [_programme(forecast)]
    found: dict[str, Any] = {"step": None, "when": (), "ladder": None}
    try:
        found["step"] = next_point(forecast, site=site)
    except (EvidenceError, OptionError) as error:
        notes.append(f"next point: {error}")
    if wish.budget is not None:
        years = []
        for with_methods in (False, True):
            try:
                years.append(affordable(forecast, wish.budget, site=site,
                                        with_methods=with_methods))  # fmt: skip
            except EvidenceError as error:
                notes.append(f"when, with methods: {error}")
        found["when"] = tuple(years)
        try:
            found["ladder"] = ladder(forecast, wish.budget, site=site, wanted_dex=wish.width_dex)
        except EvidenceError as error:
            notes.append(f"ladder: {error}")
    return found | {"notes": tuple(notes)}


def plan_for_budget(
    forecast: Forecast,
    *,
    wish: Wish,
    sites: Sequence[Site] = (),
    strategies: Iterable[Strategy] = (),
) -> Plan:
    """Return what a budget buys, choice by choice.

    Parameters
    ----------
    forecast : Forecast
        Only its fit is read.
    wish : Wish
        With a budget.
    sites, strategies : sequences
        As for :func:`plan_for_error`.

    Returns
    -------
    Plan

    Raises
    ------
    OptionError
        If the wish has no budget.
    """
    if wish.budget is None:
        raise OptionError("a plan needs a target error or a budget: name one.")
    options = choices_for_budget(
        forecast, wish.budget, sites=sites or default_sites(), strategies=strategies,
        days=wish.days,
    )  # fmt: skip
    more = _extras(forecast, wish)
    return Plan(
        forecast=forecast, asked_error=None, budget=wish.budget, deadline=wish.deadline,
        options=options, advice=advise_budget(options, forecast), step=more["step"], when=(),
        ladder=more["ladder"], notes=more["notes"],
    )  # fmt: skip
