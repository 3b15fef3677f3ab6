"""Callbacks that meter a training of Hugging Face, Lightning or Keras without a line in its loop.

Each is a thin adapter of the library's own callback class to :class:`training.TrainingWatch`, and
imports its library only when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC: dict[str, tuple[str, str]] = {
    "HuggingFaceMeter": ("costlaw.metering.callbacks.hugging_face", "transformers"),
    "LightningMeter": ("costlaw.metering.callbacks.lightning", "lightning"),
    "KerasMeter": ("costlaw.metering.callbacks.keras", "keras"),
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Import the callback of one library, on first use."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'costlaw.metering.callbacks' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name][0]), name)
