"""Phases: pre-training, training and fine-tuning counted one by one, in one measure.

The compute of a network is the sum over its phases of either operation counts or hardware burdens.
The two differ by the utilization and are never added: a sum in one measure refuses a phase that
states only the other. Nothing is imputed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from costlaw.compute.burden import hardware_burden
from costlaw.compute.operations import operation_count
from costlaw.exceptions import DataError, OptionError

Measure = Literal["network-operations", "hardware-burden"]


@dataclass(frozen=True, kw_only=True)
class Device:
    """Chips of one kind used in a phase: how many, at what stated peak rate each [FLOP/s]."""

    name: str
    count: float | None = None
    peak_flop_per_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One part of the training of one network, as its paper states it.

    Parameters
    ----------
    name : str
        ``pretraining``, ``training`` or ``finetuning``.
    devices : tuple of Device
        Chips in use, one entry a kind.
    duration_s : float or None
        Wall-clock time [s].
    epochs, examples : float or None
        Passes and training examples of one pass (counts).
    """

    name: str
    devices: tuple[Device, ...] = ()
    duration_s: float | None = None
    epochs: float | None = None
    examples: float | None = None

    def burden(self) -> float | None:
        """Return the hardware burden of the phase [FLOP], None where it is not stated."""
        if not self.duration_s or not self.devices:
            return None
        total = 0.0
        for device in self.devices:
            if not device.count or not device.peak_flop_per_s:
                return None
            total += hardware_burden(
                count=device.count,
                peak_flop_per_s=device.peak_flop_per_s,
                duration_s=self.duration_s,
            )
        return total

    def operations(self, flop_per_pass: float | None) -> float | None:
        """Return the operation count of the phase [FLOP], None where it is not stated."""
        if not (flop_per_pass and self.epochs and self.examples):
            return None
        return operation_count(
            flop_per_pass=flop_per_pass, examples=self.examples, epochs=self.epochs
        )


def total_compute(
    phases: Sequence[Phase], measure: Measure, *, flop_per_pass: float | None = None
) -> float:
    """Return the compute of all phases in one measure.

    Parameters
    ----------
    phases : sequence of Phase
        At least one.
    measure : str
        ``network-operations`` or ``hardware-burden``.
    flop_per_pass : float, optional
        Operations of one forward pass of one example [FLOP], needed to count operations.

    Returns
    -------
    float
        Compute [FLOP].

    Raises
    ------
    OptionError
        If the measure is neither of the two.
    DataError
        If there is no phase, or one does not state what the measure needs.

    Examples
    --------
    >>> device = Device(name="GTX 580", count=2, peak_flop_per_s=1.58e12)
    >>> training = Phase(name="training", devices=(device,), duration_s=475200.0)
    >>> f"{total_compute([training], 'hardware-burden'):.4g}"
    '1.502e+18'
    """
    if measure not in {"network-operations", "hardware-burden"}:
        raise OptionError(f'measure "{measure}": expected network-operations or hardware-burden.')
    if not phases:
        raise DataError("no phase to count: expected at least one.")
    total = 0.0
    for phase in phases:
        part = phase.burden() if measure == "hardware-burden" else phase.operations(flop_per_pass)
        if part is None:
            needs = (
                "chips, peak rate and time"
                if measure == "hardware-burden"
                else "operations per pass, examples and epochs"
            )
            raise DataError(
                f'phase "{phase.name}" does not state its {measure}: expected {needs}. '
                "The two measures are never mixed."
            )
        total += part
    return total
