"""A cell: one strategy with one seed, and everything that was counted and measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One network that a strategy made.

    Parameters
    ----------
    strategy, family, title : str
        Which strategy.
    seed : int
        Repetition.
    settings : mapping
        What tuning chose.
    error, loss : float
        On the test examples (fraction) [nats].
    training_flop, tuning_flop : float
        Operations of getting it, and of tuning before [FLOP].
    flop_per_use : float
        Operations of one use, zeros left out [FLOP].
    time_per_use_s, time_per_use_together_s : float
        Measured processor time of one use, alone and in a batch of 256 [s].
    training_energy_kwh, energy_per_use_kwh : float or None
        Metered while training; of a use, its time at the processor's power while training [kWh].
    energy_tier : str
        How the energy was obtained (A counter, B power, C load × rated power, D not at all).
    parameters, size_bytes : float
        What must be stored [count, byte].
    epochs : float
        Passes over the examples, teacher and search included.
    training_cpu_s, tuning_cpu_s : float
        Processor time [s].
    runtime : str
        What a use runs on.
    """

    strategy: str
    family: str
    title: str
    seed: int
    settings: Mapping[str, Any]
    error: float
    loss: float
    training_flop: float
    tuning_flop: float
    flop_per_use: float
    time_per_use_s: float
    time_per_use_together_s: float
    training_energy_kwh: float | None
    energy_per_use_kwh: float | None
    energy_tier: str
    parameters: float
    size_bytes: float
    epochs: float
    training_cpu_s: float
    tuning_cpu_s: float
    runtime: str
    extra: Mapping[str, float] = field(default_factory=dict)

    @property
    def paid_flop(self) -> float:
        """Operations of training and tuning [FLOP]."""
        return self.training_flop + self.tuning_flop

    @property
    def paid_cpu_s(self) -> float:
        """Processor time of training and tuning [s]."""
        return self.training_cpu_s + self.tuning_cpu_s
