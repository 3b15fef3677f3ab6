"""One amount of compute under many hardware readings: a band, not a point.

One idea: "10^28 FLOP" has no price until someone says on which chip, in which number format, at
which share of its peak, rented by whom, in which grid; each published habit of answering is one
reading, and the honest answer is the band over them. Follows Strubell et al. (2019), Patterson et
al. (2021, 2022) and the authors' own constants; today's readings come from ``costs``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from costlaw.cards.tables import Row, data_digest, rows, source
from costlaw.costs import Choice, Cost, Site, preset, price, site_for
from costlaw.estimates import Estimate
from costlaw.units import format_quantity
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

CORRECTIONS = (
    "an architecture search put at 284 t CO2e (626,155 lb) was measured at 3.2 t, 88 times"
    " less: it ran on a small proxy model and on better chips (Patterson et al. 2021)",
    "others' estimates after the fact were off by 100 to 100,000 times (Patterson et al. 2022)",
    "peak rate × time is capacity held, not work done: sustained readings cost 3 to 5 times more"
    " per operation than peak ones",
    "a final run is not the programme: searches, failures and seeds come on top",
)


@dataclass(frozen=True, kw_only=True)
class Band:
    """One amount of compute priced by every reading.

    Parameters
    ----------
    compute : Estimate
        The amount [FLOP].
    costs : tuple of Cost
        One for each reading; the site's title says what it takes for granted.
    """

    compute: Estimate
    costs: tuple[Cost, ...]

    def span(self, quantity: str, *, historical: bool = False) -> tuple[float, float]:
        """Return the lowest low end and the highest high end over the readings.

        Parameters
        ----------
        quantity : str
            ``usd``, ``co2e_kg``, ``energy_kwh`` or ``device_hours``.
        historical : bool
            Only the readings of before 2022.
        """
        kept = [c for c in self.costs if not historical or c.site.usd_year < 2022]
        ends = [getattr(cost, quantity).interval(0.9) for cost in kept]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: reading, quantity, estimate, low, high, level, unit."""
        import polars as pl

        records = [
            (cost.site.name, name, quantity.value, *quantity.interval(level), level, quantity.unit)
            for cost in self.costs
            for name, quantity in cost.quantities.items()
        ]
        schema = ["reading", "quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(records, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values; an unbounded end is null."""
        spans = {}
        for name in ("usd", "energy_kwh", "co2e_kg"):
            low, high = (end if math.isfinite(end) else None for end in self.span(name))
            spans[name] = {"low": low, "high": high}
        return {
            "schema": "costlaw.readings/1",
            "version": __version__,
            "data_digest": data_digest(),
            "compute": self.compute.to_dict(level),
            "readings": [
                {"reading": c.site.name, "title": c.site.title,
                 **{k: q.to_dict(level) for k, q in c.quantities.items()},
                 "usd_year": c.usd_year} for c in self.costs
            ],
            "band": spans,
            "corrections": list(CORRECTIONS),
            "sources": [s.to_dict() for s in self.costs[0].sources],
        }  # fmt: skip

    def __repr__(self) -> str:
        low, high = (format_quantity(end, "USD") for end in self.span("usd"))
        return f"Band: {self.compute} under {len(self.costs)} readings: {low} to {high}"

    def __str__(self) -> str:
        lines = [f"{self.compute} under {len(self.costs)} hardware readings"]
        for cost in self.costs:
            money, carbon = cost.usd.interval(0.9), cost.co2e_kg.interval(0.9)
            shown = " to ".join(dict.fromkeys(format_quantity(end, "USD") for end in money))
            mass = " to ".join(dict.fromkeys(format_quantity(end, "kg CO2e") for end in carbon))
            lines.append(f"  {cost.site.name:<18} {shown:<34} {mass}")
        for name, unit in (("usd", "USD"), ("co2e_kg", "kg CO2e")):
            low, high = (format_quantity(end, unit) for end in self.span(name))
            lines.append(f"  band: {low} to {high}")
        return "\n".join(lines)


@cache
def reading_sites() -> tuple[Site, ...]:
    """Return the sites of all readings: published habits first, then today's.

    Examples
    --------
    >>> len(reading_sites()) >= 6
    True
    """
    listed = [_site(row) for row in rows("readings.csv")]
    now = [
        site_for("H100 SXM", Choice(region=region), name=name)
        for region, name in ((None, "h100-world"), ("US", "h100-us"), ("FR", "h100-france"))
    ]
    return (*listed, preset("article-2021"), preset("authors-2022"), *now)


def _site(row: Row) -> Site:
    cited = tuple(source(key) for key in row["source_id"].split("|"))

    def stated(column: str, unit: str, factor: float = 1.0) -> Estimate:
        return Estimate.exact(float(row[column]) * factor, unit, cited)

    rent = Estimate.between(
        f"price:{row['reading']}", low=float(row["usd_low"]), high=float(row["usd_high"]),
        unit="USD/device-hour", sources=cited,
    )  # fmt: skip
    return Site(
        name=row["reading"], title=row["title"], chip=row["chip"],
        number_format=row["number_format"], usd_per_hour=rent, usd_year=int(row["usd_year"]),
        region="as the reading states", as_of=row["usd_year"],
        peak_flop_per_s=stated("peak_flop_per_s", "FLOP/s"),
        utilization=stated("utilization", ""), pue=stated("pue", ""),
        power_kw=stated("power_w", "kW/device", 1e-3),
        carbon_intensity_kg_per_kwh=stated("kg_co2e_per_kwh", "kg CO2e/kWh"),
    )  # fmt: skip


def band(compute: Estimate | float) -> Band:
    """Price an amount of compute by every reading.

    Parameters
    ----------
    compute : Estimate or float
        Operations [FLOP].

    Returns
    -------
    Band
        At least eight readings, each with its interval.

    Raises
    ------
    OptionError
        If the amount is not above 0.

    Examples
    --------
    >>> low, high = band(1e28).span("usd", historical=True)
    >>> f"{low:.1e} to {high:.1e}"
    '1.6e+10 to 4.9e+11'
    """
    costs = tuple(price(compute, site) for site in reading_sites())
    return Band(compute=costs[0].compute, costs=costs)
