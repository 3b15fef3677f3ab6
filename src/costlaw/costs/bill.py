"""A cost: what an amount of compute comes to at a site, in four currencies at once.

One idea: cost is compute times the site's cost per operation, so it is exactly linear in compute,
and both factors keep their shared draws. Device-hours, dollars, energy and carbon come from one
record and cannot disagree with each other. Nothing here looks up a price, and the programme
multiplier is shown beside the bill, never inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from costlaw.costs.currency import dollars_of
from costlaw.costs.site import QUANTITIES, Site
from costlaw.costs.tables import data_digest
from costlaw.estimates import Estimate, uniform_draws
from costlaw.exceptions import OptionError, UnitError
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_quantity
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

UNITS = {"device_hours": "device-hour", "usd": "USD", "energy_kwh": "kWh", "co2e_kg": "kg CO2e"}
Array = NDArray[np.float64]
_WIDTHS = 257  # widths of an uncertain amount for which quantiles are found


@dataclass(frozen=True, kw_only=True, eq=False)
class Cost(Shown):
    """What an amount of compute costs at a site.

    Parameters
    ----------
    compute : Estimate
        Operations [FLOP].
    site : Site
        Where and on what it is paid for.
    usd_year : int
        Year of the dollars shown; the site's own year unless converted with :meth:`in_year`.
    usd_factor : Estimate
        Price index of ``usd_year`` over that of the site's year.

    Source
    ------
    Strubell et al. (2019); Cottier et al. (2024).

    Examples
    --------
    >>> from costlaw.costs import preset, price
    >>> f"{price(1e24, preset('article-2021')).usd.value:.3g} USD"
    '1.25e+07 USD'
    """

    compute: Estimate
    site: Site
    usd_year: int
    usd_factor: Estimate

    def _priced(self, quantity: str) -> Estimate:
        return (self.compute * self.site.per_flop[quantity]).convert(1.0, UNITS[quantity])

    @cached_property
    def device_hours(self) -> Estimate:
        """Time of all devices together [device-hour]."""
        return self._priced("device_hours")

    @cached_property
    def usd(self) -> Estimate:
        """Money, in dollars of ``usd_year`` [USD]."""
        return self._priced("usd") * self.usd_factor

    @cached_property
    def energy_kwh(self) -> Estimate:
        """Energy at the meter of the data centre, PUE included once [kWh]."""
        return self._priced("energy_kwh")

    @cached_property
    def co2e_kg(self) -> Estimate:
        """Operational carbon, by the accounting that the site states [kg CO2e]."""
        return self._priced("co2e_kg")

    @cached_property
    def embodied_co2e_kg(self) -> Estimate | None:
        """Carbon of making the devices, for the hours used [kg CO2e]; None if not counted."""
        rate = self.site.embodied_kg_per_hour
        return None if rate is None else (self.device_hours * rate).convert(1.0, "kg CO2e")

    @cached_property
    def water_litre(self) -> Estimate | None:
        """Water used in making the electricity [L]; None if not counted."""
        rate = self.site.water_litre_per_kwh
        return None if rate is None else (self.energy_kwh * rate).convert(1.0, "L")

    @cached_property
    def programme_usd(self) -> Estimate:
        """Money of the whole programme: searches, failures and seeds with the final run [USD]."""
        return self.usd * self.site.programme

    def in_year(self, year: int) -> Cost:
        """Return the same bill in dollars of another year, by the US producer price index.

        Raises
        ------
        OptionError
            If the index does not reach that year.
        """
        return Cost(
            compute=self.compute,
            site=self.site,
            usd_year=year,
            usd_factor=dollars_of(year, base=self.site.usd_year),
        )

    @property
    def quantities(self) -> dict[str, Estimate]:
        """All quantities of the bill that are counted, by name."""
        found = {name: getattr(self, name) for name in QUANTITIES}
        for name in ("embodied_co2e_kg", "water_litre"):
            extra = getattr(self, name)
            if extra is not None:
                found[name] = extra
        return found

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the compute and of the site."""
        return merge_sources(self.compute.sources, self.site.sources, self.usd_factor.sources)

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: quantity, estimate, low, high, level, unit."""
        import polars as pl

        listed = {"compute": self.compute, **self.quantities, "programme_usd": self.programme_usd}
        records = []
        for name, quantity in listed.items():
            low, high = quantity.interval(level)
            records.append((name, quantity.value, low, high, level, quantity.unit))
        return pl.DataFrame(
            records,
            schema=["quantity", "estimate", "low", "high", "level", "unit"],
            orient="row",
        )

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values, with the schema, the version and the digest of the data."""
        return {
            "schema": "costlaw.cost/1",
            "version": __version__,
            "data_digest": data_digest(),
            "compute": self.compute.to_dict(level),
            **{name: quantity.to_dict(level) for name, quantity in self.quantities.items()},
            "usd_year": self.usd_year,
            "programme_usd": self.programme_usd.to_dict(level),
            "site": self.site.to_dict(level),
        }

    def __repr__(self) -> str:
        return (
            f"Cost of {format_quantity(self.compute.value, 'FLOP')} at {self.site.name}: "
            f"{self.usd}, {self.co2e_kg}"
        )

    def __str__(self) -> str:
        site = self.site
        lines = [
            f"{self.compute} on {site.chip} ({site.number_format}), {site.region}",
            f"  time       {self.device_hours}",
            f"  money      {self.usd}, dollars of {self.usd_year}",
            f"  energy     {self.energy_kwh}",
            f"  carbon     {self.co2e_kg}",
        ]
        if self.embodied_co2e_kg is not None:
            lines.append(f"  embodied   {self.embodied_co2e_kg}, not in the line above")
        if self.water_litre is not None:
            lines.append(f"  water      {self.water_litre}, at the power station and on site")
        if not site.programme.is_exact or site.programme.value != 1:
            lines.append(f"  programme  {self.programme_usd}: searches, failures and seeds too")
        lines += [f"  note: {caveat}" for caveat in site.caveats[:3]]
        return "\n".join(lines)


