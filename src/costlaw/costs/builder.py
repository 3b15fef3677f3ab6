"""A site from a chip's name, a place and a date, every input looked up with its spread.

One idea: what is not said is an interval, and what is said is exact. Prices, powers and peak rates
come from ``hardware``; grids, utilization and data centres from this room's tables. It refuses a
chip without the number format asked for, and a date before the chip existed.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from costlaw.costs.carbon import LOCATION_AVERAGE, grid
from costlaw.costs.energy import device_power, embodied, pue, water
from costlaw.costs.ownership import owned
from costlaw.costs.presets import preset
from costlaw.costs.rent import OWN, parse_date, rent
from costlaw.costs.site import Site
from costlaw.costs.tables import constant
from costlaw.costs.utilization import utilization
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError, OptionError
from costlaw.hardware import Chip, likely_chip
from costlaw.hardware import chip as find_chip

_TRAINING_FORMATS = ("bf16", "fp16", "tf32", "fp32")  # widest use first; FP8 and FP4 only if asked
_TENSOR_UNITS = "2017-05"  # chips released earlier have none, and trained in FP32


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person may fix about a site; everything left out stays uncertain.

    Parameters
    ----------
    region : str, optional
        Country, US state or cloud region of the grid.
    number_format : str, optional
        ``fp32``, ``tf32``, ``fp16``, ``bf16``, ``fp8``, …; the usual training format if not given.
    kind : str, optional
        ``language`` or ``other``, for the utilization.
    utilization, pue, usd_per_hour, programme : float, optional
        Known values, taken as exact.
    date : str, optional
        ISO date or year of the run.
    commitment, vendor : str, optional
        Which rent; ``"own"`` spreads the purchase over the hours and adds electricity.
    location : str, optional
        Only rents of regions whose name holds this text.
    provider : str, optional
        Whose data centre (for PUE).
    accounting : str
        How carbon is attributed: ``location-average``. ``market-based`` and ``marginal`` answer
        other questions and are refused with what they are; nothing is ever added to the average.
    """

    region: str | None = None
    number_format: str | None = None
    kind: str | None = None
    utilization: float | None = None
    pue: float | None = None
    usd_per_hour: float | None = None
    programme: float | None = None
    date: str | None = None
    commitment: str = "on-demand"
    vendor: str | None = None
    location: str | None = None
    provider: str | None = None
    accounting: str = LOCATION_AVERAGE


def training_format(chip: Chip) -> str:
    """Return the number format that training on a chip usually uses.

    The first of bfloat16, FP16, TF32 and FP32 in which the chip is fastest: pre-Volta parts whose
    FP16 is slower than FP32 train in FP32.

    Raises
    ------
    DataError
        If the chip has no known rate in any of them.

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> training_format(chip("H100 SXM")), training_format(chip("GTX 580"))
    ('bf16', 'fp32')
    """
    known = [name for name in _TRAINING_FORMATS if name in chip.peak_flop_per_s]
    if not known:
        raise DataError(
            f"{chip.name}: no dense rate is known in a training format; known:"
            f" {', '.join(chip.peak_flop_per_s) or 'none'}. Name one with number_format=..."
        )
    return max(known, key=lambda name: (chip.peak_flop_per_s[name], -known.index(name)))


def run_format(device: Chip) -> str:
    """Return the number format that a run on a chip is taken to have used.

    FP32 on chips of before tensor units, which could do FP16 but were not trained in it.

    Examples
    --------
    >>> from costlaw.hardware import likely_chip
    >>> run_format(likely_chip("P100")[0]), run_format(likely_chip("V100")[0])
    ('fp32', 'fp16')
    """
    if device.release_date and device.release_date < _TENSOR_UNITS:
        return "fp32" if "fp32" in device.peak_flop_per_s else training_format(device)
    return training_format(device)


