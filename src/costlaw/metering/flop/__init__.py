"""Operations of a PyTorch training step, counted once per input shape (extra ``[flop]``).

Counted on the meta device, where nothing is computed and nothing is stored; where a network cannot
run there (its path depends on its data), one real step is watched instead. Conventions are stated
in ``counted``. Nothing here is imported by the meter's path to the first step.
"""

from __future__ import annotations

import importlib
from typing import Any

from costlaw.exceptions import MissingExtra

_PUBLIC: dict[str, str] = {
    "FlopCount": "costlaw.metering.flop.counted",
    "FlopCounter": "costlaw.metering.flop.counting",
    "count_flop": "costlaw.metering.flop.counting",
    "watch": "costlaw.metering.flop.counting",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Import the file that holds a name, on first use."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'costlaw.metering.flop' has no attribute '{name}'")
    try:
        module = importlib.import_module(_PUBLIC[name])
    except ModuleNotFoundError as problem:
        if problem.name is None or problem.name.split(".")[0] != "torch":
            raise
        raise MissingExtra("flop", "counting operations") from problem
    return getattr(module, name)
