"""An own fit's picture: a law of one input with its interval, and the settings it rests on.

The law by the batched kernel has draws instead of a line's pivot: its bands are their quantiles,
and there is no band of next results. It is drawn half a decade past the largest run. Laws of
several inputs have no single axis and are refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import EvidenceError
from costlaw.figures.frame import Frame, decade_ticks, error_extent
from costlaw.figures.law_panel import (
    Scatter,
    Ticks,
    band_layers,
    heading_layers,
    key_layers,
    name_layers,
    run_layer,
)
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.wording import error_name, power_text
from costlaw.fitting.own import LawFit
from costlaw.fitting.scatter import Bands

Array = NDArray[np.float64]
_INPUTS = {"compute_flop": ("compute", "FLOP"), "hardware_burden_flop": ("hardware burden", "FLOP")}
MARGIN = 0.06  # room at both ends, share of the range of the logarithm
AHEAD = 0.5  # how far past the largest run the law is drawn [dex]


def own_fit_figure(fit: LawFit, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw a law fitted to own runs.

    Parameters
    ----------
    fit : LawFit
        A law of one input and the settings it was fitted to.
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
        If the law has several inputs.
    OptionError
        If the theme is unknown or the width too small.
    """
    if len(fit.points.columns) != 1:
        raise EvidenceError(
            f"{fit.law}: a law of {', '.join(fit.points.columns)} has no single axis to be drawn "
            "on; expected a law of one input. Leave the picture out, or use --law power."
        )
    on = paper(width, theme)
    what, unit = _INPUTS.get(fit.points.columns[0], (fit.points.columns[0], fit.points.columns[0]))
    scatter, benchmark = _scatter(fit), fit.benchmark
    span = error_extent(scatter.error, float(scatter.error.min()),
                        ceiling=1.0 if benchmark.is_fraction else math.inf)  # fmt: skip
    frame = _frame(scatter.x, span, on)
    heads = (f"Error against {what}", f"{error_name(benchmark)}, log scales; {fit.n} settings")
    drawn = panel(heads, _layers(scatter, frame, unit=unit, on=on), frame=frame, on=on)
    title = f"{benchmark.title}: error against {what}, {fit.law} law"
    under = [f"{fit.points.kind}, {fit.n} settings, {fit.runs.origin}; scatter "
             f"{100 * fit.scatter:.2g} % of the error"]  # fmt: skip
    if fit.verdict != "ok":
        under.append(f"checks: {fit.verdict}")
    return sheet([drawn], heads=(title, under), says=f"{title}. {'; '.join(under)}.", on=on)


def _scatter(fit: LawFit) -> Scatter:
    amounts = fit.points.inputs[0]
    return Scatter(
        x=np.log10(amounts), error=fit.points.error, years=np.full(fit.n, math.nan),
        names=fit.points.names, is_fraction=fit.benchmark.is_fraction,
        largest=float(amounts.max()), bands=lambda places: _bands(fit, places),
        line_name=fit.law, from_log=float(np.log10(amounts.min())),
    )  # fmt: skip


def _bands(fit: LawFit, places: Array) -> Bands:
    """Return the law at many places with the quantiles of its draws."""
    logs = np.log(np.asarray(places, dtype=float))[None, :]
    middle = np.exp(fit.batch.log_error(logs[:, None, :])[0])
    draws = fit.draws.log_error(logs)
    levels = {}
    for level in (0.5, 0.9):
        low, high = (np.exp(end) for end in fit.draws.interval(draws, level))
        levels[level] = (np.where(np.isnan(low), middle, low),
                         np.where(np.isnan(high), middle, high))  # fmt: skip
    return Bands(compute_flop=places, error=middle, law=levels, next_result=levels)


def _frame(x: Array, span: tuple[float, float], on: Paper) -> Frame:
    room = MARGIN * max(float(np.ptp(x)), 0.5)
    ends = (float(x.min()) - room, float(x.max()) + room + AHEAD)
    return Frame(width=on.width, height=280 if on.is_narrow else 330, x=ends, y=span)


def _layers(scatter: Scatter, frame: Frame, *, unit: str, on: Paper) -> list[dict[str, Any]]:
    ticks: Ticks = {
        t: power_text(t)
        for t in decade_ticks(frame.x, most=max(frame.width // 62, 3))
        if 20 <= frame.across(t) <= frame.width - 8
    }
    return [
        *band_layers(scatter, frame, on),
        run_layer(scatter, frame, ticks=ticks, on=on),
        *name_layers(scatter, frame, taken=[], on=on),
        *heading_layers(frame, (unit,), on),
        *key_layers(scatter, on),
    ]
