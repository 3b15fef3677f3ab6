"""Short texts for axes: 10²⁴, $2.9M, 460k t, 5 %.

One idea: a tick has room for about eight characters, so amounts are shortened here and nowhere
else; cards and tables use ``units``, which prints in full.
"""

from __future__ import annotations

import math
import textwrap

from costlaw.runs import Benchmark

_SUPERSCRIPT = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")
_SHORT = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))


def power_text(log10: float) -> str:
    """Return a power of ten, with a mantissa where it is not a whole one.

    Examples
    --------
    >>> power_text(24), power_text(-3), power_text(math.log10(2e20))
    ('10²⁴', '10⁻³', '2×10²⁰')
    """
    exponent = math.floor(log10 + 1e-9)
    mantissa = 10.0 ** (log10 - exponent)
    power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
    return power if mantissa < 1.05 else f"{mantissa:.2g}×{power}"


def short_number(value: float) -> str:
    """Return a positive number in at most about six characters.

    Examples
    --------
    >>> short_number(2.9e6), short_number(182e6), short_number(0.03), short_number(2.9e15)
    ('2.9M', '182M', '0.03', '3×10¹⁵')
    """
    if not 0.01 <= value < 1e15:
        return power_text(math.log10(float(f"{value:.0e}")))
    for factor, word in _SHORT:
        if value >= factor * 0.9995:
            return f"{_two(value / factor)}{word}"
    return _two(value)


def _two(value: float) -> str:
    return f"{value:.0f}" if value >= 9.95 else f"{value:.2g}"


def short_mass(kg: float) -> str:
    """Return a mass of CO2e in tonnes, kilograms or grams.

    Examples
    --------
    >>> short_mass(4.6e8), short_mass(46.0), short_mass(0.2)
    ('460k t', '46 kg', '200 g')
    """
    if kg >= 999.5:
        return f"{short_number(kg / 1000)} t"
    return f"{short_number(kg)} kg" if kg >= 0.9995 else f"{short_number(kg * 1000)} g"


def error_text(error: float, *, is_fraction: bool) -> str:
    """Return an error as a tick states it.

    Examples
    --------
    >>> error_text(0.05, is_fraction=True), error_text(2.5, is_fraction=False)
    ('5 %', '2.5')
    """
    return f"{100 * error:.4g} %" if is_fraction else f"{error:.4g}"


def clean_name(name: str, most: int = 22) -> str:
    """Return a system's name without its brackets, cut to a length.

    Examples
    --------
    >>> clean_name("NoisyStudent (EfficientNet-L2)")
    'NoisyStudent'
    """
    short = name.split("(", maxsplit=1)[0].strip() or name
    return short if len(short) <= most else f"{short[: most - 1].rstrip()}…"


def wrap(text: str, pixels: float, size: float) -> list[str]:
    """Return lines that fit a width, at about 0.52 em a letter; a number keeps its "%".

    Examples
    --------
    >>> wrap("when an error of 5 % is expected", 90, 10)
    ['when an error of', '5 % is expected']
    """
    tied = text.replace(" %", "\u2060%")
    lines = textwrap.wrap(tied, max(int(pixels / (0.52 * size)), 16)) or [""]
    return [line.replace("\u2060%", " %") for line in lines]


def error_name(benchmark: Benchmark) -> str:
    """Return what the error of a benchmark is, for an axis.

    Examples
    --------
    >>> error_name(Benchmark(name="own", title="Own runs", error_unit="nats"))
    'loss [nats]'
    """
    if not benchmark.is_fraction:
        return f"loss [{benchmark.error_unit}]"
    return "error" if benchmark.name.startswith("own") else benchmark.error_definition
