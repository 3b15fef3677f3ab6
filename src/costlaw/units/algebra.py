"""The algebra of units: what a product and a quotient are in."""

from __future__ import annotations

from collections import Counter


def _factors(unit: str) -> Counter[str]:
    """Return ``"USD/device-hour"`` as exponents: ``{"USD": 1, "device-hour": -1}``."""
    counts: Counter[str] = Counter()
    for position, part in enumerate(unit.split("/")):
        for name in part.split("·"):
            if name and name != "1":
                counts[name] += 1 if position == 0 else -1
    return counts


def _join(counts: Counter[str]) -> str:
    over = [name for name, power in counts.items() for _ in range(max(power, 0))]
    under = [name for name, power in counts.items() for _ in range(max(-power, 0))]
    head = "·".join(over) or "1"
    return "/".join([head, *under]) if under else ("" if head == "1" else head)


def multiply_units(left: str, right: str) -> str:
    """Return the unit of a product.

    Examples
    --------
    >>> multiply_units("device-hour", "USD/device-hour")
    'USD'
    """
    counts = _factors(left)
    for name, power in _factors(right).items():
        counts[name] += power
    return _join(counts)


def divide_units(left: str, right: str) -> str:
    """Return the unit of a quotient.

    Examples
    --------
    >>> divide_units("FLOP", "FLOP/s")
    's'
    """
    counts = _factors(left)
    for name, power in _factors(right).items():
        counts[name] -= power
    return _join(counts)
