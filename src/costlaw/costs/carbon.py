"""Carbon intensity of a grid: by country, US state or cloud region, with its spread.

One idea: an unnamed place is not a default country. Where no region is given, the estimate spans
the grids of the world, weighted by the electricity they make; where one is given, it is the yearly
mean with a spread for the season and for every year between the datum and the date. All values are
location-based averages; market-based claims and marginal intensities answer other questions and
are never added. Data: Our World in Data, European Environment Agency, US EPA, Google Cloud.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from costlaw.costs.tables import Row, rows, source
from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError, UnknownName
from costlaw.units import format_share

LOCATION_AVERAGE = "location-average"
_OTHERS = {
    "market-based": "counts the certificates that a company bought, not the electricity it used; "
    "where a provider publishes such a claim the card names it",
    "marginal": "is what one more kWh emits, for a decision to move or shift a load; no sourced "
    "yearly table of it is at hand",
}  # never added to the average
UNIT = "kg CO2e/kWh"
WORLD = "world"
_SEASON_SD = math.log(1.25) / ndtri(0.95)  # judgement-hourly: ×/÷ 1.25 at 90 %
_FIRST_YEAR = 1990


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The grid that a site draws from: code, name, intensity; a provider's claim beside it."""

    code: str
    name: str
    intensity: Estimate
    datum_year: int | None
    claim: str = ""


@cache
def _by_code() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows("grids.csv"):
        found.setdefault(row["code"], []).append(row)
    return found


@cache
def _aliases() -> dict[str, str]:
    """Every way to name a grid, folded: code, two-letter code, name, cloud region."""
    names: dict[str, str] = {}
    for code, listed in _by_code().items():
        kind, name = listed[0]["kind"], listed[0]["name"]
        names[code.casefold()] = code
        if kind == "country":
            names.setdefault(name.casefold(), code)
        if kind == "cloud-region":
            names.setdefault(code.partition("/")[2].casefold(), code)
    for row in rows("places.csv"):
        names[row["alias"].casefold()] = row["code"]
    return names


def region_codes() -> tuple[str, ...]:
    """Return the codes of all grids: countries (ISO 3166), US states, cloud regions.

    Examples
    --------
    >>> codes = region_codes()
    >>> "FRA" in codes, "US-CA" in codes, "gcp/europe-west9" in codes
    (True, True, True)
    """
    return tuple(_by_code())


def resolve_region(name: str) -> str:
    """Return the code of a grid from any of its names.

    Raises
    ------
    UnknownName
        If no grid has that name.

    Examples
    --------
    >>> resolve_region("fr"), resolve_region("France"), resolve_region("aws/us-east-1")
    ('FRA', 'FRA', 'gcp/us-east4')
    """
    code = _aliases().get(name.strip().casefold())
    if code is None:
        raise UnknownName("region", name, set(_aliases()))
    return code


@cache
def yearly_drift() -> float:
    """Return the standard deviation of a country's yearly log change of carbon intensity.

    Measured on the European series 2000-2020, and used to widen an old datum.

    Examples
    --------
    >>> 0.03 < yearly_drift() < 0.2
    True
    """
    changes = []
    for listed in _by_code().values():
        series = {int(r["year"]): float(r["kg_co2e_per_kwh"]) for r in listed
                  if r["source_id"] == "eea" and float(r["kg_co2e_per_kwh"]) > 0}  # fmt: skip
        changes += [
            math.log(series[year + 1] / value)
            for year, value in series.items()
            if year + 1 in series
        ]
    low, high = np.quantile(changes, [0.05, 0.95])  # robust: a few small grids jump
    return float(high - low) / (2 * float(ndtri(0.95)))


def grid(
    region: str | None = None, *, year: int | None = None, accounting: str = LOCATION_AVERAGE
) -> Grid:
    """Return the carbon intensity of a grid.

    Parameters
    ----------
    region : str, optional
        Country (name, two or three letters), US state (``US-CA``) or cloud region
        (``aws/us-east-1``). Without one, the spread of the world's grids.
    year : int, optional
        Year of use; the newest datum if not given.
    accounting : str
        ``location-average``; the other two ways of counting are refused with what they answer.

    Returns
    -------
    Grid
        Its intensity is in kg CO2e/kWh, location-based, with a 90 % interval.

    Raises
    ------
    UnknownName
        If no grid has that name.
    OptionError
        If the year is before 1990, or the accounting is not the location-based average.

    Examples
    --------
    >>> france, world = grid("FR"), grid()
    >>> round(france.intensity.value, 3), round(world.intensity.value, 2)
    (0.056, 0.48)
    """
    _check_accounting(accounting)
    if year is not None and year < _FIRST_YEAR:
        raise OptionError(f"grid of {year}: expected a year from {_FIRST_YEAR} on.")
    if region is None or region.casefold() in {WORLD, "any"}:
        return _world()
    code = resolve_region(region)
    listed = _by_code()[code]
    row = min(listed, key=lambda r: (abs(int(r["year"]) - (year or 9999)), -int(r["year"])))
    datum = int(row["year"])
    apart = 0 if year is None else abs(year - datum)
    sd = math.sqrt(_SEASON_SD**2 + apart * yearly_drift() ** 2)
    cited = (source(row["source_id"]), source("judgement-hourly"))
    intensity = Estimate.spread(
        f"grid:{code}",
        median=float(row["kg_co2e_per_kwh"]),
        factor=math.exp(sd * float(ndtri(0.95))),
        unit=UNIT,
        sources=cited,
    )
    return Grid(code=code, name=row["name"], intensity=intensity, datum_year=datum,
                claim=_claim(code, year))  # fmt: skip


def _check_accounting(accounting: str) -> None:
    if accounting in _OTHERS:
        raise OptionError(
            f"{accounting} carbon {_OTHERS[accounting]}. It is never mixed with the"
            f" {LOCATION_AVERAGE}; leave the accounting out, or give your own figure in a Site."
        )
    if accounting != LOCATION_AVERAGE:
        known = ", ".join((LOCATION_AVERAGE, *_OTHERS))
        raise OptionError(f'accounting "{accounting}": expected one of {known}.')


def _claim(code: str, year: int | None) -> str:
    """Return what a provider claims of a region, market-based; empty where it claims nothing."""
    listed = [row for row in rows("carbon_free.csv") if row["code"] == code]
    if not listed:
        return ""
    row = min(listed, key=lambda r: (abs(int(r["year"]) - (year or 9999)), -int(r["year"])))
    share = float(row["fraction"])
    return (
        f"the provider claims {format_share(share)} carbon-free energy here in {row['year']},"
        " hour by hour, with its purchases; that is market-based and not in the carbon shown"
    )


@cache
def _world() -> Grid:
    newest = {
        r["code"]: (float(r["kg_co2e_per_kwh"]), float(r["generation_twh"]))
        for r in rows("grids.csv")
        if r["kind"] == "country" and float(r["generation_twh"] or 0) > 0
    }
    intensity = np.array([value for value, _ in newest.values()])
    weight = np.array([twh for _, twh in newest.values()])
    order = np.argsort(intensity)
    middle = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    logs = np.log(intensity[order])

    def quantile(probability: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.exp(np.interp(probability, middle, logs))

    mean = float(intensity @ weight / weight.sum())
    cited = (source("owid-energy"), source("owid-spread"))
    spread = Estimate.from_quantiles("grid:world", quantile, unit=UNIT, point=mean, sources=cited)
    return Grid(code=WORLD, name="world average, place not stated", intensity=spread,
                datum_year=2023)  # fmt: skip
