"""W&B's CSV exports: the table of runs, and the curves of one chart.

The table of runs has one row a run (Name, State, Runtime, then settings and last values). A chart's
file has a step column and one column ``run - metric`` for each run, with ``__MIN`` and ``__MAX``
beside it, which are not used; where its step column is an amount of compute, that is the compute.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator

import numpy as np

from costlaw.exceptions import DataError
from costlaw.trackers.formats.log_table import headers_of, read_log
from costlaw.trackers.formats.scalars import number
from costlaw.trackers.logged import Fault, LoggedRun, Trace, Value, Wanted
from costlaw.trackers.meaning import meaning
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

_TABLE = {"Name", "State", "Runtime"}
_OWN = {"Name", "State", "Notes", "User", "Tags", "Created", "Runtime", "Sweep", "ID"}
_STEP = {"step", "relative time (process)", "relative time (wall)", "wall time"}
_BANDS = ("__MIN", "__MAX")
_ENDED = {"finished": True, "running": False, "crashed": False, "failed": False, "killed": False}


class WandbCsv(Reader):
    """A CSV file that W&B's pages export."""

    name = "wandb-csv"
    title = "W&B CSV export"

    def sniff(self, place: Place) -> bool:
        """Return whether a file has W&B's columns."""
        headers = headers_of(place.head)
        return set(headers) >= _TABLE or _is_chart(headers)

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a row, or one run a column."""
        try:
            if _is_chart(headers_of(place.head)):
                yield from _from_chart(place)
            else:
                yield from _from_table(place)
        except PermissionError as error:
            raise DataError(f"{place.text}: permission denied; make it readable.") from error


def _is_chart(headers: list[str]) -> bool:
    if len(headers) < 2:
        return False
    curves = [header for header in headers[1:] if not header.endswith(_BANDS)]
    known = headers[0].casefold() in _STEP or meaning(headers[0]) is not None
    return known and all(" - " in header for header in curves)


def _from_table(place: Place) -> Iterator[LoggedRun | Fault]:
    with place.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            name = row.get("Name") or f"line {line}"
            if None in row.values() or None in row:
                yield Fault(where=name, reason=f"line {line} has another number of cells")
                continue
            settings: dict[str, Value] = {}
            traces: dict[str, Trace] = {}
            for key, cell in row.items():
                value = number(cell)
                found = meaning(key)
                if key in _OWN or not cell:
                    continue
                if value is not None and found and found.column == "error":
                    traces[key] = Trace.single(value)
                else:
                    settings[key] = cell if value is None else value
            yield LoggedRun(name=name, identity=row.get("ID") or f"line {line}",
                            settings=settings, traces=traces,
                            duration_s=number(row.get("Runtime") or ""),
                            finished=_ENDED.get(row.get("State", "")))  # fmt: skip


def _from_chart(place: Place) -> Iterator[LoggedRun | Fault]:
    table = read_log(place.path)
    axis, *headers = table.headers
    rows, values = table.columns[axis]
    steps = np.full(table.rows, np.nan)
    steps[np.asarray(rows, dtype=int)] = values
    names = Counter(header.rpartition(" - ")[0] for header in headers)
    for note in table.notes:
        if note.startswith("two columns"):
            raise DataError(
                f"{place.origin}: {note}; W&B exports two runs of one name so. Rename one of them "
                "and export again, or export with run ids."
            )
    compute = meaning(axis)
    for name in names:
        traces = {}
        for header in headers:
            run, _, metric = header.rpartition(" - ")
            at, numbers = table.columns[header]
            if run != name or header.endswith(_BANDS) or not len(at):
                continue
            where = steps[np.asarray(at, dtype=int)]
            traces[metric] = Trace.of(where, numbers)
            if compute and compute.column not in {"step", "error"}:
                traces[axis] = Trace.of(where, where)
        if traces:
            yield LoggedRun(name=name, identity=name, traces=traces)
        else:
            yield Fault(where=name, reason="no value in its column")
