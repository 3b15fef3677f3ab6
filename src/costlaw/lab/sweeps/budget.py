"""What trials used, and how much they may use: CPU time, dollars, energy.

Every attempt counts, whether it finished, failed, was killed or was done again: what was spent is
spent. A budget is a cap on those sums; it is kept by the driver, which stops cleanly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from costlaw.exceptions import OptionError


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one attempt, or many together, used.

    Parameters
    ----------
    elapsed_s : float
        Time of the attempts, one after another [s].
    cpu_s : float
        Processor seconds [s].
    energy_kwh : float
        Metered energy, the part of the machine's that the attempt's processor time is [kWh].
    attempts, unmetered : int
        Attempts, and how many of them left no reading of energy [count].
    """

    elapsed_s: float = 0.0
    cpu_s: float = 0.0
    energy_kwh: float = 0.0
    attempts: int = 0
    unmetered: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            elapsed_s=self.elapsed_s + other.elapsed_s,
            cpu_s=self.cpu_s + other.cpu_s,
            energy_kwh=self.energy_kwh + other.energy_kwh,
            attempts=self.attempts + other.attempts,
            unmetered=self.unmetered + other.unmetered,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return what ``to_dict`` wrote; unknown keys are left alone."""
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in record.items() if key in known})


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Caps on what a sweep may use; what is not stated is not capped.

    Parameters
    ----------
    cpu_hours, usd, kwh : float or None
        Caps [h], [USD], [kWh].
    usd_per_cpu_hour : float or None
        What an hour of one core costs here [USD/h]; needed for a cap in dollars.

    Raises
    ------
    OptionError
        If a cap is not above zero, or dollars are capped without a price.

    Examples
    --------
    >>> Budget(cpu_hours=1).reached(Spent(cpu_s=3600))
    'CPU time of 1 h'
    """

    cpu_hours: float | None = None
    usd: float | None = None
    kwh: float | None = None
    usd_per_cpu_hour: float | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise OptionError(
                    f"budget: {item.name} = {value:g}; expected a number above zero. Leave it out "
                    "for no cap."
                )
        if self.usd is not None and self.usd_per_cpu_hour is None:
            raise OptionError(
                "budget: usd is capped but no price is given; expected usd_per_cpu_hour, what an "
                "hour of one core costs where this runs."
            )

    def usd_of(self, spent: Spent) -> float | None:
        """Return dollars of what was spent, or None where no price is known [USD]."""
        price = self.usd_per_cpu_hour
        return None if price is None else price * spent.cpu_s / 3600.0

    def reached(self, spent: Spent) -> str | None:
        """Return which cap was reached, in words, or None."""
        if self.cpu_hours is not None and spent.cpu_s >= self.cpu_hours * 3600.0:
            return f"CPU time of {self.cpu_hours:g} h"
        if self.usd is not None and (self.usd_of(spent) or 0.0) >= self.usd:
            return f"${self.usd:g}"
        if self.kwh is not None and spent.energy_kwh >= self.kwh:
            return f"energy of {self.kwh:g} kWh"
        return None
