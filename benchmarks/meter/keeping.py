"""What is left of the readings after a kill, an exception or a full disk; and four ranks."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.meter.children import Tools
from benchmarks.meter.scripts import KEEP, RANK

ENDS = ("SIGKILL", "SIGTERM", "exception", "full disk")


def _left(tool: str, folder: Path) -> dict[str, Any]:
    """Return the seconds that the files left behind tell of."""
    if tool == "costlaw":
        from costlaw.exceptions import DataError
        from costlaw.metering import recover

        try:
            found = recover(folder / "runs")
        except DataError:
            return {"kept": False}
        return {"kept": True, "kept_s": found[0].elapsed_s, "steps": found[0].steps,
                "ended": found[0].ended}  # fmt: skip
    file = folder / "runs" / "emissions.csv"
    try:
        rows = list(csv.DictReader(file.read_text().splitlines()))
    except OSError:
        return {"kept": False}
    return {"kept": bool(rows), "kept_s": float(rows[-1]["duration"] or 0) if rows else 0.0}


def _one(tools: Tools, tool: str, folder: Path, *, end: str) -> dict[str, Any]:
    folder.mkdir(parents=True)
    runs = folder / "runs"
    runs.mkdir()
    if end == "full disk":
        mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(runs)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            return {"skipped": "a small disk cannot be mounted here"}
    try:
        code = KEEP[tool].replace("{raises}", str(end == "exception"))
        child = tools.start(tool, code, folder)
        assert child.stdout is not None
        child.stdout.readline()
        began = time.monotonic()
        if end.startswith("SIG"):
            time.sleep(2.0)
            child.send_signal(getattr(signal, end))
        child.communicate(timeout=120)
        return {"trained_s": time.monotonic() - began, "exit_code": child.returncode,
                **_left(tool, folder)}  # fmt: skip
    finally:
        if end == "full disk":
            subprocess.run(["umount", str(runs)], capture_output=True, check=False)


def kept(tools: Tools, folder: Path) -> dict[str, Any]:
    """Return what each tool keeps of each end."""
    found: dict[str, Any] = {}
    for tool in KEEP:
        if why := tools.missing(tool):
            found[tool] = why
            continue
        found[tool] = {end: _one(tools, tool, folder / f"{tool} {end}", end=end) for end in ENDS}
    return found


def four_ranks(tools: Tools, folder: Path, seconds: float) -> dict[str, Any]:
    """Return four ranks' energy over that of one process that meters the same node meanwhile."""
    found: dict[str, Any] = {}
    for tool, text in RANK.items():
        if why := tools.missing(tool):
            found[tool] = why
            continue
        code = text.format(seconds=seconds)
        job = folder / f"ranks {tool}"
        begin = str(time.time() + 5.0)
        ranks = [
            tools.start(tool, code, job, RANK=str(n), LOCAL_RANK=str(n), WORLD_SIZE="4",
                        LOCAL_WORLD_SIZE="4", TORCHELASTIC_RUN_ID=f"bench-{os.getpid()}",
                        BEGIN=begin)
            for n in range(4)
        ]  # fmt: skip
        one = tools.start(tool, code, folder / f"alone {tool}", BEGIN=begin)
        said = [float(child.communicate(timeout=300)[0].split()[-1]) for child in (*ranks, one)]
        if tool == "costlaw":
            from costlaw.metering import merge

            total = merge(job / "runs")
            alone = merge(folder / f"alone {tool}" / "runs")
            ratio = (total.energy_kwh or 0.0) / (alone.energy_kwh or 1.0)
            summed = total.energy_kwh
        else:
            summed = sum(said[:4])
            ratio = summed / said[4]
        found[tool] = {"ranks_kwh": summed, "one_kwh": said[4], "ratio": ratio}
    return found
