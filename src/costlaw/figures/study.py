"""A study of the lab as pictures: its panels, one under the other, each line named at its end.

Draws what ``lab.findings`` holds: means over seeds with their intervals, on log scales.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from costlaw.figures import layers
from costlaw.figures.frame import Frame, decade_ticks, error_ticks
from costlaw.figures.labels import Box, Label, around, place, text_box
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.theme import Theme
from costlaw.figures.wording import error_text, power_text, short_number
from costlaw.lab.findings import Findings, Line, Panel

# Okabe and Ito's hues beyond the theme's two, readable on both grounds
_MORE = ("#009E73", "#CC79A7", "#8C6D1F", "#6A6AD4")
_SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")


def study_figure(found: Findings, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw what a study found.

    Parameters
    ----------
    found : Findings
        Answer of ``lab.ladder``, ``lab.crossing``, ``lab.shift`` or ``lab.meta``.
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
    """
    on = paper(width, theme)
    bars = "log scales; bars: 95 % over seeds" if found.seeds > 1 else "log scales"
    under = [*found.notes, bars]
    drawn = [_panel(one, on) for one in found.panels]
    return sheet(drawn, heads=(found.title, under), says=f"{found.title}: {'; '.join(under)}.",
                 on=on)  # fmt: skip


def _colors(theme: Theme) -> list[str]:
    return [theme.law, theme.target, *_MORE, theme.run, theme.quiet]


def _panel(one: Panel, on: Paper) -> dict[str, Any]:
    frame = _frame(one, on)
    heads = (one.title, f"across: {one.x_name}; up: {one.y_name}")
    return panel(heads, _layers(one, frame, on), frame=frame, on=on)


def _frame(one: Panel, on: Paper) -> Frame:
    across = [math.log10(x) for line in one.lines for x in line.x]
    up = [math.log10(y) for line in one.lines for y in line.y]
    wide, tall = max(max(across) - min(across), 0.2), max(max(up) - min(up), 0.1)
    x = (min(across) - 0.05 * wide, max(across) + 0.12 * wide)
    y = (min(up) - 0.12 * tall, max(up) + 0.15 * tall)
    return Frame(width=on.width, height=300 if on.is_narrow else 360, x=x, y=y)


def _layers(one: Panel, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    colors = _colors(on.theme)
    drawn: list[dict[str, Any]] = []
    for number, line in enumerate(one.lines):
        drawn += _line(line, frame, color=colors[number % len(colors)],
                       shape=_SHAPES[number % len(_SHAPES)])  # fmt: skip
    drawn[0]["encoding"] |= {"x": layers.axis_x(frame, _ticks_x(one, frame, on)),
                             "y": layers.axis_y(frame, _ticks_y(one, frame))}  # fmt: skip
    return [*drawn, *_names(one, frame, on)]


def _ticks_x(one: Panel, frame: Frame, on: Paper) -> dict[float, str | list[str]]:
    ticks = decade_ticks(frame.x, most=5 if on.is_narrow else 8)
    if one.x_percent:
        return {t: error_text(10**t, is_fraction=True) for t in ticks}
    small = frame.x[1] < 5
    return {t: short_number(10**t) if small else power_text(t) for t in ticks}


def _ticks_y(one: Panel, frame: Frame) -> dict[float, str | list[str]]:
    if frame.y[1] > 5:
        return {t: power_text(t) for t in decade_ticks(frame.y, most=7)}
    return {t: error_text(10**t, is_fraction=one.percent) for t in error_ticks(frame)}


def _line(line: Line, frame: Frame, *, color: str, shape: str) -> list[dict[str, Any]]:
    rows = [{"line": line.name, "x": math.log10(x), "y": math.log10(y)}
            for x, y in zip(line.x, line.y, strict=True)]  # fmt: skip
    mark = {"color": color, "shape": shape, "size": 46 if line.joined else 18,
            "opacity": 1.0 if line.joined else 0.6}  # fmt: skip
    drawn = [layers.points(rows, mark=mark, tooltip=("line",))]
    if line.joined and len(rows) > 1:
        drawn.append(layers.line(rows, mark={"color": color, "strokeWidth": 1.6}))
    for row, low, high in zip(rows, line.low, line.high, strict=False):
        drawn.append(_bar(row, (low, high), frame=frame, color=color))
    return drawn


def _bar(
    row: Mapping[str, Any], ends: tuple[float, float], *, frame: Frame, color: str
) -> dict[str, Any]:
    """Return a bar over an interval, cut at the edges of the panel."""
    x = frame.across(row["x"])
    low, high = (min(max(frame.down(math.log10(max(end, 1e-300))), 0.0), float(frame.height))
                 for end in ends)  # fmt: skip
    return layers.block((x - 0.6, high, x + 0.6, low), color=color, opacity=0.55)


def _names(one: Panel, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    """Name each line at its last point, else at an earlier one that has room."""
    taken = [box for line in one.lines if line.joined for box in _covered(line, frame)]
    colors, room = _colors(on.theme), (float(frame.width), float(frame.height))
    marks: list[dict[str, Any]] = []
    named: list[Box] = []
    for number, line in enumerate(one.lines):
        label = _placed(line, frame, taken=taken, named=named, room=room, size=on.size - 1)
        if label is None:
            continue
        color = colors[number % len(colors)]
        marks += layers.haloed(label.text, (label.x, label.y), theme=on.theme, align=label.align,
                               fontSize=on.size - 1, color=color)  # fmt: skip
    return marks


def _covered(line: Line, frame: Frame) -> list[Box]:
    """Return small rectangles along a line, so that no name is written over it."""
    spots = [(frame.across(math.log10(x)), frame.down(math.log10(y)))
             for x, y in zip(line.x, line.y, strict=True)]  # fmt: skip
    boxes = [around(x, y) for x, y in spots]
    for (x0, y0), (x1, y1) in pairwise(spots):
        steps = max(2, int(max(abs(x1 - x0), abs(y1 - y0)) / 6))
        shares = [step / steps for step in range(1, steps)]
        boxes += [around(x0 + s * (x1 - x0), y0 + s * (y1 - y0), 2.0) for s in shares]
    return boxes


def _placed(
    line: Line, frame: Frame, *, taken: list[Box], named: list[Box], room: tuple[float, float],
    size: float,
) -> Label | None:  # fmt: skip
    order = sorted(zip(line.x, line.y, strict=True), key=lambda point: -point[0])
    for blocked in (taken, named):  # over a line rather than not at all
        for x, y in order[:40]:
            spot = (line.name, frame.across(math.log10(x)), frame.down(math.log10(y)))
            found = place([spot], room=room, taken=blocked, size=size, most=1)
            if found:
                named.append(text_box(found[0], size))
                taken.append(named[-1])
                return found[0]
    return None
