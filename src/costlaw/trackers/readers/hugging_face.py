"""Hugging Face Trainer: ``trainer_state.json``, the history of a run and its ``total_flos``.

``total_flos`` is 6 × elements of the main input (padding counted) × parameters outside the input
embeddings (transformers, Trainer.floating_point_ops). It is 0 for models that are no
PreTrainedModel; then it means not known. The checkpoints of one output folder are one run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from costlaw.trackers.logged import Fault, LoggedRun, TraceBuilder, Value, Wanted
from costlaw.trackers.place import Place, walk
from costlaw.trackers.reader import Reader

_STATE = "trainer_state.json"
_CHECKPOINT = re.compile(r"checkpoint-\d+")
_LARGEST = 1 << 28  # bytes of one state file that is read
_TOTALS = ("total_flos", "num_input_tokens_seen", "epoch")  # the state's own, at its last step


class HuggingFace(Reader):
    """State files of the Hugging Face Trainer."""

    name = "huggingface"
    title = "Hugging Face Trainer state"
    measure = "6 × input elements × parameters outside the embeddings (Trainer.total_flos)"
    caveats = (
        "total_flos is 6 × input elements × parameters outside the input embeddings: it leaves out "
        "attention over the sequence, evaluation and recomputation, counts padding and frozen "
        "parameters, and means nothing where the input is not tokens (images)",
    )

    def sniff(self, place: Place) -> bool:
        """Return whether a file is named or built as the Trainer's state, or a folder holds one."""
        if place.is_folder:
            return any(path.name == _STATE for path in place.files)
        return place.path.name == _STATE or (
            place.head.lstrip().startswith(b"{") and b'"log_history"' in place.head
        )

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run an output folder."""
        if not place.is_folder:
            name = _home(place.path).resolve().name
            yield _run(name, [place.path])
            return
        homes: dict[Path, list[Path]] = {}
        for folder, names in walk(place.path):
            if _STATE in names:
                homes.setdefault(_home(folder / _STATE), []).append(folder / _STATE)
        for home, paths in homes.items():
            inside = home != place.path and place.path in home.parents
            name = home.relative_to(place.path).as_posix() if inside else home.resolve().name
            yield _run(name, paths)


def _home(path: Path) -> Path:
    folder = path.parent
    return folder.parent if _CHECKPOINT.fullmatch(folder.resolve().name) else folder


def _run(name: str, paths: list[Path]) -> LoggedRun | Fault:
    """Return the run from the latest of its states."""
    states, notes = [], []
    for path in paths:
        try:
            states.append(_state(path))
        except (OSError, ValueError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            notes.append(f"{name}: {path.parent.name}/{path.name} could not be read ({reason})")
    if not states:
        return Fault(where=name, reason="; ".join(notes))
    state = max(states, key=lambda each: _number(each.get("global_step")) or 0.0)
    step = _number(state.get("global_step")) or 0.0
    points = _history(state["log_history"])
    for key in _TOTALS:
        total = _number(state.get(key))
        if total:
            points.add(key, step, total)
        else:
            points.drop(key)  # 0 means not counted
    settings: dict[str, Value] = {}
    for key, cell in (state.get("trial_params") or {}).items():
        if isinstance(cell, int | float | str):
            settings[str(key)] = cell if isinstance(cell, str) else float(cell)
    return LoggedRun(name=name, identity=name, settings=settings, traces=points.traces(),
                     notes=tuple(notes))  # fmt: skip


def _state(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST:
        raise ValueError("larger than 256 MiB")
    with path.open("rb") as file:
        state = json.load(file)
    if not isinstance(state, dict) or not isinstance(state.get("log_history"), list):
        raise ValueError("no log_history in it")
    return state


def _history(entries: list[Any]) -> TraceBuilder:
    points = TraceBuilder()
    for entry in entries:
        step = _number(entry.get("step")) if isinstance(entry, dict) else None
        if step is None:
            continue
        for key, cell in entry.items():
            value = _number(cell)
            if value is not None and key != "step":
                points.add(str(key), step, value)
    return points


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    try:
        return float(cell)
    except OverflowError:
        return None
