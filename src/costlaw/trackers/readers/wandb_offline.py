"""W&B offline runs: the ``.wandb`` file of each run folder, read without W&B's library.

Follows the record messages of W&B's own definition (wandb_internal.proto): the run with its
configuration, history rows, summary, exit. The recipe that circulates (``sdk.internal.datastore``)
is gone from the library, so the log and its messages are walked here. A run without an exit record
crashed or is still going.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from costlaw.trackers.formats.block_log import MAGIC, log_records
from costlaw.trackers.formats.protobuf import MalformedMessage, fields, signed, submessage, text
from costlaw.trackers.formats.record_file import Damage
from costlaw.trackers.logged import Fault, LoggedRun, Trace, TraceBuilder, Value, Wanted
from costlaw.trackers.place import Place, walk
from costlaw.trackers.reader import Reader

# field numbers of wandb_internal.proto
_HISTORY, _SUMMARY, _CONFIG, _RUN, _EXIT = 2, 3, 5, 17, 18
_ITEM, _KEY, _NESTED, _JSON = 1, 1, 2, 16
_RUN_ID, _PROJECT, _RUN_CONFIG, _NAME = 1, 3, 4, 8
_MOST_DEPTH = 4
_OWN = {"_step", "_runtime", "_timestamp", "_wandb"}


class WandbOffline(Reader):
    """Run folders of W&B, offline or synchronised."""

    name = "wandb-offline"
    title = "W&B offline runs"

    def sniff(self, place: Place) -> bool:
        """Return whether a file starts as W&B's log, or a folder holds a ``.wandb`` file."""
        if place.is_folder:
            return any(path.suffix == ".wandb" for path in place.files)
        return place.head.startswith(MAGIC)

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a ``.wandb`` file."""
        for path in _logs(place):
            record = _Record(path.stem.removeprefix("run-"))
            damage = Damage()
            try:
                for data in log_records(path, damage):
                    record.take(data, damage)
            except PermissionError:
                yield Fault(where=path.name, reason="permission denied; make it readable")
                continue
            except (OSError, ValueError) as error:
                yield Fault(where=path.name, reason=str(error))
                continue
            if wanted.experiment and record.project != wanted.experiment:
                continue
            yield record.run(path, damage)


def is_own(key: str) -> bool:
    """Return whether a name is W&B's own bookkeeping.

    Examples
    --------
    >>> is_own("_wandb.runtime"), is_own("_step"), is_own("val/error")
    (True, True, False)
    """
    return key.partition(".")[0] in _OWN


def _logs(place: Place) -> Iterator[Path]:
    if not place.is_folder:
        yield place.path
        return
    for folder, names in walk(place.path):
        yield from (folder / name for name in names if name.endswith(".wandb"))


class _Record:
    """What the records of one file say so far."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.name = ""
        self.project = ""
        self.settings: dict[str, Value] = {}
        self.summary: dict[str, Value] = {}
        self.points = TraceBuilder()
        self.rows = 0
        self.ended = False

    def take(self, data: bytes, damage: Damage) -> None:
        """Read one record; a malformed one is counted."""
        try:
            for number, _, value in fields(data):
                if number == _HISTORY:
                    self._history(submessage(value))
                elif number == _SUMMARY:
                    self.summary.update(_items(submessage(value)))
                elif number == _CONFIG:
                    self.settings.update(_items(submessage(value)))
                elif number == _RUN:
                    self._run(submessage(value))
                elif number == _EXIT:
                    self.ended = True
        except MalformedMessage:
            damage.lost_records += 1

    def _run(self, data: bytes) -> None:
        for number, _, value in fields(data):
            if number == _RUN_ID:
                self.identity = text(value)
            elif number == _PROJECT:
                self.project = text(value)
            elif number == _NAME:
                self.name = text(value)
            elif number == _RUN_CONFIG:
                self.settings.update(_items(submessage(value)))

    def _history(self, data: bytes) -> None:
        row = dict(_items(data))
        step = row.get("_step", self.rows)
        for number, _, value in fields(data):
            if number == 2:  # HistoryStep, in files of older versions
                step = next((signed(v) for n, _, v in fields(submessage(value)) if n == 1), step)
        self.rows += 1
        self.summary.update({key: row[key] for key in ("_runtime",) if key in row})
        for key, cell in row.items():
            if key in _OWN or not isinstance(cell, float) or not isinstance(step, int | float):
                continue
            self.points.add(key, step, cell)

    def run(self, path: Path, damage: Damage) -> LoggedRun | Fault:
        """Return the run, or why there is none."""
        traces = self.points.traces()
        for key, cell in self.summary.items():
            if isinstance(cell, float) and key not in traces and not is_own(key):
                traces[key] = Trace.single(cell)
        if not traces and not self.settings:
            return Fault(where=path.name, reason=damage.words() or "no record of a run in it")
        runtime = self.summary.get("_runtime")
        note = f"{self.name or self.identity}: {path.name} {damage.words()}"
        return LoggedRun(
            name=self.name or self.identity, identity=self.identity,
            settings={key: cell for key, cell in self.settings.items() if not is_own(key)},
            traces=traces, finished=self.ended,
            duration_s=runtime if isinstance(runtime, float) and runtime > 0 else None,
            notes=(note,) if damage.words() else (),
        )  # fmt: skip


def _items(data: bytes) -> Iterator[tuple[str, Value]]:
    """Yield the scalar items of a history, summary or configuration record."""
    for number, _, value in fields(data):
        if number != _ITEM:
            continue
        key, nested, raw = "", [], ""
        for inner, _, part in fields(submessage(value)):
            if inner == _KEY:
                key = text(part)
            elif inner == _NESTED:
                nested.append(text(part))
            elif inner == _JSON:
                raw = text(part)
        try:
            cell = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        yield from _flat(key or ".".join(nested), cell, depth=0)


def _flat(key: str, cell: Any, *, depth: int) -> Iterator[tuple[str, Value]]:
    """Yield a JSON value's scalars under dotted names; tables and media are passed over."""
    if isinstance(cell, bool):
        yield key, str(cell)
    elif isinstance(cell, int | float):
        yield key, _float(cell)
    elif isinstance(cell, str):
        special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
        yield key, special.get(cell, cell)
    elif isinstance(cell, dict) and "_type" not in cell and depth < _MOST_DEPTH:
        for inner, value in cell.items():
            yield from _flat(f"{key}.{inner}" if inner != "value" else key, value, depth=depth + 1)


def _float(cell: float) -> float:
    try:
        return float(cell)
    except OverflowError:
        return math.inf
