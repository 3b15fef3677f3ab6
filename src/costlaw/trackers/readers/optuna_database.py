"""Optuna studies in SQLite: trials, values, parameters and user attributes.

Follows Optuna's relational schema (version 12). Only completed trials count: a pruned trial's last
report is not its result. The direction of each objective is the study's own; what the objective
*is* (an error, a loss) the study does not say unless its metric is named.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from costlaw.trackers.formats.database import MAGIC, open_database, tables_of
from costlaw.trackers.formats.experiments import pick
from costlaw.trackers.logged import Fault, LoggedRun, Trace, Value, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

METRIC_NAMES = "study:metric_names"
_SPECIAL = {"INF_POS": math.inf, "INF_NEG": -math.inf}


class OptunaDatabase(Reader):
    """A study in Optuna's relational storage."""

    name = "optuna-database"
    title = "Optuna study"

    def __init__(self) -> None:
        self._directions: dict[str, str] = {}
        self._states: dict[str, int] = {}

    def sniff(self, place: Place) -> bool:
        """Return whether a file is SQLite with Optuna's tables."""
        if not place.head.startswith(MAGIC):
            return False
        return {"studies", "trials", "trial_values"} <= set(tables_of(place.path))

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the completed trials of one study."""
        with open_database(place.path) as store:
            rows = store.execute(
                "select s.study_name, s.study_id, count(t.trial_id) from studies s "
                "left join trials t on t.study_id = s.study_id group by s.study_id"
            ).fetchall()
            chosen = pick({name: n for name, _, n in rows}, wanted.experiment,
                          kind="study", origin=place.origin)  # fmt: skip
            study = next((number for name, number, _ in rows if name == chosen), -1)
            names = _objectives(store, study)
            self._directions = dict(_directions(store, study, names))
            trials = store.execute(
                "select trial_id, number, state, datetime_start, datetime_complete from trials "
                "where study_id = ? order by number", [study]
            )  # fmt: skip
            for trial, number, state, *dates in trials:
                self._states[state] = self._states.get(state, 0) + 1
                if state != "COMPLETE":
                    continue
                name = f"trial {number}"
                try:
                    yield _trial(store, trial, name=name, names=names, dates=dates)
                except (ValueError, TypeError, IndexError, AttributeError) as error:
                    yield Fault(where=name, reason=f"its record is damaged ({error})")

    def directions(self) -> dict[str, str]:
        """Return the direction of each objective."""
        return self._directions

    def remarks(self) -> tuple[str, ...]:
        """Return how many trials are not completed."""
        return remarks(self._states)


def remarks(states: dict[str, int]) -> tuple[str, ...]:
    """Return a note on the trials that were not completed, if any."""
    others = [f"{count} {state.casefold()}" for state, count in sorted(states.items())
              if state != "COMPLETE"]  # fmt: skip
    return (f"trials not completed were left out: {', '.join(others)}",) if others else ()


def objective_names(named: list[str], count: int) -> list[str]:
    """Return the names of objectives: as the study names them, else value, value_1, …

    Examples
    --------
    >>> objective_names([], 2), objective_names(["val_error"], 1)
    (['value_0', 'value_1'], ['val_error'])
    """
    if len(named) == count:
        return named
    return ["value"] if count == 1 else [f"value_{number}" for number in range(count)]


def trial_run(
    name: str, *, values: dict[str, float], settings: dict[str, Value], dates: list[str | None]
) -> LoggedRun:
    """Return a completed trial as a logged run."""
    return LoggedRun(
        name=name, identity=name, settings=settings, finished=True, duration_s=_seconds(dates),
        traces={key: Trace.single(value) for key, value in values.items()},
    )  # fmt: skip


def _seconds(dates: list[str | None]) -> float | None:
    try:
        start, end = (datetime.fromisoformat(date or "") for date in dates)
        span = (end - start).total_seconds()
    except (ValueError, TypeError):
        return None
    return span if span > 0 else None


def _objectives(store: sqlite3.Connection, study: int) -> list[str]:
    (count,) = store.execute(
        "select count(*) from study_directions where study_id = ?", [study]
    ).fetchone()
    row = store.execute(
        "select value_json from study_system_attributes where study_id = ? and key = ?",
        [study, METRIC_NAMES],
    ).fetchone()
    return objective_names(json.loads(row[0]) if row else [], count)


def _directions(
    store: sqlite3.Connection, study: int, names: list[str]
) -> Iterator[tuple[str, str]]:
    rows = store.execute(
        "select objective, direction from study_directions where study_id = ?", [study]
    )
    for objective, direction in rows:
        if objective < len(names) and direction in {"MINIMIZE", "MAXIMIZE"}:
            yield names[objective], direction.casefold()


def _trial(
    store: sqlite3.Connection, trial: int, *, name: str, names: list[str],
    dates: list[str | None],
) -> LoggedRun:  # fmt: skip
    values = {
        names[objective]: _SPECIAL.get(kind, math.nan if value is None else float(value))
        for objective, value, kind in store.execute(
            "select objective, value, value_type from trial_values where trial_id = ?", [trial])
        if objective < len(names)
    }  # fmt: skip
    settings: dict[str, Value] = {}
    for key, value, form in store.execute(
        "select param_name, param_value, distribution_json from trial_params where trial_id = ?",
        [trial],
    ):
        settings[key] = setting_of(value, form)
    for key, raw in store.execute(
        "select key, value_json from trial_user_attributes where trial_id = ?", [trial]
    ):
        cell = json.loads(raw)
        if isinstance(cell, int | float | str):
            settings[key] = cell if isinstance(cell, str) else float(cell)
    return trial_run(name, values=values, settings=settings, dates=dates)


def setting_of(value: float, form: str) -> Value:
    """Return a parameter as it was suggested: a category by its place in the list.

    Examples
    --------
    >>> setting_of(1.0, '{"attributes": {"choices": ["a", "b"]}}')
    'b'
    """
    choices = json.loads(form).get("attributes", {}).get("choices")
    if choices is None:
        return float(value)
    cell = choices[int(value)]
    return float(cell) if isinstance(cell, int | float) else str(cell)
