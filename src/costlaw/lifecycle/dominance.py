"""The dominance map: over uses per training and service life, does training or running cost more?

The article says that for a widely used network running is the largest part, and for one that often
needs retraining the training is. One figure answers for every case at once: the boundary is where
the expected running bill equals that of programme, training and retrainings, with its interval.
It prices one workload at many demands and decides nothing else.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError
from costlaw.lifecycle.life import CURRENCIES, Lifecycle
from costlaw.showing import Shown
from costlaw.sources import Source
from costlaw.units import format_number
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

WORDS = {"running": "running costs more", "training": "training costs more",
         "open": "which is larger cannot be told"}  # fmt: skip
YEARS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class DominanceMap(Shown):
    """Where running overtakes training.

    Parameters
    ----------
    life : Lifecycle
        The network, its strategy and its sites; its own demand is the marked point.
    currency : str
        ``flop``, ``device_hours``, ``usd``, ``energy_kwh`` or ``co2e_kg``.
    every_years : float
        Time between trainings [year]; infinite if it is never trained again.
    years : tuple of float
        Service lives [year], rising.
    """

    life: Lifecycle
    currency: str
    every_years: float
    years: tuple[float, ...] = YEARS

    @property
    def rhythm(self) -> str:
        """How often it is trained again, in words."""
        often = np.isfinite(self.every_years)
        return f"retrained every {_length(self.every_years)}" if often else "never retrained"

    def trainings(self, years: float) -> int:
        """How often it is trained in a service life [count]."""
        return max(1, int(np.ceil(years / self.every_years - 1e-9)))

    def boundary(self, years: float, ratio: float = 1.0) -> Estimate:
        """Return the uses per training at which running costs ``ratio`` times all training.

        Parameters
        ----------
        years : float
            Service life [year].
        ratio : float
            Running over training; 1 is the boundary, 9 the line of 90 % running.

        Returns
        -------
        Estimate
            Uses between two trainings [count].
        """
        count = self.trainings(years)
        parts = self.life.parts(self.currency)
        again = self.life.retraining_once(self.currency) * float(count - 1)
        once = parts["programme"] + parts["training"] + again
        return (once * (ratio / count) / self.life.use_once(self.currency)).convert(1.0, "")

    def running_share(self, uses_per_training: Array | float, years: float) -> Array:
        """Return the share of running in the total, at the point values (fraction)."""
        edge = self.boundary(years).value
        uses = np.asarray(uses_per_training, dtype=float)
        return uses / (uses + edge)

    @cached_property
    def edges(self) -> tuple[Estimate, ...]:
        """The boundary at each service life of ``years``."""
        return tuple(self.boundary(year) for year in self.years)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the workload, the strategy and the sites."""
        return self.life.sources

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: service_years, quantity, estimate, low, high, level, unit."""
        import polars as pl

        records = [
            (year, "uses per training where running equals training", edge.value,
             *edge.interval(level), level, "") for year, edge in zip(self.years, self.edges,
                                                                     strict=True)
        ]  # fmt: skip
        schema = ["service_years", "quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(records, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        work = self.life.workload
        return {
            "schema": "costlaw.dominance-map/1",
            "version": __version__,
            "currency": self.currency,
            "retrain_every_years": self.every_years if np.isfinite(self.every_years) else None,
            "strategy": self.life.strategy.name,
            "boundary": [
                {"service_years": year, "trainings": self.trainings(year),
                 "uses_per_training": edge.to_dict(level)}
                for year, edge in zip(self.years, self.edges, strict=True)
            ],
            "own": {"service_years": work.service_years,
                    "uses_per_training": work.uses_per_training.to_dict(level),
                    "larger": self.life.larger(self.currency)},
        }  # fmt: skip

    def __str__(self) -> str:
        lines = [f"{self.life.workload.name}: uses per training where running costs as much as"
                 f" training ({CURRENCIES[self.currency]}), {self.rhythm}"]  # fmt: skip
        for year, edge in zip(self.years, self.edges, strict=True):
            low, high = (format_number(end) for end in edge.interval(0.9))
            lines.append(f"  {year:>5g} years  {format_number(edge.value)} (90 %: {low} to {high})")
        own = self.life.workload.uses_per_training.value
        lines.append(
            f"  asked: {format_number(own)} uses per training over"
            f" {self.life.workload.service_years:g} years: {WORDS[self.life.larger(self.currency)]}"
        )
        return "\n".join(lines)


def dominance_map(
    life: Lifecycle,
    currency: str = "usd",
    *,
    years: tuple[float, ...] = YEARS,
    every_years: float | None = None,
) -> DominanceMap:
    """Return where running overtakes training, for every demand.

    Parameters
    ----------
    life : Lifecycle
        The network; its time between trainings is kept, its demand is varied.
    currency : str
        What is compared.
    years : tuple of float
        Service lives, rising [year].
    every_years : float, optional
        Time between trainings [year]; the workload's own if not given, so that its mark lies
        where its bill does.

    Returns
    -------
    DominanceMap

    Raises
    ------
    OptionError
        If the service lives do not rise above 0, or the currency does not exist.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.lifecycle import Workload, lifecycle_of
    >>> work = Workload.of(training=3.14e23, per_use=3.5e11, uses_per_year=1e12, service_years=3)
    >>> drawn = dominance_map(lifecycle_of(work, site=preset("authors-2022")), "flop")
    >>> f"{drawn.boundary(1.0).value:.2e}"
    '8.97e+11'
    """
    if currency not in CURRENCIES:
        raise OptionError(f'currency "{currency}": expected one of {", ".join(CURRENCIES)}.')
    if len(years) < 2 or years[0] <= 0 or any(a >= b for a, b in itertools.pairwise(years)):
        raise OptionError("service lives: expected at least two, rising and above 0 [year].")
    every = every_years or life.workload.retrain_every_years or np.inf
    if not every > 0:
        raise OptionError(f"retraining every {every:g} years: expected above 0.")
    return DominanceMap(life=life, currency=currency, every_years=every, years=tuple(years))


def _length(years: float) -> str:
    """Return a time between trainings in words.

    Examples
    --------
    >>> _length(1.0), _length(0.5), _length(2.0)
    ('year', '6 months', '2 years')
    """
    if years == 1:
        return "year"
    return f"{years:g} years" if years > 1 else f"{12 * years:g} months"
