"""Print amounts so that a person can say them aloud: one way for each kind, in one place."""

from __future__ import annotations

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_number(value: float, digits: int = 2) -> str:
    """Print a positive number so that a person can say it aloud.

    Examples
    --------
    >>> format_number(1.43e11), format_number(0.051), format_number(4321.0), format_number(3.2e28)
    ('143 billion', '0.051', '4,300', '3.2×10²⁸')
    """
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "unbounded"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-3:
        exponent = math.floor(math.log10(size))
        mantissa = round(value / 10.0**exponent, digits - 1)
        if abs(mantissa) >= 10:
            mantissa, exponent = mantissa / 10, exponent + 1
        power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
        return f"{mantissa:.{digits - 1}f}×{power}"
    for factor, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if size >= factor * 0.9995:
            shown = max(digits, 3) if size >= 100 * factor else digits
            return f"{_significant(value / factor, shown)} {word}"
    return _significant(value, digits)


def format_power(log10: float, digits: int = 2) -> str:
    """Print 10 to a power as :func:`format_number` prints a number, whatever floats can hold.

    Examples
    --------
    >>> format_power(25.8), format_power(9.16), format_power(400.3), format_power(math.inf)
    ('6.3×10²⁵', '1.4 billion', '2.0×10⁴⁰⁰', 'unbounded')
    """
    if abs(log10) < 300 or not math.isfinite(log10):
        return format_number(10.0**log10, digits)
    exponent = math.floor(log10)
    power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
    return f"{10.0 ** (log10 - exponent):.{digits - 1}f}×{power}"


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def format_percent(fraction: float, digits: int = 2) -> str:
    """Print a fraction as a percentage.

    Examples
    --------
    >>> format_percent(0.05), format_percent(0.1158, 3), format_percent(2e-7)
    ('5.0 %', '11.6 %', '2.0×10⁻⁵ %')
    """
    percent = 100.0 * fraction
    small = 0.0 < percent < 1e-3
    return f"{format_number(percent, digits) if small else _significant(percent, digits)} %"


def format_share(share: float, decimals: int = 0) -> str:
    """Print a share or a relative error to a fixed number of decimals of a percent.

    Examples
    --------
    >>> format_share(0.47), format_share(0.0435, 1), format_share(0.0)
    ('47 %', '4.3 %', '0 %')
    """
    return f"{100.0 * share:.{decimals}f} %"


def format_chance(probability: float) -> str:
    """Print a probability that draws or runs gave: never 0 or 100 %, which no number of them shows.

    Examples
    --------
    >>> format_chance(0.0), format_chance(0.0912), format_chance(1.0)
    ('under 0.1 %', '9.1 %', 'over 99.9 %')
    """
    if probability < 0.001:
        return "under 0.1 %"
    return "over 99.9 %" if probability > 0.999 else format_share(probability, 1)


def format_quantity(value: float, unit: str, digits: int = 2) -> str:
    """Print a number with its unit; money gets its sign, tonnes replace large kilograms.

    Examples
    --------
    >>> format_quantity(1.43e11, "USD"), format_quantity(4.1e9, "kg CO2e")
    ('$143 billion', '4.1 million t CO2e')
    """
    if math.isinf(value):
        return "unbounded"
    if unit == "USD":
        return (
            f"-${format_number(-value, digits)}"
            if value < 0
            else f"${format_number(value, digits)}"
        )
    if unit == "kg CO2e" and abs(value) >= 1000:
        return f"{format_number(value / 1000, digits)} t CO2e"
    if unit == "kWh" and abs(value) >= 1e6:
        return f"{format_number(value / 1e6, digits)} GWh"
    if unit == "device-hour":
        return f"{format_number(value, digits)} device-hours"
    return f"{format_number(value, digits)} {unit}".strip()


def format_range(low: float, high: float, unit: str) -> str:
    """Print two ends of an interval; a unit that both share is said once, if that is unambiguous.

    Examples
    --------
    >>> format_range(11e6, 560e6, "kWh"), format_range(800.0, 2e6, "kg CO2e")
    ('11 to 560 GWh', '800 kg CO2e to 2,000 t CO2e')
    >>> format_range(8.0, 94e6, "kg CO2e"), format_range(9.6e6, 4.5e8, "device-hour")
    ('8.0 kg CO2e to 94,000 t CO2e', '9.6 million to 450 million device-hours')
    >>> format_range(22.0, 1.86e8, "device-hour")
    '22 device-hours to 186 million device-hours'
    """
    left, right = (format_quantity(end, unit) for end in (low, high))
    (first, scale), (second, scaled) = _unit_of(left), _unit_of(right)
    if first and first == second and (scale or not scaled):  # "22 to 186 million" reads otherwise
        left = left.removesuffix(f" {first}")
    return f"{left} to {right}"


def _unit_of(text: str) -> tuple[str, str]:
    """Return the unit and the word of scale of a printed quantity, each perhaps empty."""
    rest = text.split(" ")[1:]
    scale = rest.pop(0) if rest and rest[0] in {"million", "billion", "trillion"} else ""
    return " ".join(rest), scale
