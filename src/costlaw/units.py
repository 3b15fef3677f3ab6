"""Units: SI, FLOP and USD inside; text is parsed and printed only here.

A unit is a short text such as ``"FLOP"``, ``"FLOP/s"``, ``"USD/device-hour"`` or
``"kg CO2e/kWh"``. :func:`multiply_units` and :func:`divide_units` do the algebra,
the ``parse_*`` functions read what a person types, :func:`format_quantity` prints what a person
reads.

This module knows no uncertainty (see ``estimates``) and no prices or chips. It imports nothing
heavier than the standard library, so that ``costlaw --help`` stays quick.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from costlaw.exceptions import UnitError

HOURS_PER_YEAR = 8766.0  # Julian year of 365.25 days, used wherever a year becomes hours
KG_PER_POUND = 0.45359237  # international pound, exact by definition (NIST SP 811)
SECONDS: dict[str, float] = {
    "s": 1.0, "sec": 1.0, "second": 1.0,
    "min": 60.0, "minute": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0,
    "d": 86400.0, "day": 86400.0,
    "week": 604800.0, "month": HOURS_PER_YEAR / 12 * 3600.0, "year": HOURS_PER_YEAR * 3600.0,
}  # fmt: skip
_PREFIX = {
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Z": 1e21,
    "Y": 1e24,
}
_WORD_PREFIX = {"kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12, "peta": 1e15, "exa": 1e18,
                "zetta": 1e21, "yotta": 1e24}  # fmt: skip
_COUNT_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_NUMBER = re.compile(
    r"^\s*(10\^[+-]?\d+(?:\.\d+)?|[+-]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$"
)


def _split_number(text: str, *, what: str, such: str = "a number with a unit") -> tuple[float, str]:
    """Split ``"2.1e21 FLOP"`` into its number and its unit text."""
    cleaned = text.replace("\u00a0", " ").replace("×10^", "e").replace("\u2212", "-")
    match = _NUMBER.match(cleaned)
    if not match:
        raise UnitError(f'"{text}" is not {what}: expected {such}.')
    number = match[1]
    if number.startswith("10^"):
        value = 10.0 ** float(number[3:])
    else:
        value = float(number.replace(",", "").replace("_", ""))
    if not math.isfinite(value):
        raise UnitError(f'"{text}" is not {what}: the number is too large to be represented.')
    rest = match[2]
    for word, factor in _COUNT_WORDS.items():
        if rest.casefold() == word or rest.casefold().startswith(word + " "):
            return value * factor, rest[len(word) :].strip()
    return value, rest


def parse_error(text: str | float) -> float:
    """Read an error: a fraction (``0.05``) or a percentage (``"5%"``, ``"5 %"``).

    Returns
    -------
    float
        Error as a fraction, strictly between 0 and 1.

    Raises
    ------
    UnitError
        If the text is no number, or the error is not strictly between 0 and 1.

    Examples
    --------
    >>> parse_error("5 %"), parse_error("0.05")
    (0.05, 0.05)
    """
    if isinstance(text, int | float):
        value, unit = float(text), ""
    else:
        value, unit = _split_number(text, what="an error", such="5% or 0.05")
    if unit in {"%", "percent", "per cent"}:
        value /= 100.0
    elif unit:
        raise UnitError(f'"{text}" is not an error: unit "{unit}" is unknown. Write 5% or 0.05.')
    if not 0.0 < value < 1.0:
        bare = not unit and 1.0 <= value < 100.0
        hint = f" Is this a percentage? Write {value:g}%." if bare else ""
        raise UnitError(
            f"error = {text} is outside (0, 1): expected a fraction such as 0.05 or a percentage"
            f" such as 5%.{hint}"
        )
    return value


def parse_compute(text: str | float) -> float:
    """Read an amount of compute as a count of operations.

    Understands FLOP with any SI prefix, ``PF-days`` and ``PFLOP/s-days``.

    Returns
    -------
    float
        Compute [FLOP].

    Raises
    ------
    UnitError
        If the text is no amount of compute. ``FLOPS`` (a rate) is refused, because a count and a
        rate differ by a time.

    Examples
    --------
    >>> parse_compute("2.1e21 FLOP"), parse_compute("3 EFLOP")
    (2.1e+21, 3e+18)
    >>> f"{parse_compute('1 PF-day'):.4g}"
    '8.64e+19'
    """
    if isinstance(text, int | float):
        value, unit = float(text), "FLOP"
    else:
        value, unit = _split_number(text, what="an amount of compute")
    factor = _compute_factor(unit or "FLOP")
    if factor is None:
        hint = ""
        if re.search(r"flops$|flop/s$", unit, re.IGNORECASE):
            hint = " That is a rate; a count is rate × time: write FLOP, or PF-days."
        raise UnitError(
            f'"{text}" is not an amount of compute: unit "{unit}" is unknown; expected FLOP, GFLOP,'
            f" EFLOP or PF-days.{hint}"
        )
    if not value > 0:
        raise UnitError(f'"{text}" is not an amount of compute: expected a number above 0.')
    return value * factor


def _compute_factor(unit: str) -> float | None:
    """Return how many FLOP one ``unit`` is, or None."""
    folded = unit.replace(" ", "").replace("·", "-").replace("*", "-")
    words = re.fullmatch(r"([a-z]+?)flops?", folded.casefold())
    if words and words[1] in _WORD_PREFIX and not folded.endswith("S"):
        return _WORD_PREFIX[words[1]]
    plain = re.fullmatch(r"([kMGTPEZY]?)(?:FLOP|flop|Flop)", folded)
    if plain:
        return _PREFIX[plain[1]]
    rate_time = re.fullmatch(
        r"([kMGTPEZY]?)(?:F|FLOPS?|flops?)(?:/s(?:ec)?)?-?(s|sec|second|min|minute|h|hr|hour|day|week|month|year)s?",
        folded,
    )
    if rate_time:
        return _PREFIX[rate_time[1]] * SECONDS[rate_time[2]]
    return None


def parse_duration(text: str | float) -> float:
    """Read a duration such as ``"3 weeks"`` or ``"36 h"``.

    Returns
    -------
    float
        Duration [s].

    Examples
    --------
    >>> parse_duration("2 weeks") / 86400
    14.0
    """
    if isinstance(text, int | float):
        value, unit = float(text), "s"
    else:
        value, unit = _split_number(text, what="a duration")
    key = unit.casefold()
    factor = SECONDS.get(key) or SECONDS.get(key.removesuffix("s"))
    if factor is None:
        raise UnitError(f'"{text}" is not a duration: expected s, min, h, days, weeks or years.')
    if value < 0:
        raise UnitError(f'"{text}" is not a duration: it is negative.')
    return value * factor


def parse_count(text: str | float) -> float:
    """Read a count: ``"13 billion"``, ``"13B"``, ``"7e9"``.

    Raises
    ------
    UnitError
        If it is no count above 0.

    Examples
    --------
    >>> parse_count("13B"), parse_count("350 M")
    (13000000000.0, 350000000.0)
    """
    if isinstance(text, int | float):
        value, unit = float(text), ""
    else:
        value, unit = _split_number(text, what="a count", such="13 billion or 7e9")
    factor = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(unit)
    if factor is None or not value > 0:
        raise UnitError(f'"{text}" is not a count above 0: write 13 billion, 13B or 1.3e10.')
    return value * factor


def parse_uses(text: str | float) -> tuple[float, bool]:
    """Read how often something is used: in all (``"2e12"``) or a rate (``"10 million/day"``).

    Returns
    -------
    (value, is_rate) : tuple of float and bool
        Uses in all [count], or uses per year [1/year].

    Raises
    ------
    UnitError
        If the text is neither, or not above 0.

    Examples
    --------
    >>> parse_uses("2 trillion"), parse_uses("1000/day")
    ((2000000000000.0, False), (365250.0, True))
    """
    if isinstance(text, int | float):
        value, unit = float(text), ""
    else:
        spaced = text.replace("/", " / ")
        value, unit = _split_number(spaced, what="a number of uses", such="2e12 or 10 million/day")
    noun, is_rate, period = f" {unit}".replace(" per ", "/").partition("/")
    if not value > 0:
        raise UnitError(f'"{text}": expected a number of uses above 0.')
    if noun.strip().casefold() not in {"", "uses", "tokens", "requests", "images", "examples"}:
        raise UnitError(
            f'"{text}" is not a number of uses: "{noun.strip()}" is unknown. Write 2e12 or 1e6/day.'
        )
    if not is_rate:
        return value, False
    seconds = SECONDS.get(period.strip().casefold())
    if seconds is None:
        raise UnitError(f'"{text}" is not a rate of use: expected /day, /week, /month or /year.')
    return value * SECONDS["year"] / seconds, True


def parse_money(text: str | float) -> float:
    """Read an amount of US dollars: ``"$100 billion"``, ``"2.5 M USD"``, ``"40000"``.

    Returns
    -------
    float
        Amount [USD].

    Examples
    --------
    >>> parse_money("$100 billion")
    100000000000.0
    """
    if isinstance(text, int | float):
        value, unit = float(text), "USD"
    else:
        stripped = text.strip().removeprefix("US").removeprefix("$")
        value, unit = _split_number(stripped, what="an amount of money", such="40000 or $2 million")
    short = {"k": 1e3, "M": 1e6, "m": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
    head, _, tail = unit.partition(" ")
    if head in short:
        value, unit = value * short[head], tail
    if unit.upper() not in {"", "USD", "$", "DOLLARS", "US$"}:
        raise UnitError(
            f'"{text}" is not an amount in US dollars: unit "{unit}" is unknown. '
            "Convert other currencies first and write, for example, 40000 USD."
        )
    if not value > 0:
        raise UnitError(f'"{text}" is not an amount of money: expected a number above 0.')
    return value


# -- algebra ---------------------------------------------------------------------------------------


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


# -- printing --------------------------------------------------------------------------------------

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
