"""Rent of a device: observed prices by vendor, commitment and date.

One idea: a price has a date, a vendor and a commitment, and vendors differ by a factor of five for
the same chip on the same day; the estimate is the spread of the newest price of each vendor within
a year of the date. Data: the prices in ``hardware`` (Epoch AI, after Cottier et al. 2024), each
with the page where it was seen. A price used far from its date is widened, not extrapolated.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtri

from costlaw.costs.currency import dollars_of
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError, OptionError, UnknownName
from costlaw.hardware import Chip, Price, chips
from costlaw.sources import merge_sources

OWN = "own"  # bought, not rented: see ``ownership``
COMMITMENTS = ("on-demand", "1-year", "3-year")
UNIT = "USD/device-hour"
_MANY = 5  # vendors from which the observed spread is used as it is
_WINDOW_DAYS = 365
_Z90 = float(ndtri(0.95))


@dataclass(frozen=True, kw_only=True)
class Rent:
    """A rent with the dates and vendors behind it."""

    usd_per_hour: Estimate
    as_of: str
    vendors: tuple[str, ...]
    usd_year: int


@cache
def vendor_spread() -> float:
    """Return the pooled standard deviation of log rent between vendors of one chip in one year.

    Examples
    --------
    >>> 0.2 < vendor_spread() < 0.8
    True
    """
    groups: dict[tuple[str, str], dict[str, float]] = {}
    for chip in chips():
        for seen in chip.prices:
            if seen.kind == "on-demand" and seen.vendor:
                group = groups.setdefault((chip.name, seen.date[:4]), {})
                group[seen.vendor] = math.log(seen.price_usd)
    squares, freedom = 0.0, 0
    for by_vendor in groups.values():
        values = np.array(list(by_vendor.values()))
        if values.size > 1:
            squares += float(np.sum((values - values.mean()) ** 2))
            freedom += values.size - 1
    return math.sqrt(squares / freedom)


def rent(
    chip: Chip,
    *,
    date: str | None = None,
    commitment: str = "on-demand",
    vendor: str | None = None,
    location: str | None = None,
) -> Rent:
    """Return the rent of one device.

    Parameters
    ----------
    chip : Chip
        The device.
    date : str, optional
        ISO date or a year; the newest observation if not given.
    commitment : str
        ``"on-demand"``, ``"1-year"`` or ``"3-year"``.
    vendor, location : str, optional
        Only this vendor's prices, or those of regions whose name holds this text.

    Returns
    -------
    Rent
        Dollars of the year of the observations per device-hour.

    Raises
    ------
    OptionError
        If the commitment is unknown, or the date is not an ISO date.
    DataError
        If no price was observed.
    UnknownName
        If the vendor never priced this chip.

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> newest = rent(chip("H100 SXM"))
    >>> round(newest.usd_per_hour.value, 2), newest.as_of, len(newest.vendors)
    (3.6, '2025-03-17', 8)
    """
    if commitment not in COMMITMENTS:
        raise OptionError(
            f'commitment "{commitment}": expected one of {", ".join(COMMITMENTS)}, {OWN}.'
        )
    listed = [seen for seen in chip.prices if seen.kind == commitment]
    if not listed:
        raise DataError(
            f"no {commitment} rent of {chip.name} was observed. Give a price per device-hour, own"
            " the device instead, or choose another commitment."
        )
    if vendor is not None:
        listed = _of_vendor(listed, vendor)
    if location is not None:
        listed = _in_location(listed, location)
    asked = parse_date(date) if date else max(parse_date(seen.date) for seen in listed)
    newest, stale_days = _newest_by_vendor(listed, asked)
    return _summarise(newest, stale_days=stale_days, name=f"price:{chip.name}:{commitment}")


def _of_vendor(listed: list[Price], vendor: str) -> list[Price]:
    kept = [seen for seen in listed if seen.vendor.casefold() == vendor.casefold()]
    if not kept:
        raise UnknownName("vendor", vendor, {seen.vendor for seen in listed if seen.vendor})
    return kept


def _in_location(listed: list[Price], location: str) -> list[Price]:
    kept = [seen for seen in listed if location.casefold() in seen.location.casefold()]
    if not kept:
        raise UnknownName("location", location, {s.location for s in listed if s.location})
    return kept


def price_history(
    chip: Chip,
    *,
    kind: str | None = None,
    vendor: str | None = None,
    location: str | None = None,
    usd_year: int | None = None,
) -> list[dict[str, Any]]:
    """Return every observed price of a chip, oldest first.

    Parameters
    ----------
    chip : Chip
        The device.
    kind : str, optional
        ``"on-demand"``, ``"1-year"``, ``"3-year"`` or ``"purchase"``; all if not given.
    vendor, location : str, optional
        Only this vendor; only regions whose name holds this text.
    usd_year : int, optional
        Also the price in dollars of this year.

    Returns
    -------
    list of dict
        ``date``, ``kind``, ``vendor``, ``location``, ``price_usd`` [USD/device-hour, or USD for a
        purchase], ``source``; with ``usd_year`` also ``price_usd_then``.

    Raises
    ------
    UnknownName
        If there is no such kind, vendor or location.
    OptionError
        If the price index does not reach a year.

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> seen = price_history(chip("V100 SXM2 16 GB"), kind="on-demand")
    >>> seen[0]["date"] < seen[-1]["date"], len(seen) > 3
    (True, True)
    """
    kinds = (*COMMITMENTS, "purchase")
    if kind is not None and kind not in kinds:
        raise UnknownName("kind of price", kind, kinds)
    listed = [seen for seen in chip.prices if kind in {None, seen.kind}]
    if vendor is not None:
        listed = _of_vendor(listed, vendor)
    if location is not None:
        listed = _in_location(listed, location)
    rows = []
    for seen in sorted(listed, key=lambda item: (item.date, item.kind, item.price_usd)):
        row: dict[str, Any] = {
            "date": seen.date, "kind": seen.kind, "vendor": seen.vendor,
            "location": seen.location, "price_usd": seen.price_usd, "source": seen.source.cite(),
        }  # fmt: skip
        if usd_year is not None:
            row["price_usd_then"] = seen.price_usd
            row["price_usd"] = seen.price_usd * dollars_of(usd_year, base=int(seen.date[:4])).value
        rows.append(row)
    return rows


def parse_date(text: str) -> dt.date:
    """Return an ISO date; a year or a month alone means its middle.

    Raises
    ------
    OptionError
        If the text is not a date.

    Examples
    --------
    >>> parse_date("2024").isoformat(), parse_date("2024-03-01").isoformat()
    ('2024-07-01', '2024-03-01')
    """
    full = {4: f"{text}-07-01", 7: f"{text}-15"}.get(len(text), text)
    try:
        return dt.date.fromisoformat(full)
    except ValueError as error:
        raise OptionError(f'date "{text}": expected an ISO date such as 2024-06-30.') from error


def _newest_by_vendor(listed: list[Price], asked: dt.date) -> tuple[list[Price], int]:
    """Return each vendor's price nearest to the date, and how stale the nearest of all is."""
    by_distance = sorted(listed, key=lambda seen: abs((parse_date(seen.date) - asked).days))
    nearest = abs((parse_date(by_distance[0].date) - asked).days)
    by_vendor: dict[str, Price] = {}
    for seen in by_distance:
        distance = abs((parse_date(seen.date) - asked).days)
        if distance <= nearest + _WINDOW_DAYS:
            by_vendor.setdefault(seen.vendor or seen.source.locator, seen)
    return list(by_vendor.values()), nearest


def _summarise(newest: list[Price], *, stale_days: int, name: str) -> Rent:
    logs = np.sort([math.log(seen.price_usd) for seen in newest])
    centre = float(np.exp(np.median(logs)))
    # the price of a fixed performance falls about 30 % a year (Epoch AI, ML hardware, 2025)
    stale = 0.3 * max(0, stale_days - _WINDOW_DAYS // 2) / 365.25
    cited = merge_sources(*((seen.source,) for seen in newest))
    if logs.size >= _MANY and stale == 0:
        places = (np.arange(logs.size) + 0.5) / logs.size
        estimate = Estimate.from_quantiles(
            name, lambda p: np.exp(np.interp(p, places, logs)), unit=UNIT, point=centre,
            sources=cited,
        )  # fmt: skip
    else:
        sd = math.hypot(vendor_spread(), stale)
        estimate = Estimate.spread(
            name, median=centre, factor=math.exp(_Z90 * sd), unit=UNIT, sources=cited
        )
    as_of = max(seen.date for seen in newest)
    return Rent(
        usd_per_hour=estimate,
        as_of=as_of,
        vendors=tuple(sorted({seen.vendor for seen in newest if seen.vendor})),
        usd_year=int(as_of[:4]),
    )
