"""Read a file of runs: CSV (comma, semicolon, tab), Parquet, JSON lines.

Finds the separator, survives a byte-order mark, refuses binary rubbish, and says which line is
wrong. The columns are chosen in ``columns`` and checked in ``assembling``; this module only turns
bytes into a raw frame, in bounded memory, with polars.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from costlaw.exceptions import DataError
from costlaw.runs.assembling import assemble
from costlaw.runs.benchmark import Benchmark
from costlaw.runs.columns import choose_columns, recognise
from costlaw.runs.table import Runs

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson")
_SNIFF = 65536


def _sniff(path: Path) -> str:
    """Return the separator of a text table, or refuse what is not one."""
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFF)
    except FileNotFoundError as error:
        raise DataError(
            f"{path}: no such file; expected a CSV, Parquet or JSON-lines file."
        ) from error
    except IsADirectoryError as error:
        raise DataError(f"{path}: is a folder; expected a file of runs.") from error
    except PermissionError as error:
        raise DataError(f"{path}: permission denied; make it readable.") from error
    if not head.strip():
        raise DataError(f"{path}: the file is empty; expected a header line and one line a run.")
    if b"\x00" in head:
        raise DataError(
            f"{path}: this is not a text file (it holds zero bytes); expected a CSV with a header. "
            "Export the table as CSV (UTF-8)."
        )
    try:
        text = head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not UTF-8 text (byte {error.start}); expected a CSV. Save it as UTF-8."
        ) from error
    header = text.splitlines()[0]
    return max(",;\t|", key=lambda mark: (header.count(mark), mark == ","))


def _decimal_comma(path: Path, separator: str) -> bool:
    if separator == ",":
        return False
    import re

    with path.open(encoding="utf-8-sig", errors="replace") as file:
        body = file.read(_SNIFF).split("\n", 1)[-1]
    return bool(re.search(r"(^|[;\t|])\s*\d+,\d+\s*([;\t|]|$)", body, re.MULTILINE))


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
            return pl.read_parquet(path)
        if suffix in {".jsonl", ".ndjson"}:
            return pl.read_ndjson(path)
        separator = _sniff(path)
        useful = _useful_headers(path, separator)
        frame = pl.read_csv(
            path, separator=separator, infer_schema_length=2000, columns=useful or None,
            truncate_ragged_lines=False, row_index_name="line", row_index_offset=2,
            decimal_comma=_decimal_comma(path, separator), low_memory=True,
        )  # fmt: skip
    except (pl.exceptions.PolarsError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise DataError(f"{path}: no such file; expected a file of runs.") from error
        return _read_as_text(path, error)
    if frame.height == 0:
        raise DataError(f"{path}: only a header; expected one line a run below it.")
    return frame.rename({name: name.strip().lstrip("\ufeff") for name in frame.columns})


def _useful_headers(path: Path, separator: str) -> list[str]:
    """Return the headers that mean something, so that a wide file costs no memory."""
    with path.open(encoding="utf-8-sig") as file:
        headers = [
            cell.strip().strip('"') for cell in file.readline().rstrip("\r\n").split(separator)
        ]
    if len(headers) < 40 or '"' in "".join(headers):
        return []
    return [header for header in headers if recognise(header)]


def _read_as_text(path: Path, cause: Exception) -> pl.DataFrame:
    """Read every cell as text, so that the check can name the wrong cell; else refuse."""
    if path.suffix.casefold() in {".parquet", ".jsonl", ".ndjson"}:
        raise DataError(f"{path}: cannot be read as {path.suffix}: {cause}") from cause
    try:
        return pl.read_csv(path, separator=_sniff(path), infer_schema=False,
                           row_index_name="line", row_index_offset=2)  # fmt: skip
    except pl.exceptions.PolarsError as error:
        first = str(error).splitlines()[0]
        raise DataError(
            f"{path}: not a table: {first}. Expected the same number of cells on every line."
        ) from error


def read_runs(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    error_unit: str = "auto",
    benchmark: Benchmark | None = None,
) -> Runs:
    """Read a file of runs into a checked table.

    Parameters
    ----------
    path : str or Path
        CSV, TSV, Parquet or JSON-lines file; one row a run.
    columns : mapping of str to str, optional
        Canonical column to header, where recognition is not wanted.
    error_unit : str
        How to read the error column; ``auto`` decides by name and values.
    benchmark : Benchmark, optional
        What the error is.

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
    headers = [name for name in frame.columns if name != "line"]
    chosen = choose_columns(headers, named=columns, origin=file.name)
    parts = assemble(frame, chosen, error_unit=error_unit, benchmark=benchmark, origin=file.name)
    return Runs(**parts)
