"""Sweeps of tasks that misbehave, and drivers that are processes of their own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from costlaw.lab.sweeps import Limits, Sweep
from costlaw.lab.sweeps.ledger import read_ledger

FAULTY = Path(__file__).with_name("faulty.py")


def make_sweep(kind="Faulty", **change):
    """Return a sweep of a task that misbehaves; limits are given by name."""
    fields = {"name": "faults", "task": f"{FAULTY}:{kind}", "sizes": [1], "examples": [5]}
    limits = {key: change.pop(key) for key in list(change) if hasattr(Limits(), key)}
    return Sweep(**(fields | change), limits=Limits(**limits))


def start(*words, folder):
    """Start ``costlaw lab …`` and come back at once."""
    return subprocess.Popen(
        [sys.executable, "-m", "costlaw", "lab", *map(str, words)], cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip


def written(path, sweep):
    """Write a sweep as a Python description."""
    path.write_text(f"sweep = {json.dumps(sweep.to_dict())}\n")
    return path


def events(folder, kind=None):
    try:
        found = read_ledger(folder).events
    except ValueError:
        return []
    return [event for event in found if kind in (None, event["kind"])]


def until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
