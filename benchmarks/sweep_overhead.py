"""What a sweep costs beside its trials: python benchmarks/sweep_overhead.py [--json].

500 trials that do nothing, two workers. Ours writes two lines of the ledger, forced to the disk,
meters each trial and keeps its outcome in a folder; the peer (concurrent.futures) keeps nothing.
Processor seconds of the driver and its workers, per trial.
"""

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from costlaw.lab.sweeps import Sweep, run_sweep

TRIALS, WORKERS = 500, 2
TASK = """
from costlaw.lab.tasks import Outcome, Task
class Nothing(Task):
    name, version = "nothing", "1"
    def train(self, trial, *, folder, stop): return None
    def evaluate(self, trained, trial):
        return Outcome(error=0.5, loss=1, parameters=1, examples=1, epochs=1, training_flop=1,
                       flop_per_pass=1)
"""


def nothing(number):
    return number


def cpu_s():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def ours(folder):
    (folder / "nothing.py").write_text(TASK)
    sweep = Sweep(name="nothing", task=f"{folder}/nothing.py:Nothing", sizes=[1],
                  examples=range(1, TRIALS + 1))  # fmt: skip
    assert run_sweep(sweep, folder / "sweep", workers=WORKERS).is_complete


def futures(folder):
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        assert len(list(pool.map(nothing, range(TRIALS)))) == TRIALS


def main(as_json):
    rows = []
    for name, run in (("ours", ours), ("concurrent.futures", futures)):
        with tempfile.TemporaryDirectory() as folder:
            began, before = time.perf_counter(), cpu_s()
            run(Path(folder))
            rows.append(
                {
                    "engine": name,
                    "cpu_ms_per_trial": 1e3 * (cpu_s() - before) / TRIALS,
                    "wall_ms_per_trial": 1e3 * (time.perf_counter() - began) / TRIALS,
                }
            )
    if as_json:
        print(json.dumps({"schema": "costlaw-benchmark.sweep-overhead/1", "rows": rows}, indent=2))
        return
    for row in rows:
        print(f"{row['engine']:20} {row['cpu_ms_per_trial']:8.2f} ms of CPU a trial "
              f"{row['wall_ms_per_trial']:8.2f} ms of wall")  # fmt: skip


if __name__ == "__main__":
    main("--json" in sys.argv)
