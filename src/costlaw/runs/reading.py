"""Read a file of runs: CSV (comma, semicolon, tab), Parquet, JSON lines.

The file is looked at in ``looking``, its columns are chosen in ``columns`` and checked in
``assembling``; this module only turns bytes into a raw frame, in bounded memory, with polars.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from costlaw.exceptions import DataError
from costlaw.runs.assembling import assemble
from costlaw.runs.benchmark import Benchmark
from costlaw.runs.columns import choose_columns
from costlaw.runs.looking import (
    broken_line,
    check_length,
    check_rows,
    columns_to_read,
    has_decimal_comma,
    points_for_commas,
    sniff,
)
from costlaw.runs.products import add_products
from costlaw.runs.table import Runs

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson")


def read_raw(path: Path) -> pl.DataFrame:
    """Read a file into a raw frame with a ``line`` column where lines exist.

    Raises
    ------
    DataError
        If the file is absent, empty, binary or not a table.
    """
    suffix = path.suffix.casefold()
    try:
        if suffix == ".parquet":
            check_rows(path, int(pl.scan_parquet(path).select(pl.len()).collect().item()))
            return pl.read_parquet(path)
        separator = sniff(path)
        check_length(path)
        if suffix in {".jsonl", ".ndjson"}:
            return pl.read_ndjson(path)
        frame = pl.read_csv(
            path, separator=separator, infer_schema_length=2000,
            columns=columns_to_read(path, separator),
            truncate_ragged_lines=False, row_index_name="line", row_index_offset=2,
            decimal_comma=has_decimal_comma(path, separator), low_memory=True,
        )  # fmt: skip
        if has_decimal_comma(path, separator):
            frame = points_for_commas(frame)
    except (pl.exceptions.PolarsError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise DataError(f"{path}: no such file; expected a file of runs.") from error
        return _read_as_text(path, error)
    if frame.height == 0:
        raise DataError(f"{path}: only a header; expected one line a run below it.")
    return frame.rename({name: name.strip().lstrip("\ufeff") for name in frame.columns})


def _read_as_text(path: Path, cause: Exception) -> pl.DataFrame:
    """Read every cell as text, so that the check can name the wrong cell; else refuse."""
    if path.suffix.casefold() in {".parquet", ".jsonl", ".ndjson"}:
        raise DataError(f"{path}: cannot be read as {path.suffix}: {cause}") from cause
    separator = sniff(path)
    try:
        frame = pl.read_csv(path, separator=separator, infer_schema=False,
                            columns=columns_to_read(path, separator),
                            row_index_name="line", row_index_offset=2)  # fmt: skip
        return points_for_commas(frame) if has_decimal_comma(path, separator) else frame
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{broken_line(path, separator)}. Expected the same number of cells on every line."
        ) from error


def read_runs(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    error_unit: str = "auto",
    benchmark: Benchmark | None = None,
    unfinished: bool = False,
) -> Runs:
    """Read a file of runs into a checked table.

    Parameters
    ----------
    path : str or Path
        CSV, TSV, Parquet or JSON-lines file; one row a run.
    columns : mapping of str to str, optional
        Canonical column to header, or to a product of numbers and headers, such as
        ``"6 * params * tokens"``, where recognition is not wanted.
    error_unit : str
        How to read the error column; ``auto`` decides by name and values.
    benchmark : Benchmark, optional
        What the error is.
    unfinished : bool
        Also take runs that a column of states says did not come to their end.

    Returns
    -------
    Runs

    Raises
    ------
    DataError
        Naming file, line, run, what was expected and what to do.
    """
    file = Path(path)
    frame = read_raw(file)
    frame = add_products(frame, columns, file.name)
    headers = [name for name in frame.columns if name != "line"]
    chosen = choose_columns(headers, named=columns, origin=file.name)
    parts = assemble(frame, chosen, error_unit=error_unit, benchmark=benchmark, origin=file.name,
                     unfinished=unfinished)  # fmt: skip
    return Runs(**parts)
