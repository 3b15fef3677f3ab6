"""Allocation: the best parameters and examples for a budget, what they reach, what more would cost.

A joint law, its draws and a budget in; the split, its error, the frontier of equal error and the
price of the next tenth off the error out, all with intervals read from the same draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.costs import Cost, Site, price
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.fitting.joint.optimum import (
    SIX,
    Best,
    best_repeating,
    best_split,
    compute_for_error,
    iso_error,
    optimum_exponent,
)
from costlaw.fitting.own.draws import quantile
from costlaw.fitting.own.fit import LawFit, clean
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number, format_quantity, format_share
from costlaw.version import __version__

Array = NDArray[np.float64]
NEXT = 0.9  # the error after the next tenth off
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the best parameters, along the frontier of equal error
APART = 1e3  # a 90 % interval of the best size that spans more than this factor is no answer
LAWS = ("joint", "joint-repeated")


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """One number with its 90 % interval, from the fit and its draws."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        ends = f"{_number(self.low)} to {_number(self.high)}"
        return f"{_number(self.value)} (90 %: {ends})"


def _number(value: float) -> str:
    if np.isnan(value):
        return "not known"
    if np.isinf(value):
        return "unbounded"
    return f"{value:.4g}" if 1e-3 <= abs(value) < 1e5 else format_number(value, 3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Allocation(Shown):
    """The best split of a budget under a joint law.

    Parameters
    ----------
    fit : LawFit
        The joint law and its draws.
    compute_flop : float
        Budget [FLOP].
    site : Site
        Where it is paid for.
    distinct : float or None
        Distinct examples that exist; None: as many as wanted.
    conventions : dict of str to float or str
        How the exponent of the best size moves with the counting of parameters, or why it cannot.

    Source
    ------
    Hoffmann et al. (2022), arXiv 2203.15556.

    Examples
    --------
    >>> from costlaw.own_runs import allocate
    >>> allocate("chinchilla", compute=5.76e23, huber=1e-3).compute_flop
    5.76e+23
    """

    fit: LawFit
    compute_flop: float
    site: Site
    distinct: float | None
    conventions: dict[str, float | str]

    @cached_property
    def _rows(self) -> Array:
        """Coefficients (1 + R, p): the fit first, then its draws."""
        drawn = self.fit.draws.coefficients if self.fit.draws.enough else np.zeros((0, 0))
        one = self.fit.batch.coefficients
        return np.concatenate([one, drawn]) if drawn.size else one

    def _spread(self, values: Array) -> Spread:
        if len(values) == 1:
            return Spread(value=float(values[0]), low=np.nan, high=np.nan)
        low, high = (float(quantile(values[1:], share)) for share in (0.05, 0.95))
        return Spread(value=float(values[0]), low=low, high=high)

    @cached_property
    def _best(self) -> Best:
        if self.distinct is not None:
            return best_repeating(self.compute_flop, self._rows, self.distinct)
        return best_split(self.compute_flop, self._rows)

    @property
    def parameters(self) -> Spread:
        """Best number of parameters [count]."""
        return self._spread(self._best.parameters)

    @property
    def examples(self) -> Spread:
        """Best number of distinct examples [count]."""
        return self._spread(self._best.examples)

    @property
    def epochs(self) -> Spread:
        """Best number of passes over them."""
        return self._spread(self._best.epochs)

    @property
    def error(self) -> Spread:
        """Error of the best split [the benchmark's unit]."""
        return self._spread(self._best.error)

    @property
    def exponent(self) -> Spread:
        """Best parameters grow as compute to this power."""
        return self._spread(optimum_exponent(self._rows))

    @property
    def cost(self) -> Cost:
        """The bill of the budget at the site."""
        return price(self.compute_flop, self.site)

    @property
    def next_tenth(self) -> Spread:
        """Times as much compute for an error a tenth lower than the best split's."""
        if self.distinct is not None:
            return self._spread(self._repeating_tenth())
        return self._spread(compute_for_error(NEXT * self._best.error, self._rows)
                            / self.compute_flop)  # fmt: skip

    @property
    def next_reducible_tenth(self) -> Spread:
        """Times as much compute for a tenth less of what lies above the irreducible error."""
        floor = self._rows[:, 0]
        target = floor + NEXT * (best_split(self.compute_flop, self._rows).error - floor)
        return self._spread(compute_for_error(target, self._rows) / self.compute_flop)

    @property
    def _price_words(self) -> str:
        whole = self.next_tenth
        part = f"10 % off what lies above the irreducible error takes {self.next_reducible_tenth}"
        if np.isinf(whole.value):
            return f"an error 10 % lower is never reached; {part} times the compute"
        return f"an error 10 % lower takes {whole} times the compute; {part}"

    def _repeating_tenth(self) -> Array:
        grid = self.compute_flop * 10 ** np.linspace(0, 12, 121)
        limit = self.distinct or np.inf
        errors = np.stack([best_repeating(c, self._rows, limit).error for c in grid])
        reached = errors <= NEXT * self._best.error
        first = np.argmax(reached, axis=0)
        return np.where(reached.any(axis=0), grid[first] / self.compute_flop, np.inf)

    def frontier(self) -> list[tuple[float, Spread, Spread]]:
        """Return (parameters, examples, compute [FLOP]) of networks that reach the same error."""
        sizes = self.parameters.value * np.array(SIZES)
        examples = iso_error(self.error.value, self._rows, sizes)
        return [
            (float(size), self._spread(examples[:, at]),
             self._spread(SIX * size * examples[:, at]))
            for at, size in enumerate(sizes)
        ]  # fmt: skip

    @property
    def reach_dex(self) -> float:
        """How far the budget lies past the largest run [dex]."""
        largest = self.fit.points.order.max() + np.log(SIX)
        return float((np.log(self.compute_flop) - largest) / np.log(10.0))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where runs, law and prices come from."""
        return merge_sources(self.fit.sources, self.cost.sources)

    def _quantities(self) -> dict[str, tuple[Spread, str]]:
        return {
            "parameters": (self.parameters, "parameters"), "examples": (self.examples, "examples"),
            "epochs": (self.epochs, "passes"), "error": (self.error, "error"),
            "exponent of the best size": (self.exponent, "1"),
            "compute for a tenth less error": (self.next_tenth, "times"),
            "compute for a tenth less reducible error": (self.next_reducible_tenth, "times"),
        }  # fmt: skip

    def table(self) -> Any:
        """Return a tidy polars frame: quantity, estimate, low, high, level, unit."""
        import polars as pl

        rows = [(name, one.value, one.low, one.high, 0.9, unit)
                for name, (one, unit) in self._quantities().items()]  # fmt: skip
        schema = ["quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return clean({
            "schema": "costlaw.allocation/1", "version": __version__,
            "compute_flop": self.compute_flop, "distinct_examples": self.distinct,
            "reach_dex": self.reach_dex, "flop_per_parameter_and_example": SIX,
            "quantities": {name: {**vars(one), "level": 0.9, "unit": unit}
                           for name, (one, unit) in self._quantities().items()},
            "equal_error": [
                {"parameters": size, "examples": vars(examples), "compute_flop": vars(compute)}
                for size, examples, compute in self.frontier()
            ],
            "conventions": self.conventions, "cost": self.cost.to_dict(),
            "fit": self.fit.to_dict(), "sources": [one.to_dict() for one in self.sources],
        })  # fmt: skip

    def __repr__(self) -> str:
        return (
            f"Allocation of {format_number(self.compute_flop)} FLOP: {self.parameters} parameters, "
            f"{self.examples} examples, error {self.error.value:.4g}"
        )

    def __str__(self) -> str:
        fit, usd = self.fit, self.cost.usd
        again = f", {self.epochs} passes" if self.epochs.value > 1.001 else ""
        moved = "; ".join(
            f"{name} {value:.3f}" if isinstance(value, float) else f"{name}: {value}"
            for name, value in self.conventions.items()
        )
        side = [
            f"{format_number(size)} on {_number(examples.value)} "
            f"({_number(compute.value / self.compute_flop)}×)"
            for size, examples, compute in self.frontier()
        ]
        flags = [one.sentence for one in fit.flagged if one.name != "reach"][:2]
        lines = [
            f"Best use of {format_number(self.compute_flop, 3)} FLOP "
            f"({format_quantity(usd.value, 'USD')} at site {self.site.name})",
            f"  parameters   {self.parameters}",
            f"  examples     {self.examples}{again}",
            f"  error        {self.error} {fit.benchmark.error_unit}",
            f"  next tenth   {self._price_words}",
            f"  equal error  {'; '.join(side)} of this compute",
            f"  best size    grows as compute^{self.exponent}",
            f"  counted      {fit.points.convention}; exponent by convention: {moved}",
            f"  law          {fit.law}: {fit.n} settings of {fit.runs.origin}, misfit "
            f"{format_share(fit.scatter, 2)}; budget {self.reach_dex:+.1f} dex past the largest "
            "run",
        ]
        return "\n".join(lines + [f"  look at      {text}" for text in flags])


def allocate_runs(
    fit: LawFit,
    compute_flop: float,
    *,
    site: Site,
    distinct: float | None = None,
    refit: Callable[[str], LawFit] | None = None,
) -> Allocation:
    """Return the best split of a budget under a fitted joint law.

    Parameters
    ----------
    fit : LawFit
        A fit of the law ``joint`` or ``joint-repeated``.
    compute_flop : float
        Budget [FLOP].
    site : Site
        Where it is paid for.
    distinct : float, optional
        Distinct examples that exist; needs the law ``joint-repeated``.
    refit : callable, optional
        Fits the same runs with another convention for parameters, to show how the exponent moves.

    Returns
    -------
    Allocation

    Raises
    ------
    OptionError
        If the law is no joint law, or the budget or the examples are impossible.
    EvidenceError
        If the fit lost one of its terms, so that there is no best split.
    """
    if fit.law not in LAWS:
        raise OptionError(f"{fit.law}: expected a joint law ({', '.join(LAWS)}).")
    if not 0 < compute_flop < np.inf:
        raise OptionError(f"compute = {compute_flop:g}: expected an amount above 0 FLOP.")
    if distinct is not None and fit.law != "joint-repeated":
        raise OptionError("a limit on distinct examples needs --law joint-repeated.")
    if distinct is not None and not distinct > 0:
        raise OptionError(f"distinct = {distinct:g}: expected a number of examples above 0.")
    known = fit.coefficients
    _, first, second = (np.exp(part) for part in fit.batch.q[0, :3])
    if min(first, second) < 1e-6 * (first + second) or not known["parameters_scale"] > 0:
        raise EvidenceError(
            f"{fit.runs.origin}: the runs do not show that both parameters and examples lower the "
            "error, so no split of compute is best. Vary both in more runs."
        )
    moved: dict[str, float | str] = {}
    if refit is not None:
        from costlaw.fitting.joint.conventions import possible

        for name in possible(fit.runs):
            other = fit if name == fit.convention else refit(name)
            moved[name] = float(optimum_exponent(other.batch.coefficients)[0])
    else:
        moved[fit.convention] = float(optimum_exponent(fit.batch.coefficients)[0])
    made = Allocation(
        fit=fit, compute_flop=compute_flop, site=site, distinct=distinct, conventions=moved
    )
    _need_told(made)
    return made


def _need_told(made: Allocation) -> None:
    """Refuse a split whose interval spans more than any decision could use."""
    low, high = made.parameters.low, made.parameters.high
    if np.isnan(high) or high <= APART * low:
        return
    inputs = np.log(made.fit.points.inputs[:2])
    together = float(np.corrcoef(inputs)[0, 1])
    raise EvidenceError(
        f"{made.fit.runs.origin}: these runs do not say how to split a budget: the best size is "
        f"anywhere from {_number(low)} to {_number(high)} parameters (90 %). Parameters and "
        f"examples correlate by {together:.2f} over the runs; train some of the same size on "
        "fewer and on more examples."
    )
