"""When a target error is expected: the best of each year, the line through it, and its year.

The article's upper chart with the interval that it left out. Grey begins where dated results end;
the line is dashed from there. It draws what ``audit.over_time`` answers and fits nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from costlaw.audit import OverTime
from costlaw.figures import layers
from costlaw.figures.answer_bar import answer_bar
from costlaw.figures.frame import Frame, error_extent
from costlaw.figures.labels import Box, around
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.time_panel import Dated, along, dated_names, dated_points, dated_runs
from costlaw.figures.wording import error_name
from costlaw.units import format_percent


def over_time_figure(
    expected: OverTime, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw the year in which a target error is expected.

    Parameters
    ----------
    expected : OverTime
        What ``audit.over_time`` answers.
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
        If the theme is unknown or the width too small.

    Examples
    --------
    >>> from costlaw.audit import over_time
    >>> over_time_figure(over_time("imagenet", 0.05))["usermeta"]
    {'width': 720}
    """
    on = paper(width, theme)
    benchmark = expected.best.benchmark
    results, shown = dated_runs(expected.best), format_percent(expected.error)
    frame = _frame(expected, results, on)
    heads = ("Best result of each year", f"{error_name(benchmark)}, log scale")
    drawn = panel(heads, _layers(expected, results, frame=frame, on=on), frame=frame, on=on)
    title = f"{benchmark.title}: when an error of {shown} is expected"
    under = [
        f"{expected.year:.1f} ({_interval(expected)}), if the line of "
        f"{len(results.years)} years goes on",
        f"the best error falls to {100 * expected.factor_per_year:.0f} % of itself a year; "
        f"{expected.best.origin}, dated results end in {expected.last_year}",
    ]
    return sheet([drawn], heads=(title, under), says=f"{title}: {'; '.join(under)}.", on=on)


def _interval(expected: OverTime) -> str:
    ends = [f"{end:.1f}" if math.isfinite(end) else "unbounded"
            for end in (expected.low, expected.high)]  # fmt: skip
    return f"{100 * expected.level:.0f} %: {ends[0]} to {ends[1]}"


def _frame(expected: OverTime, results: Dated, on: Paper) -> Frame:
    first, last = float(results.years.min()), float(results.years.max())
    core = max(expected.year, last)
    far = core + 0.35 * (core - first)
    right = min(expected.high + 0.5, far) if math.isfinite(expected.high) else far
    y = error_extent(results.errors, expected.error, ceiling=1.0)
    return Frame(width=on.width, height=240 if on.is_narrow else 300, y=y,
                 x=(first - 0.5, max(right, core + 0.6)))  # fmt: skip


def _layers(expected: OverTime, results: Dated, *, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    theme, size, level = on.theme, on.size, math.log10(expected.error)
    rule, column = frame.down(level), frame.across(frame.clip_x(expected.year))
    half, aim = 0.62 * size * 3, f"target {format_percent(expected.error)}"
    at = (min(max(column, half), frame.width - half), rule + 1.4 * size)
    line = _line(expected, frame)
    taken: list[Box] = [around(a, b, 2.0) for a, b in along(line, frame) if not math.isnan(b)]
    taken += [(0.0, rule - 1.4 * size, 0.62 * size * 14, rule)]
    past = [row for row in line if row["x"] >= expected.last_year]
    stroke = {"color": theme.law, "strokeWidth": 2}
    return [
        *_grey(expected, frame, on),
        layers.line([row for row in line if row["x"] <= expected.last_year], mark=stroke),
        layers.line(past, mark={**stroke, "strokeDash": [7, 4]}),
        dated_points(results, frame, on),
        layers.segment(frame, frame.x, level, color=theme.target, strokeDash=[5, 3]),
        *layers.haloed(aim, (4, rule - 0.75 * size),
                       theme=theme, color=theme.target),
        *answer_bar(frame, (expected.year, expected.low, expected.high), level, on=on,
                    end_text=lambda year: f"{year:.0f}"),
        *layers.haloed(f"{expected.year:.1f}", at, theme=theme, align="center",
                       color=theme.target, fontWeight=600),
        *dated_names(results, frame, taken=taken, on=on),
    ]  # fmt: skip


def _line(expected: OverTime, frame: Frame) -> list[dict[str, float]]:
    """Return the line: at the target in the expected year, by the stated factor a year."""
    slope = math.log10(expected.factor_per_year)
    years = np.union1d(np.linspace(*frame.x, 60), [float(expected.last_year)])
    logs = math.log10(expected.error) + slope * (years - expected.year)
    return [{"x": float(a), "y": float(b)} for a, b in zip(years, logs, strict=True)]


def _grey(expected: OverTime, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    left = frame.across(frame.clip_x(expected.last_year + 0.25))
    words = ["no dated", "results"] if on.is_narrow else "no dated results"
    return [
        layers.block((left, 0, frame.width, frame.height), color=on.theme.beyond),
        layers.writing(words, frame.width - 4, 0.8 * on.size, align="right", color=on.theme.quiet,
                       fontSize=on.size - 1, lineHeight=on.size + 1),
    ]  # fmt: skip
