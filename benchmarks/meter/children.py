"""Runs a program under a tool in a child of its own; a tool that is not there is said."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

MODULES = {"costlaw": "costlaw", "codecarbon": "codecarbon", "zeus": "zeus.monitor",
           "carbontracker": "carbontracker.tracker"}  # fmt: skip


class Tools:
    """Which interpreter runs which tool."""

    def __init__(self, peers: str) -> None:
        self.peers = peers

    def python(self, tool: str) -> str:
        return sys.executable if tool == "costlaw" else self.peers

    @functools.cache  # noqa: B019 - one object a run
    def missing(self, tool: str) -> str | None:
        """Return why a tool cannot be run, or None."""
        done = subprocess.run(
            [self.python(tool), "-c", f"import {MODULES[tool]}"], capture_output=True, text=True,
            check=False, env=environment(),
        )  # fmt: skip
        if done.returncode == 0:
            return None
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        return f"{tool}: not installed here ({last}); skipped"

    def start(self, tool: str, code: str, folder: Path, **more: object) -> subprocess.Popen[str]:
        (folder / "runs").mkdir(parents=True, exist_ok=True)
        (folder / "log").mkdir(exist_ok=True)
        return subprocess.Popen(
            [self.python(tool), "-c", code], cwd=folder, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=environment() | dict(more),
        )  # fmt: skip

    def run(self, tool: str, code: str, folder: Path) -> str:
        child = self.start(tool, code, folder)
        out, _ = child.communicate(timeout=300)
        if child.returncode:
            raise RuntimeError(f"{tool}: exit code {child.returncode}")
        return out.strip().splitlines()[-1]


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"RANK", "LOCAL_RANK", "WORLD_SIZE"}}
    return kept | {"PYTHONWARNINGS": "ignore"}
