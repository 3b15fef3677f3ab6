"""A card: what a system, an amount of compute or a run cost then and costs today, and why.

One idea: one record answers "what did it cost" in the three ways people mean: its own chips at the
prices of its time (rented and owned), the same operations at a site of today, and the figures that
were published, each with the product it follows from. Follows Strubell et al. (2019), Patterson et
al. (2021) and Cottier et al. (2024). It measures nothing and forecasts nothing.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlaw.cards.equivalents import Equivalent, equivalent
from costlaw.cards.published import Published, figures_of
from costlaw.cards.subject import Subject, subject_of
from costlaw.cards.tables import data_digest
from costlaw.costs import Choice, Cost, Site, preset, price, site_for
from costlaw.costs.builder import run_format
from costlaw.costs.rent import parse_date
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError, OptionError
from costlaw.hardware import likely_chip
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number, format_percent, format_quantity
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

_NEAR_YEARS = 3.0  # a rent observed within three years of a run is a rent of its time


@dataclass(frozen=True, kw_only=True, eq=False)
class Card(Shown):
    """What something cost then and costs today.

    Parameters
    ----------
    subject : Subject
        What is priced.
    today : Cost
        Its operations at the site asked for; for a stated device time, that time.
    rented, owned : Cost or None
        Its own chips for its own time, at the rents and purchase prices of its date.
    published : tuple of Published
        Figures in print, each with the product it follows from.
    equivalents : tuple of Equivalent
        Carbon, energy and compute of ``today`` as pictures.
    notes : tuple of str
        What was chosen, what is missing, and why.
    """

    subject: Subject
    today: Cost
    rented: Cost | None
    owned: Cost | None
    published: tuple[Published, ...]
    equivalents: tuple[Equivalent, ...]
    notes: tuple[str, ...]

    @property
    def site(self) -> Site:
        """Where ``today`` is paid for."""
        return self.today.site

    def disagreement(self, quantity: str = "usd") -> tuple[float, float] | None:
        """Return the smallest and largest published figure of a quantity; None under two.

        Epoch AI's amortised cost in dollars of 2023 counts as one of them.
        """
        ends = self.disagreeing(quantity)
        return (ends[0][0], ends[1][0]) if ends else None

    def disagreeing(self, quantity: str = "usd") -> tuple[tuple[float, str], ...]:
        """Return the smallest and largest published figure, each with who says it; () under two."""
        unit = {"usd": "USD", "energy_kwh": "MWh", "co2e_kg": "t CO2e", "compute": "FLOP"}[quantity]
        found = [(item.published, _who(item)) for item in self.published
                 if item.quantity == quantity and item.unit == unit]  # fmt: skip
        if quantity == "usd" and self.subject.system and self.subject.system.cost_usd:
            found.append((self.subject.system.cost_usd, "Epoch AI; amortised, dollars of 2023"))
        if len(found) < 2:
            return ()
        return (min(found, key=lambda one: one[0]), max(found, key=lambda one: one[0]))

    def in_year(self, year: int) -> Card:
        """Return the card with every bill in dollars of one year.

        Raises
        ------
        OptionError
            If the price index does not reach a year.
        """
        return dataclasses.replace(
            self,
            today=self.today.in_year(year),
            rented=self.rented.in_year(year) if self.rented else None,
            owned=self.owned.in_year(year) if self.owned else None,
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the subject, the bills and the published figures."""
        bills = [cost for cost in (self.today, self.rented, self.owned) if cost]
        return merge_sources(
            self.subject.sources,
            *(cost.sources for cost in bills),
            *(item.sources for item in self.published),
            tuple(item.source for item in self.equivalents),
        )

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: bill, quantity, estimate, low, high, level, unit."""
        import polars as pl

        records = []
        for bill, cost in (("today", self.today), ("rented", self.rented), ("owned", self.owned)):
            for name, quantity in cost.quantities.items() if cost else ():
                low, high = quantity.interval(level)
                records.append((bill, name, quantity.value, low, high, level, quantity.unit))
        schema = ["bill", "quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(records, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values, with schema, version and the digest of the data."""
        spans = {name: self.disagreement(name) for name in ("usd", "compute")}
        item = self.subject.system
        return {
            "schema": "costlaw.card/1",
            "version": __version__,
            "data_digest": data_digest(),
            "subject": self.subject.to_dict(),
            "compute": self.subject.compute.to_dict(level),
            "energy_measured": (
                self.subject.energy_kwh.to_dict(level) if self.subject.energy_kwh else None
            ),
            "today": self.today.to_dict(level),
            "then": {
                "rented": self.rented.to_dict(level) if self.rented else None,
                "owned": self.owned.to_dict(level) if self.owned else None,
            },
            "published": [figure.to_dict() for figure in self.published],
            "amortised_2023_usd": item.cost_usd if item else None,
            "published_range": {k: list(v) if v else None for k, v in spans.items()},
            "equivalents": [picture.to_dict() for picture in self.equivalents],
            "notes": list(self.notes),
            "sources": [cited.to_dict() for cited in self.sources],
        }

    def __repr__(self) -> str:
        return f"Card of {self.subject.name}: {self.today.usd} today ({self.site.name})"

    def __str__(self) -> str:
        subject = self.subject
        when = f" ({subject.date[:4]})" if subject.date else ""
        lines = [f"{subject.name}{when}", f"  compute    {_short(subject.compute)}, "
                 f"{subject.compute_how}"]  # fmt: skip
        if subject.capacity and subject.device_hours:
            lines.append(f"  hardware   {_hardware(subject)}")
        if subject.kind == "system":
            lines.append(f"  then       {_then(self)}")
        today = self.today
        label = "today" if subject.kind != "device-time" else "price"
        water = f"; water {_short(today.water_litre)}" if today.water_litre else ""
        lines += [
            f"  {label:<10} {_short(today.usd)} of {today.usd_year}, "
            f"{_short(today.device_hours)}; {self.site.title}",
            f"  energy     {_short(today.energy_kwh)}; carbon {_short(today.co2e_kg)}{water}",
        ]
        if subject.energy_kwh:
            lines.append(f"  measured   {_short(subject.energy_kwh)}")
        lines += _published_lines(self)
        if self.equivalents:
            lines.append(f"  like       {'; '.join(str(item) for item in self.equivalents[:2])}")
        return "\n".join(lines)


