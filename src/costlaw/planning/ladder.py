"""A ladder of runs under a budget, which stops when the interval is narrow enough.

One idea: the variance of "where the law passes the target" falls with every run, most with those
far from the middle, so the cheapest ladder that makes an interval narrow enough can be found before
any of it is run: add the runs to the least-squares design at their place, keep the scatter, and
read the new width. ``ladder`` plans; after each rung the same call on the longer table says whether
to go on, by the width that was then measured. It assumes that the law and its scatter hold; a
rung that lands off the law shows itself in the next call.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from costlaw.costs import Site, price
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.fitting.scatter import Fit, compute_for_error, fit_scatter
from costlaw.forecasting import Forecast
from costlaw.forecasting.pooled import PooledFit
from costlaw.units import format_number, format_quantity

NARROW = 1.0  # dex: the 90 % interval of the compute spans a factor of ten
FACTORS = (1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0)  # steps between rungs that are tried
MOST_RUNGS = 12
_LEVEL = 0.9
Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One run of a ladder.

    Parameters
    ----------
    compute_flop, error : float
        What to run [FLOP], and the error that the law expects of it.
    usd, spent_usd : float
        Its price and that of all rungs so far [USD].
    width_dex : float
        Expected width of the 90 % interval after it [dex].
    """

    compute_flop: float
    error: float
    usd: float
    spent_usd: float
    width_dex: float

    def to_dict(self) -> dict[str, float | None]:
        """Return plain JSON values; an unbounded width is null."""
        return {key: value if math.isfinite(value) else None for key, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The runs to make before the next question.

    Parameters
    ----------
    rungs : tuple of Rung
        Smallest first; empty where none is needed or none helps.
    width_dex, wanted_dex : float
        Width of the 90 % interval now, and the one that is narrow enough [dex].
    budget_usd : float
        For all rungs together [USD].
    law : str
        Which law the widths are read from.
    """

    rungs: tuple[Rung, ...]
    width_dex: float
    wanted_dex: float
    budget_usd: float
    law: str

    @property
    def is_done(self) -> bool:
        """Whether the interval is narrow enough already: stop."""
        return self.width_dex <= self.wanted_dex

    @property
    def reaches(self) -> bool:
        """Whether the rungs are expected to make it narrow enough."""
        return self.is_done or bool(self.rungs and self.rungs[-1].width_dex <= self.wanted_dex)

    @property
    def next_run(self) -> Rung | None:
        """The next run to make, or None: stop."""
        return None if self.is_done or not self.rungs else self.rungs[0]

    @property
    def verdict(self) -> str:
        """Go on or stop, in words and with the numbers."""
        wanted = f"×{format_number(10**self.wanted_dex)}"
        finite = math.isfinite(self.width_dex)
        now = f"spans ×{format_number(10**self.width_dex)}" if finite else "has no upper end"
        if self.is_done:
            return f"stop: the interval {now}, narrow enough ({wanted})"
        if not self.rungs:
            return f"the interval {now}; no run within the budget narrows it"
        last, first = self.rungs[-1], self.rungs[0]
        count = f"{len(self.rungs)} runs" if len(self.rungs) > 1 else "1 run"
        reached = "" if self.reaches else f", not the {wanted} asked for"
        low, high = (format_number(rung.compute_flop) for rung in (first, last))
        sizes = f"from {low} to {high} FLOP" if low != high else f"of {low} FLOP"
        return (
            f"the interval {now}; {count} {sizes} for {format_quantity(last.spent_usd, 'USD')}"
            f" should bring it to ×{format_number(10**last.width_dex)}{reached}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        width = self.width_dex if math.isfinite(self.width_dex) else None
        return {
            "width_dex": width, "wanted_dex": self.wanted_dex, "budget_usd": self.budget_usd,
            "law": self.law, "is_done": self.is_done, "reaches": self.reaches,
            "verdict": self.verdict, "rungs": [rung.to_dict() for rung in self.rungs],
        }  # fmt: skip


def ladder(forecast: Forecast, budget: float, *, site: Site, wanted_dex: float = NARROW) -> Ladder:
    """Return the cheapest ladder of runs that makes the interval narrow enough.

    Parameters
    ----------
    forecast : Forecast
        Target and runs so far.
    budget : float
        For all rungs together [USD].
    site : Site
        Where they are run.
    wanted_dex : float
        Width of the 90 % interval of the compute for the target that is narrow enough [dex].

    Returns
    -------
    Ladder
        The cheapest that should do; else the one that narrows most within the budget.

    Raises
    ------
    OptionError
        If the budget or the width is not above 0.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.verbs import forecast
    >>> steps = ladder(forecast("imagenet", "5%"), 1e6, site=preset("today"), wanted_dex=3.0)
    >>> steps.is_done, steps.verdict[:4]
    (True, 'stop')
    """
    for label, value in (("budget", budget), ("width", wanted_dex)):
        if not 0 < value < math.inf:
            raise OptionError(f"{label} = {value:g}: expected a number above 0.")
    fit = _line_fit(forecast)
    target = float(fit.transform.response(np.array(forecast.target_error)))
    measured = _measured_width(forecast, fit)
    blank = Ladder(rungs=(), width_dex=measured, wanted_dex=wanted_dex, budget_usd=budget,
                   law=f"{fit.law}, {fit.estimand}")  # fmt: skip
    if blank.is_done or not math.isfinite(fit.line.point(target)):
        return blank
    # what the formula leaves out (clusters, asymmetry) is kept as a factor on its widths
    now = _width(fit, target, np.array([]))
    scale = measured / now if math.isfinite(measured) and now > 0 else 1.0
    usd_per_flop = price(1.0, site).usd.value
    designs = _designs(fit, budget / usd_per_flop)
    best = _cheapest(fit, target, designs, wanted=wanted_dex / scale)
    return Ladder(
        rungs=_rungs(fit, target, best, usd_per_flop=usd_per_flop, scale=scale),
        width_dex=measured, wanted_dex=wanted_dex, budget_usd=budget, law=blank.law,
    )  # fmt: skip


def _line_fit(forecast: Forecast) -> Fit:
    """Return the line whose design a run is added to; a pool has none, so a power law stands in."""
    if not isinstance(forecast.fit, PooledFit):
        return forecast.fit
    return fit_scatter(forecast.runs, column=forecast.fit.column, law="power")


def _measured_width(forecast: Forecast, fit: Fit) -> float:
    """Return the width of the 90 % interval of the compute for the target [dex]."""
    if isinstance(forecast.fit, PooledFit):
        low, high = forecast.compute.interval(_LEVEL)
        return math.log10(high / low) if math.isfinite(high) and low > 0 else math.inf
    try:
        low, high = compute_for_error(fit, forecast.target_error, leave_out=False).law.interval(
            _LEVEL
        )
    except EvidenceError:
        return math.inf
    return high - low


def _designs(fit: Fit, most_flop: float) -> list[Array]:
    """Return ladders to try: rungs above the largest run, over the whole range, or repeats."""
    largest, smallest = fit.largest, float(10 ** fit.evidence.x.min())
    found = []
    for factor in FACTORS:
        for count in range(1, MOST_RUNGS + 1):
            above = largest * factor ** np.arange(1, count + 1)
            within = np.full(count, smallest)  # repeats at the bottom: cheap leverage
            both = np.concatenate([within[: count // 2], above[: count - count // 2]])
            found += [above, both, np.full(count, min(largest, most_flop / count))]
    return [np.sort(design) for design in found if design.sum() <= most_flop]


def _width(fit: Fit, target: float, added: Array) -> float:
    """Return the expected width after runs are added: delta method on least squares [dex]."""
    x = np.concatenate([fit.evidence.x, np.log10(added)])
    free = x.size - 2
    slope = abs(fit.line.slope)
    if free < 1 or slope == 0:
        return math.inf
    place = fit.line.point(target)
    around = float(((x - x.mean()) ** 2).sum())
    if around == 0:
        return math.inf
    spread = fit.line.scatter / slope * math.sqrt(1 / x.size + (place - x.mean()) ** 2 / around)
    return 2.0 * float(stdtrit(free, 0.5 + _LEVEL / 2)) * spread


def _cheapest(fit: Fit, target: float, designs: list[Array], *, wanted: float) -> Array:
    """Return the cheapest design that is narrow enough, else the narrowest of all."""
    now = _width(fit, target, np.array([]))
    widths = [_width(fit, target, design) for design in designs]
    enough = [d for d, width in zip(designs, widths, strict=True) if width <= wanted]
    if enough:
        return min(enough, key=lambda design: float(design.sum()))
    helping = [(width, i) for i, width in enumerate(widths) if width < 0.99 * now]
    return designs[min(helping)[1]] if helping else np.array([])


def _rungs(
    fit: Fit, target: float, design: Array, *, usd_per_flop: float, scale: float
) -> tuple[Rung, ...]:
    found, spent = [], 0.0
    for i, compute in enumerate(design):
        usd = float(compute) * usd_per_flop
        spent += usd
        found.append(Rung(
            compute_flop=float(compute), error=float(fit.predict(np.array([compute]))[0]), usd=usd,
            spent_usd=spent, width_dex=scale * _width(fit, target, design[: i + 1]),
        ))  # fmt: skip
    return tuple(found)
