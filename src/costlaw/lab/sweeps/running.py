"""Running a sweep and going on with one: ledger, lock, runner and driver brought together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from costlaw.exceptions import DataError, OutputError
from costlaw.lab.checkpoints import write_whole
from costlaw.lab.runners.local import LocalRunner
from costlaw.lab.runners.runner import Runner
from costlaw.lab.sweeps.budget import Budget
from costlaw.lab.sweeps.driving import Driver
from costlaw.lab.sweeps.ledger import FILE, SCHEMA, Ledger, read_ledger
from costlaw.lab.sweeps.lock import DriverLock
from costlaw.lab.sweeps.progress import Progress
from costlaw.lab.sweeps.result import SweepResult, sweep_result
from costlaw.lab.sweeps.state import State
from costlaw.lab.sweeps.sweep import Sweep
from costlaw.version import __version__

FOLDER = "costlaw-lab"
RUNS_FILE = "runs.csv"
Say = Callable[[Progress], None]


def run_sweep(
    sweep: Sweep,
    folder: Path | str | None = None,
    *,
    runner: Runner | None = None,
    workers: int | None = None,
    say: Say = lambda _: None,
    again: bool = False,
) -> SweepResult:
    """Run a sweep; what its folder's ledger holds already is not run again.

    Parameters
    ----------
    sweep : Sweep
        What to run.
    folder : path, optional
        Where ledger and checkpoints go; ``costlaw-lab/NAME`` if left out.
    runner : Runner, optional
        Where attempts run; local processes if left out.
    workers : int, optional
        Local processes.
    say : callable
        Told the progress about twice a second.
    again : bool
        Try failed trials again.

    Returns
    -------
    SweepResult

    Raises
    ------
    OptionError, UnknownName, MissingExtra
        If the sweep cannot be run; nothing is written then.
    OutputError
        If another driver works on the folder, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> sweep = Sweep(name="tiny", task="teacher-student", sizes=[4], examples=[100, 200])
    >>> result = run_sweep(sweep, tempfile.mkdtemp(), workers=1)
    >>> len(result.runs()), result.is_complete
    (2, True)
    """
    sweep = sweep.placed(Path.cwd())
    trials = [trial.to_dict() for trial in sweep.trials()]
    place = Path(folder) if folder is not None else Path(FOLDER) / sweep.name
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{place}: cannot be made ({error.strerror}).") from error
    where = runner or LocalRunner(workers, threads=sweep.limits.threads)
    with _locked(place, where) as lock, Ledger(place) as ledger:
        known = State.of(read_ledger(place).events) if _has_sweep(place) else None
        if known is None or known.sweep != sweep or known.wanted != [_key(t) for t in trials]:
            ledger.append("sweep", schema=SCHEMA, version=__version__, digest=sweep.digest,
                          sweep=sweep.to_dict(), trials=trials)  # fmt: skip
        return _drive(place, ledger, lock=lock, runner=where, say=say, again=again)


def resume_sweep(
    folder: Path | str,
    *,
    runner: Runner | None = None,
    workers: int | None = None,
    budget: Budget | None = None,
    say: Say = lambda _: None,
    again: bool = False,
) -> SweepResult:
    """Go on with a sweep, whatever ended its driver.

    Parameters
    ----------
    folder : path
        Folder of the sweep.
    runner, workers, say, again
        See :func:`run_sweep`.
    budget : Budget, optional
        New caps, in place of those in the description; what was spent counts.

    Raises
    ------
    DataError
        If the folder holds no sweep.
    """
    place = Path(folder)
    found = sweep_result(place)
    sweep = found.state.sweep
    if budget is not None:
        sweep = replace(sweep, budget=budget)
    return run_sweep(sweep, place, runner=runner, workers=workers, say=say, again=again)


def _key(record: dict[str, Any]) -> str:
    from costlaw.lab.trial import Trial

    return Trial.from_dict(record).key


def _has_sweep(place: Path) -> bool:
    return (place / FILE).is_file() and any(
        event["kind"] == "sweep" for event in read_ledger(place).events
    )


@contextlib.contextmanager
def _locked(place: Path, runner: Runner) -> Iterator[DriverLock]:
    with runner:
        lock = DriverLock(place)
        try:
            yield lock
        finally:
            lock.release()


def _drive(
    place: Path, ledger: Ledger, *, lock: DriverLock, runner: Runner, say: Say, again: bool
) -> SweepResult:
    state = State.of(read_ledger(place).events, origin=str(place))
    ledger.append("driver", pid=os.getpid(), host=socket.gethostname(), runner=runner.describe())
    for old in place.glob("stop-*"):
        old.unlink(missing_ok=True)
    driver = Driver(folder=place, state=state, ledger=ledger, lock=lock, runner=runner, say=say)
    with _terminated_as_interrupted():
        driver.settle()
        if again:
            for one in state.of_status("failed"):
                ledger.append("again", key=one.trial.key)
                one.status, one.lost = "waiting", 0
        driver.drive()
    return _with_runs_file(sweep_result(place))


def _with_runs_file(result: SweepResult) -> SweepResult:
    """Write the finished trials as a table that ``fit`` reads; say why, where they are none."""
    if not result.finished:
        return result
    try:
        runs = result.runs()
    except DataError as error:
        note = f"no {RUNS_FILE}: {error}"
        return replace(result, notes=(*result.notes, note))
    frame = runs.frame if runs.benchmark.is_fraction else runs.frame.rename({"error": "loss"})
    write_whole(result.folder / RUNS_FILE, frame.write_csv().encode())
    return result


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treat SIGTERM (pre-emption) as an interruption: checkpoints are written, then it ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)
