"""A comparison of laws as a table of text: one line a law, its verdict beside it.

Words only; every number comes from the record.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from costlaw.fitting.own.points import UNITS
from costlaw.units import format_chance, format_number, format_share

if TYPE_CHECKING:
    from costlaw.fitting.own.comparison import Comparison, LawRow


def comparison_card(comparison: Comparison) -> str:
    """Return the table."""
    from costlaw.fitting.own.comparison import target_words

    rows = comparison.rows
    reach = next((row.reach_dex for row in rows if row.reach_dex is not None), None)
    hidden = f"largest quarter hidden ({reach:.2g} dex)" if reach is not None else "not possible"
    first = next((row.fit for row in rows if row.fit is not None), None)
    count = f"{first.n} settings ({first.points.kind})" if first else f"{len(comparison.runs)} runs"
    lines = [
        f"Own runs: {len(rows)} laws along {comparison.along} on {count}, "
        f"{comparison.runs.origin}; back-test: {hidden}",
    ]
    unit = UNITS.get(comparison.along, "")
    asked = ""
    if comparison.error is not None:
        asked = f"{unit} for {target_words(comparison.runs, comparison.error)} (90 %)"
    lines.append(
        f"  {'law':<19}{'back-test':>10}{'AICc':>9}  {asked and f'{asked:<42}'}verdict".rstrip()
    )
    for row in rows:
        lines.append(_line(row, wide=bool(asked)).rstrip())
    return "\n".join(lines)


def _line(row: LawRow, *, wide: bool) -> str:
    score = format_share(row.score, 1) if row.score is not None else "–"
    aicc = f"{row.fit.aicc:.1f}" if row.fit and row.fit.aicc is not None else "–"
    answer = f"{answer_words(row):<42}" if wide else ""
    return f"  {row.law:<19}{score:>10}{aicc:>9}  {answer}{row.verdict}"


def answer_words(row: LawRow) -> str:
    """Return the input that a law names for the target, with its interval, in words."""
    if row.answer is None:
        return "–"
    point, low, high, never = row.answer
    if math.isinf(point) and math.isfinite(never) and never < 0.5:
        return "beyond 10³⁰⁸"
    if math.isinf(point) and point > 0:
        return "never" if not math.isfinite(never) else f"never (P {format_chance(never)})"
    if math.isnan(point):
        return "none: it has no one answer"
    if math.isnan(low):
        return f"{_power(point)} (no interval)"
    top = "unbounded" if math.isinf(high) else _power(high)
    return f"{_power(point)} ({_power(low)} to {top})"


def _power(value: float) -> str:
    if value <= 0 or math.isinf(value):
        return "0" if value <= 0 else "unbounded"
    return format_number(value)
