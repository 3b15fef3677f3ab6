"""Run: python -m benchmarks.meter [--json] [--quick] [--only PART,PART] [--peers PYTHON]
     [--replay FILE]

Parts: start, sampling, network, flop, kept, ranks, agreement, gpu. Peers (CodeCarbon, Zeus,
carbontracker) run in the interpreter ``--peers`` names, or in this one; one that is not installed
is skipped with a message. CPU seconds are steadier than wall seconds on a shared machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.meter.agreement import same_job
from benchmarks.meter.children import Tools
from benchmarks.meter.costs import alone, network, sampling, start_up
from benchmarks.meter.counting import flop_table
from benchmarks.meter.gpu import counter_against_power
from benchmarks.meter.keeping import four_ranks, kept

PARTS = ("start", "sampling", "network", "flop", "kept", "ranks", "agreement", "gpu")


def measure(parts: list[str], peers: str, *, quick: bool, replay: Path | None) -> dict[str, Any]:
    tools = Tools(peers)
    with tempfile.TemporaryDirectory(prefix="costlaw-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        todo = {
            "start": lambda: start_up(tools, folder, 3 if quick else 7),
            "sampling": lambda: sampling(tools, folder, 10.0 if quick else 60.0),
            "network": lambda: network(tools, folder) | {"without a network": alone()},
            "flop": flop_table,
            "kept": lambda: kept(tools, folder),
            "ranks": lambda: four_ranks(tools, folder, 5.0 if quick else 30.0),
            "agreement": lambda: same_job(tools, folder, 5.0 if quick else 20.0),
            "gpu": lambda: counter_against_power(10.0 if quick else 60.0, replay),
        }
        found = {part: todo[part]() for part in PARTS if part in parts}
    machine = {"processors": os.cpu_count(), "load": os.getloadavg()[0],
               "python": platform.python_version()}  # fmt: skip
    return {"schema": "costlaw-bench-meter/1", "machine": machine, **found}


def show(found: dict[str, Any]) -> None:
    for part in PARTS:
        if part not in found:
            continue
        print(f"\n{part}")
        if isinstance(found[part], str):
            print(f"  {found[part]}")
            continue
        rows = found[part]["rows"] if part == "agreement" else found[part]
        items = enumerate(rows) if isinstance(rows, list) else rows.items()
        for name, row in items:
            if not isinstance(row, dict):
                print(f"  {name}: {row}")
            elif all(isinstance(cell, dict) for cell in row.values()):
                for end, cell in row.items():
                    print(f"  {name:<22}{end:<11}{_cells(cell)}")
            else:
                print(f"  {name!s:<34}{_cells(row)}")


def _cells(row: dict[str, Any]) -> str:
    return "  ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in row.items()
        if value not in (None, [])
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="Shorter runs; noisier.")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--peers", default=sys.executable, help="Interpreter that has the peers.")
    parser.add_argument("--replay", type=Path, help="Keep the GPU's readings in this file.")
    options = parser.parse_args()
    found = measure(
        options.only.split(","), options.peers, quick=options.quick, replay=options.replay
    )
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)


if __name__ == "__main__":
    main()
