"""The file that a reading is never lost from: JSON lines, only ever appended, flushed each time.

One file per process and folder. Each record is handed to the kernel in a single write, so that a
killed process keeps everything up to its last record, and a record that was cut off by a full disk
is left behind as one broken line that readers skip. Disk full, folder forbidden: it is said once,
metering goes on in memory, and the next record that fits carries the running totals.

The file of a long run is bounded by writing rarer: every interval at first, then each 1/1000 of the
elapsed time, at most every 60 s (30 days: about 45,000 records). It holds no prices.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from costlaw.metering.clocks import iso_date
from costlaw.metering.nodes.host import host_name

FOLDER = "costlaw-runs"
SCHEMA = "costlaw-meter/1"
RAREST_S = 60.0
SHARE_LOST = 1e-3
SYNC_EVERY_S = 30.0


def write_interval_s(elapsed_s: float, interval_s: float) -> float:
    """Return how long after the last record the next is due [s].

    Examples
    --------
    >>> write_interval_s(10.0, 1.0), write_interval_s(1e4, 1.0), write_interval_s(2.6e6, 1.0)
    (1.0, 10.0, 60.0)
    """
    return max(interval_s, min(elapsed_s * SHARE_LOST, RAREST_S))


def say(text: str) -> None:
    """Tell the person at the terminal, on standard error, and never fail for it."""
    try:
        sys.stderr.write(f"costlaw meter: {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return


class Journal:
    """An append-only file of records in a folder.

    Parameters
    ----------
    folder : Path
        Where the file is made; if that is forbidden, a folder for temporary files is used and said.
    unix_s : float
        Date of the first record, for the file's name [s since 1970].
    """

    def __init__(self, folder: Path, unix_s: float) -> None:
        stamp = iso_date(unix_s).replace(":", "").replace("-", "").rstrip("Z")
        self._name = f"{stamp}-{host_name()}-{os.getpid()}"
        self.path: Path | None = None
        self._file: int | None = None
        self._torn = False
        self._failed = False
        self._synced_s = 0.0
        self._open_first(folder)

    def _open_first(self, folder: Path) -> None:
        for place in (folder, None):
            if place is None:
                import tempfile  # takes milliseconds to import, and is rarely needed

                place = Path(tempfile.gettempdir()) / FOLDER
            try:
                place.mkdir(parents=True, exist_ok=True)
                self.path, self._file = _create(place, self._name)
            except OSError as problem:
                say(f"cannot write in {place} ({problem.strerror}).")
                continue
            if place != folder:
                say(f"readings go to {self.path} instead.")
            return
        say("readings are kept in memory only and will be lost if the process is killed.")

    def write(self, record: dict[str, Any]) -> bool:
        """Append one record; return whether it is on disk."""
        if self._file is None:
            return False
        line = _as_line(record)
        data = ("\n" + line if self._torn else line).encode()
        try:
            written = os.write(self._file, data)
        except OSError as problem:
            self._complain(problem.strerror or "write failed")
            return False
        if written < len(data):
            self._torn = True
            self._complain("No space left on device")
            return False
        if self._failed:
            say(f"writing to {self.path} works again; nothing before it is lost.")
        self._torn = self._failed = False
        return True

    def _complain(self, why: str) -> None:
        if not self._failed:
            say(f"cannot write to {self.path} ({why}); metering goes on in memory and tries again.")
        self._failed = True

    def sync(self, now_s: float, *, force: bool = False) -> None:
        """Ask the kernel to put the records on the disk itself, at most every 30 s."""
        if self._file is None or not (force or now_s - self._synced_s >= SYNC_EVERY_S):
            return
        self._synced_s = now_s
        try:
            os.fsync(self._file)
        except OSError:
            return  # pipes and some network folders cannot; the records are with the kernel already

    def close(self) -> None:
        """Close the file; records written later are refused."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _create(folder: Path, name: str) -> tuple[Path, int]:
    """Create a file that nobody else writes to; two meters of one second get two files."""
    for number in range(1, 1000):
        path = folder / (f"{name}.jsonl" if number == 1 else f"{name}-{number}.jsonl")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            return path, os.open(path, flags, 0o644)
        except FileExistsError:
            continue
    raise FileExistsError(17, "1000 meter files of one second and one process", str(folder))


def _as_line(record: dict[str, Any]) -> str:
    """Return a record as one line; what JSON has no word for is written as null or as text."""
    try:
        return json.dumps(record, separators=(",", ":"), allow_nan=False, default=plain) + "\n"
    except ValueError:
        return json.dumps(_finite(record), separators=(",", ":"), default=plain) + "\n"


def plain(value: Any) -> Any:
    """Return an array's scalar as a number, anything else that JSON does not know as text."""
    try:
        return value.item()
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    if hasattr(value, "item"):
        value = plain(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