def _short(quantity: Estimate) -> str:
    if quantity.is_exact:
        return format_quantity(quantity.value, quantity.unit)
    low, high = (format_quantity(end, quantity.unit) for end in quantity.interval(0.9))
    middle = format_quantity(quantity.value, quantity.unit)
    unit = middle.partition(" ")[2]
    if unit and "illion" not in middle and low.partition(" ")[2] == unit == high.partition(" ")[2]:
        low, high = low.partition(" ")[0], high.partition(" ")[0]
    return f"{middle} ({low} to {high})"


def _hardware(subject: Subject) -> str:
    held = subject.capacity
    assert held is not None
    days = held.duration_s / 86400
    time = f"{days:.3g} days" if days >= 1 else f"{24 * days:.3g} h"
    text = (
        f"{held.count:,.6g} × {held.chip} for {time} ="
        f" {format_number(held.device_hours, 3)} device-hours; burden"
        f" {format_number(held.burden_flop, 3)} FLOP ({held.number_format} peak)"
    )
    used = held.utilization
    if used is None and held.burden_flop < subject.compute.value:
        return f"{text}, less than its compute: it ran faster than this format's peak"
    return text if used is None else f"{text}, {format_percent(used)} used"


def _then(card: Card) -> str:
    parts = []
    for label, cost in (("rented", card.rented), ("owned", card.owned)):
        if cost:
            parts.append(f"{label} {_short(cost.usd)} of {cost.usd_year}")
    return "; ".join(parts) or "no price of its chips and time is known"


def _published_lines(card: Card) -> list[str]:
    lines = []
    money = [f for f in card.published if f.quantity == "usd"][:2]
    for item in money or card.published[:1]:
        lines.append(f"  published  {item}")
    for quantity, unit in (("usd", "USD"), ("compute", "FLOP")):
        ends = card.disagreeing(quantity)
        if ends and ends[1][0] > 1.5 * ends[0][0]:
            low, high = (f"{format_quantity(value, unit)} ({who})" for value, who in ends)
            lines.append(f"  disagree   {low} to {high}, ×{format_number(ends[1][0] / ends[0][0])}")
    return lines


def _who(item: Published) -> str:
    """Return who printed a figure, and what it counts where the note says that."""
    who = item.source.title.split(":")[0]
    explains = item.note and item.expected == "agrees"  # else it says why its factors miss it
    return f"{who}; {re.split('[:;]', item.note)[0]}" if explains else who


def bill_of_hours(hours: Estimate, site: Site) -> Cost:
    """Return what stated device-hours cost at a site: no utilization enters.

    The bill's compute is then the hardware burden: capacity held, at the site's peak rate.

    Parameters
    ----------
    hours : Estimate
        Time of all devices together [device-hour].
    site : Site
        Where and on what they were paid for.

    Examples
    --------
    >>> site = site_for("H100 SXM", Choice(usd_per_hour=2.0))
    >>> round(bill_of_hours(Estimate.exact(8.0, "device-hour"), site).usd.value, 9)
    16.0
    """
    full = site.by_the_hour()
    burden = (hours * full.peak_flop_per_s * 3600.0).convert(1.0, "FLOP")
    return price(burden, full)


