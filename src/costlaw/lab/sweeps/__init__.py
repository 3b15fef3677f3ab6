"""Sweeps: experiments as data, a ledger that is the truth, a driver that may be killed."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC: dict[str, str] = {
    "Budget": "costlaw.lab.sweeps.budget",
    "Limits": "costlaw.lab.sweeps.sweep",
    "Sweep": "costlaw.lab.sweeps.sweep",
    "SweepResult": "costlaw.lab.sweeps.result",
    "read_sweep": "costlaw.lab.sweeps.description",
    "resume_sweep": "costlaw.lab.sweeps.running",
    "run_sweep": "costlaw.lab.sweeps.running",
    "sweep_result": "costlaw.lab.sweeps.result",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Import the file that holds a name, on first use."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'costlaw.lab.sweeps' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
