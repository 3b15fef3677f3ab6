"""Look at a file before it is read: is it text, what separates its cells, how long is it.

Cheap looks at bytes, so that a wrong file is refused in words before it costs memory, and the line
that breaks a table is named. Nothing is converted here (see ``reading``).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl

from costlaw.exceptions import ColumnError, DataError
from costlaw.runs.columns import recognise
from costlaw.runs.ended import is_state

SNIFF = 65536
CHUNK = 1 << 22
MOST_ROWS = 500_000  # one row a run: more is a log of steps, and would cost gigabytes
WIDE = 40  # columns from which only those that mean something are read


def sniff(path: Path) -> str:
    """Return the separator of a text table, or refuse what is not one.

    Raises
    ------
    DataError
        If the file is absent, a folder, unreadable, empty, binary or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            head = file.read(SNIFF)
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
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path}: this is UTF-16 text; expected UTF-8. Save it as CSV (UTF-8).")
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


def check_length(path: Path) -> None:
    """Refuse a text file with more lines than a table of runs may have.

    Raises
    ------
    DataError
        With the number of lines.
    """
    with path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b""))
    check_rows(path, lines)


def check_rows(path: Path, rows: int) -> None:
    """Refuse more rows than a table of runs may have.

    Raises
    ------
    DataError
        With the number of rows.
    """
    if rows > MOST_ROWS:
        raise DataError(
            f"{path}: about {rows:,} rows; expected at most {MOST_ROWS:,}, one a run and not one a "
            "step. Keep the last step of each run, or a sample of the rows."
        )


def has_decimal_comma(path: Path, separator: str) -> bool:
    """Return whether the numbers of a table are written like ``0,25``."""
    if separator == ",":
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        body = file.read(SNIFF).split("\n", 1)[-1]
    start, end = r"(^|[;\t|])\s*", r"\s*%?\s*([;\t|]|$)"
    commas = re.search(rf"{start}\d+,\d+{end}", body, re.MULTILINE)
    return bool(commas) and not re.search(rf"{start}\d+\.\d+{end}", body, re.MULTILINE)


def points_for_commas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose texts such as ``0,25`` and ``94,2 %`` have a decimal point."""
    return frame.with_columns(
        pl.col(pl.String).str.replace(r"^\s*([+-]?\d+),(\d+)(\s*%?\s*|[eE][+-]?\d+)$", "$1.$2$3")
    )


def columns_to_read(path: Path, separator: str) -> list[str] | None:
    """Return the headers worth reading, so that a wide file costs no memory; None for all.

    Raises
    ------
    ColumnError
        If two columns have the same header.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        headers = next(csv.reader(file, delimiter=separator), [])
    clean = [header.strip() for header in headers]
    twice = {header for header in clean if header and clean.count(header) > 1}
    if twice and not any(recognise(header) for header in twice):
        return [header for header in headers if header.strip() not in twice and header != "line"]
    if twice:
        first = min(filter(recognise, twice))
        raise ColumnError(
            f'{path}: two columns are called "{first}"; expected each header once. Rename one.'
        )
    if len(headers) >= WIDE:
        known = [header for header in headers if recognise(header)]
        return known + [header for header in headers if is_state(header)] if known else None
    # "line" is the number of the line in the file, and nothing else
    return [header for header in headers if header != "line"] if "line" in headers else None


def broken_line(path: Path, separator: str) -> str:
    """Say which line breaks a table, and how.

    Returns
    -------
    str
        Such as ``runs.csv:7: 5 cells where the header has 3``.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        width, start = None, 1
        try:
            for row in reader:
                if any("\n" in cell for cell in row):
                    return f"{path}:{start}: a quotation mark opens a cell that does not close"
                width = len(row) if width is None else width
                if len(row) > width:
                    return f"{path}:{start}: {len(row)} cells where the header has {width}"
                start = reader.line_num + 1
        except csv.Error as error:
            return f"{path}:{start}: {error}"
    return f"{path}: not a table"
