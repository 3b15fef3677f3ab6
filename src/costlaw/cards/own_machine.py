"""What an amount of compute takes on the machine that made one's own runs.

Metered or logged runs know their time, often their energy, beside their operations: the larger half
of them gives seconds and kWh per FLOP on that machine, with the spread between those runs. Small
runs are left out, because what starts and ends a training weighs on them. It assumes that a larger
run goes at the same rate, and says whose rate that is; it knows no price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costlaw.estimates import Estimate
from costlaw.runs import Runs
from costlaw.units import format_number, format_quantity

LEAST_RUNS = 2
_LEAST_FACTOR = 1.05  # two runs that happen to agree do not make the rate exact


@dataclass(frozen=True, kw_only=True)
class OwnMachine:
    """Time and energy of an amount of compute at the rate of one's own runs.

    Parameters
    ----------
    time_s : Estimate
        Time [s].
    energy_kwh : Estimate or None
        Energy [kWh], where the runs know theirs.
    flop_per_s : float
        The rate [FLOP/s].
    runs : int
        How many runs it was taken from.
    """

    time_s: Estimate
    energy_kwh: Estimate | None
    flop_per_s: float
    runs: int

    def __str__(self) -> str:
        energy = ""
        if self.energy_kwh is not None:
            energy = f" and {_said(self.energy_kwh)}"
        return (
            f"on the machine of these runs: {_said(self.time_s)}{energy}, at the rate of the "
            f"largest {self.runs} ({format_number(self.flop_per_s)} FLOP/s)"
        )


def _said(quantity: Estimate) -> str:
    low, high = quantity.interval(0.9)
    if quantity.unit == "s":
        size, unit = next(
            (size, unit)
            for size, unit in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"), (0.0, "s"))
            if quantity.value >= 2 * size
        )
        size = size or 1.0
    else:
        size, unit = next(
            (size, unit)
            for size, unit in ((1.0, "kWh"), (1e-3, "Wh"), (0.0, "mWh"))
            if quantity.value >= size
        )
        size = size or 1e-6
    ends = ["unbounded" if np.isinf(end) else format_quantity(end / size, unit)
            for end in (low, high)]  # fmt: skip
    return f"{format_quantity(quantity.value / size, unit)} (90 %: {ends[0]} to {ends[1]})"


def on_own_machine(runs: Runs, compute: Estimate) -> OwnMachine | None:
    """Return what an amount of compute takes on the machine of some runs.

    Parameters
    ----------
    runs : Runs
        Own runs.
    compute : Estimate
        Operations [FLOP].

    Returns
    -------
    OwnMachine or None
        None where fewer than two of the larger half know their time.

    Examples
    --------
    >>> runs = Runs.from_records(
    ...     [{"name": str(k), "error": 0.5 / k, "compute_flop": 1e12 * k, "duration_s": 2.0 * k}
    ...      for k in (1, 2, 4, 8)])
    >>> round(on_own_machine(runs, Estimate.exact(1e14, "FLOP")).time_s.value)
    200
    """
    flop, seconds = runs.numbers("compute_flop"), runs.numbers("duration_s")
    known = np.flatnonzero(np.isfinite(flop) & np.isfinite(seconds))
    larger = known[np.argsort(flop[known], kind="stable")][known.size // 2 :]
    if larger.size < LEAST_RUNS or len({runs.frame["name"][int(k)] for k in larger}) < LEAST_RUNS:
        return None
    per_flop = _spread(seconds[larger] / flop[larger], "s/FLOP", "own machine: time")
    energy = runs.numbers("energy_kwh")[larger] / flop[larger]
    power = None
    if np.isfinite(energy).all():
        power = _spread(energy, "kWh/FLOP", "own machine: energy")
    return OwnMachine(
        time_s=(compute * per_flop).convert(1.0, "s"),
        energy_kwh=None if power is None else (compute * power).convert(1.0, "kWh"),
        flop_per_s=1.0 / per_flop.value,
        runs=int(larger.size),
    )


def _spread(values: np.ndarray, unit: str, name: str) -> Estimate:
    """Return the median of a rate with the spread between the runs."""
    middle = float(np.median(values))
    factor = max(float(values.max()) / middle, middle / float(values.min()), _LEAST_FACTOR)
    return Estimate.spread(name, median=middle, factor=factor, unit=unit, level=0.9)
