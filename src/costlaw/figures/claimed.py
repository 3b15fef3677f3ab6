"""A claim's picture: the number that was stated, and ours by each recipe, on one axis.

One idea: whether a claim holds is seen before it is read: the stated number is an upright rule,
ours are diamonds. Ratios and amounts stand on a log axis, years and counts near each other on a
plain one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from costlaw.audit import Claim
from costlaw.exceptions import EvidenceError
from costlaw.figures.frame import decade_ticks
from costlaw.figures.row_panel import Row, row_frame, row_layers, upright
from costlaw.figures.sheet import panel, paper, sheet
from costlaw.figures.wording import power_text, short_number, wrap
from costlaw.units import format_number

WIDE = 3.0  # from this ratio of the largest to the smallest number the axis is logarithmic


def claim_figure(claim: Claim, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw a claim.

    Parameters
    ----------
    claim : Claim
        A row of the audit with a stated number and at least one of ours.
    width : int
        Width of the whole picture, at least 320 [px].
    theme : str
        ``light`` or ``dark``.

    Returns
    -------
    dict
        A Vega-Lite 6 specification with its data inside.

    Raises
    ------
    EvidenceError
        If there is nothing to compare.
    OptionError
        If the theme is unknown or the width too small.

    Examples
    --------
    >>> from costlaw.audit import audit
    >>> claim_figure(audit().claim("five-percent-flop"), width=400)["usermeta"]
    {'width': 400}
    """
    numbers = [value for value in claim.ours.values() if math.isfinite(value)]
    if claim.stated is None or not numbers:
        raise EvidenceError(f"{claim.name}: no two numbers to compare, so there is no picture.")
    on = paper(width, theme)
    logs = min(*numbers, claim.stated) > 0 and max(*numbers, claim.stated) > WIDE * min(
        *numbers, claim.stated
    )
    place: Callable[[float], float] = math.log10 if logs else float
    rows = [Row(name=name, text=_shown(value, claim.unit),
                x=place(value) if math.isfinite(value) else math.nan)
            for name, value in claim.ours.items()]  # fmt: skip
    stated = place(claim.stated)
    frame = row_frame(rows, marks=(stated,), on=on)
    drawn = [
        *upright(frame, stated, text=f"stated: {_shown(claim.stated, claim.unit)}", on=on),
        *row_layers(rows, frame, ticks=_ticks(frame.x, logs, count=frame.width // 90), on=on),
    ]
    under = f"{claim.where}; {'log scale' if logs else 'plain scale'}"
    says = f"{claim.text} Stated {claim.stated:g} {claim.unit}: {claim.verdict}."
    title = wrap(claim.verdict, frame.width, on.size)[0]
    return sheet([panel((title, under), drawn, frame=frame, on=on)],
                 heads=(claim.text, []), says=says, on=on)  # fmt: skip


def _shown(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "unbounded"
    if unit == "year":
        return f"{value:.4g}" if value == int(value) else f"{value:.1f}"
    words = "" if unit in {"ratio", "count"} else f" {unit}"
    return f"{'×' if unit == 'ratio' else ''}{format_number(value, 3)}{words}"


def _tick(value: float) -> str:
    """Return a number in the room of a tick.

    Examples
    --------
    >>> _tick(2025.2), _tick(4.6e8)
    ('2025.2', '460M')
    """
    return short_number(value) if value >= 1e5 else f"{value:.6g}"


def _ticks(span: tuple[float, float], logs: bool, *, count: int) -> dict[float, str]:
    if logs:
        return {tick: power_text(tick) for tick in decade_ticks(span, most=max(count, 3))}
    wide = (span[1] - span[0]) / max(count, 3)
    power = 10.0 ** math.floor(math.log10(wide))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= wide)
    first = math.ceil(span[0] / step)
    return {round(n * step, 9): _tick(n * step) for n in range(first, int(span[1] / step) + 1)}
