"""Named sites: the constants behind the article, those of its authors' website, and today.

One idea: a preset is derived, in the open, from the inputs that its source states. Follows
Thompson et al. (2020, 2022) and Strubell et al. (2019). A preset does not improve its source:
``article-2021`` and ``authors-2022`` reproduce published dollars and carbon, peak rates, exact
point values and all; ``today`` is our own best estimate, with intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from costlaw.costs.site import Site
from costlaw.costs.tables import constant, source
from costlaw.estimates import Estimate
from costlaw.exceptions import UnknownName
from costlaw.sources import merge_sources
from costlaw.units import KG_PER_POUND


def _article_2021() -> Site:
    """FLOP per dollar and per pound behind the article's table, from one row of Strubell et al."""
    inferred = source("limits-2020")
    hours = constant("strubell.base.chips") * constant("strubell.base.hours")
    rent = (constant("strubell.base.usd") / hours).convert(1.0, "USD/device-hour")
    carbon = constant("strubell.base.co2e_lb").convert(KG_PER_POUND, "kg CO2e")
    grid, pue = constant("grid.strubell"), constant("pue.strubell")
    power = (carbon / grid / pue / hours).convert(1.0, "kW/device")
    cited = merge_sources(rent.sources, (inferred,))
    return Site(
        name="article-2021",
        title="The constants behind the article: 8 P100 at peak FP32, pre-emptible (2019)",
        chip="P100 PCIe",
        number_format="fp32",
        peak_flop_per_s=constant("peak.P100 PCIe FP32"),
        utilization=Estimate.exact(1.0, "", (inferred,)),
        usd_per_hour=Estimate.exact(rent.value, rent.unit, cited),
        power_kw=Estimate.exact(power.value, power.unit, cited),
        pue=pue,
        carbon_intensity_kg_per_kwh=grid,
        usd_year=2019,
        region="United States (EPA 2018)",
        as_of="2019-06-05",
        caveats=(
            "inferred: the paper prints no constants; these, from Strubell et al.'s"
            " Transformer-base row ($41, 26 lb), reproduce its table",
            "peak rate, not sustained: utilization is 1 by construction",
            "the printed 26 lb is rounded: the same row's watts give 25.6 lb",
        ),
    )


def _authors_2022() -> Site:
    """Return the two constants that the authors' website divides by."""
    cited = source("authors-site-2022")
    rent = constant("strubell.v100.usd_per_hour")
    peak = constant("peak.V100 PCIe FP32")
    grid, pue = constant("grid.strubell"), constant("pue.strubell")
    pounds_per_hour = peak.value * 3600.0 / constant("authors.flop_per_lb").value
    power = pounds_per_hour * KG_PER_POUND / grid.value / pue.value
    return Site(
        name="authors-2022",
        title="The authors' website: V100 at peak FP32, pre-emptible",
        chip="V100 PCIe",
        number_format="fp32",
        peak_flop_per_s=peak,
        utilization=Estimate.exact(1.0, "", (cited,)),
        usd_per_hour=Estimate.exact(rent.value, rent.unit, (*rent.sources, cited)),
        power_kw=Estimate.exact(power, "kW/device", (cited,)),
        pue=pue,
        carbon_intensity_kg_per_kwh=grid,
        usd_year=2019,
        region="United States (EPA 2018)",
        as_of="2023-01-16",
        caveats=(
            "the carbon constant (349,756,347,991,684,000 FLOP per lb) is taken as published;"
            " its derivation is unknown",
            "energy is inferred: that carbon over Strubell et al.'s 0.954 lb/kWh",
            "peak rate, not sustained: utilization is 1 by construction",
        ),
    )


def _today() -> Site:
    from costlaw.costs.builder import site_for

    return site_for("H100 SXM", name="today")


_MAKERS: dict[str, Callable[[], Site]] = {
    "article-2021": _article_2021,
    "authors-2022": _authors_2022,
    "today": _today,
}
PRESET_NAMES = tuple(_MAKERS)


@cache
def preset(name: str) -> Site:
    """Return a named site.

    Parameters
    ----------
    name : str
        ``"article-2021"``, ``"authors-2022"`` or ``"today"``.

    Raises
    ------
    UnknownName
        If there is no such preset.

    Source
    ------
    Strubell, Ganesh, McCallum (2019), Table 3 and footnote 7; Computer Progress website (2022).

    Examples
    --------
    >>> f"{preset('article-2021').flop_per_usd:.3g}", f"{preset('authors-2022').flop_per_usd:.6g}"
    ('8.03e+16', '6.87405e+16')
    """
    if name not in _MAKERS:
        raise UnknownName("site preset", name, _MAKERS)
    return _MAKERS[name]()
