"""Tasks that do what tasks should not; which, is said by the size."""

import errno
import os
import signal
import time
from pathlib import Path

from costlaw.lab.checkpoints import Checkpoints
from costlaw.lab.tasks import Outcome, Stopped, Task

WELL, RAISES, HANGS, NO_NUMBER, FULL, POISON, DIES_ONCE, HUGE, LEAVES = range(1, 10)


class Faulty(Task):
    name, version = "faulty", "1"

    def train(self, trial, *, folder, stop):
        kind = trial.size
        if kind == RAISES:
            raise ValueError("a weight went missing")
        if kind == HANGS:
            time.sleep(600)
        if kind == FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "weights.bin")
        if kind == POISON or (kind == DIES_ONCE and not (folder / "died").exists()):
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == HUGE:
            for number in range(10_000):
                (folder / f"{number}.bin").write_bytes(bytes(1_000_000))
                time.sleep(0.01)
        if kind == LEAVES:
            raise SystemExit(3)
        print("trained", flush=True)
        return kind

    def evaluate(self, trained, trial):
        error = float("nan") if trained == NO_NUMBER else 1.0 / (1 + trial.examples)
        return Outcome(
            error=error,
            loss=error,
            parameters=1,
            examples=trial.examples,
            epochs=1,
            training_flop=1e6,
            flop_per_pass=1e3,
            extra={"odd": float("inf")},
        )


class Slow(Task):
    """Counts to ``examples``, a checkpoint at each step; every step done is logged.

    It hurries once there is a file ``hurry`` in the sweep's folder.
    """

    name, version = "slow", "1"

    def train(self, trial, *, folder, stop):
        kept = Checkpoints(folder)
        step, state = kept.latest() or (0, b"0.5")
        value = float(state)
        while step < trial.examples:
            if stop():
                raise Stopped
            time.sleep(0 if (folder.parents[1] / "hurry").exists() else 0.02)
            value = (value * 3.7 * (1 - value)) * 0.99 + 0.001 * trial.size
            step += 1
            with Path(folder, "steps.log").open("a") as log:
                log.write(f"{step}\n")
            kept.save(step, repr(value).encode())
        return value

    def evaluate(self, trained, trial):
        return Outcome(
            error=trained,
            loss=trained,
            parameters=trial.size,
            examples=trial.examples,
            epochs=1,
            training_flop=1e6,
            flop_per_pass=1e3,
        )


class TooLarge(Task):
    """Says an error of 37.5, which is no fraction."""

    name, version = "too-large", "1"

    def train(self, trial, *, folder, stop):
        return None

    def evaluate(self, trained, trial):
        return Outcome(
            error=37.5, loss=1, parameters=1, examples=1, epochs=1, training_flop=1, flop_per_pass=1
        )
