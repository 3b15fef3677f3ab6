"""Metering: what a live run really uses, without getting in its way and without losing a reading.

The path to the first step loads the standard library only; results and counters are imported when
they are asked for. It measures time, energy and operations and knows no prices: what a run cost is
a card's business.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC: dict[str, str] = {
    "meter": "costlaw.metering.windows",
    "Meter": "costlaw.metering.windows",
    "Metered": "costlaw.metering.metered",
    "recover": "costlaw.metering.records.recovery",
    "recover_runs": "costlaw.metering.records.runs_of_files",
    "is_meter_place": "costlaw.metering.records.runs_of_files",
    "merge": "costlaw.metering.records.merging",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Import the file that holds a name, on first use."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'costlaw.metering' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
