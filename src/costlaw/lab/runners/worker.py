"""A worker: a fresh process that runs one order at a time and reports on a pipe of its own.

Orders come as JSON lines on standard input, reports go to the file descriptor named on the command
line. What a task prints goes into its folder. When the driver is gone the input ends: training is
asked to stop, writes its checkpoint, and the process ends in a few seconds at the latest.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

GRACE_S = 5.0  # to write a last checkpoint once the driver is gone
LOG_FILE = "output.txt"


class _Orders:
    """Orders as they come; the end of the input means that nobody waits for us any more."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.gone = threading.Event()
        self._waiting: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._stream:
            self._waiting.put(json.loads(line))
        self.gone.set()
        self._waiting.put(None)
        threading.Timer(GRACE_S, os._exit, (1,)).start()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (order := self._waiting.get()) is not None:
            yield order


@contextlib.contextmanager
def _output_into(folder: Path) -> Iterator[None]:
    """Send what the task prints into its folder; nowhere, if that cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log = os.open(folder / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()


def main() -> None:
    """Work off orders until there are no more."""
    from costlaw.lab.runners.attempt import run_attempt
    from costlaw.lab.runners.order import Order

    reports = int(sys.argv[1])
    orders = _Orders(sys.stdin.buffer)
    os.write(reports, b'{"ready":true}\n')
    for record in orders:
        order = Order.from_dict(record)
        with _output_into(order.place):
            report = run_attempt(order, asked_to_stop=orders.gone.is_set)
        try:
            os.write(reports, (json.dumps(report.to_dict()) + "\n").encode())
        except OSError:  # the driver is gone; what finished lies in the trial's folder
            break
    os._exit(0)


if __name__ == "__main__":
    main()
