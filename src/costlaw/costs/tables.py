"""The room's own tables: read once, each value with its source.

One idea: a constant never leaves its table without its citation. Tables lie beside this file in
``data/`` and are built by ``scripts/build_costs_data.py``; ``codebook.csv`` there explains every
column. Read with the standard library, so that pricing needs no dataframe engine. This module
interprets nothing.
"""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from importlib import resources
from typing import cast

from costlaw.estimates import Estimate
from costlaw.exceptions import UnknownName
from costlaw.sources import Obtained, Source

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of one table of this room, as texts.

    Examples
    --------
    >>> rows("price_index.csv")[0]["year"]
    '2001'
    """
    text = resources.files("costlaw.costs").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def data_digest() -> str:
    """Return a short digest of all tables of this room: which data a price was made with."""
    digest = hashlib.sha256()
    folder = resources.files("costlaw.costs").joinpath("data")
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".csv"):
            digest.update(entry.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _sources() -> dict[str, Source]:
    return {
        row["source_id"]: Source(
            title=row["title"],
            year=int(row["year"]),
            url=row["url"],
            locator=row["locator"],
            obtained=cast(Obtained, row["obtained"]),
            licence=row["licence"],
        )
        for row in rows("sources.csv")
    }


def source(source_id: str) -> Source:
    """Return the citation behind a ``source_id`` column.

    Raises
    ------
    UnknownName
        If no such source is listed.

    Examples
    --------
    >>> source("strubell-2019").year
    2019
    """
    known = _sources()
    if source_id not in known:
        raise UnknownName("source", source_id, known)
    return known[source_id]


@cache
def _constants() -> dict[str, Row]:
    return {row["key"]: row for row in rows("constants.csv")}


def constant_keys(prefix: str) -> tuple[str, ...]:
    """Return the keys of all constants that begin with ``prefix``.

    Examples
    --------
    >>> "pue.google" in constant_keys("pue.")
    True
    """
    return tuple(key for key in _constants() if key.startswith(prefix))


def constant(key: str, *, draw_name: str | None = None, above: float = 0.0) -> Estimate:
    """Return a constant of ``constants.csv`` with its interval and source.

    Parameters
    ----------
    key : str
        Key of the row.
    draw_name : str, optional
        Name of the draws; two constants with one name move together. The key by default.
    above : float
        Bound that the quantity cannot pass (1 for a PUE): what lies above it is lognormal.

    Returns
    -------
    Estimate
        Lognormal above the bound with the row's 90 % interval; the row's value is the point. Exact
        where low and high are equal.

    Raises
    ------
    UnknownName
        If there is no such key.

    Examples
    --------
    >>> constant("pue.strubell").value
    1.58
    """
    table = _constants()
    if key not in table:
        raise UnknownName("constant", key, table)
    row = table[key]
    value, low, high = (float(row[column]) for column in ("value", "low", "high"))
    unit = "" if row["unit"] == "1" else row["unit"]
    cited = (source(row["source_id"]),)
    if low == high:
        return Estimate.exact(value, unit, cited)
    excess = Estimate.between(draw_name or key, low=low - above, high=high - above, unit=unit)
    return Estimate(draws=above + excess.draws, unit=unit, point=value, sources=cited)
