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
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from costlaw.metering.clocks import iso_date

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
        self._name = f"{stamp}-{socket.gethostname()}-{os.getpid()}.jsonl"
        self.path: Path | None = None
        self._file: int | None = None
        self._torn = False
        self._failed = False
        self._synced_s = 0.0
        self._open_first(folder)

    def _open_first(self, folder: Path) -> None:
        other = Path(tempfile.gettempdir()) / FOLDER
        for place in (folder, other):
            try:
                place.mkdir(parents=True, exist_ok=True)
                self._file = os.open(
                    place / self._name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644
                )
            except OSError as problem:
                say(f"cannot write in {place} ({problem.strerror}).")
                continue
            self.path = place / self._name
            if place != folder:
                say(f"readings go to {self.path} instead.")
            return
        say("readings are kept in memory only and will be lost if the process is killed.")

    def write(self, record: dict[str, Any]) -> bool:
        """Append one record; return whether it is on disk."""
        if self._file is None:
            return False
        line = json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n"
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
