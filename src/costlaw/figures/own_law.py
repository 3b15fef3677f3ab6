"""The picture of a law fitted to own runs: the law, the bands of its draws, and the settings.

For laws of one input along compute; a joint law has no one line to draw. The intervals are the
law's own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from costlaw.exceptions import OptionError
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
from costlaw.fitting.own.points import UNITS
from costlaw.fitting.scatter import Bands
from costlaw.forecasting.by_law import LawReading

MARGIN = 0.06  # room at the left end, share of the range of log input
AHEAD = 1.0  # dex drawn past the largest run


def law_figure(fit: LawFit, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw a law fitted to own runs, one decade past the largest.

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
    OptionError
        If the law has several inputs, or there are too few draws for bands.

    Examples
    --------
    >>> from costlaw.fitting.own import fit_law
    >>> from costlaw.runs import Runs
    >>> runs = Runs.from_records([{"name": str(c), "compute_flop": 10.0**c,
    ...     "error": 0.05 + 40 * (10.0**c) ** -0.13 * (1 + 0.01 * (-1) ** c)}
    ...     for c in range(15, 23)])
    >>> law_figure(fit_law(runs, "M2"))["title"]["text"]
    ['Own runs: error against training compute, power law with irreducible error']
    """
    if len(fit.points.columns) > 1:
        raise OptionError(f"the law {fit.law} has several inputs; only laws of one are drawn.")
    if not fit.draws.enough:
        raise OptionError(f"the law {fit.law} has no interval on these runs: {fit.verdict}")
    on = paper(width, theme)
    column = fit.points.columns[0]
    title = f"{fit.benchmark.title}: error against {_words(column)}, {fit.transform.title}"
    under = [f"{fit.n} settings of {fit.runs.origin}; {fit.backtest.sentence}"]
    under += [one.sentence for one in fit.flagged[:1]]
    return sheet([_panel(fit, on)], heads=(title, under), says=f"{title}. {'; '.join(under)}.",
                 on=on)  # fmt: skip


def _panel(fit: LawFit, on: Paper) -> dict[str, Any]:
    x, column = np.log10(fit.points.inputs[0]), fit.points.columns[0]
    errors, benchmark = fit.points.error, fit.benchmark
    low, high = float(x.min()), float(x.max())
    room = MARGIN * max(high - low, 0.5)
    reading = LawReading(fit)
    ahead = float(reading.quantile(0.05, 10 ** (high + AHEAD)))
    span = error_extent(errors, min(float(errors.min()), ahead),
                        ceiling=1.0 if benchmark.is_fraction else math.inf)  # fmt: skip
    frame = Frame(width=on.width, height=280 if on.is_narrow else 330,
                  x=(low - room, high + AHEAD), y=span)  # fmt: skip
    scatter = Scatter(
        x=x, error=errors, years=np.full(errors.size, np.nan), names=fit.points.names,
        is_fraction=benchmark.is_fraction, largest=reading.last, bands=lambda c: _bands(reading, c),
    )  # fmt: skip
    ticks: Ticks = {
        t: power_text(t)
        for t in decade_ticks(frame.x, most=max(frame.width // 62, 3))
        if 20 <= frame.across(t) <= frame.width - 8
    }
    drawn = [
        *band_layers(scatter, frame, on),
        run_layer(scatter, frame, ticks=ticks, on=on),
        *name_layers(scatter, frame, taken=[], on=on),
        *heading_layers(frame, (UNITS.get(column, column),), on),
        *key_layers(scatter, on),
    ]
    heads = (
        f"Error against {_words(column)}",
        f"{error_name(benchmark)}, log scales; {fit.n} settings",
    )
    return panel(heads, drawn, frame=frame, on=on)


def _words(column: str) -> str:
    return {"compute_flop": "training compute", "hardware_burden_flop": "hardware burden"}.get(
        column, column.replace("_", " ")
    )


def _bands(reading: LawReading, compute: Any) -> Bands:
    levels = {level: reading.interval(compute, level) for level in (0.5, 0.9)}
    return Bands(compute_flop=compute, error=reading.median(compute), law=levels,
                 next_result=levels)  # fmt: skip
