"""Owning a device: its purchase, server and network spread over its hours, and its electricity.

One idea: a chip loses value as the price of a fixed performance falls, so an hour of it costs its
price × the rate of that fall; server overhead and interconnect raise the price, each once, and
electricity comes on top. Follows Cottier et al. (2024), the rising costs of training frontier AI
models. Not in it: staff, building, capital, idle hours (every hour is taken to be used).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.special import ndtri

from costlaw.costs.rent import Rent, parse_date, vendor_spread
from costlaw.costs.tables import constant, constant_keys
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError
from costlaw.hardware import Chip, Price
from costlaw.sources import merge_sources
from costlaw.units import HOURS_PER_YEAR

_NEAR_YEARS = 2.0  # purchases within two years of the date count; else the nearest one


def purchase(chip: Chip, date: str | None = None) -> tuple[Estimate, str]:
    """Return the purchase price of one device, and the date of the newest observation used.

    Parameters
    ----------
    chip : Chip
        The device.
    date : str, optional
        ISO date or year; the newest observation if not given.

    Returns
    -------
    (price, as_of) : tuple of Estimate and str
        Price [USD/device], in dollars of its own date.

    Raises
    ------
    DataError
        If no purchase was observed.

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> price, as_of = purchase(chip("GTX 580"))
    >>> round(price.value), as_of
    (499, '2010-11-09')
    """
    listed = [seen for seen in chip.prices if seen.kind == "purchase"]
    if not listed:
        raise DataError(
            f"no purchase price of {chip.name} was observed. Give a price per device-hour."
        )
    asked = parse_date(date) if date else max(parse_date(seen.date) for seen in listed)

    def apart(seen: Price) -> float:
        return abs((parse_date(seen.date) - asked).days) / 365.25

    nearest = min(apart(seen) for seen in listed)
    near = [seen for seen in listed if apart(seen) <= max(_NEAR_YEARS, nearest)]
    logs = np.log([seen.price_usd for seen in near])
    middle = float(np.exp(np.median(logs)))
    spread = float(np.std(logs)) if len(near) > 2 else vendor_spread() / 2
    stale = math.log(10.0) * constant("own.depreciation").value * max(0.0, nearest - _NEAR_YEARS)
    sd = max(math.hypot(spread, stale), 0.05)
    estimate = Estimate.spread(
        f"purchase:{chip.name}", median=middle, factor=math.exp(float(ndtri(0.95)) * sd),
        unit="USD/device", sources=merge_sources(*((seen.source,) for seen in near)),
    )  # fmt: skip
    return estimate, max(seen.date for seen in near)


@cache
def electricity(year: int) -> Estimate:
    """Return the price of electricity of a year, US industry [USD/kWh]; the nearest year listed.

    Examples
    --------
    >>> electricity(2023).value, electricity(2012).value
    (0.0806, 0.0677)
    """
    years = [int(key.partition(".")[2]) for key in constant_keys("electricity.")]
    nearest = min(years, key=lambda listed: (abs(listed - year), listed))
    return constant(f"electricity.{nearest}", draw_name="electricity")


def _overhead(chip: Chip) -> Estimate:
    for key in constant_keys("own.overhead."):
        if key.removeprefix("own.overhead.") in chip.name:
            return constant(key)
    return constant("own.overhead.other")


def hourly_capital(price: Estimate, chip: Chip) -> Estimate:
    """Return what an hour of an owned device costs before electricity [USD/device-hour].

    Parameters
    ----------
    price : Estimate
        Purchase price of one device [USD/device].
    chip : Chip
        The device, for its server overhead.

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> round(hourly_capital(Estimate.exact(499.0, "USD/device"), chip("GTX 580")).value, 4)
    0.0372
    """
    fall = constant("own.depreciation").convert(math.log(10.0) / HOURS_PER_YEAR, "1/hour")
    network = constant("own.interconnect_share")
    bare = 1.0 - network.draws
    share = Estimate(draws=bare, unit="", point=1.0 - network.value, sources=network.sources)
    return (price * _overhead(chip) / share * fall).convert(1.0, "USD/device-hour")


def owned(chip: Chip, *, power_kw: Estimate, pue: Estimate, date: str | None = None) -> Rent:
    """Return the price of an hour of a device that one owns.

    Parameters
    ----------
    chip : Chip
        The device.
    power_kw : Estimate
        Its mean power with its share of the server [kW/device].
    pue : Estimate
        Facility energy over IT energy.
    date : str, optional
        When it was used; the newest purchase price if not given.

    Returns
    -------
    Rent
        Capital and electricity per device-hour, in dollars of the purchase.

    Raises
    ------
    DataError
        If no purchase price of the device is known.

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> power, pue = Estimate.exact(0.33, "kW/device"), Estimate.exact(1.25, "")
    >>> round(owned(chip("GTX 580"), power_kw=power, pue=pue).usd_per_hour.value, 3)
    0.065
    """
    price, as_of = purchase(chip, date)
    current = (power_kw * pue * electricity(int((date or as_of)[:4]))).convert(
        1.0, "USD/device-hour"
    )
    return Rent(
        usd_per_hour=hourly_capital(price, chip) + current,
        as_of=as_of, vendors=(), usd_year=int(as_of[:4]),
    )  # fmt: skip
