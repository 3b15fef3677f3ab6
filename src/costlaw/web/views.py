"""A view: what a page shows, as the query of its address.

One idea: every choice stands in the address under a version, so that a view can be bookmarked,
shared, restored exactly, and read by later versions. What a person typed is kept as typed. Nothing
is looked up or checked here but lengths: a wrong name is refused by the room that knows the names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from costlaw.exceptions import OptionError
from costlaw.units import parse_count

VERSION = 1
LONGEST = 300  # letters of one value
FILE = "file:"


@dataclass(frozen=True, kw_only=True)
class View:
    """What a page shows.

    Parameters
    ----------
    source : str
        A benchmark, or ``file:`` and the digest of a file that was handed in.
    error, site : str
        Target error and site, as typed.
    edition, measure : str
        Of published results; empty for the defaults.
    law, estimand : str
        How it is fitted; ``law`` empty for the default of the source.
    chip, region : str
        Instead of a site; empty if a whole site is meant.
    error_unit, metric, columns : str
        How a file is read: unit of its error; which metric; ``NAME=HEADER`` pairs with ``;``.
    ran_on, chips : str
        Chip of runs that state hours and no chip, and how many each held; empty if not said.

    Examples
    --------
    >>> View.read({"source": "coco", "error": "40%"}).address("/explore")
    '/explore?v=1&source=coco&error=40%25'
    """

    source: str = "imagenet"
    error: str = "5%"
    edition: str = ""
    measure: str = ""
    law: str = ""
    estimand: str = "error-on-compute"
    site: str = "today"
    error_unit: str = "auto"
    metric: str = ""
    columns: str = ""
    chip: str = ""
    region: str = ""
    ran_on: str = ""
    chips: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> View:
        """Read a view out of a query; what is not there has its default.

        Raises
        ------
        OptionError
            If the address is of a later version, or a value is longer than any name.
        """
        stated = query.get("v", str(VERSION))
        if stated not in _READERS:
            raise OptionError(
                f'v = "{stated[:20]}": this address was made by another version; expected '
                f"{', '.join(_READERS)}. Update costlaw, or remove v from the address."
            )
        chosen = {name: query[name].strip() for name in NAMES if query.get(name, "").strip()}
        for name, value in chosen.items():
            if len(value) > LONGEST:
                raise OptionError(f"{name}: {len(value)} letters; expected at most {LONGEST}.")
        return cls(**_READERS[stated](chosen))

    @property
    def is_file(self) -> bool:
        """Whether the evidence is a file that was handed in."""
        return self.source.startswith(FILE)

    @property
    def file_key(self) -> str:
        """Digest of the file."""
        return self.source.removeprefix(FILE)

    def query(self, **changes: str) -> str:
        """Return the query: the version, and what differs from the defaults."""
        changed = replace(self, **changes) if changes else self
        usual = View()
        pairs = [("v", str(VERSION))]
        for name in NAMES:
            value = getattr(changed, name)
            if value != getattr(usual, name) or name in {"source", "error"}:
                pairs.append((name, value))
        return urlencode(pairs)

    def address(self, path: str, **changes: str) -> str:
        """Return the address of a page that shows this view."""
        return f"{path}?{self.query(**changes)}"

    def place(self) -> dict[str, Any]:
        """Return site, chip and region as the verbs take them."""
        part = bool(self.chip or self.region)
        whole = None if part and self.site == View().site else self.site
        return {"site": whole, "chip": self.chip or None, "region": self.region or None}

    def held(self) -> dict[str, Any]:
        """Return the chips of runs that state hours, as the verbs take them.

        Raises
        ------
        UnitError
            If their number is none.
        """
        chips = parse_count(self.chips) if self.chips else None
        return {"ran_on": self.ran_on or self.chip or None, "chips": chips}

    def named_columns(self) -> dict[str, str]:
        """Return ``columns`` as a mapping of canonical column to header.

        Raises
        ------
        OptionError
            If a pair has no ``=``.
        """
        named = {}
        for pair in filter(None, self.columns.split(";")):
            column, mark, header = pair.partition("=")
            if not mark or not header:
                raise OptionError(
                    f'--column {pair}: expected NAME=HEADER, such as error="val error".'
                )
            named[column.strip()] = header
        return named


NAMES = tuple(field.name for field in fields(View))


def _as_it_is(chosen: dict[str, str]) -> dict[str, str]:
    """Read version 1: the names of today."""
    return chosen


# an old version's reader turns its names into today's; it stays when a new version comes
_READERS = {"1": _as_it_is}
