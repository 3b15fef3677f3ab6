"""Equivalents: an amount of carbon, energy or compute as something a person can picture.

One idea: the best picture is the one of which there are neither thousands nor fractions; of the
sourced equivalents of a quantity the one whose number is nearest to ten is taken. Equivalents are
pictures, not conversions: the interval stays with the quantity itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from costlaw.cards.tables import rows, source
from costlaw.estimates import Estimate
from costlaw.sources import Source
from costlaw.units import format_number

_BEST = 10.0


@dataclass(frozen=True, kw_only=True)
class Equivalent:
    """How many of something an amount is; ``low`` and ``high`` at the level of the card."""

    quantity: str
    name: str
    number: float
    low: float
    high: float
    source: Source

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an unbounded end is null."""
        ends = {k: v if math.isfinite(v) else None for k, v in
                (("low", self.low), ("high", self.high))}  # fmt: skip
        return {"quantity": self.quantity, "name": self.name, "number": self.number, **ends,
                "source": self.source.to_dict()}  # fmt: skip

    def __str__(self) -> str:
        left, middle, right = (format_number(v) for v in (self.low, self.number, self.high))
        if left == right:
            return f"{middle} {self.name}"
        return f"{middle} {self.name} (90 %: {left} to {right})"


def equivalent(quantity: str, amount: Estimate, level: float = 0.9) -> Equivalent | None:
    """Return the equivalent of an amount that is easiest to picture.

    Parameters
    ----------
    quantity : str
        ``co2e_kg``, ``energy_kwh`` or ``compute``.
    amount : Estimate
        The amount [kg CO2e, kWh or FLOP].
    level : float
        Level of the interval.

    Returns
    -------
    Equivalent or None
        None where the table has none for this quantity.

    Examples
    --------
    >>> str(equivalent("co2e_kg", Estimate.exact(1.2e6, "kg CO2e")))
    '21 lifetimes of a car, fuel included'
    """
    listed = [row for row in rows("equivalents.csv")
              if row["quantity"] == quantity and row["unit"] == amount.unit]  # fmt: skip
    if not listed or not 0 < amount.value < math.inf:
        return None
    aim = math.log(amount.value) - math.log(_BEST)
    best = min(listed, key=lambda row: abs(aim - math.log(float(row["amount"]))))
    size = float(best["amount"])
    low, high = amount.interval(level)
    number = amount.value / size
    return Equivalent(
        quantity=quantity,
        name=best["one"] if format_number(number) in {"1", "1.0"} else best["many"],
        number=number,
        low=low / size,
        high=high / size,
        source=source(best["source_id"]),
    )
