"""A scale sweep's picture: every cell, the frontier and its drifting exponent, the held-out cell.

Two panels: error against compute, where the frontier is read in windows, and error against
examples, where the joint law stands as thin lines through the cells of each size. The held-out
cell has its predicted interval beside it, whether that held it or not.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from costlaw.figures import layers
from costlaw.figures.frame import Frame, decade_ticks, error_ticks
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.wording import error_text, power_text, short_number
from costlaw.lab.scale import ScaleResult, Window
from costlaw.units import format_percent

Layer = dict[str, Any]
FAINTEST = 0.35  # opacity of the smallest network's cells


def scale_figure(result: ScaleResult, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw a scale sweep.

    Parameters
    ----------
    result : ScaleResult
        A data × size sweep and what was read off it.
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
    cells = result.cells
    title = f"{result.title}: {len(cells)} cells of size × examples"
    under = _under(result)
    compute = _frame(np.log10(cells.compute), result, on)
    examples = _frame(np.log10(cells.examples), result, on)
    upper = panel(
        ("Error against training compute", "log scales; each dot a network, fainter is smaller; "
         "line: not beaten on both, k^ the power of 1/error by which compute grows"),
        _compute_layers(result, compute, on), frame=compute, on=on,
    )  # fmt: skip
    lower = panel(
        ("Error against training examples", "log scales; thin lines: the joint law for each size "
         f"({result.size_meaning}); ring and bar: the held-out cell and its prediction"),
        _example_layers(result, examples, on), frame=examples, on=on,
    )  # fmt: skip
    says = f"{title}: {'; '.join(under)}."
    return sheet([upper, lower], heads=(title, under), says=says, on=on)


def _under(result: ScaleResult) -> list[str]:
    held, joint = result.held_out, result.joint
    alpha, beta = (joint.coefficients[f"{name}_exponent"] for name in ("parameters", "examples"))
    inside = "inside" if held.is_inside else "OUTSIDE"
    lines = [
        f"joint law: parameters exponent {alpha:.2g}, examples exponent {beta:.2g}, residuals "
        f"{format_percent(joint.residual_sd)}",
        f"largest cell from {held.cells} smaller ones: {result.error_text(held.predicted)} (90 %: "
        f"{result.error_text(held.low)} to {result.error_text(held.high)}); actual "
        f"{result.error_text(held.actual)}, {inside}",
    ]
    axes = {one.axis: one for one in result.locals}
    if "compute" in axes:
        lines.append(f"the frontier's exponent: {axes['compute'].drift}")
    return lines


def _frame(x: np.ndarray, result: ScaleResult, on: Paper) -> Frame:
    errors = np.log10(np.append(result.cells.error, [result.held_out.low, result.held_out.high]))
    room_x, room_y = 0.06 * np.ptp(x), 0.08 * np.ptp(errors)
    return Frame(
        width=on.width, height=290 if on.is_narrow else 340,
        x=(float(x.min() - room_x), float(x.max() + 2 * room_x)),
        y=(float(errors.min() - room_y), float(errors.max() + room_y)),
    )  # fmt: skip


def _opacity(result: ScaleResult, size: float) -> float:
    sizes = np.unique(result.cells.size)
    rank = float(np.searchsorted(sizes, size)) / max(len(sizes) - 1, 1)
    return FAINTEST + (1.0 - FAINTEST) * rank


def _cells(result: ScaleResult, x: np.ndarray, *, frame: Frame, on: Paper) -> list[Layer]:
    """Return the cells as dots, one layer a size; the first carries the axes."""
    cells, made = result.cells, []
    for size in np.unique(cells.size):
        here = np.flatnonzero(cells.size == size)
        rows = [
            {"x": float(x[i]), "y": math.log10(cells.error[i]), "size": f"{size:g}",
             "examples": short_number(float(cells.examples[i])),
             "error": error_text(float(cells.error[i]), is_fraction=result.is_fraction),
             "compute": f"{power_text(math.log10(cells.compute[i]))} FLOP"}
            for i in here
        ]  # fmt: skip
        mark = {"color": on.theme.run, "opacity": _opacity(result, float(size)), "size": 36}
        made.append(layers.points(rows, mark=mark,
                                  tooltip=("size", "examples", "error", "compute")))  # fmt: skip
    ticks: dict[float, str | list[str]] = {
        t: power_text(t) for t in decade_ticks(frame.x, most=max(frame.width // 70, 3))
        if 14 <= frame.across(t) <= frame.width - 8
    }  # fmt: skip
    levels: dict[float, str | list[str]] = {
        t: error_text(10**t, is_fraction=result.is_fraction) for t in error_ticks(frame)
    }
    made[0]["encoding"] |= {"x": layers.axis_x(frame, ticks), "y": layers.axis_y(frame, levels)}
    return made


def _held_out(
    result: ScaleResult, x: float, *, frame: Frame, on: Paper, beside: int = 14
) -> list[Layer]:
    """Return the held-out cell: a ring, and the prediction with its interval beside it."""
    held, color = result.held_out, on.theme.target
    column = frame.across(x) + beside
    ends = [frame.down(math.log10(value)) for value in (held.low, held.high)]
    ring = {"filled": False, "stroke": color, "size": 110, "strokeWidth": 2, "opacity": 1}
    diamond = {"type": "point", "shape": "diamond", "filled": True, "color": color, "size": 70,
               "opacity": 1}  # fmt: skip
    row = frame.down(math.log10(held.predicted))
    return [
        layers.points([{"x": x, "y": math.log10(held.actual)}], mark=ring),
        layers.block((column - 1, ends[1], column + 1, ends[0]), color=color),
        {"data": {"values": [{}]}, "mark": diamond,
         "encoding": {"x": {"value": column}, "y": {"value": row}}},
    ]  # fmt: skip


def _compute_layers(result: ScaleResult, frame: Frame, on: Paper) -> list[Layer]:
    cells = result.cells
    x = np.log10(cells.compute)
    chosen = np.flatnonzero(cells.frontier)
    chosen = chosen[np.argsort(x[chosen])]
    path = [{"x": float(x[i]), "y": math.log10(cells.error[i])} for i in chosen]
    largest = int(np.flatnonzero(cells.largest)[0])
    stroke = {"color": on.theme.law, "strokeWidth": 2.2}
    axes = {one.axis: one for one in result.locals}
    windows = axes["compute"].windows if "compute" in axes else ()
    return [
        *_cells(result, x, frame=frame, on=on),
        layers.line(path, mark=stroke),
        *(mark for window in windows for mark in _window(window, path, frame=frame, on=on)),
        *_held_out(result, float(x[largest]), frame=frame, on=on),
        *layers.haloed(
            "predicted",
            (frame.across(float(x[largest])) + 6, frame.down(math.log10(result.held_out.high)) - 9),
            theme=on.theme,
            color=on.theme.target,
            align="right",
            fontSize=on.size - 1,
        ),
        layers.writing("FLOP", -44, frame.height + 13, color=on.theme.quiet, fontSize=on.size),
    ]


def _window(window: Window, path: list[Layer], *, frame: Frame, on: Paper) -> list[Layer]:
    """Return a window's exponent, written below its part of the frontier."""
    ends = math.log10(window.start), math.log10(window.stop)
    middle = sum(ends) / 2
    inside = [row["y"] for row in path if ends[0] - 1e-6 <= row["x"] <= ends[1] + 1e-6]
    row = min(frame.down(min(inside)) + 16, frame.height - 18)
    high = "∞" if math.isinf(window.high) else f"{window.high:.2g}"
    low, k = (f"{value:.2g}" if math.isfinite(value) else "∞"
              for value in (window.low, window.exponent))  # fmt: skip
    at = (frame.across(middle) - 10, row)
    return [
        *layers.haloed(f"k^{k}", at, theme=on.theme, color=on.theme.law, align="center",
                       fontWeight=600, fontSize=on.size),
        *layers.haloed(f"({low} to {high})", (at[0], row + on.size + 2), theme=on.theme,
                       color=on.theme.law, align="center", fontSize=on.size - 2),
    ]  # fmt: skip


