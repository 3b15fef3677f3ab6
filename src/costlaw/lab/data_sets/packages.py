"""The packages that data come from: registry, version, checksum, licence, source.

One row of ``lab/data/packages.csv`` each. Fetching is the business of ``fetching``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from costlaw.exceptions import UnknownName
from costlaw.sources import Source


@dataclass(frozen=True, kw_only=True)
class Package:
    """One archive of a package registry.

    Parameters
    ----------
    data_set : str
        What the lab calls the data in it.
    registry : str
        ``apt``, ``npm`` or ``pip``: the client that fetches it.
    name, version : str
        As the registry spells them.
    sha256 : str
        Digest of the archive (hex).
    size_bytes : int
        Size of the archive [byte].
    licence, title, year, url
        Of the data, for citing.
    """

    data_set: str
    registry: str
    name: str
    version: str
    sha256: str
    size_bytes: int
    licence: str
    title: str
    year: int
    url: str

    @property
    def source(self) -> Source:
        """The data set as a source that results cite."""
        return Source(
            title=self.title,
            year=self.year,
            url=self.url,
            locator=f"{self.registry} package {self.name} {self.version}",
            obtained="read",
            licence=self.licence,
        )


@cache
def packages() -> dict[str, Package]:
    """Return every known package, by the name of its data set."""
    text = files("costlaw.lab").joinpath("data", "packages.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        fields: dict[str, Any] = {**row, "size_bytes": int(row["size_bytes"])}
        found[row["data_set"]] = Package(**{**fields, "year": int(row["year"])})
    return found


def package(data_set: str) -> Package:
    """Return the package of one data set.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> package("speeches").registry
    'npm'
    """
    known = packages()
    if data_set not in known:
        raise UnknownName("data set", data_set, known)
    return known[data_set]
