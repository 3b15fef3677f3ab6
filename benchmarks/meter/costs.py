"""What a meter costs: time to the first step, CPU of the sampler, addresses it talks to."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.meter.children import Tools, environment
from benchmarks.meter.scripts import SAMPLE, START


def start_up(tools: Tools, folder: Path, runs: int) -> dict[str, Any]:
    """Return median wall and CPU seconds from the first line to the user's first step."""
    found: dict[str, Any] = {}
    for tool, code in START.items():
        if why := tools.missing(tool):
            found[tool] = why
            continue
        tools.run(tool, code, folder / "warm")  # the disk's cache and the byte code
        pairs = [
            [float(x) for x in tools.run(tool, code, folder / f"start-{tool}-{n}").split()]
            for n in range(runs)
        ]
        wall, cpu = zip(*pairs, strict=True)
        found[tool] = {
            "wall_s": statistics.median(wall), "least_wall_s": min(wall),
            "cpu_s": statistics.median(cpu), "runs": runs,
        }  # fmt: skip
    return found


def sampling(tools: Tools, folder: Path, seconds: float) -> dict[str, Any]:
    """Return the sampler's share of one processor at 1 Hz; all tools sleep side by side."""
    found: dict[str, Any] = {}
    children = {}
    for name, code in SAMPLE.items():
        tool = name.partition(",")[0]
        if why := tools.missing(tool):
            found[name] = why
            continue
        children[name] = tools.start(tool, code.format(seconds=seconds), folder / f"idle {name}")
    for name, child in children.items():
        out, _ = child.communicate(timeout=seconds + 120)
        cpu, wall = (float(x) for x in out.split()[-2:])
        found[name] = {"cpu_s": cpu, "wall_s": wall, "share": cpu / wall}
    return found


def network(tools: Tools, folder: Path) -> dict[str, Any]:
    """Return how many addresses of the internet families each tool calls, traced by the kernel."""
    if shutil.which("strace") is None:
        return {"all": "strace is not installed here; skipped"}
    online = """
from codecarbon import EmissionsTracker
t = EmissionsTracker(log_level="critical", save_to_file=False, allow_multiple_runs=True)
t.start(); t.stop()
"""
    programs = {"costlaw": START["costlaw"], "codecarbon": online, "zeus": START["zeus"],
                "carbontracker": START["carbontracker"]}  # fmt: skip
    found: dict[str, Any] = {}
    for tool, code in programs.items():
        if why := tools.missing(tool):
            found[tool] = why
            continue
        place = folder / f"net-{tool}"
        (place / "runs").mkdir(parents=True)
        log = place / "trace"
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=connect,sendto,sendmsg,sendmmsg",
             tools.python(tool), "-c", code],
            cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300,
            check=False, env=environment(),
        )  # fmt: skip
        calls = re.findall(r"AF_INET6?\b.*", log.read_text())
        found[tool] = {"internet_calls": len(calls), "exit_code": done.returncode}
    return found


def alone() -> dict[str, Any]:
    """Return whether metering works where there is no network at all."""
    if shutil.which("unshare") is None:
        return {"works": None}
    code = "import costlaw\nwith costlaw.meter('x', folder='runs', live=False) as m: m.step()\n"
    done = subprocess.run(["unshare", "-n", sys.executable, "-c", code], check=False,
                          capture_output=True, cwd="/tmp", env=environment())  # fmt: skip
    return {"works": done.returncode == 0}
