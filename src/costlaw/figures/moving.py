"""Marks that move: layers drawn once, or the same marks fed by a named table that a page replaces.

One idea: what depends on the target (its rule, its name, the answer with its bar) is made by the
same functions in either case. A still picture holds these layers as they are; a live one holds one
layer a kind of mark whose rows say where and how each is drawn, so that a page moves the target by
handing over other rows and computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from costlaw.figures.frame import Frame

Layer = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]
Moving = Callable[[str, Frame, list[Layer]], list[Layer]]

_KINDS = ("rule", "text", "point")
_STYLE: dict[str, dict[str, Any]] = {
    "rule": {"color": "#000000", "opacity": 1.0, "strokeWidth": 1.0, "strokeDash": []},
    "text": {"text": "", "color": "#000000", "opacity": 1.0, "align": "left", "fontSize": 11,
             "fontWeight": 400, "stroke": None, "strokeWidth": 0.0, "lineHeight": 15},
    "point": {"color": "#000000", "opacity": 1.0, "shape": "diamond", "size": 100,
              "stroke": None, "strokeWidth": 0.0},
}  # fmt: skip


def drawn_once(_name: str, _frame: Frame, layers: list[Layer]) -> list[Layer]:
    """Return the layers as they are."""
    return layers


def from_tables(name: str, frame: Frame, layers: list[Layer]) -> list[Layer]:
    """Return layers that draw the rows of the tables ``name-rule``, ``name-text``, ``name-point``.

    Parameters
    ----------
    name : str
        What moves; names its tables.
    frame : Frame
        Where the layers are drawn.
    layers : list of dict
        What is drawn first.
    """
    rows = move_rows(name, frame, layers)
    return [_fed(kind, f"{name}-{kind}", rows[f"{name}-{kind}"]) for kind in _KINDS]


def move_rows(name: str, frame: Frame, layers: list[Layer]) -> Rows:
    """Return the rows of each table that draw the same as these layers.

    Rows hold pixels and style; a text of several lines is a list of lines.
    """
    found: Rows = {f"{name}-{kind}": [] for kind in _KINDS}
    for layer in layers:
        mark = layer["mark"]
        style = _STYLE[mark["type"]]
        row = {key: mark.get(key, usual) for key, usual in style.items()}
        found[f"{name}-{mark['type']}"].append(row | _place(layer, frame))
    return found


def _place(layer: Layer, frame: Frame) -> dict[str, float]:
    """Return where a layer's only mark stands [px]."""
    encoding, row = layer["encoding"], layer["data"]["values"][0]
    if "value" in encoding["x"]:
        return {channel: end["value"] for channel, end in encoding.items()}
    return {"x": round(frame.across(row["x"]), 2), "y": round(frame.down(row["y"]), 2)}


def _fed(kind: str, table: str, rows: list[dict[str, Any]]) -> Layer:
    channels = ("x", "y", "x2", "y2") if kind == "rule" else ("x", "y")
    mark: Layer = {key: {"expr": f"datum.{key}"} for key in _STYLE[kind]}
    mark |= {"type": kind, "clip": False, "aria": False}
    if kind == "text":
        mark["baseline"] = "middle"
    if kind == "point":
        mark["filled"] = True
    return {
        "data": {"name": table, "values": rows},
        "mark": mark,
        "encoding": {channel: {"value": {"expr": f"datum.{channel}"}} for channel in channels},
    }
