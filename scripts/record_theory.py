"""Run every theory preset and write its answers to a table: python scripts/record_theory.py.

Deterministic but for the CPU time; prints a digest of the simulated curves. The answers are
recorded with version and seeds so that they can be quoted without running them again.
"""

import csv
import sys
from pathlib import Path

from costlaw.lab.theory import PRESETS, theory
from costlaw.version import __version__

COLUMNS = ("preset", "quantity", "estimate", "low", "high", "level", "unit", "how", "seeds",
           "first_seed", "version", "digest", "cpu_s")  # fmt: skip


def rows(preset):
    result = theory(preset)
    print(f"{preset}: {result.cpu_s:.1f} CPU s, digest {result.digest}")
    for answer in result.answers:
        ends = [f"{end:.6g}" if end is not None else "" for end in (answer.low, answer.high)]
        yield (preset, answer.quantity, f"{answer.estimate:.6g}", *ends, answer.level, answer.unit,
               answer.how, answer.seeds or result.seeds, result.first_seed, __version__,
               result.digest,
               f"{result.cpu_s:.1f}")  # fmt: skip


def main(target):
    with target.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for preset in PRESETS:
            writer.writerows(rows(preset))


if __name__ == "__main__":
    usual = Path(__file__).parents[1] / "src/costlaw/lab/data/theory.csv"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else usual)
