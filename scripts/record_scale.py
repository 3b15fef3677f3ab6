"""Write what scale sweeps said to tables: python scripts/record_scale.py FOLDER [FOLDER ...].

Folders of finished ``costlaw lab scale`` sweeps. The tables are recorded with version, seeds and
digest, so that they can be quoted without training anything again.
"""

import csv
import sys
from pathlib import Path

from costlaw.lab.scale import read_scale
from costlaw.lab.sweeps import sweep_result
from costlaw.version import __version__

DATA = Path(__file__).parents[1] / "src/costlaw/lab/data"
ANSWERS = ("task", "quantity", "estimate", "low", "high", "level", "unit", "seeds", "first_seed",
           "version", "digest", "cpu_s")  # fmt: skip
CELLS = ("task", "task_version", "size", "parameters", "examples", "error", "compute_flop", "seeds",
         "sd_ln_error", "digest")  # fmt: skip


def shown(value):
    return "" if value is None else f"{value:.6g}"


def main(folders):
    answers, cells = [], []
    for folder in folders:
        result = read_scale(sweep_result(folder))
        sweep = result.sweep.state.sweep
        seeds, digest = sweep.seeds, sweep.digest
        cpu = sum(one.last_spent.cpu_s for one in result.sweep.finished)
        for row in result.table().iter_rows(named=True):
            answers.append((result.task, row["quantity"], *(
                shown(row[name]) for name in ("estimate", "low", "high", "level")), row["unit"],
                len(seeds), seeds[0], __version__, digest, f"{cpu:.1f}"))  # fmt: skip
        version = result.sweep.finished[0].trial.version
        for row in result.points().iter_rows(named=True):
            cells.append((result.task, version, *(
                shown(row[name]) for name in ("size", "parameters", "examples", "error",
                                              "compute_flop", "seeds")),
                shown(result.cells.spread), digest))  # fmt: skip
    for name, header, rows in (("scale.csv", ANSWERS, answers), ("cells.csv", CELLS, cells)):
        with (DATA / name).open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
