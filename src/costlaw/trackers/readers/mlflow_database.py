"""MLflow's SQLite store (``mlflow.db``), read with Python's own sqlite3.

Last values come from ``latest_metrics``, so a store of 10^7 points is not scanned for them; points
are loaded only for a curve. MLflow stores infinity as the largest double and NaN as a flag. Runs
that were deleted are left out.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from functools import partial

from costlaw.trackers.formats.database import MAGIC, columns_of, open_database, tables_of
from costlaw.trackers.formats.experiments import pick
from costlaw.trackers.logged import Fault, LoggedRun, Points, Trace, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

LARGEST = 1.7976931348623157e308  # how MLflow stores infinity (sqlalchemy_store.py)
FINISHED = {"FINISHED": True, "RUNNING": False, "SCHEDULED": False, "FAILED": False,
            "KILLED": False}  # fmt: skip
_RUN_NAME = "mlflow.runName"


class MlflowDatabase(Reader):
    """A local MLflow store in one SQLite file."""

    name = "mlflow-database"
    title = "MLflow database"

    def sniff(self, place: Place) -> bool:
        """Return whether a file is SQLite with MLflow's tables."""
        if not place.head.startswith(MAGIC):
            return False
        return {"runs", "latest_metrics", "params", "experiments"} <= set(tables_of(place.path))

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the runs of one experiment, in the order they started."""
        with open_database(place.path) as store:
            experiment = _experiment(store, wanted, place.origin)
            named = "name" in columns_of(store, "runs")
            rows = store.execute(
                f"select run_uuid, status, start_time, end_time{', name' if named else ''} "
                "from runs where experiment_id = ? and lifecycle_stage = 'active' "
                "order by start_time, run_uuid",
                [experiment],
            )
            for run, status, start, end, *name in rows:
                yield LoggedRun(
                    name=_name(store, run, name[0] if name else ""), identity=run,
                    settings={str(key): str(value) for key, value in store.execute(
                        "select key, value from params where run_uuid = ?", [run])},
                    traces=_traces(store, run), duration_s=seconds(start, end),
                    finished=FINISHED.get(status),
                )  # fmt: skip


def seconds(start_ms: float | None, end_ms: float | None) -> float | None:
    """Return the time between two dates [s], None if one is not known."""
    if not isinstance(start_ms, int | float) or not isinstance(end_ms, int | float):
        return None
    return (end_ms - start_ms) / 1000.0 if 0 < start_ms < end_ms < math.inf else None


def _experiment(store: sqlite3.Connection, wanted: Wanted, origin: str) -> int:
    rows = store.execute(
        "select e.name, e.experiment_id, count(r.run_uuid) from experiments e left join runs r "
        "on r.experiment_id = e.experiment_id and r.lifecycle_stage = 'active' "
        "group by e.experiment_id"
    ).fetchall()
    counts = {name: count for name, _, count in rows}
    chosen = pick(counts, wanted.experiment, kind="experiment", origin=origin)
    return next((number for name, number, _ in rows if name == chosen), -1)


def _name(store: sqlite3.Connection, run: str, name: str | None) -> str:
    if name:
        return str(name)
    found = store.execute(
        "select value from tags where run_uuid = ? and key = ?", [run, _RUN_NAME]
    ).fetchone()
    return str(found[0]) if found else run


def _traces(store: sqlite3.Connection, run: str) -> dict[str, Trace]:
    rows = store.execute(
        "select key, value, step, is_nan from latest_metrics where run_uuid = ?", [run]
    )
    return {
        key: Trace(step=_step(step), last=_number(value, is_nan),
                   load=partial(_load, store, run, key))
        for key, value, step, is_nan in rows
    }  # fmt: skip


def _load(store: sqlite3.Connection, run: str, key: str) -> Points:
    rows = store.execute(
        "select step, value, is_nan from metrics where run_uuid = ? and key = ? "
        "order by step, timestamp", [run, key]
    ).fetchall()  # fmt: skip
    whole = Trace.of([_step(row[0]) for row in rows], [_number(row[1], row[2]) for row in rows])
    return whole.load()


def _step(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _number(value: float | None, is_nan: int | None) -> float:
    if is_nan or not isinstance(value, int | float):
        return math.nan
    return math.copysign(math.inf, value) if abs(value) >= LARGEST else float(value)
