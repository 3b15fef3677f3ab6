"""Units: SI, FLOP and USD inside; text is parsed and printed only here.

A unit is a short text such as ``"FLOP"``, ``"FLOP/s"``, ``"USD/device-hour"`` or
``"kg CO2e/kWh"``. :func:`multiply_units` and :func:`divide_units` do the algebra,
the ``parse_*`` functions read what a person types, :func:`format_quantity` prints what a person
reads.

This room knows no uncertainty (see ``estimates``) and no prices or chips. It imports nothing
heavier than the standard library, so that ``costlaw --help`` stays quick.
"""

from costlaw.units.algebra import divide_units, multiply_units
from costlaw.units.cells import BLANK, parse_cell
from costlaw.units.parsing import (
    HOURS_PER_YEAR,
    KG_PER_POUND,
    SECONDS,
    parse_chips,
    parse_compute,
    parse_count,
    parse_duration,
    parse_error,
    parse_money,
    parse_uses,
)
from costlaw.units.printing import (
    format_chance,
    format_number,
    format_percent,
    format_power,
    format_quantity,
    format_range,
    format_share,
)

__all__ = [
    "BLANK", "HOURS_PER_YEAR", "KG_PER_POUND", "SECONDS", "divide_units", "format_chance",
    "format_number", "format_percent", "format_power", "format_quantity", "format_range",
    "format_share", "multiply_units", "parse_cell", "parse_chips", "parse_compute", "parse_count",
    "parse_duration", "parse_error", "parse_money", "parse_uses",
]  # fmt: skip