def _as_compute(compute: Estimate | float) -> Estimate:
    if not isinstance(compute, Estimate):
        compute = Estimate.exact(float(compute), "FLOP")
    if compute.unit != "FLOP":
        raise UnitError(
            f'cannot price "{compute.unit}": expected an amount of compute in FLOP. A rate in'
            " FLOP/s becomes one when multiplied by a time."
        )
    if not (compute.draws > 0).all():
        raise OptionError(f"compute = {compute.value:g} FLOP: expected a number above 0.")
    return compute


def price(compute: Estimate | float, site: Site) -> Cost:
    """Return what an amount of compute costs at a site.

    Parameters
    ----------
    compute : Estimate or float
        Operations [FLOP].
    site : Site
        Where and on what it is paid for.

    Returns
    -------
    Cost
        Device-hours, USD, kWh and kg CO2e, each an ``Estimate``.

    Raises
    ------
    UnitError
        If the estimate is not in FLOP.
    OptionError
        If the amount is not above 0.

    Examples
    --------
    >>> from costlaw.costs.presets import preset
    >>> bill = price(10**28.06, preset("article-2021"))
    >>> f"{bill.usd.value:.1e}"
    '1.4e+11'
    """
    return Cost(
        compute=_as_compute(compute),
        site=site,
        usd_year=site.usd_year,
        usd_factor=Estimate.exact(1.0, ""),
    )


def price_many(
    computes: Array, site: Site, level: float = 0.9, *, factors: Array | None = None
) -> dict[str, Array]:
    """Price many amounts of compute at one site, as :func:`price` would one by one.

    Cost is linear in compute, so the quantiles of the site's cost per operation are found once. For
    uncertain amounts they are found for a grid of widths and read off between them; the intervals
    then agree with single bills to within 1 %.

    Parameters
    ----------
    computes : ndarray of shape (n,)
        Operations [FLOP]; ``inf`` ("never") stays unbounded.
    site : Site
        Where and on what they are paid for.
    level : float
        Level of the intervals.
    factors : ndarray of shape (n,), optional
        Each amount is lognormal within ×/÷ this factor at ``level``, independent of the site;
        1 or none for exact amounts.

    Returns
    -------
    dict of ndarray of shape (n, 3)
        Low end, estimate, high end of each quantity.

    Raises
    ------
    OptionError
        If an amount is not above 0, or a factor is below 1.

    Examples
    --------
    >>> from costlaw.costs.presets import preset
    >>> amounts = np.array([1e20, 1e21])
    >>> price_many(amounts, preset("today"))["usd"].shape
    (2, 3)
    >>> bills = price_many(amounts, preset("today"), factors=np.array([1.0, 10.0]))["usd"]
    >>> bool(bills[1, 2] / bills[1, 0] > bills[0, 2] / bills[0, 0])
    True
    """
    amounts = np.asarray(computes, dtype=np.float64)
    if amounts.ndim != 1 or not (amounts > 0).all():
        raise OptionError("computes: expected a vector of numbers above 0 [FLOP].")
    if factors is None:
        ends = {name: rate.interval(level) for name, rate in site.per_flop.items()}
        return {
            name: amounts[:, None] * np.array([ends[name][0], rate.value, ends[name][1]])
            for name, rate in site.per_flop.items()
        }
    widths = np.asarray(factors, dtype=np.float64)
    if widths.shape != amounts.shape or not (widths >= 1).all():
        raise OptionError("factors: expected one number of at least 1 for each amount.")
    sds = np.log(widths) / float(ndtri(0.5 + level / 2))
    return {
        name: amounts[:, None] * _widened(rate, sds, level) for name, rate in site.per_flop.items()
    }


def _widened(rate: Estimate, sds: Array, level: float) -> Array:
    """Return low end, estimate and high end of a rate times a lognormal of each sd, (n, 3)."""
    grid = np.linspace(0.0, 1.0, _WIDTHS) ** 2 * max(float(sds.max()), 1e-9)  # finest near 0
    noise = ndtri(uniform_draws("compute:stated"))
    logs = np.log(np.broadcast_to(rate.draws, noise.shape))
    ends = np.quantile(logs + grid[:, None] * noise, [0.5 - level / 2, 0.5 + level / 2], axis=1,
                       method="hazen")  # fmt: skip
    low, high = (np.exp(np.interp(sds, grid, end)) for end in ends)
    return np.stack([low, np.full(sds.shape, rate.value), high], axis=1)
