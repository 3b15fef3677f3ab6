"""Strategies held against each other: same data, epochs, tuning budget and seeds for all."""

from costlaw.lab.comparing.presets import PRESETS, Preset
from costlaw.lab.comparing.running import compare_strategies
from costlaw.lab.comparing.table import StrategyTable

__all__ = ["PRESETS", "Preset", "StrategyTable", "compare_strategies"]