def _example_layers(result: ScaleResult, frame: Frame, on: Paper) -> list[Layer]:
    cells = result.cells
    x = np.log10(cells.examples)
    along = np.logspace(x.min(), x.max(), 40)
    curves, names, taken = [], [], -99.0
    for size in np.unique(cells.size)[::-1]:
        weights = float(cells.parameters[cells.size == size][0])
        error = result.joint.predict(np.full(len(along), weights), along)
        rows = [{"x": float(a), "y": float(b)}
                for a, b in zip(np.log10(along), np.log10(error), strict=True)]  # fmt: skip
        stroke = {"color": on.theme.law, "strokeWidth": 1.2,
                  "opacity": _opacity(result, float(size))}  # fmt: skip
        curves.append(layers.line(rows, mark=stroke))
        row = frame.down(rows[-1]["y"])
        if abs(row - taken) >= on.size and size < cells.size.max():
            names += layers.haloed(f"{size:g}", (frame.across(x.max()) + 8, row), theme=on.theme,
                                   fontSize=on.size - 1)  # fmt: skip
            taken = row
    return [
        *_cells(result, x, frame=frame, on=on),
        *curves,
        *names,
        *_held_out(result, float(x.max()), frame=frame, on=on, beside=42),
        layers.writing("n", -14, frame.height + 13, color=on.theme.quiet, fontSize=on.size),
    ]
