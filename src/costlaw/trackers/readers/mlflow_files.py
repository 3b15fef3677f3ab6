"""MLflow's file store (``mlruns/``): one folder a run, one file a metric or setting.

A metric's file holds ``time value step`` lines; what follows on a line is not used. Runs that were
deleted, and those in ``.trash``, are left out.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from costlaw.trackers.formats.experiments import pick
from costlaw.trackers.formats.scalars import flat_yaml, number
from costlaw.trackers.logged import Fault, LoggedRun, Trace, Value, Wanted
from costlaw.trackers.place import Place, walk
from costlaw.trackers.reader import Reader
from costlaw.trackers.readers.mlflow_database import FINISHED, seconds

_META = "meta.yaml"
_STATUS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}


class MlflowFiles(Reader):
    """A local MLflow store of files."""

    name = "mlflow-files"
    title = "MLflow file store"

    def sniff(self, place: Place) -> bool:
        """Return whether a folder holds run folders of MLflow."""
        return place.is_folder and any(
            path.name == _META and (path.parent / "metrics").is_dir() for path in place.files
        )

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the runs of one experiment."""
        metas = list(_run_folders(place.path, depth=2))
        homes = Counter(folder.parent for folder in metas)
        names = {home: _experiment_name(home) for home in homes}
        counts: Counter[str] = Counter()
        for home, count in homes.items():
            counts[names[home]] += count
        chosen = pick(counts, wanted.experiment, kind="experiment", origin=place.origin)
        for folder in metas:
            if names[folder.parent] != chosen:
                continue
            try:
                run = _run(folder)
            except PermissionError as error:
                where = Path(error.filename or folder).name
                yield Fault(where=folder.name, reason=f"permission denied on {where}")
                continue
            except OSError as error:
                yield Fault(where=folder.name, reason=str(error.strerror))
                continue
            if run is not None:
                yield run


def _run_folders(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the run folders at most ``depth`` below: of a store, an experiment, or one run."""
    if (folder / "metrics").is_dir() and (folder / _META).exists():
        yield folder
    elif depth:
        with os.scandir(folder) as entries:
            below = sorted(entry.name for entry in entries if entry.is_dir())
        for name in below:
            if not name.startswith("."):
                yield from _run_folders(folder / name, depth - 1)


def _experiment_name(home: Path) -> str:
    try:
        meta = flat_yaml((home / _META).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        meta = {}
    name = meta.get("name", home.name)
    return name if isinstance(name, str) else f"{name:g}"


def _run(folder: Path) -> LoggedRun | None:
    meta = {key: _word(value) for key, value in flat_yaml(
        (folder / _META).read_text(encoding="utf-8", errors="replace")).items()}  # fmt: skip
    if meta.get("lifecycle_stage") == "deleted":
        return None
    status = meta.get("status", "")
    settings: dict[str, Value] = {
        key: path.read_text(encoding="utf-8", errors="replace").strip()
        for key, path in _entries(folder / "params")
    }
    traces: dict[str, Trace] = {}
    notes: list[str] = []
    name = meta.get("run_name") or _tag(folder, "mlflow.runName") or folder.name
    for key, path in _entries(folder / "metrics"):
        trace, bad = _trace(path)
        if trace:
            traces[key] = trace
        if bad:
            notes.append(f"{name}: {bad} lines of metric {key} could not be read")
    return LoggedRun(
        name=name, identity=folder.name, settings=settings, traces=traces, notes=tuple(notes),
        finished=FINISHED.get(_STATUS.get(status, status)),
        duration_s=seconds(number(meta.get("start_time", "")), number(meta.get("end_time", ""))),
    )  # fmt: skip


def _word(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.17g}"


def _tag(folder: Path, key: str) -> str:
    path = folder / "tags" / key
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and file of each metric or setting; a name with slashes is a path."""
    if not folder.is_dir():
        return
    for home, names in walk(folder):
        for name in names:
            yield (home / name).relative_to(folder).as_posix(), home / name


def _trace(path: Path) -> tuple[Trace | None, int]:
    """Return the points of a metric's file, and how many lines are no points."""
    steps, values, bad = [], [], 0
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        try:
            value = float(words[1])
            step = float(words[2]) if len(words) > 2 else 0.0
        except (ValueError, IndexError):
            bad += bool(words)
            continue
        steps.append(step)
        values.append(value)
    return (Trace.of(steps, values) if steps else None), bad
