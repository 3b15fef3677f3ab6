"""How far off a sweep's forecast of what is left was: python benchmarks/sweep_forecast.py FOLDER…

Reads the ledger of a finished sweep (``costlaw lab run``, ``lab scale``) and, behind each trial in
the order in which they ended, holds the CPU seconds forecast for the rest against what the rest
took. A ratio is forecast / truth; ``--from 4,10,20`` says where ranges of finished trials start.
"""

import argparse
import json
import math
import sys
from pathlib import Path

from costlaw.lab.sweeps import sweep_result
from costlaw.lab.sweeps.ledger import read_ledger
from costlaw.lab.sweeps.progress import expected_cpu_s


def ratios(folder: Path) -> list[dict[str, float]]:
    """Return for every number of finished trials the forecast over the truth, and its interval."""
    trials = sweep_result(folder).state.trials
    ended = [trials[event["key"]] for event in read_ledger(folder).events
             if event["kind"] == "ended" and event["status"] == "finished"]  # fmt: skip
    rows = []
    for count in range(1, len(ended)):
        rest = ended[count:]
        expected, half = expected_cpu_s(ended[:count], [one.trial for one in rest])
        truth = sum(one.last_spent.cpu_s for one in rest)
        rows.append({"finished": count, "ratio": sum(expected) / truth, "factor": math.exp(half)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--from", dest="starts", default="1,4,10,20,30,40")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    starts = [int(text) for text in options.starts.split(",")]
    found = {str(folder): ratios(folder) for folder in options.folders}
    if options.json:
        record = {"schema": "costlaw.benchmark-sweep-forecast/1", "sweeps": found}
        sys.stdout.write(json.dumps(record, indent=2) + "\n")
        return
    sys.stdout.write("| sweep | finished trials | forecast / truth | inside its 80 % interval |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for folder, rows in found.items():
        for start, end in zip(starts, [*starts[1:], len(rows) + 1], strict=True):
            here = [row for row in rows if start <= row["finished"] < end]
            if here:
                low, high = (way(row["ratio"] for row in here) for way in (min, max))
                inside = sum(abs(math.log(row["ratio"])) <= math.log(row["factor"]) for row in here)
                line = f"| {Path(folder).name} | {start} to {start + len(here) - 1} | "
                line += f"{low:.2f} to {high:.2f} | {inside} of {len(here)} |"
                sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
