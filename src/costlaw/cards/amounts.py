"""Amounts as people write them: operations, or chips held for some time.

One idea: an amount is either a count of operations ("1e28 FLOP", "5 PF-days") or device time
("8xH100-hours", "3 weeks on 2 V100", "2 GTX 580 for 6 days"), and the two are never mixed up: a
time without a chip is refused with what is missing. It looks no chip up (see ``subject``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from costlaw.exceptions import UnitError
from costlaw.units import parse_compute, parse_duration

_NUMBER = r"(?P<{0}>\d[\d_,]*\.?\d*(?:[eE][+-]?\d+)?)"
_TIME = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|h|s|d)"
_COUNT_FIRST = re.compile(
    rf"^{_NUMBER.format('count')}\s*[x×*]?\s*(?P<chip>[A-Za-z].*?)[\s-]+(?P<time>{_TIME})$", re.I
)
_TIME_FIRST = re.compile(
    rf"^{_NUMBER.format('length')}\s*(?P<time>{_TIME})\s+(?:on|of|with|using)\s+"
    rf"{_NUMBER.format('count')}\s*[x×*]?\s*(?P<chip>[A-Za-z].*)$",
    re.I,
)
_FOR = re.compile(
    rf"^{_NUMBER.format('count')}\s*[x×*]?\s*(?P<chip>[A-Za-z].*?)\s+(?:for|over)\s+"
    rf"{_NUMBER.format('length')}\s*(?P<time>{_TIME})$",
    re.I,
)
_KINDS = re.compile(r"^(gpu|tpu|cpu|chip|device|accelerator|card|board|node|server)s?$", re.I)
_PREFIXED_FLOP = re.compile(r"^[kMGTPEZY]?F(?:LOPs?)?(?:/s)?$", re.I)


@dataclass(frozen=True, kw_only=True)
class DeviceTime:
    """Chips held for some time: how many, which (as written; empty if unnamed), how long [s]."""

    count: float
    chip: str
    duration_s: float
    text: str


def looks_like_amount(text: str) -> bool:
    """Return whether a text starts as a number does.

    Examples
    --------
    >>> looks_like_amount("1e28 FLOP"), looks_like_amount("AlexNet"), looks_like_amount("-3 FLOP")
    (True, False, True)
    """
    return bool(re.match(r"^\s*[+-]?(\d|\.\d)", text))


def parse_amount(text: str) -> float | DeviceTime:
    """Read an amount of compute or of device time.

    Parameters
    ----------
    text : str
        Such as ``"1e28 FLOP"``, ``"5 PF-days"``, ``"8xH100-hours"``, ``"3 weeks on 2 V100"``.

    Returns
    -------
    float or DeviceTime
        Operations [FLOP], or chips and their time.

    Raises
    ------
    UnitError
        If it is neither, or not above 0.

    Examples
    --------
    >>> parse_amount("5 PF-days")
    4.32e+20
    >>> held = parse_amount("3 weeks on 2 GTX 580")
    >>> held.count, held.chip, held.duration_s / 86400
    (2.0, 'GTX 580', 21.0)
    """
    cleaned = re.sub(r"\s+", " ", text.strip())
    held = _device_time(cleaned)
    if held is not None:
        return held
    try:
        return parse_compute(cleaned)
    except UnitError as error:
        raise UnitError(
            f'"{text}" is no amount that can be priced ({error}) Write operations ("1e28 FLOP",'
            ' "5 PF-days"), device time ("8xH100-hours"), or a length on a number of named chips'
            ' ("3 weeks on 2 V100").'
        ) from error


def _device_time(text: str) -> DeviceTime | None:
    match = _TIME_FIRST.match(text) or _FOR.match(text) or _COUNT_FIRST.match(text)
    if match is None:
        return None
    parts = match.groupdict()
    chip = parts["chip"].strip()
    if _PREFIXED_FLOP.match(chip):  # "5 PF-days" is a count of operations
        return None
    if re.search(r"\s-\d|\s(?:for|over|on)\s", chip):  # "2 V100 for -3 days" is no chip's name
        return None
    count = float(parts["count"].replace(",", "").replace("_", ""))
    length = parts.get("length") or "1"
    seconds = parse_duration(f"{length} {parts['time']}")
    if not (count > 0 and seconds > 0):
        raise UnitError(f'"{text}": expected a number of chips and a time, both above 0.')
    named = "" if _KINDS.match(chip) else chip
    return DeviceTime(count=count, chip=named, duration_s=seconds, text=text)
