"""The ledger: an append-only file of what happened, which is the truth about a sweep.

JSON lines; each carries its number and a checksum, is written in one piece and forced to the disk
before the driver goes on. Whatever kills the driver, at most the line it was writing is lost. A
line that is torn or damaged is passed over, counted and said; what it stood for is then done again,
because trials are idempotent. Nothing is ever rewritten.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from costlaw.exceptions import DataError, OutputError

FILE = "ledger.jsonl"
SCHEMA = "costlaw-ledger/1"
Event = dict[str, Any]


def _line(event: Mapping[str, Any]) -> bytes:
    text = json.dumps(event, separators=(",", ":"), allow_nan=False)
    return f'{{"crc":"{zlib.crc32(text.encode()):08x}","event":{text}}}\n'.encode()


def _event(line: bytes) -> Event | None:
    """Return the event of a line, or None if it is torn or damaged."""
    try:
        held = json.loads(line)
        event: Event = held["event"]
        text = json.dumps(event, separators=(",", ":"))
        whole = held["crc"] == f"{zlib.crc32(text.encode()):08x}"
    except (ValueError, KeyError, TypeError):
        return None
    return event if whole else None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a ledger holds.

    Parameters
    ----------
    events : tuple of dict
        The whole lines, in order.
    damaged : tuple of int
        Numbers of the lines that were passed over, from 1.
    torn : bool
        Whether the last line has no end.
    """

    events: tuple[Event, ...]
    damaged: tuple[int, ...]
    torn: bool

    @property
    def note(self) -> str | None:
        """What was passed over, in words, or None."""
        if not self.damaged:
            return None
        shown = ", ".join(str(number) for number in self.damaged[:5])
        more = " and more" if len(self.damaged) > 5 else ""
        kind = "torn" if self.torn and len(self.damaged) == 1 else "damaged"
        return (
            f"{len(self.damaged)} {kind} line(s) of the ledger passed over (line {shown}{more}); "
            "what they said is done again or read from the trials' own folders"
        )


def read_ledger(folder: Path) -> Reading:
    """Read the ledger of a sweep's folder.

    Raises
    ------
    DataError
        If there is none, or nothing in it is whole.
    """
    path = folder / FILE
    if not path.is_file():
        raise DataError(f"{folder}: no {FILE} here; expected the folder of a sweep.")
    content = path.read_bytes()
    events, damaged = [], []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip(b"\0 \r"):
            continue
        event = _event(line)
        if event is None:
            damaged.append(number)
        else:
            events.append(event)
    if events and events[0].get("schema", SCHEMA) != SCHEMA:
        raise DataError(f"{path}: written in {events[0]['schema']}; this version reads {SCHEMA}.")
    return Reading(events=tuple(events), damaged=tuple(damaged),
                   torn=bool(content) and not content.endswith(b"\n"))  # fmt: skip


class Ledger:
    """A ledger open for writing; see ``lock`` for why there is only one.

    Parameters
    ----------
    folder : Path
        Folder of the sweep.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(self.path, flags, 0o644)
        size = os.fstat(self._file).st_size
        self._torn = size > 0 and os.pread(self._file, 1, size - 1) != b"\n"
        _sync_folder(folder)

    def append(self, kind: str, **more: Any) -> Event:
        """Write one event, force it to the disk, and return it.

        Raises
        ------
        OutputError
            If it could not be written whole; what was before it is untouched.
        """
        event = {"kind": kind, "t": round(time.time(), 3), **more}
        data = (b"\n" if self._torn else b"") + _line(event)
        before = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, data)
            if written < len(data):
                raise OSError(28, "no space left on the disk")
            os.fsync(self._file)
        except OSError as error:
            self._take_back(before)
            raise OutputError(
                f"{self.path}: cannot write ({error.strerror}); nothing before is lost. Make room, "
                f"then: costlaw lab resume {self.path.parent}"
            ) from error
        self._torn = False
        return event

    def _take_back(self, size: int) -> None:
        try:
            os.ftruncate(self._file, size)
        except OSError:
            self._torn = True

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sync_folder(folder: Path) -> None:
    """Force the folder's own entry to the disk, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