def site_for(chip: str | Chip, choice: Choice | None = None, *, name: str | None = None) -> Site:
    """Return a site for a chip.

    Parameters
    ----------
    chip : str or Chip
        The device.
    choice : Choice, optional
        What is fixed; the rest is uncertain.
    name : str, optional
        Name of the site.

    Raises
    ------
    UnknownName
        If chip, region, number format, vendor or provider is unknown.
    OptionError
        If a value is outside its range, or the date is before the chip's release.
    DataError
        If a needed price or power is not known.

    Examples
    --------
    >>> site = site_for("H100 SXM", Choice(region="FR", utilization=0.4))
    >>> site.number_format, round(site.carbon_intensity_kg_per_kwh.value, 3)
    ('bf16', 0.056)
    """
    wanted = choice or Choice()
    year = parse_date(wanted.date).year if wanted.date else None
    device = find_chip(chip, wanted.date) if isinstance(chip, str) else chip
    _check_date(device, wanted.date)
    form = (wanted.number_format or training_format(device)).casefold()
    power = _power(device)
    facility = pue(wanted.provider, stated=wanted.pue)
    price, as_of, usd_year = _price(device, wanted, owner=(power, facility))
    place = grid(wanted.region, year=year or int(as_of[:4]), accounting=wanted.accounting)
    caveats = [place.claim] if place.claim else []
    if wanted.region is None:
        caveats.append("no region given: the grid spans the world's, weighted by generation")
    when = "" if wanted.usd_per_hour is not None else f" as of {as_of}"
    return Site(
        name=name or device.name,
        title=f"{device.name}, {form}, {_tariff(wanted)}{when}, {place.name}",
        chip=device.name,
        number_format=form,
        peak_flop_per_s=_peak(device, form),
        utilization=utilization(year, stated=wanted.utilization, kind=wanted.kind),
        usd_per_hour=price,
        power_kw=power,
        pue=facility,
        carbon_intensity_kg_per_kwh=place.intensity,
        programme=_programme(wanted.programme),
        embodied_kg_per_hour=embodied(device.name),
        water_litre_per_kwh=water(facility),
        usd_year=usd_year,
        region=place.name,
        as_of=as_of,
        caveats=tuple(caveats),
    )


def _check_date(device: Chip, date: str | None) -> None:
    if date and device.release_date and parse_date(date) < parse_date(device.release_date):
        if date[:4] == device.release_date[:4] and len(date) == 4:
            return
        raise OptionError(
            f"{device.name} was released on {device.release_date}; it could not be used on {date}."
            " Choose a later date or an older chip."
        )


def _peak(device: Chip, form: str) -> Estimate:
    if "spars" in form:
        plain = re.sub(r"[\s_-]*spars\w*[\s_-]*|2:4", "", form) or "fp16"
        raise OptionError(
            f'{device.name}: "{form}": a rate with 2:4 sparsity counts operations that are skipped,'
            f" so it is no rate of work. Ask for the dense one: {plain}."
        )
    return Estimate.exact(device.peak(form), "FLOP/s", (device.source,))


def _tariff(wanted: Choice) -> str:
    if wanted.usd_per_hour is not None:
        return f"your price, ${wanted.usd_per_hour:g} an hour"
    return "owned" if wanted.commitment == OWN else f"{wanted.commitment} rent"


def _price(
    device: Chip, wanted: Choice, *, owner: tuple[Estimate, Estimate]
) -> tuple[Estimate, str, int]:
    if wanted.usd_per_hour is not None:
        if not wanted.usd_per_hour > 0:
            raise OptionError(f"price = {wanted.usd_per_hour:g}: expected USD per device-hour > 0.")
        as_of = wanted.date or "2025"
        return Estimate.exact(wanted.usd_per_hour, "USD/device-hour"), as_of, int(as_of[:4])
    if wanted.commitment == OWN:
        power, facility = owner
        found = owned(device, power_kw=power, pue=facility, date=wanted.date)
        return found.usd_per_hour, found.as_of, found.usd_year
    found = rent(device, date=wanted.date, commitment=wanted.commitment, vendor=wanted.vendor,
                 location=wanted.location)  # fmt: skip
    return found.usd_per_hour, found.as_of, found.usd_year


def _power(device: Chip) -> Estimate:
    if device.power_w is None:
        raise DataError(f"{device.name}: its rated power is not known, so its energy is not.")
    return device_power(device.name, device.power_w)


def _programme(stated: float | None) -> Estimate:
    if stated is None:
        return constant("programme.frontier", draw_name="programme", above=1.0)
    return Estimate.exact(stated, "")


def place_of(site: str | Site | None, *, chip: str | None, region: str | None) -> Site:
    """Return the site that a person names: a preset, a site, or a chip and a region.

    Parameters
    ----------
    site : str, Site or None
        A whole site; ``today`` if nothing is named.
    chip, region : str, optional
        An H100 if no chip is named; the world's grids if no region is.

    Raises
    ------
    OptionError
        If a whole site and a part of one are named.
    UnknownName
        If there is no such site, chip or region.

    Examples
    --------
    >>> place_of(None, chip="A100", region="FR").region, place_of("today", chip=None,
    ...                                                           region=None).chip
    ('France', 'H100 SXM')
    """
    if chip is None and region is None:
        return site if isinstance(site, Site) else preset(site or "today")
    if site is not None:
        name = site.name if isinstance(site, Site) else site
        raise OptionError(f'site "{name}" is complete: leave out chip, region and the rest.')
    choice = Choice(region=region)
    if chip is None:
        return site_for("H100 SXM", choice, name=f"today, {region}")
    device, note = likely_chip(chip)
    made = site_for(device, choice, name=f"{device.name}, {region}" if region else None)
    return dataclasses.replace(made, caveats=(*((note,) if note else ()), *made.caveats))
