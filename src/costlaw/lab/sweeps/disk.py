"""How much disk trials take, and making room again when one took too much."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

RESERVE_MB = 100.0  # that must stay free for the ledger and everybody else's checkpoints
KEPT = frozenset({"meter", "error.txt", "outcome.json", "trial.lock", "begun.json"})


def folder_mb(folder: Path) -> float:
    """Return what lies in a folder [MB]; files that vanish meanwhile count nothing."""
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total / 1e6


def free_mb(folder: Path) -> float:
    """Return what is free on the disk of a folder [MB]."""
    return shutil.disk_usage(folder).free / 1e6


def clear_trial(folder: Path) -> None:
    """Remove what a trial wrote, but for its readings and what says why it failed."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name in KEPT:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
