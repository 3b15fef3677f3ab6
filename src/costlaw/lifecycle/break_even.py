"""Break-even: from how many uses on does a strategy pay for itself?

One idea: two lives are two straight lines over the number of uses; where they cross, the strategy
that costs more to make has earned it back. The crossing is an estimate like any other: draws in
which it never pays are kept as "never", those in which it pays at once as 0. At equal error a
strategy that raises the error is first charged for the larger network that would undo it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError
from costlaw.lifecycle.life import CURRENCIES, Lifecycle
from costlaw.lifecycle.strategies import Strategy
from costlaw.units import format_number, format_percent
from costlaw.version import __version__

# Hoffmann et al. 2022, Table 2: the best size grows as about the square root of the compute
SIZE_PER_COMPUTE = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class BreakEven:
    """Where a second life becomes cheaper than a first.

    Parameters
    ----------
    first, second : Lifecycle
        The same workload twice; ``second`` is the challenger.
    currency : str
        What is compared.
    uses : Estimate
        Uses over the whole life from which on the second is cheaper [count]; 0 where it is from the
        first use, ``inf`` where it never is.
    """

    first: Lifecycle
    second: Lifecycle
    currency: str
    uses: Estimate

    @property
    def never(self) -> float:
        """Share of the draws in which the second never becomes cheaper."""
        return float(np.mean(np.isinf(self.uses.draws)))

    @property
    def at_once(self) -> float:
        """Share of the draws in which the second is cheaper from the first use."""
        return float(np.mean(self.uses.draws == 0))

    @property
    def pays(self) -> float:
        """Share of the draws in which the workload's own uses reach the break-even."""
        return float(np.mean(self.uses.draws <= self.first.workload.uses.draws))

    def fixed(self, life: Lifecycle) -> Estimate:
        """Return what a life costs before its first use: everything but running."""
        parts = life.parts(self.currency)
        return parts["programme"] + parts["training"] + parts["retraining"]

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.break-even/1",
            "version": __version__,
            "first": self.first.strategy.name,
            "second": self.second.strategy.name,
            "currency": self.currency,
            "uses": self.uses.to_dict(level),
            "never": self.never,
            "at_once": self.at_once,
            "pays_at_own_uses": self.pays,
            "error_ratio": self.second.strategy.error.to_dict(level),
        }

    @property
    def words(self) -> str:
        """From when on it pays, in words."""
        low, high = self.uses.interval(0.9)
        if self.at_once >= 0.95:
            return "pays from the first use"
        if self.never >= 0.95:
            return "never pays"
        top = format_number(high) if np.isfinite(high) else "never"
        middle = format_number(self.uses.value) if np.isfinite(self.uses.value) else "never"
        return f"pays from {middle} uses on (90 %: {format_number(low)} to {top})"

    def __str__(self) -> str:
        text = f"{self.second.strategy.name} {self.words}, in {CURRENCIES[self.currency]}"
        if self.second.strategy.changes_error:
            text += f", at an error ×{self.second.strategy.error.value:.3g}"
        return f"{text}; at these uses it pays with {format_percent(self.pays)}"


