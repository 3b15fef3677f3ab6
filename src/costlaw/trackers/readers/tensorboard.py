"""TensorBoard event files: one run a folder, training and validation folders taken together.

Follows the layouts that writers leave: torch and Lightning write one folder a run; Keras writes
``train`` and ``validation`` below it; ``add_hparams`` writes a folder named by the time. Scalars
are stored with 7 digits (float32), so compute read here is rounded to that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

from costlaw.trackers.formats.events import Event, Layouts, MalformedMessage
from costlaw.trackers.formats.record_file import Damage, records
from costlaw.trackers.logged import Fault, LoggedRun, TraceBuilder, Wanted
from costlaw.trackers.meaning import HELD_OUT
from costlaw.trackers.place import Place, walk
from costlaw.trackers.reader import Reader

MARK = ".tfevents."
_SPLITS = HELD_OUT | {"train", "training"}
_TIME_NAME = re.compile(r"\d{9,}(\.\d+)?")


class TensorBoard(Reader):
    """Event files of TensorBoard and of every writer of that format."""

    name = "tensorboard"
    title = "TensorBoard log"

    def sniff(self, place: Place) -> bool:
        """Return whether a file, or a file of a folder, is named as event files are."""
        return any(MARK in path.name for path in place.files)

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a folder."""
        for name, parts in _folders(place):
            yield from _read_run(name, parts)


def _folders(place: Place) -> Iterator[tuple[str, list[tuple[str, Path]]]]:
    """Yield a run's name and its event files, each with the split that its folder names."""
    if not place.is_folder:
        yield place.path.parent.name or place.path.name, [("", place.path)]
        return
    root = place.path
    waiting: dict[Path, list[tuple[str, Path]]] = {}
    for folder, names in walk(root):
        files = [folder / name for name in names if MARK in name]
        if not files:
            continue
        split = ""
        home = folder
        if folder != root and (folder.name in _SPLITS or _TIME_NAME.fullmatch(folder.name)):
            split = folder.name if folder.name in _SPLITS else ""
            home = folder.parent
        for ready in [known for known in waiting if known != home and known not in home.parents]:
            yield _name(root, ready), waiting.pop(ready)
        waiting.setdefault(home, []).extend((split, path) for path in files)
    for ready, parts in waiting.items():
        yield _name(root, ready), parts


def _name(root: Path, folder: Path) -> str:
    return root.resolve().name if folder == root else folder.relative_to(root).as_posix()


def _read_run(name: str, parts: list[tuple[str, Path]]) -> Iterator[LoggedRun | Fault]:
    log = _Log()
    notes: list[str] = []
    for split, path in parts:
        damage = Damage()
        try:
            for record in records(path, damage):
                log.take(record, split, damage)
        except OSError as error:
            notes.append(f"{name}: {path.name} could not be read ({error.strerror})")
        if damage.words():
            notes.append(f"{name}: {path.name} {damage.words()}")
    if not log.points and not log.settings:
        yield Fault(where=name, reason="; ".join(notes) or "no scalar in it")
        return
    span = log.last_s - log.first_s
    yield LoggedRun(name=name, identity=name, settings=log.settings, traces=log.points.traces(),
                    duration_s=span if 0 < span < math.inf else None,
                    notes=tuple(notes))  # fmt: skip


class _Log:
    """What the events of one run say so far."""

    def __init__(self) -> None:
        self.points = TraceBuilder()
        self.layouts = Layouts()
        self.settings: dict[str, str | float] = {}
        self.first_s, self.last_s = math.inf, -math.inf

    def take(self, record: bytes, split: str, damage: Damage) -> None:
        """Read one event; a malformed one is counted."""
        try:
            known = self.layouts.read(record)
            if known:
                wall_s, step, tag, value = known
                self.first_s, self.last_s = min(self.first_s, wall_s), max(self.last_s, wall_s)
                self.points.add(f"{split}/{tag}" if split else tag, step, value)
                return
            event = Event(record)
            self.layouts.learn(record, event)
        except MalformedMessage:
            damage.lost_records += 1
            return
        self.settings.update(event.settings)
        if event.scalars:
            self.first_s = min(self.first_s, event.wall_s)
            self.last_s = max(self.last_s, event.wall_s)
        for tag, value in event.scalars:
            self.points.add(f"{split}/{tag}" if split else tag, event.step, value)