def _then_bill(subject: Subject, choice: Choice, commitment: str) -> tuple[Cost | None, str]:
    """Return the bill of a system's own chips at its time, or why there is none."""
    chip, hours = subject.chip, subject.device_hours
    if chip is None or hours is None:
        return None, "its chips and their time are not both known, so there is no price of its time"
    kind = "purchase" if commitment == "own" else commitment
    seen = [parse_date(item.date) for item in chip.prices if item.kind == kind]
    used = parse_date(subject.date)
    if commitment != "own" and seen:
        apart = min(abs((day - used).days) / 365.25 for day in seen)
        if apart > _NEAR_YEARS:
            return None, f"no rent of {chip.name} was observed within 3 years of {used.year}"
    wanted = dataclasses.replace(
        choice, date=subject.date, commitment=commitment, number_format=run_format(chip),
        usd_per_hour=None, vendor=None, utilization=None,
    )  # fmt: skip
    try:
        return bill_of_hours(hours, site_for(chip, wanted)), ""
    except (DataError, OptionError) as error:
        return None, str(error).split(". ")[0].rstrip(".")


def _site(subject: Subject, chip: str | None, choice: Choice) -> tuple[Site, str]:
    if subject.kind == "device-time" and subject.chip:
        return site_for(subject.chip, choice), ""
    if chip is None:
        if choice == Choice():
            return preset("today"), ""
        return site_for("H100 SXM", choice, name="today"), ""
    device, note = likely_chip(chip, choice.date)
    return site_for(device, choice), note


def cost(
    subject: str | Subject,
    *,
    chip: str | None = None,
    region: str | None = None,
    choice: Choice | None = None,
    site: Site | None = None,
) -> Card:
    """Return what a system, an amount of compute or a run cost then and costs today.

    Parameters
    ----------
    subject : str or Subject
        ``"AlexNet"``, ``"1e28 FLOP"``, ``"8xH100-hours"`` or ``"run.json"``.
    chip : str, optional
        Chip on which the same operations are priced today; an H100 if not given.
    region : str, optional
        Country, US state or cloud region of the grid; the world's spread if not given.
    choice : Choice, optional
        More that is known of the site (utilization, PUE, date, …).
    site : Site, optional
        A whole site, such as a preset, instead of chip, region and choice.

    Returns
    -------
    Card
        Bills [device-hour, USD, kWh, kg CO2e], published figures, equivalents.

    Raises
    ------
    UnknownName
        If there is no such system, chip, region or number format.
    UnitError
        If an amount cannot be read.
    OptionError
        If a value is impossible, or options contradict each other.
    EvidenceError
        If neither compute nor device time is known.

    Source
    ------
    Strubell et al. (2019), Patterson et al. (2021), Cottier et al. (2024); prices and grids by row.

    Examples
    --------
    >>> card = cost("AlexNet")
    >>> card.subject.capacity.count, card.rented is None, round(card.owned.usd.value)
    (2.0, True, 17)
    """
    wanted = choice or Choice()
    if region is not None:
        if wanted.region not in {None, region}:
            raise OptionError(f'region "{region}" and choice.region "{wanted.region}" differ.')
        wanted = dataclasses.replace(wanted, region=region)
    if site is not None and (chip is not None or wanted != Choice()):
        raise OptionError(f'site "{site.name}" is complete: leave out chip, region and the rest.')
    about = subject
    if isinstance(about, str):
        about = subject_of(about, chip=chip, date=wanted.date)
    return _card(about, chip=chip, wanted=wanted, site=site)


def _card(about: Subject, *, chip: str | None, wanted: Choice, site: Site | None) -> Card:
    notes = list(about.notes)
    place = site
    if place is None:
        place, note = _site(about, chip, wanted)
        notes += [note] if note else []
    timed = about.kind == "device-time" and about.device_hours is not None
    today = (
        bill_of_hours(about.device_hours, place)
        if timed and about.device_hours
        else price(about.compute, place)
    )
    rented = owned = None
    if about.kind == "system" and about.date:
        rented, why = _then_bill(about, Choice(region=wanted.region), "on-demand")
        owned, why_not = _then_bill(about, Choice(region=wanted.region), "own")
        notes += list(dict.fromkeys(text for text in (why, why_not) if text))
    pictures = {"co2e_kg": today.co2e_kg, "energy_kwh": today.energy_kwh, "compute": about.compute}
    found = (equivalent(name, amount) for name, amount in pictures.items())
    return Card(
        subject=about, today=today, rented=rented, owned=owned,
        published=figures_of(about.name), equivalents=tuple(item for item in found if item),
        notes=(*notes, *(text for text in today.site.caveats if text not in notes)),
    )  # fmt: skip
