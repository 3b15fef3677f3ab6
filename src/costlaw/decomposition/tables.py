"""The room's own tables: chip generations and what others published, each row with its source.

One idea: a figure never leaves its table without its citation. Kept by hand; ``codebook.csv`` there
explains every column. This module interprets nothing.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import cast

from costlaw.sources import Obtained, Source


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one table of this room, as texts.

    Examples
    --------
    >>> rows("generations.csv")[0]["chip"]
    'GTX 580'
    """
    folder = resources.files("costlaw.decomposition")
    text = folder.joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def source(source_id: str) -> Source:
    """Return the citation behind a ``source_id`` column.

    Examples
    --------
    >>> source("ho-2024").year
    2024
    """
    row = next(row for row in rows("sources.csv") if row["source_id"] == source_id)
    return Source(
        title=row["title"],
        year=int(row["year"]),
        url=row["url"],
        locator=row["locator"],
        obtained=cast(Obtained, row["obtained"]),
        licence=row["licence"],
    )
