"""One attempt of one trial in this process: trained, evaluated, metered, and written down.

Whatever a task does — raise, return no number, fill the disk — comes back as a report. The outcome
is on disk in the trial's folder before anybody is told, so a driver that dies at that moment loses
nothing; a lock on the folder keeps an attempt that was thought dead from running beside its
successor. Energy is the part of the machine's that this process's processor time is of all of it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import math
import os
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import CostlawError
from costlaw.lab.checkpoints import write_whole
from costlaw.lab.runners.order import (
    BEGUN_FILE,
    LOCK_FILE,
    METER_FOLDER,
    OUTCOME_FILE,
    Order,
    Report,
    Status,
)
from costlaw.lab.sweeps.budget import Spent
from costlaw.lab.tasks import Outcome, Stopped, find_task
from costlaw.lab.trial import Trial
from costlaw.metering.nodes.processes import MachineTime
from costlaw.metering.windows import meter

if TYPE_CHECKING:
    from costlaw.metering.metered import Metered

DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
WAIT_FOR_LOCK_S = 20.0
LOOK_EVERY_S = 0.2  # how often the stop file is looked for
ENOUGH_S = 0.5  # of metered processor time to say what energy the rest took
REST = 0.25  # of the devices: power supply, fans, board (as in metering, estimated)


class _Busy(Exception):
    """Another process still works in the trial's folder."""


def run_attempt(order: Order, *, asked_to_stop: Callable[[], bool] = lambda: False) -> Report:
    """Run one attempt and return how it ended; raises nothing that the task did.

    Parameters
    ----------
    order : Order
        What to run.
    asked_to_stop : callable
        Whether the runner wants it to end; the stop file counts too.
    """
    place = order.place
    where = f"{socket.gethostname()}:{os.getpid()}"
    window = _Window()
    status: Status
    outcome, message = None, ""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _alone_in(place):
            begun = {"attempt": order.attempt, "where": where, "t": time.time()}
            write_whole(place / BEGUN_FILE, json.dumps(begun).encode())
            outcome = _train(order, _Stop(Path(order.stop_file), asked_to_stop), window=window)
        problem = outcome.problem
        status, message = ("not finite", problem) if problem else ("finished", "")
    except Stopped:
        status = "stopped"
    except _Busy as error:
        status, message = "lost", str(error)
    except OSError as error:
        status = "disk full" if error.errno in DISK else "raised"
        message = _told(error, place)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a task may raise anything
        status, message = "raised", _told(error, place)
    report = Report(
        key=order.key, attempt=order.attempt, status=status, spent=window.spent,
        outcome=_record(outcome) if status == "finished" and outcome else None,
        message=message, where=where,
    )  # fmt: skip
    return _kept(report, place)


@dataclass
class _Window:
    """What an attempt used, known once its meter was stopped."""

    spent: Spent = field(default_factory=lambda: Spent(attempts=1, unmetered=1))


def _train(order: Order, stop: Callable[[], bool], *, window: _Window) -> Outcome:
    """Train and evaluate under a meter; the task's own imports come before."""
    task, trial = find_task(order.task), Trial.from_dict(order.trial)
    machine = MachineTime(contained=False)
    before = machine.busy_s() or 0.0
    running = meter(str(trial), folder=order.place / METER_FOLDER, live=False).start()
    try:
        return task.evaluate(task.train(trial, folder=order.place, stop=stop), trial)
    finally:
        metered = running.stop()
        busy = (machine.busy_s() or 0.0) - before
        window.spent = _spent(metered, min(metered.cpu_s / busy, 1.0) if busy > 0 else 1.0)


class _Stop:
    """Whether training should end; looks at the disk at most every 0.2 s."""

    def __init__(self, file: Path, asked: Callable[[], bool]) -> None:
        self._file, self._asked = file, asked
        self._next = 0.0
        self._seen = False

    def __call__(self) -> bool:
        if self._seen or self._asked():
            return True
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LOOK_EVERY_S
            self._seen = self._file.exists()
        return self._seen


