"""Read a cell of a table, of which the column says what it is.

The readers of ``parsing``, held to what can be read in one way only: ``1,200`` is a thousand two
hundred, ``1,2`` is refused; ``5M`` in a column of counts is five million.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from costlaw.exceptions import UnitError
from costlaw.units.parsing import (
    parse_compute,
    parse_count,
    parse_duration,
    parse_money,
    split_number,
)

BLANK = ("", "na", "n/a", "n.a.", "nan", "none", "null", "nil", "-", "--", "–", "—", "?", "unknown",
         "missing", "tbd")  # fmt: skip
_ENERGY = {"Wh": 1e-3, "kWh": 1.0, "MWh": 1e3, "GWh": 1e6, "J": 1 / 3.6e6, "kJ": 1 / 3.6e3,
           "MJ": 1 / 3.6}  # fmt: skip


_NUMBER = re.compile(r"[+-]?[\d.,]*")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DATE = re.compile(r"^(\d{4})-\d\d(-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?)?$")
_READERS: dict[str, Callable[[str], float]] = {
    "FLOP": lambda text: parse_compute(re.sub(r"(?<=FLOP|flop)s$", "", text)),  # a plural, no rate
    "s": lambda text: parse_duration(re.sub(r"(\d)\s*m$", r"\1 min", text)),
    "count": parse_count, "USD": parse_money,
}  # fmt: skip


def parse_cell(text: str, unit: str, factor: float = 1.0) -> float:
    """Read a cell of a table.

    Parameters
    ----------
    text : str
        What stands there.
    unit : str
        Of its column: ``FLOP``, ``s``, ``kWh``, ``USD``, ``count``, ``fraction``, ``year``, or
        empty for a plain number.
    factor : float
        What one is by the column's header, such as 1e6 under ``params (M)``; a cell that states
        a unit of its own must not say another one, but for durations and percentages.

    Returns
    -------
    float
        In the unit.

    Raises
    ------
    UnitError
        If it is no such amount, or may be read in two ways, such as ``1,2``.

    Examples
    --------
    >>> parse_cell("1,200", "count"), parse_cell("5M", "count"), parse_cell("25%", "fraction")
    (1200.0, 5000000.0, 0.25)
    """
    expected = f'"{text}"; expected {_CELLS.get(unit, "a number such as 1234.5")}.'
    bare = _DATE.sub(r"\1", text.strip()) if unit == "year" else text.strip()
    if unit == "USD":
        bare = bare.removeprefix("US").removeprefix("$")
    number = _NUMBER.match(bare)
    if number and "," in number[0] and not _GROUPED.fullmatch(number[0]):
        raise UnitError(expected)
    try:
        value, rest = split_number(bare, what="a number")
        if re.fullmatch(r"[-+\d.,_eE^]+", bare):
            return value * factor
        stated = _with_unit(bare, unit, value=value, rest=rest)
    except UnitError as error:
        raise UnitError(expected) from error
    free = factor == 1.0 or unit in {"s", "fraction"}
    if not free and not math.isclose(stated, value * factor):
        raise UnitError(f"{expected.removesuffix('.')}: the header states another unit.")
    return stated


def _with_unit(text: str, unit: str, *, value: float, rest: str) -> float:
    if unit in _READERS:
        return _READERS[unit](text)
    known = {"fraction": {"%": 0.01, "percent": 0.01}, "kWh": _ENERGY}.get(unit, {})
    if rest not in known:
        raise UnitError(f'"{rest}" is no unit of it.')
    return value * known[rest]


_CELLS = {
    "FLOP": "an amount of compute such as 1.2e21 or 3 EFLOP",
    "s": "a duration such as 5400, 1:30:00, 1h 30m or 90 min",
    "kWh": "an energy such as 12.5 or 300 Wh", "USD": "an amount in US dollars such as 1,200",
    "count": "a count such as 1,200, 5M or 1.2e9", "fraction": "a number such as 0.058 or 5.8%",
    "year": "a year or a date such as 2026-05-01",
}  # fmt: skip
