"""The price of a live run: what a metered span cost, from its own time and its own energy.

Money is time × devices × the rent of the device, carbon is the energy that was *measured* × PUE ×
the grid; utilization and rated power, which price an amount of compute, do not enter. Without a
chip there is no price, and none is invented; without a region the grid is the world's, with its
spread. This room meters nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from costlaw.costs import Choice, site_for
from costlaw.costs.carbon import grid
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError, OptionError, UnknownName
from costlaw.hardware import likely_chip
from costlaw.metering import Metered
from costlaw.metering.capacity import chip_of_driver
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_quantity, format_range

LEVEL = 0.9


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What an hour and a kWh cost where a run is metered.

    Parameters
    ----------
    usd_per_hour : Estimate or None
        Rent of all devices together [USD/device-hour]; None where no price is known.
    kg_per_kwh : Estimate
        Carbon intensity of the grid [kg CO2e/kWh].
    pue : float or None
        Facility energy over machine energy; None: the machine's own energy only.
    what, where : str
        The devices and the grid, in words.
    """

    usd_per_hour: Estimate | None
    kg_per_kwh: Estimate
    pue: float | None
    what: str
    where: str


@dataclass(frozen=True, kw_only=True)
class LiveBill(Shown):
    """What a metered span cost: money and carbon, where they are known."""

    usd: Estimate | None
    co2e_kg: Estimate | None
    tariff: Tariff

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the price and of the grid."""
        known = (quantity for quantity in (self.usd, self.co2e_kg) if quantity is not None)
        return merge_sources(*(quantity.sources for quantity in known))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "usd": self.usd.to_dict(LEVEL) if self.usd else None,
            "co2e_kg": self.co2e_kg.to_dict(LEVEL) if self.co2e_kg else None,
            "what": self.tariff.what,
            "where": self.tariff.where,
            "pue": self.tariff.pue,
        }

    def __str__(self) -> str:
        money = "no price is known: name the chip (--chip) or its price (--price)"
        if self.usd is not None:
            money = f"{_said(self.usd)}, {self.tariff.what}"
        lines = [f"money     {money}"]
        if self.co2e_kg is not None:
            scope = "" if self.tariff.pue is None else f" × PUE {self.tariff.pue:g}"
            lines.append(f"carbon    {_said(self.co2e_kg)}: metered energy{scope} × grid, "
                         f"{self.tariff.where}")  # fmt: skip
        return "\n".join(lines)


def _said(quantity: Estimate) -> str:
    size, unit = 1.0, quantity.unit
    if unit == "kg CO2e" and quantity.value < 0.1:
        size, unit = (1e-3, "g CO2e") if quantity.value >= 1e-4 else (1e-6, "mg CO2e")
    middle = format_quantity(quantity.value / size, unit)
    if quantity.is_exact:
        return middle
    low, high = (end / size for end in quantity.interval(LEVEL))
    return f"{middle} (90 %: {format_range(low, high, unit)})"


def tariff(
    chip: str | None = None,
    *,
    count: float = 1.0,
    region: str | None = None,
    usd_per_hour: float | None = None,
    pue: float | None = None,
) -> Tariff:
    """Return what an hour and a kWh cost.

    Parameters
    ----------
    chip : str or None
        Device that is rented; its observed rents are the price.
    count : float
        How many of them.
    region : str or None
        Country, US state or cloud region; the world's spread if None.
    usd_per_hour : float or None
        Known price of one device [USD/device-hour], instead of the observed rents.
    pue : float or None
        Facility energy over machine energy, at least 1.

    Raises
    ------
    UnknownName
        If there is no such chip or region.
    OptionError
        If a number is impossible.

    Examples
    --------
    >>> rate = tariff("H100", region="FR")
    >>> rate.what, round(rate.kg_per_kwh.value, 3)
    ('1 × H100 SXM, on demand', 0.056)
    """
    if pue is not None and not 1 <= pue < float("inf"):
        raise OptionError(f"PUE = {pue:g}: facility energy over machine energy is at least 1.")
    if usd_per_hour is not None and not 0 < usd_per_hour < float("inf"):
        raise OptionError(f"price = {usd_per_hour:g} USD an hour: expected a number above 0.")
    place = grid(region)
    if chip is not None:
        device, _ = likely_chip(chip)
        try:
            site = site_for(device, Choice(region=region, usd_per_hour=usd_per_hour))
            price: Estimate | None = site.usd_per_hour * count
        except DataError:
            price = None  # a chip nobody was seen to rent
        what = f"{count:g} × {device.name}"
        what += (
            ", on demand" if usd_per_hour is None else f" at your price, ${usd_per_hour:g} an hour"
        )
    else:
        price = None
        if usd_per_hour is not None:
            price = Estimate.exact(usd_per_hour * count, "USD/device-hour")
        what = f"your price, ${usd_per_hour:g} an hour" if price else ""
    where = place.name if region else f"{place.name} (name yours: --region)"
    return Tariff(usd_per_hour=price, kg_per_kwh=place.intensity, pue=pue, what=what, where=where)


def tariff_of(metered: Metered, **known: Any) -> Tariff:
    """Return the tariff of the chips that a span was seen to use; see :func:`tariff`.

    A chip that is not in the table has no price here.
    """
    chips = list(metered.machine.get("gpus", ()))
    if len(set(chips)) != 1 or known.get("chip") is not None:
        return tariff(known.pop("chip", None), **known)
    try:
        chip = chip_of_driver(chips[0])
    except UnknownName:
        return tariff(None, **{**known, "count": 1.0})
    return tariff(chip.name, **{**known, "count": float(len(chips))})


def bill_of_metered(metered: Metered, rate: Tariff) -> LiveBill:
    """Return what a metered span cost.

    Parameters
    ----------
    metered : Metered
        The span.
    rate : Tariff
        What an hour and a kWh cost.

    Examples
    --------
    >>> hour = Metered(name="a", started="2025-01-01T00:00:00Z", elapsed_s=3600.0)
    >>> print(bill_of_metered(hour, tariff(usd_per_hour=2.0)))
    money     $2.0, your price, $2 an hour
    """
    usd = None
    if rate.usd_per_hour is not None and metered.elapsed_s > 0:
        hours = metered.elapsed_s / 3600.0
        usd = rate.usd_per_hour.convert(hours, "USD")
    energy, carbon = metered.energy, None
    if energy is not None:
        carbon = (energy * (rate.pue or 1.0) * rate.kg_per_kwh).convert(1.0, "kg CO2e")
    return LiveBill(usd=usd, co2e_kg=carbon, tariff=rate)
