"""A comparison: one workload under several strategies, ranked, each with its break-even.

One idea: the question "is there a cheaper way?" is answered for this demand, at this site, in this
currency, and beside every cheaper way stands what it does to the error. Ranks are by the point
value; the share of draws in which a strategy beats the baseline says how sure that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.costs import Site
from costlaw.exceptions import UnknownName
from costlaw.lifecycle.break_even import BreakEven, break_even
from costlaw.lifecycle.life import CURRENCIES, Lifecycle, lifecycle_of
from costlaw.lifecycle.strategies import BASELINE, Strategy
from costlaw.lifecycle.workload import Workload
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_chance, format_quantity
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, kw_only=True, eq=False)
class StrategyComparison(Shown):
    """One workload under several strategies.

    Parameters
    ----------
    baseline : Lifecycle
        Nothing changed.
    others : tuple of Lifecycle
        One for each strategy.
    currency : str
        What is ranked.
    """

    baseline: Lifecycle
    others: tuple[Lifecycle, ...]
    currency: str

    @cached_property
    def ranked(self) -> tuple[Lifecycle, ...]:
        """Baseline and strategies, cheapest total first."""
        everyone = (self.baseline, *self.others)
        return tuple(sorted(everyone, key=lambda life: life.total(self.currency).value))

    @cached_property
    def break_evens(self) -> dict[str, BreakEven]:
        """Break-even of each strategy against the baseline, by name."""
        return {
            life.strategy.name: break_even(self.baseline, life, self.currency)
            for life in self.others
        }

    def beats(self, life: Lifecycle) -> float:
        """Return the share of the draws in which a life costs less than the baseline."""
        ours, theirs = (x.total(self.currency).draws for x in (life, self.baseline))
        return float(np.mean(ours < theirs))

    def between(self, first: str, second: str) -> BreakEven:
        """Return from how many uses on a strategy is cheaper than another, both by name.

        Raises
        ------
        UnknownName
            If a strategy is not among those compared (``"baseline"`` is).
        """
        lives = {life.strategy.name: life for life in (self.baseline, *self.others)}
        for name in (first, second):
            if name not in lives:
                raise UnknownName("strategy", name, lives)
        return break_even(lives[first], lives[second], self.currency)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of all lives."""
        return merge_sources(*(life.sources for life in (self.baseline, *self.others)))

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: strategy, part, quantity, estimate, low, high, level, unit."""
        import polars as pl

        frames = [
            life.table(level).select(pl.lit(life.strategy.name).alias("strategy"), pl.all())
            for life in self.ranked
        ]
        return pl.concat(frames)

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values, with schema and version."""
        return {
            "schema": "costlaw.strategies/1",
            "version": __version__,
            "currency": self.currency,
            "baseline": self.baseline.to_dict(level),
            "strategies": [
                {"strategy": life.strategy.to_dict(level),
                 "total": life.total(self.currency).to_dict(level),
                 "parts": {k: q.to_dict(level) for k, q in life.parts(self.currency).items()},
                 "beats_baseline": self.beats(life),
                 "break_even": self.break_evens[life.strategy.name].to_dict(level),
                 "notes": list(life.notes)} for life in self.others
            ],
            "ranked": [life.strategy.name for life in self.ranked],
        }  # fmt: skip

    def __str__(self) -> str:
        unit = CURRENCIES[self.currency]
        lines = [f"{self.baseline.workload.name}: {_count(len(self.others))} by total in"
                 f" {unit}"]  # fmt: skip
        for life in self.ranked:
            total = format_quantity(life.total(self.currency).value, unit)
            if life is self.baseline:
                lines.append(f"  {'baseline':<20} {total}")
                continue
            name, error = life.strategy.name, life.strategy.error.value
            chance = format_chance(self.beats(life))
            lines.append(
                f"  {name:<20} {total}, cheaper with a chance of {chance}; error"
                f" ×{error:.3g}; {self.break_evens[name].words}"
            )
        more = len(lines) - 12
        return "\n".join(lines[:12] + ([f"  and {more} more: see .table()"] if more > 0 else []))


def compare_strategies(
    workload: Workload,
    strategies: Iterable[Strategy],
    *,
    site: Site,
    serving_site: Site | None = None,
    currency: str = "usd",
) -> StrategyComparison:
    """Return one workload under several strategies, ranked.

    Parameters
    ----------
    workload : Workload
        What is trained and how it is used.
    strategies : iterable of Strategy
        Such as ``default_strategies()`` or those of the lab.
    site, serving_site : Site
        Where it is trained, and where it runs.
    currency : str
        What is ranked.

    Returns
    -------
    StrategyComparison

    Raises
    ------
    UnknownName
        If there is no such currency.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.lifecycle import default_strategies
    >>> work = Workload.of(training=1e21, per_use=1e10, uses_per_year=1e13, service_years=2)
    >>> found = compare_strategies(work, default_strategies(), site=preset("today"))
    >>> found.ranked[-1].strategy.name
    'baseline'
    """
    if currency not in CURRENCIES:
        raise UnknownName("currency", currency, CURRENCIES)
    base = lifecycle_of(workload, site=site, serving_site=serving_site)
    others = tuple(
        lifecycle_of(workload, site=site, serving_site=base.serving_site, strategy=item)
        for item in strategies
        if item is not BASELINE
    )
    return StrategyComparison(baseline=base, others=others, currency=currency)


def _count(number: int) -> str:
    return "1 strategy" if number == 1 else f"{number} strategies"