@contextlib.contextmanager
def _alone_in(place: Path) -> Iterator[None]:
    """Hold the trial's folder; wait a little for an earlier attempt that is ending."""
    handle = os.open(place / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        until = time.monotonic() + WAIT_FOR_LOCK_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}:
                    break  # a file system without such locks
            if time.monotonic() > until:
                raise _Busy("an earlier attempt still works in the trial's folder")
            time.sleep(0.1)
        yield
    finally:
        os.close(handle)


def _told(error: BaseException, place: Path) -> str:
    """Return an error in one line; the whole trace goes into the trial's folder."""
    with contextlib.suppress(OSError):
        write_whole(place / "error.txt", "".join(traceback.format_exception(error)).encode())
    if isinstance(error, CostlawError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    at = f" ({Path(last[0].filename).name}:{last[0].lineno})" if last else ""
    return " ".join(f"{type(error).__name__}: {error}{at}".split())[:500]


def _spent(metered: Metered, share: float) -> Spent:
    energy = own_energy_kwh(metered, share)
    return Spent(elapsed_s=metered.elapsed_s, cpu_s=metered.cpu_s, energy_kwh=energy or 0.0,
                 attempts=1, unmetered=int(energy is None))  # fmt: skip


def own_energy_kwh(metered: Metered, share: float) -> float | None:
    """Return the energy that is this process's own [kWh], or None where nothing was read.

    Parameters
    ----------
    metered : Metered
        What the machine used meanwhile.
    share : float
        This process's processor time over that of the whole machine.
    """
    devices = [f for f in metered.figures if f.scope == "device" and f.component != "all"]
    if not devices:
        return None
    own = sum(f.energy_kwh * (1.0 if f.component == "gpu" else share) for f in devices)
    return own * (1.0 + REST)


def _record(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values, extras that are no numbers left out."""
    record = outcome.to_dict()
    record["extra"] = {name: float(value) for name, value in record["extra"].items()
                       if math.isfinite(value)}  # fmt: skip
    if (use := record["time_per_use_s"]) is not None and not math.isfinite(use):
        record["time_per_use_s"] = None
    return {name: float(value) if isinstance(value, int) else value
            for name, value in record.items()}  # fmt: skip


def _kept(report: Report, place: Path) -> Report:
    """Write a finished outcome into the trial's folder before anybody is told."""
    if report.status != "finished":
        return report
    try:
        write_whole(place / OUTCOME_FILE, json.dumps(report.to_dict(), allow_nan=False).encode())
    except (OSError, ValueError, TypeError) as error:
        full = isinstance(error, OSError) and error.errno in DISK
        return Report(key=report.key, attempt=report.attempt, spent=report.spent,
                      status="disk full" if full else "raised", where=report.where,
                      message=f"the outcome could not be written: {error}")  # fmt: skip
    for path in place.glob("step-*.checkpoint"):
        path.unlink(missing_ok=True)
    return report


def found_outcome(place: Path, key: str) -> Report | None:
    """Return the report of a finished attempt that lies in a trial's folder, or None."""
    try:
        report = Report.from_dict(json.loads((place / OUTCOME_FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    whole = report.key == key and report.status == "finished" and report.outcome is not None
    return report if whole else None


def spent_before_death(place: Path, *, elapsed_s: float | None = None) -> Spent:
    """Return what a killed attempt used, from the readings it left behind.

    Parameters
    ----------
    place : Path
        The trial's folder.
    elapsed_s : float, optional
        How long it ran, where the driver saw its death; time after the last reading counts as one
        busy core.
    """
    from costlaw.metering.records.recovery import recover

    try:
        last = recover(place / METER_FOLDER)[-1]
    except (CostlawError, IndexError):
        return Spent(elapsed_s=elapsed_s or 0.0, cpu_s=elapsed_s or 0.0, attempts=1, unmetered=1)
    rest = max((elapsed_s or last.elapsed_s) - last.elapsed_s, 0.0)
    cpu_s = last.cpu_s + rest
    share = min(last.cpu_s / last.elapsed_s, 1.0) if last.elapsed_s > 0 else 1.0
    energy = own_energy_kwh(last, share) if last.cpu_s >= ENOUGH_S else None
    return Spent(elapsed_s=last.elapsed_s + rest, cpu_s=cpu_s, attempts=1,
                 energy_kwh=(energy or 0.0) * cpu_s / max(last.cpu_s, ENOUGH_S),
                 unmetered=int(energy is None))  # fmt: skip
