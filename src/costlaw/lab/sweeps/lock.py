"""One driver to a ledger: a second one is refused while the first lives, and only then.

The lock is held by the kernel (``flock``), so it is gone the moment its holder is, however it
ended; the file names the holder so that the refusal can. Where the file system knows no such lock,
the holder's process is looked for, by its number and its start, and one on another machine counts
as living while it has touched the file within the last minute.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from costlaw.exceptions import OutputError

FILE = "driver.lock"
FRESH_S = 60.0  # a driver touches its lock every second or so


def process_start(pid: int) -> str | None:
    """Return when a process started (kernel ticks), or None if there is no such living process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if stat[0] == "Z" else stat[19]


class DriverLock:
    """Held while a driver works on a folder.

    Parameters
    ----------
    folder : Path
        Folder of the sweep.

    Raises
    ------
    OutputError
        If another living driver holds it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        held = False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            known = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
            held = error.errno in known or self._holder_lives()
        if held:
            holder = self._holder()
            os.close(self._file)
            raise OutputError(
                f"{folder}: another driver works on it (process {holder.get('pid', '?')} on "
                f"{holder.get('host', '?')}, since {holder.get('since', '?')}). Two would do each "
                "trial twice: wait for it, or end it first."
            )
        mine = {"pid": os.getpid(), "host": socket.gethostname(),
                "start": process_start(os.getpid()),
                "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}  # fmt: skip
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps(mine).encode(), 0)

    def _holder(self) -> dict[str, Any]:
        try:
            found = json.loads(os.pread(self._file, 4096, 0))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _holder_lives(self) -> bool:
        holder = self._holder()
        if not holder:
            return False
        if holder.get("host") != socket.gethostname():
            return time.time() - os.fstat(self._file).st_mtime < FRESH_S
        start = process_start(int(holder.get("pid", 0)))
        return start is not None and start == holder.get("start")

    def touch(self) -> None:
        """Say that the driver lives."""
        os.utime(self._file)

    def release(self) -> None:
        """Let go; the file stays, without a holder."""
        try:
            os.ftruncate(self._file, 0)
        finally:
            os.close(self._file)
