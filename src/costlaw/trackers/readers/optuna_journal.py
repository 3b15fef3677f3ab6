"""Optuna's journal storage: one JSON line an operation, replayed.

Follows the operation codes of Optuna's JournalStorage. A last line that was cut off (a study in
progress) is left out and said. Trials are numbered over all studies of a journal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from costlaw.exceptions import DataError
from costlaw.trackers.formats.experiments import pick
from costlaw.trackers.logged import Fault, LoggedRun, Value, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader
from costlaw.trackers.readers.optuna_database import (
    METRIC_NAMES,
    objective_names,
    remarks,
    setting_of,
    trial_run,
)

# optuna/storages/journal/_storage.py: JournalOperation
_NEW_STUDY, _DROP_STUDY, _STUDY_NOTE, _NEW_TRIAL = 0, 1, 3, 4
_PARAMETER, _STATE, _USER_NOTE = 5, 6, 8
_STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
_DIRECTIONS = {1: "minimize", 2: "maximize"}


class OptunaJournal(Reader):
    """A study in Optuna's journal storage."""

    name = "optuna-journal"
    title = "Optuna journal"

    def __init__(self) -> None:
        self._directions: dict[str, str] = {}
        self._states: dict[str, int] = {}
        self._bad_lines = 0

    def sniff(self, place: Place) -> bool:
        """Return whether the first line is an operation of Optuna's journal."""
        first = place.head.split(b"\n", 1)[0]
        return first.startswith(b"{") and b'"op_code"' in first and b'"worker_id"' in first

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the completed trials of one study."""
        replay = _Replay()
        try:
            with place.path.open("rb") as file:
                for line in file:
                    self._bad_lines += not replay.take(line)
        except PermissionError as error:
            raise DataError(f"{place.text}: permission denied; make it readable.") from error
        counts: dict[str, int] = {}
        for key, name in replay.studies.items():
            counts[name] = sum(trial["study"] == key for trial in replay.trials)
        chosen = pick(counts, wanted.experiment, kind="study", origin=place.origin)
        study = next((key for key, name in replay.studies.items() if name == chosen), -1)
        goals = replay.directions.get(study, [])
        names = objective_names(replay.metric_names.get(study, []), len(goals))
        self._directions = {name: _DIRECTIONS[goal] for name, goal in zip(names, goals, strict=True)
                            if goal in _DIRECTIONS}  # fmt: skip
        mine = [trial for trial in replay.trials if trial["study"] == study]
        for number, trial in enumerate(mine):
            self._states[trial["state"]] = self._states.get(trial["state"], 0) + 1
            if trial["state"] == "COMPLETE":
                values = {name: _float(value) for name, value in zip(names, trial["values"],
                                                                     strict=False)}  # fmt: skip
                yield trial_run(f"trial {number}", values=values, settings=trial["settings"],
                                dates=trial["dates"])  # fmt: skip

    def directions(self) -> dict[str, str]:
        """Return the direction of each objective."""
        return self._directions

    def remarks(self) -> tuple[str, ...]:
        """Return how many trials are not completed and how many lines could not be read."""
        bad = f"{self._bad_lines} lines could not be read and were left out"
        return (*remarks(self._states), *((bad,) if self._bad_lines else ()))


class _Replay:
    """The state that a journal's operations lead to."""

    def __init__(self) -> None:
        self.studies: dict[int, str] = {}
        self.directions: dict[int, list[int]] = {}
        self.metric_names: dict[int, list[str]] = {}
        self.trials: list[dict[str, Any]] = []
        self._next_study = 0

    def take(self, line: bytes) -> bool:
        """Apply one line; return whether it could be read."""
        if not line.strip():
            return True
        try:
            entry = json.loads(line)
            self._apply(int(entry["op_code"]), entry)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            return False
        return True

    def _apply(self, code: int, entry: dict[str, Any]) -> None:
        if code == _NEW_STUDY:
            if str(entry["study_name"]) in self.studies.values():
                return  # made by two workers at once: Optuna keeps the first
            self.studies[self._next_study] = str(entry["study_name"])
            self.directions[self._next_study] = [int(goal) for goal in entry["directions"]]
            self._next_study += 1
        elif code == _DROP_STUDY:
            self.studies.pop(int(entry["study_id"]), None)
        elif code == _STUDY_NOTE and METRIC_NAMES in entry["system_attr"]:
            names = [str(name) for name in entry["system_attr"][METRIC_NAMES]]
            self.metric_names[int(entry["study_id"])] = names
        elif code == _NEW_TRIAL:
            self._new_trial(entry)
        elif code in {_PARAMETER, _STATE, _USER_NOTE}:
            self._change_trial(code, entry)

    def _new_trial(self, entry: dict[str, Any]) -> None:
        settings = {key: setting_of(value, entry["distributions"][key])
                    for key, value in (entry.get("params") or {}).items()}  # fmt: skip
        values = entry.get("values") or [entry.get("value")]
        self.trials.append({
            "study": int(entry["study_id"]), "state": _STATES[int(entry.get("state", 0))],
            "settings": settings, "values": values,
            "dates": [entry.get("datetime_start"), entry.get("datetime_complete")],
        })  # fmt: skip

    def _change_trial(self, code: int, entry: dict[str, Any]) -> None:
        number = int(entry["trial_id"])
        if number < 0:
            raise IndexError(number)
        trial = self.trials[number]
        if code == _PARAMETER:
            value = setting_of(entry["param_value_internal"], entry["distribution"])
            trial["settings"][entry["param_name"]] = value
        elif code == _USER_NOTE:
            trial["settings"].update(_scalars(entry["user_attr"]))
        else:
            trial["state"] = _STATES[int(entry["state"])]
            trial["values"] = entry.get("values") or trial["values"]
            for place, key in enumerate(("datetime_start", "datetime_complete")):
                trial["dates"][place] = entry.get(key) or trial["dates"][place]


def _scalars(cells: dict[str, Any]) -> dict[str, Value]:
    return {key: cell if isinstance(cell, str) else float(cell) for key, cell in cells.items()
            if isinstance(cell, int | float | str)}  # fmt: skip


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
