"""The card of a law fitted to own runs: at most twelve lines that a person can read aloud.

Words only; every number comes from the record.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from costlaw.units import format_number, format_share

if TYPE_CHECKING:
    from costlaw.fitting.own.fit import LawFit

MOST_WARNINGS = 3


def shown(value: float) -> str:
    """Return a coefficient as a person reads it."""
    if not math.isfinite(value):
        return "unbounded" if value > 0 else "not known"
    return f"{value:.4g}" if 1e-3 <= abs(value) < 1e5 or value == 0 else format_number(value, 3)


def ends(low: float, high: float) -> str:
    """Return an interval in words."""
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    return f"90 %: {shown(low)} to {shown(high)}"


def _place(name: str, value: float) -> str:
    return f"{name} {value:.0f}" if name == "year" else f"{name} {format_number(value)}"


def _formula(fit: LawFit) -> str:
    """Return the law's formula in the resource that it is along."""
    along = fit.points.columns
    if len(along) > 1 or along == ("compute_flop",):
        return fit.transform.formula
    return fit.transform.formula.replace("compute", along[0])


def law_card(fit: LawFit) -> str:
    """Return the card of a fit."""
    points = fit.points
    rows = "" if points.runs == fit.n else f" of {points.runs:,} rows"
    seeds = f"; seeds differ by {format_share(points.seed_noise, 2)}" if points.seed_noise else ""
    lines = [
        f"{fit.benchmark.title}: {fit.transform.title}, {_formula(fit)}",
        f"  evidence       {fit.n} settings{rows} ({fit.runs.origin}, {points.kind}) over "
        f"{points.decades:.1f} decades of {' × '.join(points.columns)}{seeds}",
    ]
    cells = [f"{name} {shown(value)} ({ends(low, high)})" for name, value, low, high, *_ in
             fit.rows()]  # fmt: skip
    two = [", ".join(cells[at : at + 2]) for at in range(0, len(cells), 2)]
    lines += [f"  {'coefficients' if not at else '':<14} {text}" for at, text in enumerate(two)]
    unit = "row" if points.binned else "setting"
    aicc = f", AICc {fit.aicc:.1f}" if fit.aicc is not None else ""
    misfit = format_share(fit.scatter, 2)
    lines.append(f"  misfit         {misfit} (standard deviation of a {unit}){aicc}")
    lines.append(f"  back-test      {fit.backtest.sentence}")
    best = fit.next_run.best
    room = 12 - len(lines) - (1 if best else 0)
    flags = [one.sentence for one in fit.flagged]
    most = min(MOST_WARNINGS, max(room, 1))
    if len(flags) > most:
        rest = len(flags) - most + 1
        flags = [*flags[: most - 1], f"{rest} more findings: --json lists them"]
    lines += [f"  {'look at' if not at else '':<14} {text}" for at, text in enumerate(flags)]
    if best is not None:
        place = ", ".join(_place(name, value) for name, value in best.inputs.items())
        widths = (fit.next_run.now, best.half_width)
        now, then = (f"±{format_share(width, 1)}" for width in widths)
        lines.append(
            f"  next run       at {place} would narrow the error ten times ahead from {now} to "
            f"{then} (90 %, expected)"
        )
    return "\n".join(lines)
