"""Read what a person types: errors, compute, durations, counts, uses, money, chips.

One function a kind of amount; each returns a number in the base unit (SI, FLOP, USD) or refuses and
says what it expected. A cell of a table, whose column says what it is, is read in ``cells``.
"""

from __future__ import annotations

import math
import re

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
_COUNT_LETTERS = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "B": 1e9, "b": 1e9, "bn": 1e9,
                  "G": 1e9, "T": 1e12}  # fmt: skip
_COUNTED = re.compile(r" *\b(parameters|params|weights|tokens|examples|samples|images)$")
_CLOCK = re.compile(r"(?:(\d+)(?: days?,? |-))?(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)")
_PART = re.compile(r"(?:\d[\d_,]*\.?\d*|\.\d+)\s*[A-Za-z]+")
_NUMBER = re.compile(
    r"^\s*(10\^[+-]?\d+(?:\.\d+)?|[+-]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$"
)


def split_number(text: str, *, what: str, such: str = "a number with a unit") -> tuple[float, str]:
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


def _number_of(text: str | float, plain: str, **words: str) -> tuple[float, str]:
    """Return value and unit of a text, or of a plain number that has the unit ``plain``."""
    return (float(text), plain) if isinstance(text, int | float) else split_number(text, **words)


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
    value, unit = _number_of(text, "", what="an error", such="5% or 0.05")
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
    value, unit = _number_of(text, "FLOP", what="an amount of compute")
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
    """Read a duration such as ``"3 weeks"``, ``"2h 30m"`` or ``"1:12:00"``.

    Returns
    -------
    float
        Duration [s].

    Examples
    --------
    >>> parse_duration("2 weeks") / 86400, parse_duration("2h 30m"), parse_duration("1:12:00")
    (14.0, 9000.0, 4320.0)
    """
    if isinstance(text, int | float):
        value, unit = float(text), "s"
    elif clock := _CLOCK.fullmatch(text.strip()):
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    elif len(parts := _PART.findall(text)) > 1 and not _PART.sub("", text).strip(" ,"):
        return sum(parse_duration(f"{part[:-1]}min" if part[-1] == "m" else part) for part in parts)
    else:
        value, unit = split_number(text, what="a duration")
    key = unit.casefold()
    factor = SECONDS.get(key) or SECONDS.get(key.removesuffix("s"))
    if factor is None:
        hint = "; write 1:12:00 or 72 min" if unit.startswith(":") else ""
        raise UnitError(
            f'"{text}" is not a duration: expected s, min, h, days, weeks or years{hint}.'
        )
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
    value, unit = _number_of(text, "", what="a count", such="13 billion or 7e9")
    factor = _COUNT_LETTERS.get(_COUNTED.sub("", unit))
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
        value, unit = split_number(spaced, what="a number of uses", such="2e12 or 10 million/day")
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
        value, unit = split_number(stripped, what="an amount of money", such="40000 or $2 million")
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


def parse_chips(text: str) -> tuple[float | None, str]:
    """Read chips: their number, where one is said, and their name.

    Examples
    --------
    >>> parse_chips("8x A100"), parse_chips("GTX 1080 Ti")
    ((8.0, 'A100'), (None, 'GTX 1080 Ti'))
    """
    match = re.fullmatch(r"\s*(\d+)\s*[x×*]\s*(\S.*?)\s*", text)
    return (float(match[1]), match[2]) if match else (None, text.strip())
