"""The room's own tables: strategies, published coefficients, sources.

One idea: a ratio never leaves its table without its citation. Kept by hand beside this file;
``data/codebook.csv`` explains every column. This module interprets nothing.
"""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from importlib import resources
from typing import cast

from costlaw.sources import Obtained, Source

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of one table of this room, as texts.

    Examples
    --------
    >>> rows("coefficients.csv")[0]["set"]
    'hoffmann-2022'
    """
    text = resources.files("costlaw.lifecycle").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def data_digest() -> str:
    """Return a short digest of the tables of this room."""
    digest = hashlib.sha256()
    for name in ("strategies.csv", "coefficients.csv", "sources.csv"):
        digest.update(repr(rows(name)).encode())
    return digest.hexdigest()[:16]


def cited(row: Row) -> Source:
    """Return the row of a ``sources.csv`` as a citation."""
    return Source(
        title=row["title"],
        year=int(row["year"]) if row.get("year") else None,
        url=row.get("url") or "",
        locator=row.get("locator") or "",
        obtained=cast(Obtained, row.get("obtained") or "read"),
        licence=row.get("licence") or "",
    )


@cache
def source(source_id: str) -> Source:
    """Return the citation behind a source column.

    Examples
    --------
    >>> source("jouppi-2017").year
    2017
    """
    return cited(next(row for row in rows("sources.csv") if row["source_id"] == source_id))
