"""The dominance map: uses per training across, service life up; which cost is larger where.

The article's paragraph on training and running costs as one picture. The line is where the two are
equal, the band its 90 % interval, dashed lines where one of them is nine tenths. It draws what
``lifecycle.dominance_map`` answers and prices nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from costlaw.figures import layers
from costlaw.figures.answer_bar import answer_bar
from costlaw.figures.frame import Frame, decade_ticks
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.wording import power_text, short_number
from costlaw.lifecycle import DominanceMap
from costlaw.units import format_number, format_percent

_STEPS = 60  # service lives at which the boundary is drawn
_NAMES = {"flop": "operations", "device_hours": "device-hours", "usd": "dollars",
          "energy_kwh": "energy", "co2e_kg": "carbon"}  # fmt: skip
_LIVES = (1 / 12, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0)


def dominance_figure(
    found: DominanceMap, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw where running overtakes training.

    Parameters
    ----------
    found : DominanceMap
        What ``lifecycle.dominance_map`` answers.
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
    >>> from costlaw.costs import preset
    >>> from costlaw.lifecycle import Workload, dominance_map, lifecycle_of
    >>> work = Workload.of(training=3e23, per_use=3e11, uses_per_year=1e12, service_years=3)
    >>> drawn = dominance_map(lifecycle_of(work, site=preset("today")))
    >>> dominance_figure(drawn)["usermeta"]
    {'width': 720}
    """
    on = paper(width, theme)
    edge = _edge(found)
    frame = _frame(found, edge, on)
    work, what = found.life.workload, _NAMES[found.currency]
    title = f"{work.name}: is training or running the larger cost?"
    low, high = (format_percent(end) for end in found.life.running_share(found.currency)
                 .interval(0.9))  # fmt: skip
    under = [
        f"by {what}; {found.rhythm}; one {work.use} takes"
        f" {format_number(work.per_use.value)} FLOP, a training"
        f" {format_number(work.training.value)} FLOP",
        f"diamond: {format_number(work.uses_per_training.value)} uses per training over"
        f" {work.service_years:g} years, running {low} to {high} of the total (90 %)",
    ]
    heads = (
        "Service life against uses between two trainings",
        "log scales; band: 90 % of the boundary; dashed: one of the two costs is nine tenths",
    )
    drawn = panel(heads, _layers(found, edge, frame=frame, on=on), frame=frame, on=on)
    return sheet([drawn], heads=(title, under), says=f"{title} {'; '.join(under)}.", on=on)


def _edge(found: DominanceMap) -> list[dict[str, float]]:
    """Return the boundary along service life: log10 uses where running equals training."""
    first = min(found.years[0], found.life.workload.service_years)
    last = max(found.years[-1], found.life.workload.service_years)
    rows = []
    steps = np.arange(1, int(last / found.every_years) + 1) * found.every_years
    steps = steps[(steps > first) & (steps < last)][:_STEPS]  # one more training after each
    grid = np.geomspace(first, last, _STEPS)
    for years in np.sort(np.concatenate([grid, steps, steps * (1 + 1e-6)])):
        edge = found.boundary(float(years))
        low, high = edge.interval(0.9)
        rows.append({"y": math.log10(years), "x": math.log10(edge.value),
                     "low": math.log10(low), "high": math.log10(high)})  # fmt: skip
    return rows


def _frame(found: DominanceMap, edge: list[dict[str, float]], on: Paper) -> Frame:
    own = found.life.workload.uses_per_training
    ends = [math.log10(end) for end in own.interval(0.9)]
    left = min(*(row["low"] for row in edge), math.log10(own.value), ends[0])
    right = max(*(row["high"] for row in edge), math.log10(own.value), ends[1])
    room = 0.12 * (right - left) + 0.3
    y = (edge[0]["y"] - 0.04, edge[-1]["y"] + 0.04)
    height = 250 if on.is_narrow else 310
    return Frame(width=on.width, height=height, x=(left - room, right + room), y=y)


def _layers(
    found: DominanceMap, edge: list[dict[str, float]], *, frame: Frame, on: Paper
) -> list[dict[str, Any]]:
    theme, work = on.theme, found.life.workload
    lives: Mapping[float, str | list[str]] = {
        math.log10(t): _tick_text(t) for t in _LIVES if frame.y[0] <= math.log10(t) <= frame.y[1]
    }
    ticks: dict[float, str | list[str]] = {
        t: power_text(t) for t in decade_ticks(frame.x, most=5 if on.is_narrow else 9)
    }
    band = _sideways(edge, color=theme.law, opacity=theme.band_90)
    band["encoding"] |= {"x": layers.axis_x(frame, ticks) | {"field": "low"},
                         "y": layers.axis_y(frame, lives)}  # fmt: skip
    stroke = {"color": theme.law, "strokeWidth": 2.5, "orient": "horizontal"}
    nine = math.log10(9.0)
    dashes = {"color": theme.quiet, "strokeWidth": 1.2, "strokeDash": [4, 4]}
    moved = [[{"y": row["y"], "x": row["x"] + by} for row in edge] for by in (-nine, nine)]
    own = work.uses_per_training
    low, high = (math.log10(end) for end in own.interval(0.9))
    height = math.log10(work.service_years)
    return [
        band,
        *(_ordered(rows, dashes) for rows in moved),
        _ordered([{"x": row["x"], "y": row["y"]} for row in edge], stroke),
        *_words(frame, edge, on),
        *answer_bar(frame, (math.log10(own.value), low, high), height, on=on,
                    end_text=lambda x: short_number(10**x)),
    ]  # fmt: skip


def _sideways(rows: list[dict[str, float]], *, color: str, opacity: float) -> dict[str, Any]:
    """Return an area between ``low`` and ``high`` along y."""
    return {
        "data": {"values": rows},
        "mark": {"type": "area", "orient": "horizontal", "clip": True, "color": color,
                 "opacity": opacity},
        "encoding": {"x": {"field": "low", "type": "quantitative", "title": None},
                     "x2": {"field": "high"},
                     "y": {"field": "y", "type": "quantitative", "title": None}},
    }  # fmt: skip


def _ordered(rows: list[dict[str, float]], mark: dict[str, Any]) -> dict[str, Any]:
    """Return a line that follows y, not x."""
    drawn = layers.line(rows, mark=mark)
    drawn["encoding"]["order"] = {"field": "y"}
    return drawn


def _words(frame: Frame, edge: list[dict[str, float]], on: Paper) -> list[dict[str, Any]]:
    """Name the two sides, in the free corners."""
    size = on.size
    left = ["training", "costs more"] if on.is_narrow else ["← training costs more"]
    right = ["running", "costs more"] if on.is_narrow else ["running costs more →"]
    row = frame.height - 1.2 * size * len(left)
    return [
        *layers.haloed(left, (6, row), theme=on.theme, color=on.theme.text, fontWeight=600),
        *layers.haloed(right, (frame.width - 6, row), theme=on.theme, align="right",
                       color=on.theme.text, fontWeight=600),
    ]  # fmt: skip


def _tick_text(years: float) -> str:
    """Return a length of service in the room of a tick.

    Examples
    --------
    >>> _tick_text(0.25), _tick_text(10.0)
    ('3 mo', '10 yr')
    """
    return f"{12 * years:.2g} mo" if years < 0.99 else f"{years:g} yr"
