"""The tables of the corpus, read once each, as plain rows.

One idea: nothing outside this file knows where the tables lie or how they are written.
Numbers stay text here; an empty cell means "not stated".
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from costlaw.sources import Source


@lru_cache(maxsize=16)
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return every row of a table of ``literature/data``, in the order of the file.

    Examples
    --------
    >>> len(rows("benchmarks.csv"))
    6
    """
    path = files("costlaw.literature") / "data" / name
    with path.open(encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream))


def number(text: str) -> float | None:
    """Return a cell as a number, None where it is empty."""
    return float(text) if text else None


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, str]]:
    return {row["source"]: row for row in rows("sources.csv")}


@lru_cache(maxsize=4096)
def source(key: str, locator: str = "") -> Source:
    """Return the source of a row.

    Parameters
    ----------
    key : str
        Key into ``sources.csv``.
    locator : str
        Place inside the source.
    """
    row = _known()[key]
    return Source(
        title=row["title"],
        year=int(row["year"]) if row["year"] else None,
        url=row["url"],
        locator=locator,
        obtained=row["obtained"],  # type: ignore[arg-type]
        licence=row["licence"],
    )
