"""Keras' CSVLogger: one file a run, one row an epoch, the epoch first and counted from 0.

Keras logs no settings; compute has to be one of its columns (a callback before the logger can add
it to ``logs``) or be joined. What has no ``val_`` in its name is of the training split.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from costlaw.trackers.formats.log_table import headers_of, read_log
from costlaw.trackers.logged import Fault, LoggedRun, Trace, Wanted
from costlaw.trackers.place import HEAD_BYTES, Place, walk
from costlaw.trackers.reader import Reader

_SUFFIXES = {".csv", ".log", ".tsv", ".txt"}
# a table of runs names them, and Lightning's log counts steps; Keras' does neither
_NOT_KERAS = {"name", "model", "run", "run_name", "network", "id", "step"}


class Keras(Reader):
    """Files of Keras' CSVLogger."""

    name = "keras"
    title = "Keras CSV log"

    def sniff(self, place: Place) -> bool:
        """Return whether a file has Keras' columns and epochs 0, 1, 2, …, or a folder has one."""
        if not place.is_folder:
            return _is_log(place.head)
        return any(_file_is_log(path) for path in place.files[:200])

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a file."""
        if not place.is_folder:
            yield _run(place.path, place.path.stem)
            return
        found = [folder / name for folder, names in walk(place.path) for name in names
                 if _file_is_log(folder / name)]  # fmt: skip
        alone = len({path.parent for path in found}) == len(found) > 1
        for path in found:
            inside = path.relative_to(place.path)
            yield _run(path, (inside.parent if alone else inside.with_suffix("")).as_posix())


def _file_is_log(path: Path) -> bool:
    if path.suffix.casefold() not in _SUFFIXES:
        return False
    try:
        with path.open("rb") as file:
            return _is_log(file.read(HEAD_BYTES))
    except OSError:
        return False


def _is_log(head: bytes) -> bool:
    headers = headers_of(head)
    if len(headers) < 2 or headers[0] != "epoch" or _NOT_KERAS & set(headers):
        return False
    if "loss" not in headers and not any(header.startswith("val_") for header in headers):
        return False
    lines = head.splitlines()[1:6]
    epochs = [line.split(b",")[0].split(b";")[0].split(b"\t")[0] for line in lines]
    return bool(epochs) and epochs == [str(number).encode() for number in range(len(epochs))]


def _run(path: Path, name: str) -> LoggedRun | Fault:
    try:
        table = read_log(path)
    except OSError as error:
        return Fault(where=name, reason=f"could not be read ({error.strerror})")
    rows, epochs = table.columns["epoch"]
    done = np.arange(1.0, table.rows + 1)
    done[np.asarray(rows, dtype=int)] = np.asarray(epochs) + 1
    traces = {
        header: Trace.of(done[np.asarray(at)], values)
        for header, (at, values) in table.columns.items()
        if header != "epoch" and len(at)
    }
    if not traces:
        return Fault(where=name, reason="; ".join(table.notes) or "no row in it")
    return LoggedRun(name=name, identity=name, traces=traces,
                     notes=tuple(f"{name}: {note}" for note in table.notes))  # fmt: skip
