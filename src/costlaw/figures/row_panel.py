"""Rows: named quantities under each other on one axis, as points with intervals or as bars.

One idea: the name of a row stands over its mark and its value beside it, so that the same picture
reads on a phone; an end that leaves the axis is an arrow, never a silent cut.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from costlaw.figures import layers
from costlaw.figures.frame import Frame
from costlaw.figures.sheet import Paper

Layer = dict[str, Any]
TALL = 46  # height of a row [px]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row, in the coordinates of the axis.

    Parameters
    ----------
    name, text : str
        What it is; its value as a person reads it.
    x : float
        Where the mark stands, or the bar ends.
    low, high : float
        Interval; NaN for none.
    start : float
        Where a bar begins; NaN for a point.
    strong : bool
        Whether it is drawn in the colour of an answer.
    """

    name: str
    text: str
    x: float
    low: float = math.nan
    high: float = math.nan
    start: float = math.nan
    strong: bool = False


def row_frame(rows: Sequence[Row], *, marks: Sequence[float] = (), on: Paper) -> Frame:
    """Return a frame that holds every row and mark, with room for texts."""
    ends = [end for row in rows for end in (row.x, row.low, row.high, row.start)]
    finite = [end for end in (*ends, *marks) if math.isfinite(end)]
    span = max(finite) - min(finite)
    room = 0.06 * span if span > 0 else max(0.1 * abs(finite[0]), 0.1)
    x = (min(finite) - room, max(finite) + room)
    return Frame(width=on.width, height=TALL * len(rows), x=x, y=(float(len(rows)), 0.0))


def row_layers(
    rows: Sequence[Row], frame: Frame, *, ticks: Mapping[float, str], on: Paper
) -> list[Layer]:
    """Return the layers: a quiet line a row, its interval or bar, its mark, name and value."""
    marks = [
        mark for place, row in enumerate(rows) for mark in _row(row, place, frame=frame, on=on)
    ]
    ground = layers.points(
        [{"x": min(max(row.x, frame.x[0]), frame.x[1]), "y": place + 0.7}
         for place, row in enumerate(rows) if math.isfinite(row.x)],
        mark={"opacity": 0, "aria": False},
    )  # fmt: skip
    texts: dict[float, str | list[str]] = dict(ticks)
    ground["encoding"] |= {
        "x": layers.axis_x(frame, texts),
        "y": {"field": "y", "type": "quantitative", "axis": None,
              "scale": {"domain": list(frame.y), "nice": False, "zero": False}},
    }  # fmt: skip
    return [ground, *marks]


def upright(frame: Frame, x: float, *, text: str, on: Paper) -> list[Layer]:
    """Return a dashed vertical rule over all rows with its name at the top."""
    column = frame.across(x)
    right = column > frame.width / 2
    rule = layers.segment(frame, (x, x), 0.0, color=on.theme.target, strokeDash=[5, 3])
    rule["encoding"] |= {"y": {"value": 0}, "y2": {"value": frame.height}}
    at = (column + (-5 if right else 5), -8.0)
    return [rule, layers.writing(text, *at, align="right" if right else "left",
                                 color=on.theme.target, fontSize=on.size)]  # fmt: skip


def _ground(row: Row, top: float, *, frame: Frame, on: Paper) -> list[Layer]:
    """Return the ground under name and value, so that no rule runs through the words."""
    name, value = (0.6 * on.size * len(text) + 6 for text in (row.name, row.text))
    left, right = (0.0, min(name, frame.width)), (max(frame.width - value, 0.0), frame.width)
    return [
        layers.block((start, top + 5, end, top + 23), color=on.theme.background)
        for start, end in (left, right)
    ]


def _row(row: Row, place: int, *, frame: Frame, on: Paper) -> list[Layer]:
    top, line = TALL * place, TALL * (place + 0.7)
    theme, color = on.theme, on.theme.target if row.strong else on.theme.law
    marks = [
        layers.block((0, line - 0.5, frame.width, line + 0.5), color=theme.grid),
        *_ground(row, top, frame=frame, on=on),
        layers.writing(row.name, 0, top + 14, color=theme.text, fontSize=on.size),
        *layers.haloed(row.text, (frame.width, top + 14), theme=theme, color=color, align="right",
                       fontSize=on.size, fontWeight=600),
    ]  # fmt: skip
    if math.isfinite(row.start):
        ends = sorted((frame.across(row.start), frame.across(row.x)))
        box = (ends[0], line - 7, max(ends[1], ends[0] + 1.5), line + 7)
        return [*marks, layers.block(box, color=color, opacity=0.85)]
    if math.isfinite(row.low):
        ends = [frame.across(frame.clip_x(end)) for end in (row.low, row.high)]
        marks.append(layers.block((ends[0], line - 3, ends[1], line + 3), color=color, opacity=0.4))
    if math.isfinite(row.x):
        marks.append({
            "data": {"values": [{}]},
            "mark": {"type": "point", "filled": True, "shape": "diamond", "size": 110,
                     "color": color, "opacity": 1, "stroke": theme.background, "strokeWidth": 1},
            "encoding": {"x": {"value": round(frame.across(frame.clip_x(row.x)), 2)},
                         "y": {"value": round(line, 2)}},
        })  # fmt: skip
    return marks
