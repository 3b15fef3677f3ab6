"""One choice of a plan: a site, a strategy and a size, with cost, carbon, time and chance.

One idea: everything a person weighs stands in one row, each with its interval, and nothing is
weighed for them here. The size is exact (it is a decision); prices, utilization and grids are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.costs import Cost
from costlaw.estimates import Estimate
from costlaw.lifecycle import Strategy


@dataclass(frozen=True, kw_only=True, eq=False)
class Option:
    """One row of the table of choices.

    Parameters
    ----------
    cost : Cost
        Bill of the final run at its site, strategy included.
    strategy : Strategy
        How the network is made.
    chance : float
        Chance that this run reaches the target (fraction); NaN, and null in JSON, where no target
        was asked for.
    error : Estimate or None
        Error that this run has [the benchmark's unit]; None where a target was asked for.
    running_usd : Estimate or None
        Dollars of running it over its life; None where no uses were stated.
    days : float or None
        Time in which it must be done [day].
    """

    cost: Cost
    strategy: Strategy
    chance: float
    error: Estimate | None = None
    running_usd: Estimate | None = None
    days: float | None = None

    @property
    def site(self) -> str:
        """Name of the site."""
        return self.cost.site.name

    @property
    def usd(self) -> Estimate:
        """Dollars of the final run, and of running it where uses were stated [USD]."""
        return self.cost.usd if self.running_usd is None else self.cost.usd + self.running_usd

    @property
    def devices(self) -> Estimate | None:
        """Devices that finish it in time [device]; None without a time."""
        if self.days is None:
            return None
        return (self.cost.device_hours * (1.0 / (24.0 * self.days))).convert(1.0, "device")

    def within(self, budget: float) -> float:
        """Return the share of the draws in which it costs at most a budget [USD]."""
        return float(np.mean(self.usd.draws <= budget))

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "site": self.site,
            "strategy": self.strategy.name,
            "compute_flop": self.cost.compute.value,
            "chance": self.chance if math.isfinite(self.chance) else None,
            "usd": self.usd.to_dict(level),
            "usd_year": self.cost.usd_year,
            "programme_usd": self.cost.programme_usd.to_dict(level),
            "running_usd": self.running_usd.to_dict(level) if self.running_usd else None,
            "energy_kwh": self.cost.energy_kwh.to_dict(level),
            "co2e_kg": self.cost.co2e_kg.to_dict(level),
            "device_hours": self.cost.device_hours.to_dict(level),
            "devices_in_time": self.devices.to_dict(level) if self.devices else None,
            "error": self.error.to_dict(level) if self.error else None,
            "error_ratio": self.strategy.error.to_dict(level),
        }
