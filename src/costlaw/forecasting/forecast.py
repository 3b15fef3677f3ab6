"""A forecast: target error → compute → cost, with reach, back-test and what to argue about.

The record that every door shows. The compute is where the law passes the target (and, beside it,
where a next published result would); money, energy and carbon follow by the site. The spread over
other recipes stands beside the interval because on published results it is larger than it. Past
what the back-test reached the answer is still given, and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.costs import PRESET_NAMES, Cost, Site, contributions
from costlaw.costs.site import HELD
from costlaw.estimates import Estimate
from costlaw.fitting.diagnostic import Diagnostic, reach
from costlaw.fitting.scatter import Bands, ComputeAnswer, Fit, Recipe, ScatterBacktest, error_at
from costlaw.forecasting.headroom import Headroom
from costlaw.forecasting.pooled import PooledAnswer, PooledCheck, PooledFit
from costlaw.runs import Benchmark, Runs
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_percent, format_power
from costlaw.version import __version__

BEYOND = "beyond back-tested reach"
WITHIN = "within back-tested reach"
INSIDE = "inside the evidence"
FAR_APART = 0.5  # dex between the pool and a power law from which a reader is told
AHEAD = (1, 2)  # dex past the largest of a person's own runs at which the error is said


@dataclass(frozen=True, kw_only=True, eq=False)
class Forecast(Shown):
    """What a target error takes.

    Parameters
    ----------
    target_error : float
        Target [the benchmark's unit].
    runs, fit, answer : Runs, Fit or PooledFit, ComputeAnswer or PooledAnswer
        The evidence, the law, and the inverse answer [log10 FLOP].
    compute, compute_next : Estimate
        Where the law passes the target; where a next published result would [FLOP].
    cost, cost_next : Cost
        The bill for each at the site.
    backtest : ScatterBacktest
        Hidden runs and how they were forecast.
    recipes : tuple of Recipe
        The same question by every law and estimand.
    headroom : Headroom or None
        Practice against theory; None where the benchmark has no such reading.

    Source
    ------
    Thompson et al. 2020, 2022, arXiv 2007.05558.

    Examples
    --------
    >>> from costlaw.verbs import forecast
    >>> answer = forecast("imagenet", "5%")
    >>> answer.evidence, answer.compute.unit
    ('within back-tested reach', 'FLOP')
    """

    target_error: float
    runs: Runs
    fit: Fit | PooledFit
    answer: ComputeAnswer | PooledAnswer
    compute: Estimate
    compute_next: Estimate
    cost: Cost
    cost_next: Cost
    backtest: ScatterBacktest | PooledCheck
    recipes: tuple[Recipe, ...]
    headroom: Headroom | None

    @property
    def benchmark(self) -> Benchmark:
        """What the error is."""
        return self.fit.benchmark

    @property
    def site(self) -> Site:
        """Where and on what it is paid for."""
        return self.cost.site

    @property
    def last_compute(self) -> float:
        """Compute of the largest run [FLOP]."""
        return self.fit.largest

    @property
    def evidence_end(self) -> float:
        """Compute up to which forecasts were checked [FLOP]."""
        return self.last_compute * 10.0**self.backtest.backtested_reach_dex

    @property
    def evidence(self) -> str:
        """How far the answer lies from the data, in words."""
        if self.answer.reach_dex <= 0:
            return INSIDE
        held = self.answer.reach_dex <= self.backtest.backtested_reach_dex
        return WITHIN if held else BEYOND

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every check of the fit, and the reach of this answer against the back-tests."""
        tested = self.backtest.backtested_reach_dex
        many = getattr(self.backtest, "reach_dex", None)
        hidden = None if many is None else int(many.size)
        asked = reach(tested, asked_dex=self.answer.reach_dex, hidden=hidden)
        return (*(one for one in self.fit.diagnostics if one.name != "reach"), asked)

    @property
    def recipe_range(self) -> tuple[float, float]:
        """Smallest and largest point answer over all recipes [log10 FLOP]."""
        points = [recipe.log10_flop for recipe in self.recipes if recipe.log10_flop is not None]
        return (min(points), max(points)) if points else (math.nan, math.nan)

    @property
    def shares(self) -> dict[str, dict[str, float]]:
        """Which share of each quantity's width comes from what: what to argue about.

        The variance over recipes (law choice) is added to that of the compute (sampling) and of the
        site's inputs; shares of the sum.
        """
        points = [r.log10_flop for r in self.recipes if r.log10_flop is not None]
        choice = float(np.var(np.log(10.0) * np.array(points))) if len(points) > 1 else 0.0
        compute = np.broadcast_to(np.log(self.compute.draws), (2000,))
        sampling = _spread(compute)
        result = {}
        for quantity, parts in contributions(self.compute, self.site).items():
            known = {name: share for name, share in parts.items() if name != "compute"}
            whole = sampling / parts["compute"] if parts["compute"] > 1e-6 else 0.0
            terms = {"law choice": choice, "sampling": sampling}
            terms |= {name: max(share, 0.0) * whole for name, share in known.items()}
            total = sum(terms.values()) or 1.0
            result[quantity] = {name: term / total for name, term in terms.items()}
        return result

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of runs, prices, grid and chip."""
        return merge_sources(self.fit.sources, self.cost.sources)

    def bands(self, compute_flop: NDArray[np.float64]) -> Bands:
        """Return the law and its bands at amounts of compute [FLOP]."""
        if isinstance(self.fit, PooledFit):
            return self.fit.bands(compute_flop)
        return error_at(self.fit, compute_flop)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before quoting a number."""
        placed = () if self.site.name in PRESET_NAMES else self.site.caveats
        placed = tuple(text for text in placed if text != HELD)  # the runs' own notes say it
        told = (*self.benchmark.caveats, *self.runs.notes, *self._ahead(), *self.fit.notes,
                *self._apart(), *placed)  # fmt: skip
        return tuple(dict.fromkeys(told))

    def _ahead(self) -> tuple[str, ...]:
        """Say which error ten and a hundred times the largest of a person's own runs would have."""
        if self.benchmark.name != "own runs":
            return ()
        found = self.bands(10.0 ** (float(self.fit.evidence.x.max()) + np.array(AHEAD)))
        said = []
        for place, dex in enumerate(AHEAD):
            low, high = (self._said(float(side[place])) for side in found.law[0.9])
            unchecked = dex > self.backtest.backtested_reach_dex
            said.append(
                f"{10**dex} times: {self._said(float(found.error[place]))} (90 %: {low} to {high}"
                f"{'; not checked that far' if unchecked else ''})"
            )
        return (f"Error expected at multiples of the largest run: {', '.join(said)}.",)

    def _said(self, error: float) -> str:
        return format_percent(error, 3) if self.benchmark.is_fraction else f"{error:.4g}"

    def _apart(self) -> tuple[str, ...]:
        """Say when the pool and a plain power law through the same runs are far apart."""
        plain = next((r.log10_flop for r in self.recipes if r.law == "power"
                      and r.estimand == "error-on-compute"), None)  # fmt: skip
        if self.fit.law != "pool" or plain is None:
            return ()
        if abs(plain - self.answer.point_log10) < FAR_APART:
            return ()
        told = f"{format_power(plain)} FLOP for {self._said(self.target_error)}"
        return (
            f"A power law alone says {told}: the pool expects the fall to slow, as those of "
            "published curves do. costlaw compare says which law forecasts your own largest runs; "
            "--law names it.",
        )

    @property
    def shown_error(self) -> str:
        """The target as a person reads it."""
        if self.benchmark.is_fraction:
            typed = f"{100 * self.target_error:.6g}".replace(".", "").lstrip("0")
            return format_percent(self.target_error, max(2, len(typed)))
        return f"{self.target_error:g} {self.benchmark.error_unit}"

    def table(self, level: float = 0.9) -> Any:
        """Return a tidy polars frame: quantity, estimate, low, high, level, unit."""
        import polars as pl

        rows = []
        named = {"compute": self.compute, "compute, next result": self.compute_next}
        for name, quantity in {**named, **self.cost.quantities}.items():
            rows.append((name, quantity.value, *quantity.interval(level), level, quantity.unit))
        schema = ["quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values: versioned, with the digest of the data."""
        low, high = self.recipe_range
        return {
            "schema": "costlaw.forecast/1",
            "version": __version__,
            "data_digest": self.fit.digest,
            "benchmark": self.benchmark.name,
            "target_error": self.target_error,
            "evidence": self.evidence,
            "reach_dex": self.answer.reach_dex,
            "diagnostics": [one.to_dict() for one in self.diagnostics],
            "log10_flop": self.answer.point_log10,
            "compute": self.compute.to_dict(level),
            "compute_next_result": self.compute_next.to_dict(level),
            "p_unreachable": self.answer.p_unreachable,
            "leave_one_out_log10_flop": _plain(self.answer.leave_one_out),
            "leave_one_cluster_out_log10_flop": _plain(self.answer.leave_one_cluster_out),
            "cost": self.cost.to_dict(level),
            "cost_next_result": {
                name: quantity.to_dict(level)
                for name, quantity in self.cost_next.quantities.items()
            },
            "recipes": [recipe.to_dict() for recipe in self.recipes],
            "recipe_range_log10_flop": [low, high] if math.isfinite(low) else None,
            "shares": self.shares,
            "backtest": self.backtest.to_dict(),
            "headroom": self.headroom.to_dict() if self.headroom else None,
            "fit": self.fit.to_dict(level),
            "notes": list(self.notes),
            "sources": [source.to_dict() for source in self.sources],
        }

    def __repr__(self) -> str:
        return (
            f"Forecast: error {self.shown_error} on {self.benchmark.title} takes {self.compute} "
            f"({self.evidence})"
        )

    def __str__(self) -> str:
        from costlaw.forecasting.card import card

        return card(self)


def _spread(logs: NDArray[np.float64]) -> float:
    finite = logs[np.isfinite(logs)]
    return float(np.var(finite)) if finite.size > 1 else 0.0


def _plain(ends: tuple[float, float]) -> list[float | None]:
    return [end if math.isfinite(end) else None for end in ends]
