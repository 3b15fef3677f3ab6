"""The room's own tables: published figures, their factors, equivalents, each with its source.

One idea: a figure never leaves its table without its citation. The tables are kept by hand beside
this file; ``codebook.csv`` there explains every column. This module interprets nothing.
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
    >>> len(rows("recipes.csv")) > 60
    True
    """
    text = resources.files("costlaw.cards").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def data_digest() -> str:
    """Return a short digest of all tables of this room."""
    digest = hashlib.sha256()
    folder = resources.files("costlaw.cards").joinpath("data")
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".csv"):
            digest.update(entry.read_bytes())
    return digest.hexdigest()[:16]


@cache
def source(source_id: str) -> Source:
    """Return the citation behind a ``source_id`` column.

    Examples
    --------
    >>> source("huang-2018").year
    2018
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


def own_row(recipe: str) -> Row | None:
    """Return the chips, hours and date behind a published figure; None where they are not known.

    Examples
    --------
    >>> own_row("patterson-gpt3-mwh")["count"], own_row("halving-error") is None
    ('10000', True)
    """
    fitting = [row for row in rows("own.csv") if recipe.startswith(row["match"])]
    return max(fitting, key=lambda row: len(row["match"]), default=None)
