"""Local processes: one fresh interpreter a slot, one thread each, ended without mercy if need be.

Nothing is forked, so polars' and torch's threads are no matter. Each worker leads its own group of
processes, so that ending it also ends what a task started.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import ClassVar

from costlaw.exceptions import OptionError
from costlaw.lab.runners.order import Order, Report
from costlaw.lab.runners.runner import Runner

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
           "NUMEXPR_NUM_THREADS", "POLARS_MAX_THREADS")  # fmt: skip
STARTING_S = 60.0  # a process that is not ready by then is taken to be running, and may time out


def processors() -> int:
    """Return how many processors this process may use [count]."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Worker:
    """A process, the order it has, and when that began."""

    process: subprocess.Popen[bytes]
    reports: int
    order: Order | None = None
    began: float = 0.0
    ready: bool = False
    unread: bytes = field(default=b"")


class LocalRunner(Runner):
    """Runs attempts in processes on this machine.

    Parameters
    ----------
    workers : int, optional
        Processes; as many as there are processors over the threads of one.
    threads : int
        Threads of one trial.

    Raises
    ------
    OptionError
        If there is no worker.
    """

    name: ClassVar[str] = "local"

    def __init__(self, workers: int | None = None, *, threads: int = 1) -> None:
        self.workers = max(processors() // threads, 1) if workers is None else workers
        if self.workers < 1:
            raise OptionError(f"workers = {workers}; expected at least 1.")
        self._threads = threads
        self._all: list[_Worker] = []
        self._lost: list[Report] = []
        self._selector = selectors.DefaultSelector()

    def describe(self) -> str:
        """Return what it runs on, in words."""
        return f"{self.workers} local process(es), {self._threads} thread(s) each"

    def free(self) -> int:
        """Return how many orders it takes now."""
        return self.workers - sum(worker.order is not None for worker in self._all)

    def start(self, order: Order) -> None:
        """Give an order to an idle worker, or to a new one."""
        idle = [worker for worker in self._all if worker.order is None]
        worker = idle[0] if idle else self._new()
        worker.order, worker.began = order, time.monotonic()
        try:
            assert worker.process.stdin is not None
            worker.process.stdin.write((json.dumps(order.to_dict()) + "\n").encode())
            worker.process.stdin.flush()
        except OSError:
            self._lost.append(self._gone(worker))

    def _new(self) -> _Worker:
        read, write = os.pipe()
        environment = os.environ | dict.fromkeys(THREADS, str(self._threads))
        paths = [path for path in sys.path if path]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        process = subprocess.Popen(
            [sys.executable, "-m", "costlaw.lab.runners.worker", str(write)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(write,),
            env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(write)
        worker = _Worker(process=process, reports=read)
        self._all.append(worker)
        self._selector.register(read, selectors.EVENT_READ, worker)
        return worker

    def wait(self, timeout_s: float) -> list[Report]:
        """Return the reports of attempts that ended."""
        ended, self._lost = self._lost, []
        for entry, _ in self._selector.select(0 if ended else timeout_s):
            ended += self._read(entry.data)
        return ended

    def _read(self, worker: _Worker) -> list[Report]:
        data = os.read(worker.reports, 1 << 20)
        if not data:
            return [self._gone(worker)] if worker.order else self._drop(worker)
        *lines, worker.unread = (worker.unread + data).split(b"\n")
        reports = []
        for line in lines:
            record = json.loads(line)
            if record.get("ready"):
                worker.ready, worker.began = True, time.monotonic()
                continue
            worker.order = None
            reports.append(Report.from_dict(record))
        return reports

    def _gone(self, worker: _Worker) -> Report:
        """Return that a worker died with its order."""
        order = worker.order
        assert order is not None
        ran_s = self.running_s(order.key)
        self._drop(worker)
        code = worker.process.returncode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return Report(key=order.key, attempt=order.attempt, status="lost", ran_s=ran_s,
                      message=f"its worker process died ({how})")  # fmt: skip

    def _drop(self, worker: _Worker) -> list[Report]:
        """End a worker and everything it started."""
        if worker in self._all:
            self._all.remove(worker)
            self._selector.unregister(worker.reports)
            os.close(worker.reports)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        if worker.process.stdin is not None:
            with contextlib.suppress(OSError):
                worker.process.stdin.close()
        return []

    def end(self, key: str) -> None:
        """End a running attempt at once, its worker with it."""
        for worker in list(self._all):
            if worker.order is not None and worker.order.key == key:
                self._drop(worker)

    def running_s(self, key: str) -> float:
        """Return for how long an attempt has been running [s]."""
        for worker in self._all:
            if worker.order is not None and worker.order.key == key:
                since = time.monotonic() - worker.began
                return since if worker.ready else max(since - STARTING_S, 0.0)
        return 0.0

    def close(self) -> None:
        """End all workers."""
        for worker in list(self._all):
            self._drop(worker)
        self._selector.close()
