"""What a fit of own runs knows of the reporting checklist, in words.

Only what the table and the fit state; nothing is guessed on a person's behalf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from costlaw.fitting.checklist import Checklist, fill_in
from costlaw.runs import Runs
from costlaw.units import format_number

if TYPE_CHECKING:
    from costlaw.fitting.own.fit import LawFit


def spans(runs: Runs, column: str) -> str | None:
    """Return the range of a column in words, None where no run states it."""
    if not runs.has(column):
        return None
    values = runs.numbers(column)
    values = values[np.isfinite(values)]
    return f"{format_number(float(values.min()))} to {format_number(float(values.max()))}"


def own_checklist(fit: LawFit) -> Checklist:
    """Return the checklist of a fit of own runs."""
    runs, points = fit.runs, fit.points
    names = len(set(runs.texts("name")))
    epochs = runs.numbers("epochs")
    schedules = sorted({text for text in runs.texts("schedule") if text})
    changed = [note for note in fit.notes if "merged" in note or "bins of the log" in note]
    left = [note for note in runs.notes if "left out" in note]
    loss = f"Huber's loss, width {fit.huber:g}" if fit.huber else "least squares"
    known: dict[str, str | None] = {
        "networks": f"{names}" if points.kind != "learning curve" else "1",
        "sizes": spans(runs, "parameters"),
        "data": spans(runs, "examples"),
        "repeated": f"up to {np.nanmax(epochs):g} passes" if np.isfinite(epochs).any() else None,
        "counting": points.convention or None,
        "schedule": ", ".join(schedules) or None,
        "checkpoints": "the whole curve" if points.kind == "learning curve" else "the last of each",
        "metric": runs.benchmark.metric if runs.choices else None,
        "changed": "; ".join(changed) or "no",
        "objective": f"{loss} on ln error, summed over {fit.n} settings",
        "algorithm": "Levenberg-Marquardt in logarithms with bounds"
        + (", then BFGS" if fit.huber else ""),
        "starts": "the law's own starts, best end kept",
        "left_out": "; ".join(left) or ("no" if not points.left_out else f"{points.left_out} rows"),
        "checked": fit.backtest.sentence,
        "uncertainty": f"90 % intervals from {len(fit.draws.q)} draws: {fit.draws.method}",
    }
    return fill_in(fit.transform, known)
