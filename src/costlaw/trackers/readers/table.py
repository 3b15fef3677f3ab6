"""A plain table with one row a run: CSV, Parquet, JSON lines.

The last reader asked: what no tracker's format fits. Files of this kind are read by ``runs``
itself; here their rows become logged runs only where another file is to be joined to them.
"""

from __future__ import annotations

from collections.abc import Iterator

from costlaw.runs.ended import ended_rows
from costlaw.runs.reading import SUFFIXES, read_raw
from costlaw.trackers.logged import Fault, LoggedRun, Trace, Value, Wanted
from costlaw.trackers.meaning import meaning
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

_TEXT_HEAD = 512


class Table(Reader):
    """A file with one row a run."""

    name = "table"
    title = "table of runs"

    def sniff(self, place: Place) -> bool:
        """Return whether it is a file with a table's suffix, or a text."""
        if place.is_folder or place.is_address:
            return False
        return place.path.suffix.casefold() in SUFFIXES or b"\x00" not in place.head[:_TEXT_HEAD]

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a row; what reads as an error is a metric, the rest are settings."""
        frame = read_raw(place.path)
        found = {header: meaning(header) for header in frame.columns}
        names = [header for header, choice in found.items() if choice and choice.column == "name"]
        _, ended = ended_rows(frame)
        for row, finished in zip(frame.iter_rows(named=True), ended, strict=True):
            settings: dict[str, Value] = {}
            traces: dict[str, Trace] = {}
            for header, cell in row.items():
                choice = found[header]
                if header == "line" or cell is None:
                    continue
                number = isinstance(cell, int | float) and not isinstance(cell, bool)
                if number and choice and choice.column == "error":
                    traces[header] = Trace.single(float(cell))
                else:
                    settings[header] = float(cell) if number else str(cell)
            name = str(row[names[0]]) if names else f"line {row.get('line', '')}"
            yield LoggedRun(name=name, identity=name, settings=settings, traces=traces,
                            finished=bool(finished))  # fmt: skip
