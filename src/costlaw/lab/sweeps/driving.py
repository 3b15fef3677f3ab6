"""The driver: gives out trials, writes down what happened, keeps to the budget, and may be killed.

It knows no runner by name. The ledger is written before an order is given and before a report is
believed; everything the driver holds in memory is the fold of that file.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from costlaw.lab.runners.attempt import found_outcome, spent_before_death
from costlaw.lab.runners.order import Order, Report, Status
from costlaw.lab.runners.runner import Runner, RunnerGone
from costlaw.lab.sweeps.budget import Spent
from costlaw.lab.sweeps.disk import RESERVE_MB, clear_trial, folder_mb, free_mb
from costlaw.lab.sweeps.ledger import Ledger
from costlaw.lab.sweeps.lock import DriverLock
from costlaw.lab.sweeps.progress import Progress, progress
from costlaw.lab.sweeps.state import State, TrialState

TRIALS = "trials"
POLL_S = 0.2
LOOK_AT_DISK_S = 1.0
STOP_GRACE_S = 30.0  # for running trials to write their checkpoint once they are asked to stop
SAY_EVERY_S = 0.5


@dataclass
class Driver:
    """One driver at work.

    Parameters
    ----------
    folder : Path
        Folder of the sweep.
    state : State
        What the ledger says.
    ledger : Ledger
        Open for writing.
    lock : DriverLock
        Held.
    runner : Runner
        Where attempts run.
    say : callable
        Told the progress, about twice a second.
    """

    folder: Path
    state: State
    ledger: Ledger
    lock: DriverLock
    runner: Runner
    say: Callable[[Progress], None] = lambda _: None
    stopped: str = ""
    _running: dict[str, Order] = field(default_factory=dict)
    _next_look: float = 0.0
    _next_say: float = 0.0
    _deadline: float = math.inf

    def __post_init__(self) -> None:
        self.stop_file = self.folder / f"stop-{uuid.uuid4().hex[:8]}"

    # -- what is written ---------------------------------------------------------------------------

    def _begin(self, one: TrialState) -> None:
        attempt = one.attempts + 1
        key, place = one.trial.key, self.folder / TRIALS / one.trial.key
        order = Order(
            key=key, trial=one.trial.to_dict(), task=self.state.sweep.task, folder=str(place),
            attempt=attempt, stop_file=str(self.stop_file),
            threads=self.state.sweep.limits.threads, needs=self.state.sweep.needs_for(one.trial),
        )  # fmt: skip
        event = self.ledger.append("begun", key=key, attempt=attempt)
        one.begin(attempt, event["t"])
        self._running[key] = order
        self.runner.start(order)

    def _end(self, report: Report) -> None:
        """Believe a report: complete it, write it down, fold it."""
        one = self.state.trials[report.key]
        self._running.pop(report.key, None)
        place = self.folder / TRIALS / report.key
        if report.status in ("lost", "node lost"):
            report = found_outcome(place, report.key) or report
        if report.spent is None:
            report = replace(report, spent=spent_before_death(place, elapsed_s=report.ran_s))
        self.ledger.append("ended", **report.to_dict())
        self.state.end(report)
        allowed = self.state.sweep.limits.attempts
        if one.status == "waiting" and (one.lost >= allowed or one.attempts >= 10 * allowed):
            self._give_up(one)
        if report.status == "disk full":
            clear_trial(place)

    def _give_up(self, one: TrialState) -> None:
        tried = f"{one.attempts} attempts, none finished; the last: {one.message}"
        report = Report(key=one.trial.key, attempt=one.attempts, status="raised", spent=Spent(),
                        message=tried)  # fmt: skip
        self.ledger.append("ended", **report.to_dict())
        self.state.end(report)

    # -- looking after what runs -------------------------------------------------------------------

    def settle(self) -> None:
        """Settle what an earlier driver left running: adopt what finished, count what did not."""
        for one in self.state.of_status("running"):
            place = self.folder / TRIALS / one.trial.key
            found = found_outcome(place, one.trial.key)
            report = found or Report(
                key=one.trial.key, attempt=one.attempts, status="stopped",
                spent=spent_before_death(place), message="its driver died",
            )  # fmt: skip
            self.ledger.append("ended", **report.to_dict())
            self.state.end(report)

    def _running_s(self) -> dict[str, float]:
        return {key: self.runner.running_s(key) for key in self._running}

    def _look_after(self) -> None:
        """End what hangs, what fills the disk, and what no node can take."""
        limits, running = self.state.sweep.limits, self._running_s()
        for key, elapsed in running.items():
            if limits.timeout_s is not None and elapsed > limits.timeout_s:
                said = f"no end after {elapsed:.3g} s; the limit is {limits.timeout_s:g} s"
                self._force(key, "hung", said)
        for key, why in self.runner.without_a_place():
            if key in self._running:
                self._force(key, "no node", why)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_AT_DISK_S
            self.lock.touch()
            self._look_at_disk()

    def _force(self, key: str, status: Status, message: str) -> None:
        """End a running attempt at once and write down why."""
        report = Report(key=key, attempt=self._running[key].attempt, status=status,
                        message=message, ran_s=self.runner.running_s(key))  # fmt: skip
        self.runner.end(key)
        self._end(report)

    def _look_at_disk(self) -> None:
        limit = self.state.sweep.limits.disk_mb
        used = {key: folder_mb(self.folder / TRIALS / key) for key in self._running}
        for key, size in used.items():
            if size > limit:
                said = f"{size:.0f} MB in its folder; the limit is {limit:g} MB"
                self._force(key, "disk full", said)
        if free_mb(self.folder) >= RESERVE_MB or self.stopped:
            return
        left = {key: size for key, size in used.items() if key in self._running}
        largest = max(left, key=lambda key: left[key], default=None)
        if largest is not None and left[largest] > RESERVE_MB / 2:
            said = (
                f"the disk has under {RESERVE_MB:g} MB left and {left[largest]:.0f} MB are its own"
            )
            self._force(largest, "disk full", said)
        else:
            self.ask_to_stop(f"the disk has under {RESERVE_MB:g} MB left")

    def _spent_so_far(self) -> Spent:
        """Return what was used, running attempts counted as one busy core each."""
        cores = self.state.sweep.limits.threads
        elapsed = sum(self._running_s().values())
        known = self.state.spent
        power = known.energy_kwh / known.cpu_s if known.cpu_s > 0 else 0.0
        running = Spent(elapsed_s=elapsed, cpu_s=elapsed * cores,
                        energy_kwh=elapsed * cores * power)  # fmt: skip
        return known + running

    def ask_to_stop(self, reason: str) -> None:
        """Ask running trials to write their checkpoint and end; start no more."""
        if not self.stopped:
            self.stopped = reason
            self._deadline = time.monotonic() + STOP_GRACE_S
            self.stop_file.touch()

    # -- the loop ----------------------------------------------------------------------------------

    def drive(self) -> None:
        """Run until all is done, the budget is spent, or it is asked to stop."""
        try:
            while True:
                self._check_budget()
                self._give_out()
                self._tell()
                if not self._running:
                    return
                for report in self.runner.wait(POLL_S):
                    if report.key in self._running:
                        self._end(report)
                self._look_after()
        except KeyboardInterrupt:
            self.ask_to_stop("interrupted")
            self._let_end()
        except RunnerGone as error:
            self.stopped = str(error)
        finally:
            self._tell(last=True)
            self._put_away()

    def _check_budget(self) -> None:
        if not self.stopped and (cap := self.state.sweep.budget.reached(self._spent_so_far())):
            self.ask_to_stop(f"the budget is spent: {cap}")
        elif self.stopped and self._running and time.monotonic() > self._deadline:
            for key in list(self._running):
                self._force(key, "stopped", "did not end when asked to")

    def _give_out(self) -> None:
        if self.stopped:
            return
        free = self.runner.free()
        waiting = iter(self.state.of_status("waiting") if free else ())
        for _ in range(free):
            if (one := next(waiting, None)) is None:
                return
            self._begin(one)

    def _let_end(self) -> None:
        """Wait for running trials to end after being asked to; end them if they do not."""
        until = time.monotonic() + STOP_GRACE_S
        try:
            while self._running and time.monotonic() < until:
                for report in self.runner.wait(POLL_S):
                    if report.key in self._running:
                        self._end(report)
        except (KeyboardInterrupt, RunnerGone):
            return

    def _tell(self, *, last: bool = False) -> None:
        if last or time.monotonic() >= self._next_say:
            began = time.monotonic()
            slots = max(len(self._running) + self.runner.free(), 1) if not last else 1
            self.say(progress(self.state, slots=slots, running_s=self._running_s()))
            took = time.monotonic() - began  # of a hundred thousand trials, and a slow terminal
            self._next_say = began + max(SAY_EVERY_S, 20 * took)

    def _put_away(self) -> None:
        """Leave no order running and the reason for an early end in the ledger."""
        self.runner.close()
        for key in list(self._running):
            order = self._running[key]
            self._end(Report(key=key, attempt=order.attempt, status="stopped",
                             message=self.stopped or "the driver ended"))  # fmt: skip
        if self.stopped:
            self.ledger.append("stopped", reason=self.stopped)
            self.state.stopped = self.stopped
        self.stop_file.unlink(missing_ok=True)
