"""Run the full comparison of strategies and record it.

Usage: python scripts/record_strategies.py [FOLDER]

Writes ratios to the dense network (as costlaw.lifecycle reads them) to lab/data/strategies.csv.
Errors and counted operations are the same on every machine of one build of PyTorch (the digest says
so); times and energy are those of the machine it ran on. With FOLDER, what is finished there is not
run again. About ten CPU minutes.
"""

import sys
from pathlib import Path

from costlaw.lab.comparing import compare_strategies

TARGET = Path(__file__).parents[1] / "src" / "costlaw" / "lab" / "data" / "strategies.csv"


def main(folder):
    result = compare_strategies("fashion-mnist", preset="full", folder=folder, said=print)
    result.lifecycle_rows().write_csv(TARGET, float_precision=6)
    print(result)
    print(f"digest {result.digest}, {result.cpu_s:.0f} CPU s in this run")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
