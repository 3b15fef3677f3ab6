"""Check a contributor's rows before they enter the corpus.

Every problem names its file, line and column, what was found, what was expected and what to do.
Rows are read one at a time, so a million of them need little memory. A contribution states its
source on every row and a licence that can be shipped: no share-alike, no unlicensed compilation.
Nothing is changed and nothing is added here.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from costlaw.exceptions import DataError, UnknownName
from costlaw.literature.benchmarks import benchmark as find_benchmark
from costlaw.literature.tables import rows

REQUIRED = ("benchmark", "network", "title", "url", "year", "metric", "score", "locator", "licence")
NUMBERS = ("parameters", "flop_per_pass", "network_operations_flop", "hardware_burden_flop")
OPTIONAL = ("error", *NUMBERS, "how", "note")
METRICS = {
    "imagenet": ("top-1 accuracy",), "coco": ("box AP",), "squad": ("exact match", "F1"),
    "conll": ("F1",), "wmt14-en-de": ("BLEU", "SACREBLEU"), "wmt14-en-fr": ("BLEU", "SACREBLEU"),
}  # fmt: skip
SHIPPABLE = ("cc0-1.0", "cc-by-4.0", "cc-by-3.0", "mit", "apache-2.0", "bsd-3-clause",
             "bsd-2-clause", "public domain", "fact cited from the paper")  # fmt: skip
YEARS = (1950, 2030)
# plausible range of each number; outside it a unit has slipped
RANGE: dict[str, tuple[float, float, str]] = {
    "parameters": (1e3, 1e14, "a count: 25.6 million is 25600000"),
    "flop_per_pass": (1e5, 1e17, "FLOP: 4.1 G multiply-adds are 8.2e9"),
    "network_operations_flop": (1e12, 1e30, "FLOP: GFLOP x 1e9"),
    "hardware_burden_flop": (1e12, 1e30, "FLOP: GFLOP x 1e9"),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with one row."""

    file: str
    line: int
    column: str
    found: str
    expected: str
    advice: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" + (f" {self.column}" if self.column else "")
        return f'{place}: found "{self.found}"; expected {self.expected}. {self.advice}'


Row = dict[str, str]
Finding = tuple[str, str, str, str]  # column, found, expected, advice


