"""Where a number comes from: title, year, URL, locator, and how it was obtained.

No number in costlaw is without one. "Estimated by us" is a source too, when it names its method.
This module holds the record only; the tables that cite it live with their readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Obtained = Literal["read", "recomputed", "derived", "estimated", "recalled", "measured"]

OBTAINED: dict[str, str] = {
    "read": "read in the source itself",
    "recomputed": "recomputed by us from the source's own data",
    "derived": "follows by stated arithmetic from what the source says",
    "estimated": "estimated by us, by the stated method",
    "recalled": "cited from memory, not re-read: to be verified",
    "measured": "measured by us, by the stated method",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place a number comes from.

    Parameters
    ----------
    title : str
        Title of the paper, data set or page; for ``estimated`` the name of the method.
    year : int or None
        Year of publication, or of the snapshot.
    url : str
        Address, or an empty string for an estimate of ours.
    locator : str
        Page, table, figure, row or file inside the source.
    obtained : str
        One of ``read``, ``recomputed``, ``derived``, ``estimated``, ``recalled``, ``measured``.
    licence : str
        Licence of the data, where they are data (SPDX identifier or a phrase).

    Source
    ------
    The fields of a citation, and how the number came out of it.

    Examples
    --------
    >>> Source(title="Attention Is All You Need", year=2017, url="https://arxiv.org/abs/1706.03762",
    ...        locator="Table 2", obtained="read").cite()
    'Attention Is All You Need (2017), Table 2'
    """

    title: str
    year: int | None = None
    url: str = ""
    locator: str = ""
    obtained: Obtained = "read"
    licence: str = ""

    def cite(self) -> str:
        """Return the source as one line of text."""
        year = f" ({self.year})" if self.year else ""
        locator = f", {self.locator}" if self.locator else ""
        note = "" if self.obtained == "read" else f" [{self.obtained}]"
        return f"{self.title}{year}{locator}{note}"

    def to_dict(self) -> dict[str, str | int | None]:
        """Return the source as plain JSON values."""
        return {
            "title": self.title,
            "year": self.year,
            "url": self.url,
            "locator": self.locator,
            "obtained": self.obtained,
            "licence": self.licence,
        }


def merge_sources(*groups: tuple[Source, ...]) -> tuple[Source, ...]:
    """Return all sources of several groups, each once, in order of first appearance."""
    return tuple(dict.fromkeys(source for group in groups for source in group))
