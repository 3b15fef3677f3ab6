"""The sites that a plan compares: a handful of real ways to get compute, priced by ``costs``.

One idea: a choice of sites is a judgement, so it is a small table that anyone can read and replace;
every price, power and grid in it is looked up with its source. It prices nothing itself.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from costlaw.costs import PRESET_NAMES, Choice, Site, preset, site_for
from costlaw.exceptions import UnknownName


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = resources.files("costlaw.planning").joinpath("data", "sites.csv")
    listed = csv.DictReader(text.read_text(encoding="utf-8").splitlines())
    return {row["site"]: row for row in listed}


@cache
def site_of(name: str) -> Site:
    """Return a site of the table, or a preset of ``costs``.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> site_of("h100-france").region
    'France'
    """
    if name in PRESET_NAMES:
        return preset(name)
    if name not in _rows():
        raise UnknownName("site", name, [*_rows(), *PRESET_NAMES])
    row = _rows()[name]
    choice = Choice(
        region=row["region"], commitment=row["commitment"], provider=row["provider"] or None
    )
    return site_for(row["chip"], choice, name=name)


def default_sites() -> tuple[Site, ...]:
    """Return the sites of the table.

    Examples
    --------
    >>> len(default_sites()) >= 5
    True
    """
    return tuple(site_of(name) for name in _rows())
