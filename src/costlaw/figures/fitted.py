"""A fit's picture: the law, its bands and its runs, with nothing asked of it yet.

Also for a fit that carries nothing: the verdict stands under the title and the bands show why. No
cost is drawn, because a fit knows no site.
"""

from __future__ import annotations

import math
from typing import Any

from costlaw.figures.frame import Frame, decade_ticks, error_extent
from costlaw.figures.law_panel import (
    Ticks,
    band_layers,
    heading_layers,
    key_layers,
    name_layers,
    run_layer,
    scatter_of,
)
from costlaw.figures.own_law import law_figure
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.time_panel import dated, time_frame, time_layers
from costlaw.figures.wording import error_name, power_text
from costlaw.fitting.own import LawFit
from costlaw.fitting.scatter import Fit

MARGIN = 0.06  # room at both ends, share of the range of log compute


def fit_figure(fit: Fit | LawFit, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw a fitted law.

    Parameters
    ----------
    fit : Fit or LawFit
        A law and the runs it was fitted to.
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
        If the theme is unknown, the width too small, or the law has several inputs.

    Examples
    --------
    >>> from costlaw.fitting.scatter import fit_scatter
    >>> from costlaw.runs import Runs
    >>> errors = [0.40, 0.33, 0.25, 0.21, 0.16, 0.13]
    >>> runs = Runs.from_records([{"name": f"r{i}", "error": error,
    ...     "compute_flop": 10.0 ** (18 + i)} for i, error in enumerate(errors)])
    >>> fit_figure(fit_scatter(runs))["title"]["text"]
    ['Own runs: error against compute, power law']
    """
    if isinstance(fit, LawFit):
        return law_figure(fit, width=width, theme=theme)
    on = paper(width, theme)
    heads = (f"{fit.benchmark.title}: error against compute, {fit.law} law", _under(fit))
    return sheet(_panels(fit, on), heads=heads, says=f"{heads[0]}. {'; '.join(heads[1])}.", on=on)


def _panels(fit: Fit, on: Paper) -> list[dict[str, Any]]:
    evidence, benchmark = fit.evidence, fit.benchmark
    span = error_extent(evidence.error, float(evidence.error.min()),
                        ceiling=1.0 if benchmark.is_fraction else math.inf)  # fmt: skip
    results = dated(evidence.names, evidence.year, errors=evidence.error,
                    is_fraction=benchmark.is_fraction)  # fmt: skip
    panels, name = [], error_name(benchmark)
    if results.has_time:
        upper = time_frame(results, y=span, on=on)
        drawn = time_layers(results, upper, target=None, on=on)
        heads = ("Error over time", f"{name}, log scale; line: best of each year")
        panels.append(panel(heads, drawn, frame=upper, on=on))
    frame = _frame(fit, span, on)
    heads = ("Error against training compute", f"{name}, log scales; {fit.n} runs")
    return [*panels, panel(heads, _layers(fit, frame, on), frame=frame, on=on)]


def _frame(fit: Fit, span: tuple[float, float], on: Paper) -> Frame:
    low, high = float(fit.evidence.x.min()), float(fit.evidence.x.max())
    room = MARGIN * max(high - low, 0.5)
    return Frame(width=on.width, height=280 if on.is_narrow else 330, x=(low - room, high + room),
                 y=span)  # fmt: skip


def _layers(fit: Fit, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    ticks: Ticks = {
        t: power_text(t)
        for t in decade_ticks(frame.x, most=max(frame.width // 62, 3))
        if 20 <= frame.across(t) <= frame.width - 8
    }
    scatter = scatter_of(fit)
    return [
        *band_layers(scatter, frame, on),
        run_layer(scatter, frame, ticks=ticks, on=on),
        *name_layers(scatter, frame, taken=[], on=on),
        *heading_layers(frame, ("FLOP",), on),
        *key_layers(scatter, on),
    ]


def _under(fit: Fit) -> list[str]:
    lines = [f"{fit.estimand}, {fit.n} runs, {fit.edition}, {fit.measure}; "
             f"R² {fit.line.r_squared:.2f}"]  # fmt: skip
    interval = fit.cost_exponent_interval(0.9)
    if fit.cost_exponent is not None and interval:
        high = "unbounded" if math.isinf(interval[1]) else f"{interval[1]:.1f}"
        lines.append(
            f"compute grows as the power {fit.cost_exponent:.1f} of 1/error "
            f"(90 %: {interval[0]:.1f} to {high})"
        )
    return lines if fit.verdict == "ok" else [*lines, f"verdict: {fit.verdict}"]
