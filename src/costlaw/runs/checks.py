"""Check values once, where they enter: whole columns at a time, the first fault named exactly.

Order of a message: what happened; which file, line and run; what was expected; what to do.
Nothing is clipped and nothing is dropped silently: rows without an error or without any resource
are left out *and counted* in the table's notes.
"""

from __future__ import annotations

import polars as pl

from costlaw.exceptions import DataError
from costlaw.runs.benchmark import Benchmark
from costlaw.runs.run import NUMBER_FIELDS

_MAY_BE_ZERO = {"error", "year", "step", "learning_rate"}  # error and year have their own checks
_POSITIVE = tuple(name for name in NUMBER_FIELDS if name not in _MAY_BE_ZERO)


def where(frame: pl.DataFrame, index: int, origin: str) -> str:
    """Return ``runs.csv:17 (run "b3")`` for a row."""
    line = f":{frame['line'][index]}" if "line" in frame.columns else f", row {index + 1}"
    name = frame["name"][index] if "name" in frame.columns else None
    return f"{origin}{line}" + (f' (run "{name}")' if name else "")


def _first(frame: pl.DataFrame, fault: pl.Expr) -> int | None:
    hits = frame.select(fault.fill_null(False).arg_true().first()).item()
    return None if hits is None else int(hits)


def check_numbers(frame: pl.DataFrame, origin: str) -> None:
    """Refuse infinite, NaN, zero or negative resources and impossible years.

    Raises
    ------
    DataError
        Naming the first faulty cell.
    """
    for column in NUMBER_FIELDS:
        if column not in frame.columns:
            continue
        bad = _first(frame, ~pl.col(column).is_finite())
        if bad is not None:
            raise DataError(
                f"{where(frame, bad, origin)}: {column} = {frame[column][bad]}; expected a finite "
                "number. Leave the cell empty if it is not known."
            )
    for column in _POSITIVE:
        if column not in frame.columns:
            continue
        bad = _first(frame, pl.col(column) <= 0)
        if bad is not None:
            raise DataError(
                f"{where(frame, bad, origin)}: {column} = {frame[column][bad]:g}; expected a number"
                " above 0. Leave the cell empty if it is not known."
            )
    if "year" in frame.columns:
        bad = _first(frame, (pl.col("year") < 1940) | (pl.col("year") > 2100))
        if bad is not None:
            raise DataError(
                f"{where(frame, bad, origin)}: year = {frame['year'][bad]:g}; expected a year "
                "between 1940 and 2100."
            )


def check_error(frame: pl.DataFrame, benchmark: Benchmark, origin: str) -> None:
    """Refuse errors outside what the benchmark allows.

    Raises
    ------
    DataError
        Naming the first faulty cell; a column that looks like percentages is said to.
    """
    if benchmark.is_fraction:
        bad = _first(frame, (pl.col("error") <= 0) | (pl.col("error") > 1))
        if bad is None:
            return
        value = frame["error"][bad]
        hint = ""
        if 1 < value <= 100:
            hint = (
                f' Is this a percentage? Write {value / 100:g} or pass error_unit="percent"'
                " (command line: --error-unit percent)."
            )
        elif value == 0:
            hint = " An error of 0 has no logarithm: was the test set too small to see one?"
        raise DataError(
            f"{where(frame, bad, origin)}: error = {value:g}; expected a fraction in (0, 1].{hint}"
        )
    bad = _first(frame, pl.col("error") <= benchmark.best_error)
    if bad is not None:
        raise DataError(
            f"{where(frame, bad, origin)}: error = {frame['error'][bad]:g} {benchmark.error_unit}; "
            f"expected a number above {benchmark.best_error:g}."
        )
