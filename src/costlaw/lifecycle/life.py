"""A life: programme, training, retraining and running of one network, in five currencies.

One idea: a total is the sum of four parts, each a product of a workload, a strategy and a site, so
the parts say which cost matters. Running is priced at the utilization of serving, which is far
below that of training. Where a strategy's time or energy per use was not measured it follows its
operations, and the record says so. Follows the article's paragraph on training and running costs
and Sardana et al. (2024). It ranks nothing (see ``comparison``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from costlaw.costs import Site
from costlaw.costs.utilization import running_utilization
from costlaw.estimates import Estimate
from costlaw.exceptions import UnknownName
from costlaw.lifecycle.strategies import BASELINE, Strategy
from costlaw.lifecycle.tables import data_digest
from costlaw.lifecycle.workload import Workload
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number, format_percent, format_quantity, format_range
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

CURRENCIES = {"flop": "FLOP", "device_hours": "device-hour", "usd": "USD", "energy_kwh": "kWh",
              "co2e_kg": "kg CO2e"}  # fmt: skip
PARTS = ("programme", "training", "retraining", "running")


def serving(site: Site, utilization: float | None = None) -> Site:
    """Return a site at the utilization of running a network instead of training it.

    Parameters
    ----------
    site : Site
        Where it is trained.
    utilization : float, optional
        Known utilization of running, in (0, 1].

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> serving(preset("today"), 0.3).utilization.value
    0.3
    """
    used = running_utilization(stated=utilization)
    return dataclasses.replace(site, name=f"{site.name}, serving", utilization=used)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lifecycle(Shown):
    """What a network costs over its life, part by part [FLOP, device-hour, USD, kWh, kg CO2e].

    Parameters
    ----------
    workload : Workload
        What is trained and how it is used.
    strategy : Strategy
        How it is made cheaper; ``BASELINE`` for not at all.
    training_site, serving_site : Site
        Where it is trained and where it runs.
    notes : tuple of str
        What was taken for granted.

    Source
    ------
    Sardana et al. (2024), arXiv 2401.00448.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.lifecycle import Workload, lifecycle_of
    >>> work = Workload.of(training=3.14e23, per_use=3.5e11, uses_per_year=1e12, service_years=3)
    >>> lifecycle_of(work, site=preset("today")).parts("usd")["training"].unit
    'USD'
    """

    workload: Workload
    strategy: Strategy
    training_site: Site
    serving_site: Site
    notes: tuple[str, ...] = ()

    def _rate(self, currency: str, *, running: bool) -> Estimate:
        """Return what one operation costs [currency/FLOP]."""
        if currency not in CURRENCIES:
            raise UnknownName("currency", currency, CURRENCIES)
        if currency == "flop":
            return Estimate.exact(1.0, "")
        return (self.serving_site if running else self.training_site).per_flop[currency]

    def training_once(self, currency: str) -> Estimate:
        """Return what the final training run costs, strategy included."""
        made = self.workload.training * self.strategy.training * self._rate(currency, running=False)
        return made.convert(1.0, CURRENCIES[currency])

    def retraining_once(self, currency: str) -> Estimate:
        """Return what one retraining costs, strategy included."""
        made = self.workload.training * self.workload.retraining_share * self.strategy.retraining
        return (made * self._rate(currency, running=False)).convert(1.0, CURRENCIES[currency])

    def use_once(self, currency: str) -> Estimate:
        """Return what one use costs, strategy included."""
        factor = self.strategy.flop_per_use
        if currency in {"device_hours", "usd"}:
            factor = self.strategy.time_per_use or factor
        elif currency in {"energy_kwh", "co2e_kg"}:
            factor = self.strategy.energy_per_use or self.strategy.time_per_use or factor
        spent = self.workload.per_use * factor * self._rate(currency, running=True)
        return spent.convert(1.0, CURRENCIES[currency])

    def parts(self, currency: str = "usd") -> dict[str, Estimate]:
        """Return programme, training, retraining and running; they add up to :meth:`total`.

        The programme is what searches, failures and seeds cost beyond the final run of the
        baseline; a strategy does not change it.

        Parameters
        ----------
        currency : str
            ``flop``, ``device_hours``, ``usd``, ``energy_kwh`` or ``co2e_kg``.

        Raises
        ------
        UnknownName
            If there is no such currency.
        """
        unit = CURRENCIES.get(currency, "")
        base = (self.workload.training * self._rate(currency, running=False)).convert(1.0, unit)
        programme = self.training_site.programme
        beyond = Estimate(
            draws=programme.draws - 1.0, unit="", point=programme.value - 1.0,
            sources=programme.sources,
        )  # fmt: skip
        again = self.workload.trainings - 1
        return {
            "programme": base * beyond,
            "training": self.training_once(currency),
            "retraining": self.retraining_once(currency) * float(again),
            "running": self.use_once(currency) * self.workload.uses,
        }

    @cached_property
    def _totals(self) -> dict[str, Estimate]:
        found = {}
        for currency in CURRENCIES:
            one, two, three, four = self.parts(currency).values()
            found[currency] = one + two + three + four
        return found

    def total(self, currency: str = "usd") -> Estimate:
        """Return the whole life's cost: the sum of its parts."""
        if currency not in CURRENCIES:
            raise UnknownName("currency", currency, CURRENCIES)
        return self._totals[currency]

    def running_share(self, currency: str = "usd") -> Estimate:
        """Return the share of running in the total (fraction)."""
        return self.parts(currency)["running"] / self.total(currency)

    def larger(self, currency: str = "usd") -> str:
        """Return the larger, ``running`` or ``training``; ``open`` if the interval cannot say."""
        low, high = self.running_share(currency).interval(0.9)
        return "running" if low > 0.5 else "training" if high < 0.5 else "open"

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the workload, the strategy and the sites."""
        held = (self.workload.training, self.workload.per_use, self.workload.uses_per_year)
        return merge_sources(
            *(quantity.sources for quantity in held), self.strategy.sources,
            self.training_site.sources, self.serving_site.sources,
        )  # fmt: skip

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: part, quantity, estimate, low, high, level, unit."""
        import polars as pl

        records = []
        for currency, unit in CURRENCIES.items():
            listed = {**self.parts(currency), "total": self.total(currency)}
            for part, quantity in listed.items():
                low, high = quantity.interval(level)
                records.append((part, currency, quantity.value, low, high, level, unit))
        schema = ["part", "quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(records, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values, with schema, version and the digest of the data."""
        return {
            "schema": "costlaw.lifecycle/1",
            "version": __version__,
            "data_digest": data_digest(),
            "workload": self.workload.to_dict(level),
            "strategy": self.strategy.to_dict(level),
            "training_site": self.training_site.to_dict(level),
            "serving_site": self.serving_site.to_dict(level),
            "parts": {
                currency: {part: q.to_dict(level) for part, q in self.parts(currency).items()}
                for currency in CURRENCIES
            },
            "total": {currency: self.total(currency).to_dict(level) for currency in CURRENCIES},
            "running_share": {c: self.running_share(c).to_dict(level) for c in CURRENCIES},
            "larger": {currency: self.larger(currency) for currency in CURRENCIES},
            "usd_year": self.training_site.usd_year,
            "notes": list(self.notes),
            "sources": [item.to_dict() for item in self.sources],
        }

    def __repr__(self) -> str:
        return (
            f"Lifecycle of {self.workload.name} ({self.strategy.name}): {self.total('usd')},"
            f" running {format_percent(self.running_share('usd').value)}"
        )

    def __str__(self) -> str:
        work = self.workload
        trained = "once" if work.trainings == 1 else f"{work.trainings} times"
        lines = [
            f"{work.name}, {self.strategy.title}: {work.service_years:g} years of service,"
            f" trained {trained}",
            f"  uses       {_short(work.uses)} in all, {_short(work.uses_per_training)} per"
            f" training; one {work.use} takes {_short(work.per_use)}",
        ]
        for part, quantity in self.parts("usd").items():
            if quantity.value > 0:
                shown = format_percent((quantity.value) / self.total("usd").value)
                lines.append(f"  {part:<10} {_short(quantity)}, {shown}")
        year = self.training_site.usd_year
        lines += [
            f"  total      {_short(self.total('usd'))} of {year}; {_short(self.total('flop'))}",
            f"  time       {_short(self.total('device_hours'))}",
            f"  energy     {_short(self.total('energy_kwh'))}; carbon"
            f" {_short(self.total('co2e_kg'))}",
            f"  larger     {_verdict(self)}",
        ]
        return "\n".join(lines)


def _verdict(life: Lifecycle) -> str:
    low, high = (format_percent(end) for end in life.running_share("usd").interval(0.9))
    words = {"running": "running costs more than training",
             "training": "training costs more than running",
             "open": "which is larger cannot be told"}[life.larger("usd")]  # fmt: skip
    return f"{words}: running is {low} to {high} of the dollars (90 %)"


def _short(quantity: Estimate) -> str:
    """Return an estimate with its 90 % interval, as a card prints it."""
    if quantity.is_exact:
        return format_quantity(quantity.value, quantity.unit)
    ends = format_range(*quantity.interval(0.9), quantity.unit)
    return f"{format_quantity(quantity.value, quantity.unit)} ({ends})"


def lifecycle_of(
    workload: Workload,
    *,
    site: Site,
    strategy: Strategy = BASELINE,
    serving_site: Site | None = None,
) -> Lifecycle:
    """Return what a network costs over its life.

    Parameters
    ----------
    workload : Workload
        What is trained and how it is used.
    site : Site
        Where it is trained.
    strategy : Strategy
        How it is made cheaper.
    serving_site : Site, optional
        Where it runs; the training site at the utilization of serving if not given.

    Returns
    -------
    Lifecycle
        Parts and totals [FLOP, device-hour, USD, kWh, kg CO2e], each an ``Estimate``.

    Raises
    ------
    OptionError
        If a site cannot serve.

    Source
    ------
    Sardana et al. (2024), arXiv 2401.00448, for training against use.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> work = Workload.of(training=3.14e23, per_use=3.5e11, uses_per_year=1e12, service_years=3)
    >>> life = lifecycle_of(work, site=preset("today"))
    >>> parts = life.parts("flop")
    >>> f"{parts['running'].value / parts['training'].value:.2f}", life.larger("usd")
    ('3.34', 'open')
    """
    notes = []
    if serving_site is None:
        serving_site = serving(site)
        notes.append("it runs where it is trained, at the utilization of serving")
    if strategy.time_per_use is None:
        notes.append(f"{strategy.name}: its time per use is not measured; it follows operations")
    if strategy.energy_per_use is None:
        source = "time" if strategy.time_per_use else "operations"
        notes.append(f"{strategy.name}: its energy per use is not measured; it follows {source}")
    if strategy.setting:
        notes.append(f"{strategy.name}: its ratios were found on {strategy.setting}")
    if strategy.changes_error:
        notes.append(f"{strategy.name}: the error is ×{format_number(strategy.error.value, 3)}, so"
                     " the bills are not for the same quality")  # fmt: skip
    return Lifecycle(
        workload=workload, strategy=strategy, training_site=site, serving_site=serving_site,
        notes=tuple(notes),
    )  # fmt: skip
