"""What the whole forecast command costs: CPU seconds, memory, and what ``--help`` imports.

Run: python -m benchmarks.forecast_command [--runs 5] [--json]

Each command runs in a child of its own; user + system CPU and peak memory are the child's, from
wait4. Medians are printed beside the goals. CPU seconds on a shared machine still move by a third.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = {
    "forecast imagenet": ["forecast", "imagenet", "--error", "5%"],
    "forecast imagenet, 77 results": [
        "forecast", "imagenet", "--error", "5%", "--edition", "v2",
        "--measure", "network-operations",
    ],
    "forecast own runs": ["forecast", "runs.csv", "--error", "14%"],
    "forecast with figure": ["forecast", "imagenet", "--error", "5%", "--figure", "picture.svg"],
    "report as one HTML file": ["report", "imagenet", "--error", "5%", "--html", "memo.html"],
    "report as PDF": ["report", "imagenet", "--error", "5%", "--pdf", "memo.pdf"],
    "--help": ["--help"],
}  # fmt: skip
GOALS = {"forecast imagenet": (1.5, 250.0)}  # CPU seconds, MB
HEAVY = ("numpy", "scipy", "polars", "rich", "altair")


def child(words: list[str], folder: Path) -> tuple[float, float]:
    """Return CPU seconds and peak memory [MB] of one command."""
    process = subprocess.Popen(
        [sys.executable, "-m", "costlaw", *words], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words}: exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def help_imports() -> list[str]:
    code = (
        "import sys; from costlaw.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stderr.replace("'", '"'))


def own_runs(folder: Path) -> None:
    rows = [f"r{i},{0.03 + 0.9 * 10 ** (-0.18 * (2 + i / 5)):.5f},{10 ** (17 + i / 5):.4g}"
            for i in range(12)]  # fmt: skip
    (folder / "runs.csv").write_text("name,error,flops\n" + "\n".join(rows) + "\n")


def measure(runs: int) -> dict:
    table = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own_runs(folder)
        for label, words in COMMANDS.items():
            child(words, folder)  # once for the byte code
            seen = [child(words, folder) for _ in range(runs)]
            table[label] = {
                "cpu_s": statistics.median(cpu for cpu, _ in seen),
                "peak_mb": statistics.median(memory for _, memory in seen),
                "goal_cpu_s": GOALS.get(label, (None, None))[0],
                "goal_peak_mb": GOALS.get(label, (None, None))[1],
            }
        pages = {kind: (folder / f"memo.{kind}").stat().st_size for kind in ("html", "pdf")}
    return {
        "runs": runs, "commands": table, "help_imports": help_imports(), "memo_bytes": pages,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    record = measure(chosen.runs)
    if chosen.json:
        print(json.dumps(record, indent=2))
        return
    print("| command | CPU s | peak MB | goal |\n|---|---|---|---|")
    for label, row in record["commands"].items():
        goal = f"{row['goal_cpu_s']} s, {row['goal_peak_mb']:g} MB" if row["goal_cpu_s"] else ""
        print(f"| {label} | {row['cpu_s']:.2f} | {row['peak_mb']:.0f} | {goal} |")
    for kind, size in record["memo_bytes"].items():
        print(f"\nmemo.{kind}: {size / 1e6:.2f} MB (goal for HTML: at most 1.5 MB)")
    print(f"\n--help imports of {', '.join(HEAVY)}: {record['help_imports'] or 'none'}")


if __name__ == "__main__":
    main()
