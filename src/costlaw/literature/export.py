"""Write an edition of the corpus as one flat table, with the source and licence of every row.

The file appears whole or not at all: it is written beside its place and moved there. Existing
files are kept unless asked otherwise. The columns that ``check`` reads are all there, so an
export is a valid starting point for a contribution.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from costlaw.exceptions import OutputError
from costlaw.literature.benchmarks import benchmark as find_benchmark
from costlaw.literature.benchmarks import benchmarks
from costlaw.literature.editions import load
from costlaw.literature.result import Result

COLUMNS = (
    "key", "collection", "benchmark", "network", "title", "url", "year", "metric", "score", "error",
    "parameters", "flop_per_pass", "network_operations_flop", "hardware_burden_flop",
    "consolidated_flop", "paper", "lineage", "how", "use", "source", "locator", "licence", "note",
)  # fmt: skip


def records(edition: str, benchmark: str | None = None) -> Iterable[dict[str, object]]:
    """Yield the rows of an edition as flat records.

    Raises
    ------
    UnknownName
        If the edition or the benchmark does not exist.

    Examples
    --------
    >>> sum(1 for _ in records("v1"))
    101
    """
    names = [find_benchmark(benchmark).name] if benchmark else list(benchmarks())
    for name in names:
        yield from (_record(result) for result in load(name, edition))


def _record(result: Result) -> dict[str, object]:
    values: dict[str, object] = {
        "key": result.key,
        "collection": result.collection,
        "benchmark": result.benchmark,
        "network": result.network,
        "title": result.title,
        "url": result.url,
        "year": result.year,
        "metric": result.metric,
        "score": result.score,
        "error": result.error,
        "parameters": result.parameters,
        "flop_per_pass": result.compute.get("operations-per-pass"),
        "network_operations_flop": result.compute.get("network-operations"),
        "hardware_burden_flop": result.compute.get("hardware-burden"),
        "consolidated_flop": result.compute.get("consolidated"),
        "paper": result.paper,
        "lineage": result.lineage,
        "how": result.how,
        "use": "; ".join(result.uses),
        "source": result.source.title,
        "locator": result.source.locator,
        "licence": result.source.licence,
        "note": result.note,
    }
    return {name: "" if values[name] is None else values[name] for name in COLUMNS}


def write_csv(rows: Iterable[dict[str, object]], stream: IO[str]) -> int:
    """Write records as CSV and return how many."""
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007
        writer.writerow(row)
    return count


def export(
    path: str | Path, edition: str, *, benchmark: str | None = None, overwrite: bool = False
) -> int:
    """Write an edition to a CSV file and return the number of rows.

    Raises
    ------
    UnknownName
        If the edition or the benchmark does not exist.
    OutputError
        If the file exists and ``overwrite`` is false, or cannot be written.
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise OutputError(f"{path}: exists; expected a new file. Add --force to replace it.")
    rows = list(records(edition, benchmark))
    part = target.with_name(target.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            count = write_csv(rows, stream)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written: {error.strerror}.") from error
    return count
