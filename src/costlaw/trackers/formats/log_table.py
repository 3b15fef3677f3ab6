"""Read the CSV log of one run: columns of numbers by step, with gaps, perhaps half-written.

A last line without its end, or with fewer cells than the header, is a run in progress and is left
out and counted. Two columns of one name are told apart by their place and said.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
import polars as pl

from costlaw.trackers.formats.scalars import number

_SEPARATORS = ",;\t|"
_LONGEST_LINE = 1 << 20
_BLOCK = 1 << 20  # bytes in memory at once
_ROWS = 4096  # and rows, where there is more than numbers


@dataclass(kw_only=True)
class LogTable:
    """The numbers of a log: for each column the rows where it holds one, and the numbers."""

    headers: list[str] = field(default_factory=list)
    rows: int = 0
    columns: dict[str, tuple[array[int], array[float]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def headers_of(head: bytes) -> list[str]:
    """Return the cells of the first line of a text, empty if it is none.

    Examples
    --------
    >>> headers_of(b'epoch;loss\\n0;1\\n')
    ['epoch', 'loss']
    """
    if not head or b"\x00" in head:
        return []
    first = head.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").replace("\r", "")
    mark = max(_SEPARATORS, key=lambda each: (first.count(each), each == ","))
    try:
        return [cell.strip() for cell in next(csv.reader([first], delimiter=mark), [])]
    except csv.Error:
        return []


def read_log(path: Path) -> LogTable:
    """Read a log.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    table, short = LogTable(), 0
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE).decode("utf-8-sig", errors="replace")
        table.headers = _distinct(headers_of(first.encode()), table)
        mark = max(_SEPARATORS, key=lambda each: (first.count(each), each == ","))
        slots = [table.columns.setdefault(header, (array("q"), array("d")))
                 for header in table.headers]  # fmt: skip
        at = file.tell()
        while (block := file.read(_BLOCK) + file.readline()) and _take_numbers(
            table, slots, block.replace(b"\r\n", b"\n"), mark=mark
        ):
            at = file.tell()
        file.seek(at)
        text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        lines = _rows(csv.reader(_whole_lines(text, table), delimiter=mark), path.name, table)
        while rows := list(islice(lines, _ROWS)):
            whole = [cells for cells in rows if len(cells) >= len(slots)]
            short += sum(bool(cells) for cells in rows) - sum(bool(cells) for cells in whole)
            _take(table, slots, whole)
    if short:
        table.notes.append(f"{path.name}: {short} lines with too few cells were left out")
    return table


def _take_numbers(table: LogTable, slots: list[tuple[array[int], array[float]]], block: bytes, *,
                  mark: str) -> bool:  # fmt: skip
    """Add a block if it is whole lines of one width and holds only numbers and empty cells."""
    width = len(slots)
    if width < 2 or any(sign in block for sign in (b'"', b"\r", b"\x00")):
        return False
    letters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero((letters == ord(mark)) | (letters == ord("\n")))
    last = letters[ends] == ord("\n")
    whole = ends.size % width == 0 and last[width - 1 :: width].all() and block[-1:] == b"\n"
    if not whole or last.sum() != ends.size // width:
        return False
    cells = block[:-1].replace(b"\n", mark.encode()).decode("utf-8", errors="replace")
    found = pl.Series([cells]).str.split(mark).list.explode().cast(pl.Float64, strict=False)
    there = np.diff(ends, prepend=-1) > 1
    if found.null_count() != ends.size - there.sum():  # a cell that is neither number nor empty
        return False
    numbers = found.to_numpy().reshape(-1, width)
    for (rows, values), cell, held in zip(
        slots, numbers.T, there.reshape(-1, width).T, strict=True
    ):
        rows.frombytes((np.flatnonzero(held) + table.rows).tobytes())
        values.frombytes(cell[held].tobytes())
    table.rows += len(numbers)
    return True


def _rows(lines: Iterator[list[str]], name: str, table: LogTable) -> Iterator[list[str]]:
    """Yield the rows before a line that is no CSV, which is said."""
    count = table.rows
    try:
        for cells in lines:
            count += 1
            yield cells
    except csv.Error as error:
        table.notes.append(f"{name}: not readable past line {count + 1} ({error})")


def _take(table: LogTable, slots: list[tuple[array[int], array[float]]],
          block: list[list[str]]) -> None:  # fmt: skip
    """Add a block of rows: whole columns of numbers at once, others cell by cell."""
    first = table.rows
    table.rows += len(block)
    for (rows, values), cells in zip(slots, zip(*block, strict=False), strict=False):
        try:
            numbers = array("d", map(float, cells))
        except ValueError:
            for place, cell in enumerate(cells, start=first):
                value = number(cell) if cell else None
                if value is not None:
                    rows.append(place)
                    values.append(value)
            continue
        values.extend(numbers)
        rows.extend(range(first, table.rows))


def _whole_lines(file: TextIO, table: LogTable) -> Iterator[str]:
    """Yield lines that end; a last line that does not is left out and said."""
    for line in file:
        if line.endswith("\n"):
            yield line.replace("\x00", "").replace("\r", "")
        elif line.strip():
            table.notes.append("the last line is half-written and was left out")


def _distinct(headers: list[str], table: LogTable) -> list[str]:
    counts: Counter[str] = Counter()
    found = []
    for header in headers:
        counts[header] += 1
        if counts[header] > 1:
            table.notes.append(f'two columns are called "{header}": the later is "{header} (2)"')
        found.append(header if counts[header] == 1 else f"{header} ({counts[header]})")
    return found
