"""The catalogue of chips: read from the tables beside it, looked up by any usual name.

A name that fits several chips is resolved by the date of its use where only one of them existed,
and refused with the choices otherwise; chips that agree in every rate and in power are not a
choice. The tables are built by ``scripts/build_hardware.py``. This module converts nothing.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from costlaw.exceptions import OptionError, UnknownName
from costlaw.hardware.chip import Chip, Price
from costlaw.hardware.names import name_key, short_keys
from costlaw.sources import Source


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = files("costlaw.hardware") / "data" / name
    with path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def _number(text: str) -> float | None:
    return float(text) if text else None


@lru_cache(maxsize=1)
def _sources() -> dict[str, Source]:
    return {
        row["source"]: Source(
            title=row["title"],
            year=int(row["year"]) if row["year"] else None,
            url=row["url"],
            obtained=row["obtained"],  # type: ignore[arg-type]
            licence=row["licence"],
        )
        for row in _rows("sources.csv")
    }


def _source(row: dict[str, str]) -> Source:
    known = _sources()[row["source"]]
    locator = row.get("locator", "")
    return Source(
        title=known.title,
        year=known.year,
        url=known.url,
        locator=locator,
        obtained=known.obtained,
        licence=known.licence,
    )


@lru_cache(maxsize=1)
def chips() -> tuple[Chip, ...]:
    """Return every chip of the catalogue, oldest first.

    Examples
    --------
    >>> len(chips()) >= 200
    True
    """
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows("rates.csv"):
        rates[row["chip"]][row["number_format"]] = float(row["peak_flop_per_s"])
    prices: dict[str, list[Price]] = defaultdict(list)
    for row in _rows("prices.csv"):
        prices[row["chip"]].append(_price(row))
    aliases: dict[str, list[str]] = defaultdict(list)
    for row in _rows("aliases.csv"):
        aliases[row["chip"]].append(row["alias"])
    found = [
        _chip(
            row,
            rates=rates[row["chip"]],
            prices=prices[row["chip"]],
            aliases=aliases[row["chip"]],
        )
        for row in _rows("chips.csv")
    ]
    return tuple(sorted(found, key=lambda item: (item.release_date or "9999", item.name)))


def _price(row: dict[str, str]) -> Price:
    return Price(
        date=row["date"],
        kind=row["kind"],  # type: ignore[arg-type]
        price_usd=float(row["price_usd"]),
        vendor=row["vendor"],
        source=_source(row),
        location=row["location"],
    )


def _chip(
    row: dict[str, str], *, rates: dict[str, float], prices: list[Price], aliases: list[str]
) -> Chip:
    return Chip(
        name=row["chip"],
        maker=row["maker"],
        kind=row["kind"],
        unit=row["unit"],
        release_date=row["release_date"],
        peak_flop_per_s=rates,
        power_w=_number(row["power_w"]),
        memory_bytes=_number(row["memory_bytes"]),
        prices=tuple(sorted(prices, key=lambda price: price.date)),
        aliases=tuple(aliases),
        source=_source(row),
        note=row["note"],
    )


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, list[Chip]], dict[str, list[Chip]]]:
    """Return (exact, short): chips by full key or alias, and by shortened key."""
    exact: dict[str, list[Chip]] = defaultdict(list)
    short: dict[str, list[Chip]] = defaultdict(list)
    for item in chips():
        for name in (item.name, *item.aliases):
            if item not in exact[name_key(name)]:
                exact[name_key(name)].append(item)
            for key in short_keys(name):
                if item not in short[key]:
                    short[key].append(item)
    return exact, short


def _existed(item: Chip, used: str) -> bool:
    """Whether a chip was on sale at the time of its use ("2015" means any day of 2015)."""
    return not item.release_date or item.release_date[: len(used)] <= used


def _alike(found: list[Chip]) -> bool:
    first = found[0]
    return all(
        item.peak_flop_per_s == first.peak_flop_per_s
        and item.power_w == first.power_w
        and item.unit == first.unit
        for item in found
    )


def chip(name: str, year: int | str | None = None) -> Chip:
    """Return the chip that a name means.

    Parameters
    ----------
    name : str
        Any usual spelling: ``"Tesla V100 PCIe 32 GB"``, ``"h100 sxm"``, ``"1080 Ti"``.
    year : int, str or None
        When it was used (a year or an ISO date): chips released later are ruled out.

    Returns
    -------
    Chip
        The one chip of that name.

    Raises
    ------
    UnknownName
        If no chip has that name; suggests near ones.
    OptionError
        If several different chips share the name; lists them.

    Examples
    --------
    >>> chip("Titan X", year=2015).name
    'GTX TITAN X'
    >>> chip("Titan X")
    Traceback (most recent call last):
    costlaw.exceptions.OptionError: "Titan X" is the name of 2 chips: GTX TITAN X (2015-03-17, ...
    """
    found = _named(name, year)
    if len(found) > 1 and not _alike(found):
        raise OptionError(_ambiguous(name, found))
    return found[0]


def _named(name: str, year: int | str | None) -> list[Chip]:
    exact, short = _index()
    key = name_key(name)
    found = exact.get(key) or short.get(key, [])
    if not found:
        raise UnknownName("chip", name, [item.name for item in chips()])
    if year is None:
        return found
    return [item for item in found if _existed(item, str(year))] or found


def likely_chip(name: str, year: int | str | None = None) -> tuple[Chip, str]:
    """Return the chip that a loose name most likely means, and a note where it was a choice.

    Of several chips of one name, single chips come before boards and cores, and then the one with
    the most observed prices: the one most people could rent or buy.

    Parameters
    ----------
    name : str
        Any usual spelling, such as ``"V100"``.
    year : int, str or None
        When it was used.

    Returns
    -------
    (chip, note) : tuple of Chip and str
        The note is empty where the name fits one chip.

    Raises
    ------
    UnknownName
        If no chip has that name.

    Examples
    --------
    >>> found, note = likely_chip("H100")
    >>> found.name, note
    ('H100 SXM', '"H100" read as H100 SXM; it also names H100 PCIe, H100 NVL')
    """
    found = _named(name, year)
    single = [item for item in found if item.unit == "chip"] or found
    best = max(single, key=lambda item: len(item.prices))
    others = [item.name for item in found if item is not best]
    if not others or _alike(found):
        return best, ""
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return best, f'"{name}" read as {best.name}; it also names {", ".join(others[:3])}{more}'


def _ambiguous(name: str, found: list[Chip]) -> str:
    choices = "; ".join(
        f"{item.name} ({item.release_date or 'date unknown'}, {item.unit}, "
        f"{item.peak() / 1e12:.4g} TFLOP/s)"
        for item in found
    )
    return (
        f'"{name}" is the name of {len(found)} chips: {choices}. '
        "Write one of these names, or say when it was used (year=...)."
    )
