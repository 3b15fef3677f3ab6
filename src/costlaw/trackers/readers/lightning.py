"""Lightning's CSVLogger: ``metrics.csv`` in one folder a run, settings in ``hparams.yaml``.

Rows are sparse: training and validation metrics of one step stand on different lines. Lightning
counts steps from 0, so a step here is one more: the batches that were trained on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from costlaw.trackers.formats.log_table import LogTable, headers_of, read_log
from costlaw.trackers.formats.scalars import flat_yaml
from costlaw.trackers.logged import Fault, LoggedRun, Trace, Value, Wanted
from costlaw.trackers.place import Place, walk
from costlaw.trackers.reader import Reader

_LOG, _SETTINGS = "metrics.csv", "hparams.yaml"


class Lightning(Reader):
    """Folders of Lightning's CSVLogger."""

    name = "lightning"
    title = "Lightning CSV log"

    def sniff(self, place: Place) -> bool:
        """Return whether a file is named and headed as Lightning's, or a folder holds one."""
        if not place.is_folder:
            return place.path.name == _LOG and {"step", "epoch"} & set(headers_of(place.head)) != (
                set()
            )
        return any(path.name == _LOG for path in place.files)

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a ``metrics.csv``."""
        if not place.is_folder:
            yield _run(place.path, place.path.resolve().parent.name)
            return
        for folder, names in walk(place.path):
            if _LOG in names:
                here = folder == place.path
                name = folder.resolve().name if here else folder.relative_to(place.path).as_posix()
                yield _run(folder / _LOG, name)


def _run(path: Path, name: str) -> LoggedRun | Fault:
    try:
        table = read_log(path)
    except OSError as error:
        return Fault(where=name, reason=f"{path.name} could not be read ({error.strerror})")
    if not table.rows:
        return Fault(where=name, reason="; ".join(table.notes) or f"{path.name} holds no row")
    steps = _steps(table)
    traces = {
        header: Trace.of(steps[np.asarray(rows)], values)
        for header, (rows, values) in table.columns.items()
        if header not in {"step", "epoch"} and rows
    }
    settings: dict[str, Value] = {}
    beside = path.with_name(_SETTINGS)
    notes = [f"{name}: {note}" for note in table.notes]
    if beside.is_file():
        try:
            settings = flat_yaml(beside.read_text(encoding="utf-8", errors="replace"))
        except OSError as error:
            notes.append(f"{name}: {_SETTINGS} could not be read ({error.strerror})")
    return LoggedRun(name=name, identity=name, settings=settings, traces=traces,
                     notes=tuple(notes))  # fmt: skip


def _steps(table: LogTable) -> np.ndarray:
    """Return the batches trained at each row, else the row's number, counted from 1."""
    steps = np.arange(1.0, table.rows + 1)
    rows, values = table.columns.get("step", ((), ()))
    if len(rows):
        steps[np.asarray(rows)] = np.asarray(values) + 1
    return steps