def check_file(path: str | Path) -> Iterator[Problem]:
    """Yield every problem of a contribution, in the order of its lines.

    Parameters
    ----------
    path : str or Path
        A CSV with a header line; columns are ``REQUIRED`` and any of ``OPTIONAL``.

    Yields
    ------
    Problem
        One per fault; none if the rows can enter the corpus.

    Raises
    ------
    DataError
        If the file is absent, empty, not UTF-8 text, or lacks a required column.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from _check_stream(stream, file.name)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; expected a CSV of results.") from error
    except IsADirectoryError as error:
        raise DataError(f"{path}: is a folder; expected a CSV of results.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text; expected a CSV saved as UTF-8.") from error
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV: {error}.") from error


def _check_stream(stream: object, name: str) -> Iterator[Problem]:
    reader = csv.reader(stream, strict=True)  # type: ignore[arg-type]
    header = next(reader, None)
    if not header or not any(cell.strip() for cell in header):
        raise DataError(f"{name}: empty; expected a header line and results.")
    columns = [cell.strip() for cell in header]
    _check_header(columns, name)
    seen = _known_results()
    counted = 0
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        counted += 1
        if len(cells) != len(columns):
            yield Problem(file=name, line=line, column="", found=f"{len(cells)} cells",
                          expected=f"{len(columns)} cells",
                          advice="Quote cells that hold a comma.")  # fmt: skip
            continue
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
        for column, found, expected, advice in _check_row(row, seen):
            yield Problem(file=name, line=line, column=column, found=found, expected=expected,
                          advice=advice)  # fmt: skip
    if not counted:
        raise DataError(f"{name}: a header but no results; expected at least one row.")


def _check_header(columns: list[str], name: str) -> None:
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise DataError(
            f"{name}:1: no column {', '.join(missing)}; expected {', '.join(REQUIRED)} and any of "
            f"{', '.join(OPTIONAL)}."
        )
    if len(set(columns)) != len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise DataError(f'{name}:1: the column "{twice}" is there twice; expected it once.')
    unknown = [column for column in columns if column not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise DataError(
            f'{name}:1: unknown column "{unknown[0]}"; expected any of '
            f"{', '.join((*REQUIRED, *OPTIONAL))}."
        )


def _check_row(row: Row, seen: set[bytes]) -> Iterator[Finding]:
    for check in (_source, _benchmark, _year, _score, _error, _numbers, _compute):
        yield from check(row)
    yield from _repeated(row, seen)


def _source(row: Row) -> Iterator[Finding]:
    for column in ("network", "title", "url", "locator"):
        if not row[column]:
            yield column, "", "the source of the row", "Name the paper and the table it is from."
    if row["url"] and not row["url"].startswith(("https://", "http://")):
        yield "url", row["url"], "an address", "Write https://…"
    if row["licence"].casefold() not in SHIPPABLE:
        expected = f"a licence that can be shipped: {', '.join(SHIPPABLE)}"
        advice = "Take the fact from the paper itself and cite it."
        yield "licence", row["licence"], expected, advice


def _benchmark(row: Row) -> Iterator[Finding]:
    try:
        name = find_benchmark(row["benchmark"]).name
    except UnknownName as error:
        yield "benchmark", row["benchmark"], "a known benchmark", str(error)
        return
    if row["metric"] not in METRICS[name]:
        yield "metric", row["metric"], " or ".join(METRICS[name]), f"{name} is read by it alone."


def _year(row: Row) -> Iterator[Finding]:
    if not row["year"].isdigit() or not YEARS[0] <= int(row["year"]) <= YEARS[1]:
        yield "year", row["year"], f"a year from {YEARS[0]} to {YEARS[1]}", "Write four digits."


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _score(row: Row) -> Iterator[Finding]:
    score = _number(row["score"])
    expected = "a score in percent or points, from 1 to 100"
    if score is None:
        yield "score", row["score"], expected, "Write 83.5, not a range or a word."
    elif 0 < score <= 1:
        yield "score", row["score"], expected, f"Is this a fraction? Write {100 * score:g}."
    elif not 1 < score < 100:
        yield "score", row["score"], expected, "No result lies outside it."


def _error(row: Row) -> Iterator[Finding]:
    if not row.get("error"):
        return
    error, score = _number(row["error"]), _number(row["score"])
    if error is None or not 0 < error < 1:
        advice = "Is this a percentage? Divide by 100."
        yield "error", row["error"], "a fraction between 0 and 1", advice
    elif score is not None and abs(error - (1 - score / 100)) > 5e-4:
        yield "error", row["error"], f"1 - score/100 = {1 - score / 100:.4g}", "Correct one."


def _numbers(row: Row) -> Iterator[Finding]:
    for column in NUMBERS:
        text = row.get(column, "")
        if not text:
            continue
        low, high, unit = RANGE[column]
        value = _number(text)
        if value is None or value <= 0:
            yield column, text, f"a positive number or nothing ({unit})", "Leave unknown ones out."
        elif not low <= value <= high:
            yield column, text, f"{low:g} to {high:g} in {unit}", "Has a unit slipped?"


def _compute(row: Row) -> Iterator[Finding]:
    value = {column: _number(row.get(column, "")) for column in NUMBERS}
    operations, burden = value["network_operations_flop"], value["hardware_burden_flop"]
    if (operations or burden) and not row.get("how"):
        yield "how", "", "how the compute was derived", "Say: epochs x examples, or measured hours."
    if operations and value["flop_per_pass"] and operations < 1e3 * value["flop_per_pass"]:
        advice = "Is this the operations of one pass?"
        yield "network_operations_flop", f"{operations:g}", "more than 1000 passes", advice
    if operations and burden and operations > burden:
        advice = "A network cannot do more operations than its chips."
        yield "hardware_burden_flop", f"{burden:g}", f"at least {operations:g}", advice


def _key(row: Row) -> bytes:
    text = "|".join(
        "".join(letter for letter in row[column].casefold() if letter.isalnum() or letter == ".")
        for column in ("benchmark", "network", "title", "score")
    )
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _known_results() -> set[bytes]:
    return {_key(row) for row in rows("results.csv")}


def _repeated(row: Row, seen: set[bytes]) -> Iterator[Finding]:
    key = _key(row)
    if key in seen:
        yield "network", row["network"], "a result that is not there yet", "Remove the repetition."
    seen.add(key)