def break_even(first: Lifecycle, second: Lifecycle, currency: str = "usd") -> BreakEven:
    """Return from how many uses on a second life is cheaper than a first.

    Parameters
    ----------
    first, second : Lifecycle
        The same workload with two strategies.
    currency : str
        ``flop``, ``device_hours``, ``usd``, ``energy_kwh`` or ``co2e_kg``.

    Returns
    -------
    BreakEven
        Uses over the whole life [count], with interval.

    Raises
    ------
    OptionError
        If the two have different workloads, or the currency does not exist.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.lifecycle import BASELINE, Workload, lifecycle_of, strategy_of
    >>> work = Workload.of(training=1e18, per_use=1e9, uses_per_year=1e9, service_years=1)
    >>> site = preset("authors-2022")
    >>> lives = [lifecycle_of(work, site=site, strategy=s) for s in (BASELINE,
    ...                                                           strategy_of("pruned-9x"))]
    >>> f"{break_even(*lives, 'flop').uses.value:.2e}"
    '3.30e+09'
    """
    if currency not in CURRENCIES:
        raise OptionError(f'currency "{currency}": expected one of {", ".join(CURRENCIES)}.')
    if first.workload is not second.workload:
        raise OptionError("break-even compares two strategies for one workload; got two workloads.")
    blank = BreakEven(first=first, second=second, currency=currency,
                      uses=Estimate.exact(0.0, ""))  # fmt: skip
    more = (blank.fixed(second) - blank.fixed(first)).draws
    saved = (first.use_once(currency) - second.use_once(currency)).draws
    draws = _crossing(more, saved)
    at = _crossing(
        np.array([blank.fixed(second).value - blank.fixed(first).value]),
        np.array([first.use_once(currency).value - second.use_once(currency).value]),
    )
    uses = Estimate(draws=draws, unit="", point=float(at[0]), sources=first.sources)
    return dataclasses.replace(blank, uses=uses)


def _crossing(more: np.ndarray, saved: np.ndarray) -> np.ndarray:
    """Return where extra fixed cost is earned back: 0 at once, inf never."""
    more, saved = np.broadcast_arrays(more, saved)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = more / saved
    earned = np.where(more <= 0, 0.0, np.where(saved > 0, ratio, np.inf))
    # cheaper to make but dearer to use: cheaper at first only, so it does not pay over a long life
    return np.where((more <= 0) & (saved < 0), np.inf, earned)


def at_equal_error(strategy: Strategy, cost_exponent: Estimate | float) -> Strategy:
    """Return a strategy charged for the larger network that gives back the baseline's error.

    Training grows as the error ratio to the power of the cost exponent, and one use as its square
    root, since the best size grows as about the square root of the compute.

    Parameters
    ----------
    strategy : Strategy
        With an error ratio.
    cost_exponent : Estimate or float
        Compute ∝ (1/error)^cost exponent; from a fit, about 9 to 12 on ImageNet.

    Raises
    ------
    OptionError
        If the cost exponent is not above 0.

    Source
    ------
    Thompson et al. 2020 for the cost exponent; Hoffmann et al. 2022, Table 2, for the square root.

    Examples
    --------
    >>> from costlaw.lifecycle import strategy_of
    >>> even = at_equal_error(strategy_of("distilled-half"), 9.0)
    >>> round(even.training.value, 2), round(even.flop_per_use.value, 2), even.error.value
    (3.18, 0.84, 1.0)
    """
    exponent = cost_exponent if isinstance(cost_exponent, Estimate) else Estimate.exact(
        float(cost_exponent), "")  # fmt: skip
    if not (exponent.draws > 0).all():
        raise OptionError(f"cost exponent = {exponent.value:g}: expected a number above 0.")

    def raised(power: float) -> Estimate:
        draws = strategy.error.draws ** (exponent.draws * power)
        point = strategy.error.value ** (exponent.value * power)
        return Estimate(draws=draws, unit="", point=float(point), sources=strategy.error.sources)

    larger, wider = raised(1.0), raised(SIZE_PER_COMPUTE)
    return dataclasses.replace(
        strategy, error=Estimate.exact(1.0, ""), training=strategy.training * larger,
        retraining=strategy.retraining * larger, flop_per_use=strategy.flop_per_use * wider,
        time_per_use=strategy.time_per_use * wider if strategy.time_per_use else None,
        energy_per_use=strategy.energy_per_use * wider if strategy.energy_per_use else None,
        title=f"{strategy.title}, enlarged to the same error",
        note=f"charged for error ×{strategy.error.value:.3g} at a cost exponent of"
             f" {exponent.value:.3g}",
    )  # fmt: skip
