"""Read the cells of one recognised column: refuse what is needed, leave the rest empty.

Text is read by ``units``. A cell of a column that no answer needs is left empty where it cannot be
read or cannot be (zero, negative, a year of 19), and counted; a cell that is needed stops the table
with its line, its text and what was expected.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from costlaw.exceptions import DataError, UnitError
from costlaw.runs.columns import ColumnChoice
from costlaw.units import BLANK, parse_cell

YEARS = (1940.0, 2100.0)
MAY_BE_ZERO = frozenset({"error", "year", "step", "learning_rate"})
_UNITS = {"compute_flop": "FLOP", "flop_per_pass": "FLOP", "hardware_burden_flop": "FLOP",
          "duration_s": "s", "energy_kwh": "kWh", "cost_usd": "USD", "year": "year",
          "learning_rate": "", "device_hours": "device-hour"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Unread:
    """Cells of one column that were left empty: how many, and the first."""

    header: str
    count: int
    line: int
    text: str

    def __str__(self) -> str:
        rows = "1 row" if self.count == 1 else f"{self.count:,} rows"
        return f'{self.header} in {rows} (line {self.line}: "{self.text}")'


def read_needed(
    raw: pl.Series, choice: ColumnChoice, *, lines: pl.Series, origin: str
) -> pl.Series:
    """Return a column that is needed as numbers in its canonical unit.

    Raises
    ------
    DataError
        Naming the first cell that is no such number, and what was expected.
    """
    values, faults = _read(raw, choice)
    if faults:
        at = min(faults)
        raise DataError(
            f"{origin}:{lines[at]}: {choice.header} = {faults[at]} Write it so, or leave the cell "
            "empty."
        )
    return values


def read_if_possible(
    raw: pl.Series, choice: ColumnChoice, *, lines: pl.Series
) -> tuple[pl.Series, Unread | None]:
    """Return a column that is not needed, empty where it says no possible number, and what was."""
    values, faults = _read(raw, choice)
    if choice.column == "year":
        possible = values.is_between(*YEARS)
    else:
        possible = (values > 0) | (pl.Series([choice.column in MAY_BE_ZERO]) & (values >= 0))
    possible = possible & values.is_finite()
    wrong = {*faults, *(~possible & values.is_not_nan()).fill_null(False).arg_true().to_list()}
    values = values.set(~possible.fill_null(False), None)
    if (
        not wrong or choice.column == "learning_rate"
    ):  # only told from by its course: "auto" is none
        return values, None
    at = min(wrong)
    return values, Unread(
        header=choice.header, count=len(wrong), line=int(lines[at]), text=str(raw[at])
    )


def _read(raw: pl.Series, choice: ColumnChoice) -> tuple[pl.Series, dict[int, str]]:
    """Return the numbers, empty where there is none, and what is wrong with which cell."""
    name = choice.column
    if raw.dtype.is_numeric() or raw.dtype == pl.Boolean:
        return raw.cast(pl.Float64).alias(name) * choice.factor, {}
    if raw.dtype == pl.Duration and name == "duration_s":
        return raw.dt.total_microseconds().cast(pl.Float64).alias(name) / 1e6, {}
    if raw.dtype in {pl.Date, pl.Datetime} and name == "year":
        return (raw.dt.year() + (raw.dt.ordinal_day() - 1) / 365.25).cast(pl.Float64), {}
    text = raw.cast(pl.String, strict=False).str.strip_chars()
    blank = text.str.to_lowercase().is_in(BLANK).fill_null(True)
    values = text.set(blank, None).cast(pl.Float64, strict=False) * choice.factor
    left = values.is_null() & ~blank
    faults: dict[int, str] = {}
    if left.any():
        read: dict[str, float | str] = {}
        found = values.to_list()
        for at in left.arg_true().to_list():
            cell = str(text[at])
            if cell not in read:
                read[cell] = _cell(cell, choice)
            number = read[cell]
            if isinstance(number, str):
                faults[at] = number
            else:
                found[at] = number
        values = pl.Series(name, found, dtype=pl.Float64)
    return values.alias(name), faults


def _cell(text: str, choice: ColumnChoice) -> float | str:
    """Return the number of a cell, or what is wrong with it."""
    unit = _UNITS.get(choice.column, "count")
    if choice.column == "error":
        unit = "" if choice.kind == "loss" else "fraction"
    try:
        if unit == "device-hour":
            return parse_cell(text, "s", 3600.0 * choice.factor) / 3600.0
        value = parse_cell(text, unit, choice.factor)
    except UnitError as error:
        return str(error)
    is_percent = text.endswith(("%", "percent"))
    return 100.0 * value if choice.kind.endswith("percent") and is_percent else value
