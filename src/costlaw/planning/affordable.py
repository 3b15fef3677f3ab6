"""When a target falls below a budget, if trends hold.

One idea: the price of a target falls as a dollar buys more operations and as methods need fewer, so
the year is where the two trends together have closed the gap. Each trend keeps its interval; if
their sum may be zero, "never" has a probability. The trends are those of the past: Epoch AI's
prices through ``decomposition``, and the year term of the law through ``fitting`` (Erdil &
Besiroglu 2022). Nothing says that they hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from costlaw.costs import Site
from costlaw.costs.rent import parse_date
from costlaw.decomposition import Trend, hardware_trends
from costlaw.estimates import Estimate, uniform_draws
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.fitting.scatter import Fit, compute_for_error, fit_scatter
from costlaw.forecasting import Forecast
from costlaw.units import format_number, format_percent

FARTHEST = 2200.0  # a year past which no trend is worth a number: "never"
Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Affordable:
    """The year in which a target costs no more than a budget.

    Parameters
    ----------
    budget : float
        [USD]
    year : Estimate
        [year]; ``inf`` draws never get there.
    with_methods : bool
        Whether methods are taken to improve too, or hardware alone.
    usd_now : Estimate
        What it costs at the start [USD].
    start : float
        From when the trends run [year].
    hardware, methods : Estimate
        Fall of the price of an operation, and of the operations needed [dex/year].
    """

    budget: float
    year: Estimate
    with_methods: bool
    usd_now: Estimate
    start: float
    hardware: Estimate
    methods: Estimate

    @property
    def already(self) -> float:
        """Share of the draws in which the budget is enough from the start."""
        return float(np.mean(self.year.draws <= self.start))

    def by(self, year: float) -> float:
        """Return the chance that the target is affordable by a year."""
        return float(np.mean(self.year.draws <= year))

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "budget_usd": self.budget,
            "year": self.year.to_dict(level),
            "trends": "hardware and methods" if self.with_methods else "hardware alone",
            "already": self.already,
            "never": self.year.never,
            "usd_at_start": self.usd_now.to_dict(level),
            "start": self.start,
            "hardware_dex_per_year": self.hardware.to_dict(level),
            "methods_dex_per_year": self.methods.to_dict(level),
        }

    def __str__(self) -> str:
        which = "trends of hardware and methods" if self.with_methods else "trend of hardware"
        go = "go" if self.with_methods else "alone goes"
        if self.already >= 0.95:
            return f"within the budget already ({which})"
        low, high = self.year.interval(0.9)
        ends = " to ".join(_year_text(end, self.start) for end in (low, high))
        text = f"{_year_text(self.year.value, self.start)} if the {which} {go} on (90 %: {ends})"
        never = self.year.never
        return text + (f", never with a chance of {format_percent(never)}" if never else "")


def _year_text(year: float, start: float) -> str:
    if not math.isfinite(year):
        return "never"
    return "now" if year <= start else f"{year:.0f}"


def _hardware(trend: Trend) -> Estimate:
    """Return the fall of the price of an operation [dex/year]."""
    uniform = uniform_draws("trend:price-performance")
    draws = trend.slope + trend.standard_error * stdtrit(trend.freedom, uniform)
    return Estimate(draws=draws, unit="dex/year", positive=False, point=trend.slope)


def _methods(forecast: Forecast) -> tuple[Estimate, Fit] | None:
    """Return the fall of the operations needed [dex/year], and the law with methods held."""
    fit = forecast.fit
    if not isinstance(fit, Fit):
        return None
    try:
        held = fit_scatter(forecast.runs, column=fit.column, law=fit.law, estimand="fixed-year")
    except EvidenceError:
        return None
    progress = held.progress
    if progress is None or held.verdict != "ok":
        return None
    shape = np.linalg.cholesky(progress.covariance)
    normal = np.stack([ndtri(uniform_draws(f"trend:methods:{i}")) for i in range(2)])
    slope, year = np.array([[progress.slope], [progress.year]]) + shape @ normal
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = np.where(
            slope > 0, year / slope, 0.0
        )  # without an exponent, a year is worth nothing
    return (
        Estimate(draws=draws, unit="dex/year", positive=False, point=progress.dex_per_year),
        held,
    )


def affordable(
    forecast: Forecast, budget: float, *, site: Site, with_methods: bool = True
) -> Affordable:
    """Return when the target of a forecast falls below a budget, if trends hold.

    Parameters
    ----------
    forecast : Forecast
        Target and law.
    budget : float
        For one final run [USD].
    site : Site
        Where it is paid for; its date is where the trends start.
    with_methods : bool
        Let methods improve too; they cannot where runs state no year.

    Returns
    -------
    Affordable

    Raises
    ------
    OptionError
        If the budget is not above 0.
    EvidenceError
        If methods are asked for and the runs carry no trend of them.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.verbs import forecast
    >>> when = affordable(forecast("imagenet", "5%"), 1e6, site=preset("today"))
    >>> when.start < when.year.value < 2100
    True
    """
    if not 0 < budget < math.inf:
        raise OptionError(f"budget = {budget:g} USD: expected an amount above 0.")
    start = _decimal(site.as_of)
    hardware = _hardware(hardware_trends().price_performance)
    compute, methods, since = forecast.compute, Estimate.exact(0.0, "dex/year"), start
    if with_methods:
        found = _methods(forecast)
        if found is None:
            raise EvidenceError(
                "these runs carry no trend of methods: they state no year, or the exponent is not"
                " told apart from zero once years are counted."
            )
        methods, held = found
        compute = _held_compute(held, forecast.target_error)
        since = float(np.nanmax(held.evidence.year)) + 0.5
    now = (compute * site.per_flop["usd"]).convert(1.0, "USD")
    gap = np.log10(now.draws / budget)
    draws = _crossing(gap, hardware.draws, methods.draws, start=start, since=since)
    point = _crossing(
        np.log10(np.array([now.value / budget])),
        np.array([hardware.value]),
        np.array([methods.value]),
        start=start,
        since=since,
    )
    year = Estimate(draws=draws, unit="year", point=float(point[0]))
    return Affordable(budget=budget, year=year, with_methods=with_methods, usd_now=now,
                      start=start, hardware=hardware, methods=methods)  # fmt: skip


def _held_compute(held: Fit, error: float) -> Estimate:
    answer = compute_for_error(held, error, leave_out=False).law
    return Estimate.from_quantiles(
        "compute:law", lambda p: np.asarray(10.0 ** answer.quantile(p)), unit="FLOP",
        point=10.0**answer.point, sources=held.sources,
    )  # fmt: skip


def _crossing(gap: Array, hardware: Array, methods: Array, *, start: float, since: float) -> Array:
    """Return the year in which the gap is closed: hardware from ``start``, methods from ``since``.

    The gap is at prices of ``start`` and methods of ``since``.
    """
    gap, hardware, methods = np.broadcast_arrays(gap, hardware, methods)
    total = hardware + methods
    with np.errstate(divide="ignore", invalid="ignore"):
        year = (gap + hardware * start + methods * since) / total
    behind = gap - methods * (start - since)  # what is left to close at the start
    year = np.where(behind <= 0, start, np.where(total > 0, year, np.inf))
    return np.where(year > FARTHEST, np.inf, np.maximum(year, start))


def _decimal(date: str) -> float:
    day = parse_date(date)
    return day.year + (day.timetuple().tm_yday - 0.5) / 365.25


def years_text(found: Affordable, deadline: float) -> str:
    """Return the chance to afford it by a deadline, in words.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.verbs import forecast
    >>> when = affordable(forecast("imagenet", "5%"), 1e30, site=preset("today"))
    >>> years_text(when, 2030.0)
    'affordable by 2030 with 100 %'
    """
    return f"affordable by {deadline:.0f} with {format_percent(found.by(deadline))}"


def gap_text(found: Affordable) -> str:
    """Return how far the budget is from the price now.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.verbs import forecast
    >>> gap_text(affordable(forecast("imagenet", "5%"), 1e30, site=preset("today")))
    'the budget is enough'
    """
    ratio = found.usd_now.value / found.budget
    return (
        "the budget is enough" if ratio <= 1 else f"the price is ×{format_number(ratio)} too high"
    )
