"""Layers: the few marks that pictures are made of, as Vega-Lite dictionaries.

One idea: every layer carries its own small table and is placed by the frame's linear scales; texts
may also be placed in pixels. No layer decides what to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from costlaw.figures.frame import Frame
from costlaw.figures.labels import Label
from costlaw.figures.theme import Theme

Layer = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def axis_x(frame: Frame, labels: Mapping[float, str | list[str]], **more: Any) -> Layer:
    """Return the x channel with stated ticks and their (many-line) texts."""
    return _channel("x", frame.x, labels, grid=False, **more)


def axis_y(frame: Frame, labels: Mapping[float, str | list[str]]) -> Layer:
    """Return the y channel with stated ticks and their texts."""
    return _channel("y", frame.y, labels, grid=True, ticks=False, domain=False, labelPadding=6)


def _channel(
    field: str, span: tuple[float, float], labels: Mapping[float, str | list[str]], **more: Any
) -> Layer:
    texts = json.dumps([labels[tick] for tick in labels], ensure_ascii=False)
    step = json.dumps([round(tick, 6) for tick in labels])
    look_up = f"{texts}[indexof({step}, round(datum.value * 1e6) / 1e6)]"
    ticks = [round(tick, 6) for tick in labels]
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": list(span), "nice": False, "zero": False},
        "axis": {
            "values": ticks,
            "labelExpr": look_up,
            "title": None,
            "labelOverlap": False,
            **more,
        },
    }


def _shown(rows: Rows) -> Layer:
    return {"values": [dict(row) for row in rows]}


def points(rows: Rows, *, mark: Mapping[str, Any], tooltip: Sequence[str] = ()) -> Layer:
    """Return points at (x, y), with the fields that a pointer shows."""
    encoding: Layer = {"x": _plain("x"), "y": _plain("y")}
    if tooltip:
        encoding["tooltip"] = [{"field": name, "type": "nominal"} for name in tooltip]
    return {
        "data": _shown(rows),
        "mark": {"type": "point", "filled": True, "clip": True, **mark},
        "encoding": encoding,
    }


def line(rows: Rows, *, mark: Mapping[str, Any]) -> Layer:
    """Return a line through (x, y)."""
    return {
        "data": _shown(rows),
        "mark": {"type": "line", "clip": True, **mark},
        "encoding": {"x": _plain("x"), "y": _plain("y")},
    }


def band(rows: Rows, *, color: str, opacity: float) -> Layer:
    """Return an area between ``low`` and ``high`` over x."""
    return {
        "data": _shown(rows),
        "mark": {"type": "area", "clip": True, "color": color, "opacity": opacity},
        "encoding": {"x": _plain("x"), "y": _plain("low"), "y2": {"field": "high"}},
    }


def segment(frame: Frame, ends: tuple[float, float], y: float, **mark: Any) -> Layer:
    """Return a horizontal bar between two x, in data."""
    row = frame.down(y)
    box = (frame.across(ends[0]), row, frame.across(ends[1]), row)
    return _fixed("rule", box, mark)


def drop(frame: Frame, x: float, top: float, **mark: Any) -> Layer:
    """Return a vertical rule at a data x, from a pixel row down to just below the x axis."""
    column = frame.across(x)
    return _fixed("rule", (column, top, column, frame.height + 5.0), mark)


def upright(column: float, ends: tuple[float, float], **mark: Any) -> Layer:
    """Return a vertical rule between two pixel rows."""
    return _fixed("rule", (column, ends[0], column, ends[1]), mark)


def block(box: tuple[float, float, float, float], **mark: Any) -> Layer:
    """Return a rectangle (left, top, right, bottom), in pixels."""
    return _fixed("rect", box, mark)


def _fixed(kind: str, box: tuple[float, float, float, float], mark: Mapping[str, Any]) -> Layer:
    ends = dict(zip(("x", "y", "x2", "y2"), box, strict=True))
    return {
        "data": _shown([{}]),
        "mark": {"type": kind, **mark},
        "encoding": {channel: {"value": round(end, 2)} for channel, end in ends.items()},
    }


def writing(text: str | list[str], x: float, y: float, **mark: Any) -> Layer:
    """Return a text at a pixel position."""
    return {
        "data": _shown([{}]),
        "mark": {"type": "text", "text": text, "align": "left", "baseline": "middle", **mark},
        "encoding": {"x": {"value": round(x, 2)}, "y": {"value": round(y, 2)}},
    }


def haloed(text: str | list[str], at: tuple[float, float], *, theme: Theme, **mark: Any
           ) -> list[Layer]:  # fmt: skip
    """Return a text over a rim in the colour of the ground, readable on points and bands."""
    rim = {"stroke": theme.background, "strokeWidth": 3.5, "strokeJoin": "round", "opacity": 0.85}
    return [
        writing(text, at[0], at[1], **{**mark, **rim, "color": theme.background, "aria": False}),
        writing(text, at[0], at[1], **{"color": theme.text, **mark}),
    ]


def named(label: Label, theme: Theme, size: int) -> list[Layer]:
    """Return a placed name, over its rim."""
    return haloed(label.text, (label.x, label.y), theme=theme, align=label.align,
                  fontSize=size - 1)  # fmt: skip


def _plain(field: str) -> Layer:
    return {"field": field, "type": "quantitative", "title": None}
