"""Strategies as points: error against operations of a use, and against measured time of a use.

Two panels with the same errors, because operations saved and time saved are different things. The
line joins what no other strategy beats in both; bars are intervals over seeds. Draws what
``lab.comparing`` answers and judges nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from costlaw.figures import layers
from costlaw.figures.frame import Frame, decade_ticks, error_ticks
from costlaw.figures.labels import Box, around, place
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.wording import error_text, power_text
from costlaw.lab.comparing.table import StrategyTable

_PANELS = (
    ("flop_per_use", 1.0, "Error against operations of one use", "FLOP, zeros left out; log scales",
     "unbeaten_error_and_flop_per_use"),
    ("time_per_use_s", 1e6, "Error against measured time of one use",
     "microseconds of one processor thread, one example at a time; log scales",
     "unbeaten_error_and_time_per_use"),
)  # fmt: skip
Row = Mapping[str, Any]


def strategies_figure(
    table: StrategyTable, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw strategies by error and cost of a use.

    Parameters
    ----------
    table : StrategyTable
        What ``lab.comparing.compare_strategies`` answers.
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
    rows = table.table().to_dicts()
    title = f"{table.task}: {len(rows)} ways to a network"
    under = [
        *table.notes,
        "bars: 90 % over seeds; line: what none beats in both; ringed: plain dense training",
    ]
    drawn = [_panel(rows, which, on) for which in _PANELS]
    return sheet(drawn, heads=(title, under), says=f"{title}: {'; '.join(under)}.", on=on)


def _panel(rows: Sequence[Row], which: tuple[str, float, str, str, str], on: Paper
           ) -> dict[str, Any]:  # fmt: skip
    field, factor, head, axis, best = which
    spots = [
        {"strategy": row["strategy"], "x": math.log10(row[field] * factor),
         "y": math.log10(row["error"]), "low": math.log10(row["error_low"]),
         "high": math.log10(row["error_high"]), "best": row[best],
         "against dense": row["error_against_dense"], "error": error_text(
             row["error"], is_fraction=True)}
        for row in rows
    ]  # fmt: skip
    frame = _frame(spots, on)
    heads = (head, axis)
    return panel(heads, _layers(spots, frame, on), frame=frame, on=on)


def _frame(spots: Sequence[Row], on: Paper) -> Frame:
    across, errors = [s["x"] for s in spots], [s["y"] for s in spots]
    wide, tall = max(max(across) - min(across), 0.3), max(max(errors) - min(errors), 0.05)
    x = (min(across) - 0.08 * wide, max(across) + 0.12 * wide)
    y = (min(errors) - 0.25 * tall, max(errors) + 0.25 * tall)
    return Frame(width=on.width, height=300 if on.is_narrow else 360, x=x, y=y)


def _layers(spots: Sequence[Row], frame: Frame, on: Paper) -> list[dict[str, Any]]:
    ticks_x: dict[float, str | list[str]] = {
        t: power_text(t) for t in decade_ticks(frame.x, most=5 if on.is_narrow else 8)
    }
    ticks_y: dict[float, str | list[str]] = {
        t: error_text(10**t, is_fraction=True) for t in error_ticks(frame)
    }
    plain = {"color": on.theme.run, "size": 46}
    shown = ("strategy", "error", "against dense")
    cloud = layers.points([s for s in spots if not s["best"]], mark=plain, tooltip=shown)
    best = sorted((s for s in spots if s["best"]), key=lambda s: s["x"])
    front = layers.points(best, mark={"color": on.theme.law, "size": 60}, tooltip=shown)
    cloud["encoding"] |= {"x": layers.axis_x(frame, ticks_x), "y": layers.axis_y(frame, ticks_y)}
    dense = [s for s in spots if s["strategy"] == "dense"]
    ring = {"filled": False, "stroke": on.theme.target, "size": 150, "strokeWidth": 2}
    return [
        cloud,
        *(_bar(s, frame, on) for s in spots),
        layers.line(best, mark={"color": on.theme.law, "strokeWidth": 1.6}),
        front,
        layers.points(dense, mark=ring),
        *_names(spots, frame, on),
    ]


def _bar(spot: Row, frame: Frame, on: Paper) -> dict[str, Any]:
    """Return a bar over the interval, cut at the edges of the panel."""
    x = frame.across(spot["x"])
    top, bottom = (min(max(frame.down(spot[end]), 0.0), frame.height) for end in ("high", "low"))
    color = on.theme.law if spot["best"] else on.theme.quiet
    return layers.block((x - 0.6, top, x + 0.6, bottom), color=color, opacity=0.55)


def _names(spots: Sequence[Row], frame: Frame, on: Paper) -> list[dict[str, Any]]:
    order = sorted(spots, key=lambda s: (not s["best"], s["strategy"] != "dense", s["y"]))
    wanted = [(s["strategy"], frame.across(s["x"]), frame.down(s["y"])) for s in order]
    taken: list[Box] = [around(x, y, 5.0) for _, x, y in wanted]
    room = (float(frame.width), float(frame.height))
    size = on.size - 1
    placed = place(wanted, room=room, taken=taken, size=size, most=len(wanted))
    return [mark for label in placed for mark in layers.named(label, on.theme, on.size)]
