"""How often a held-out corner lies in its interval: benchmarks/scale_coverage.py [FOLDER ...]

Every corner of every smaller grid of a scale sweep is held out in turn, as the largest cell is, and
predicted from the cells smaller in both ways. Without a folder the teacher-student sweep is run
(48 cells, about 6 CPU s). ``--json`` prints the numbers. Corners of one sweep share cells, so their
count says less than so many separate trials would.
"""

import json
import sys
import tempfile
import time

import numpy as np

from costlaw.exceptions import EvidenceError
from costlaw.lab.scale import scale_sweep
from costlaw.lab.scale.cells import cells_of
from costlaw.lab.scale.held_out import hold_out
from costlaw.lab.sweeps import run_sweep, sweep_result


def corners(result):
    cells, found = cells_of(result), []
    for size in np.unique(cells.size):
        for count in np.unique(cells.examples):
            try:
                found.append(hold_out(cells.keep((cells.size <= size) & (cells.examples <= count))))
            except EvidenceError:
                continue
    return found


def main(words):
    as_json = "--json" in words
    folders = [word for word in words if not word.startswith("--")]
    if not folders:
        folders = [run_sweep(scale_sweep("teacher-student"), tempfile.mkdtemp()).folder]
    rows = []
    for folder in folders:
        began = time.process_time()
        result = sweep_result(folder)
        held = corners(result)
        rows.append({
            "task": result.state.sweep.name, "corners": len(held),
            "inside_90": float(np.mean([one.is_inside for one in held])),
            "median_factor": float(np.median([one.high / one.predicted for one in held])),
            "median_miss": float(np.median([abs(one.miss) for one in held])),
            "mean_miss": float(np.mean([one.miss for one in held])),
            "cpu_s": time.process_time() - began,
        })  # fmt: skip
    if as_json:
        print(json.dumps({"schema": "costlaw-benchmark.scale-coverage/1", "rows": rows}, indent=2))
        return
    print(f"{'sweep':24} {'corners':>7} {'inside 90 %':>11} {'half width':>10} {'|miss|':>7} "
          f"{'mean miss':>9} {'CPU s':>6}")  # fmt: skip
    for row in rows:
        print(f"{row['task']:24} {row['corners']:7d} {row['inside_90']:11.0%} "
              f"{row['median_factor'] - 1:10.0%} {row['median_miss']:7.1%} "
              f"{row['mean_miss']:+9.1%} {row['cpu_s']:6.2f}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
