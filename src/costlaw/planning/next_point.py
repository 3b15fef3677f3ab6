"""The price of the next point: what one percentage point less error costs from here.

One idea: on a power law the next point costs more than the last one, and how much more is a ratio
that no price enters. The step is read off the law at both ends with the same draws, so what the two
share cancels. It says what a run at each end costs, not what a cheaper method might.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.costs import Cost, Site, price
from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError
from costlaw.forecasting import Forecast
from costlaw.planning.reading import best_error, compute_for
from costlaw.units import format_number, format_percent, format_quantity

POINT = 0.01  # one percentage point


@dataclass(frozen=True, kw_only=True, eq=False)
class NextPoint:
    """A step down in error, and what a run at its lower end costs.

    Parameters
    ----------
    start, end : float
        Errors [the benchmark's unit].
    cost : Cost
        Bill of a run at the lower end.
    ratio : Estimate
        Its compute over that of a run at the upper end (dimensionless).
    """

    start: float
    end: float
    cost: Cost
    ratio: Estimate

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "from_error": self.start,
            "to_error": self.end,
            "usd": self.cost.usd.to_dict(level),
            "co2e_kg": self.cost.co2e_kg.to_dict(level),
            "compute": self.cost.compute.to_dict(level),
            "ratio": self.ratio.to_dict(level),
        }

    def __str__(self) -> str:
        usd = self.cost.usd
        low, high = (format_quantity(end, "USD") for end in usd.interval(0.9))
        times = format_number(self.ratio.value)
        digits = 2 if self.start < 0.1 else 3  # a tenth of a point, so that the ends differ
        start = format_percent(self.start, digits)
        return (
            f"{start} → {format_percent(self.end, digits)}: a run of"
            f" {format_quantity(usd.value, 'USD')} ({low} to {high}), ×{times} of one at"
            f" {start}"
        )


def next_point(forecast: Forecast, *, site: Site, start: float | None = None) -> NextPoint:
    """Return what the next percentage point costs.

    Parameters
    ----------
    forecast : Forecast
        Its fit is read.
    site : Site
        Where it is paid for.
    start : float, optional
        From which error; the best of the evidence if not given. For a loss, a hundredth of it is
        the step.

    Raises
    ------
    OptionError
        If the step would pass zero error.
    EvidenceError
        If the law does not get there.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.verbs import forecast
    >>> step = next_point(forecast("imagenet", "5%"), site=preset("today"))
    >>> round(step.start, 3), round(step.end, 3), step.ratio.value > 1
    (0.09, 0.08, True)
    """
    first = best_error(forecast) if start is None else start
    step = POINT if forecast.benchmark.is_fraction else POINT * first
    last = first - step
    if last <= max(0.0, forecast.benchmark.best_error):
        raise OptionError(f"from an error of {first:g} there is no whole step of {step:g} left.")
    upper, lower = compute_for(forecast, first), compute_for(forecast, last)
    return NextPoint(start=first, end=last, cost=price(lower, site), ratio=_ratio(lower, upper))


def _ratio(lower: Estimate, upper: Estimate) -> Estimate:
    """Return lower over upper; a draw that never reaches the lower end stays "never"."""
    with np.errstate(invalid="ignore"):
        draws = np.where(np.isinf(lower.draws), np.inf, lower.draws / upper.draws)
    return Estimate(draws=draws, unit="", point=lower.value / upper.value, sources=lower.sources)
