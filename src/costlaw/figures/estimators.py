"""The theory's picture: performance against examples and against operations, one line an estimator.

Performance is 1/RMSE of the excess prediction, and the picture says so, because a power of it is
what "k² the data, k⁴ the computation" speaks of. Bars are 95 % over seeds. Where only the number
of variables moves, one panel shows the error across p/n: the peak and the second descent.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from costlaw.figures import layers
from costlaw.figures.frame import Frame, decade_ticks, log_ticks
from costlaw.figures.labels import Box, around, place, text_box
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.wording import power_text, short_number
from costlaw.lab.theory import Curve, Experiment
from costlaw.lab.theory.result import PERFORMANCE

Layer = dict[str, Any]
DASHES: tuple[list[int], ...] = ([1, 0], [7, 3], [2, 3], [9, 3, 2, 3])
SHOWN = 3  # answers under the title


def theory_figure(
    experiment: Experiment, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw a theory experiment.

    Parameters
    ----------
    experiment : Experiment
        From :func:`costlaw.lab.theory.theory`.
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
    >>> from costlaw.lab.theory import theory
    >>> theory_figure(theory("interpolation", seeds=2))["title"]["subtitle"][0]
    'performance = 1/RMSE of the excess prediction; 2 seeds, bars 95 % over seeds'
    """
    on = paper(width, theme)
    under = [f"{PERFORMANCE}; {experiment.seeds} seeds, bars 95 % over seeds"]
    under += [f"{a.quantity}: {a}" for a in experiment.answers[:SHOWN]]
    moves = {len(np.unique(curve.examples)) for curve in experiment.curves}
    if moves == {1}:
        panels = [_panel(experiment, "ratio", on)]
    else:
        panels = [_panel(experiment, axis, on) for axis in ("examples", "flop")]
    says = f"{experiment.title}: {'; '.join(under)}."
    return sheet(panels, heads=(experiment.title, under), says=says, on=on)


HEADS = {
    "examples": ("Performance against examples", "log scales; a slope of 1/2 is k² the data"),
    "flop": ("Performance against operations of fitting",
             "log scales; a slope of 1/4 is k⁴ the computation"),
    "ratio": ("Error across variables over examples, p/n", "log scales; the rule stands at p = n"),
}  # fmt: skip
UNITS = {"examples": "n", "flop": "FLOP", "ratio": "p/n"}


def _x(curve: Curve, axis: str) -> np.ndarray:
    if axis == "flop":
        return np.log10(curve.flop.mean(axis=1))
    return np.log10(curve.examples if axis == "examples" else curve.variables / curve.examples)


def _y(curve: Curve, axis: str) -> tuple[np.ndarray, np.ndarray]:
    """Return log10 of what is shown, and half its 95 % interval over seeds."""
    logs = np.log10(curve.error) * (1 if axis == "ratio" else -1)
    count = logs.shape[1]
    half = 1.96 * logs.std(axis=1, ddof=1) / math.sqrt(count) if count > 1 else 0 * logs[:, 0]
    return logs.mean(axis=1), half


def _panel(experiment: Experiment, axis: str, on: Paper) -> dict[str, Any]:
    xs = np.concatenate([_x(curve, axis) for curve in experiment.curves])
    pairs = [_y(curve, axis) for curve in experiment.curves]
    ends = np.concatenate([np.concatenate([y - half, y + half]) for y, half in pairs])
    room = 0.05 * np.ptp(xs), 0.07 * np.ptp(ends)
    right = 0.24 if not on.is_narrow else 0.34
    frame = Frame(
        width=on.width, height=290 if on.is_narrow else 340,
        x=(float(xs.min() - room[0]), float(xs.max() + right * np.ptp(xs))),
        y=(float(ends.min() - room[1]), float(ends.max() + room[1])),
    )  # fmt: skip
    return panel(HEADS[axis], _layers(experiment, axis, frame=frame, on=on), frame=frame, on=on)


def _layers(experiment: Experiment, axis: str, *, frame: Frame, on: Paper) -> list[Layer]:
    colors = (on.theme.law, on.theme.target, on.theme.text, on.theme.quiet)
    dots: list[Layer] = []
    lines: list[Layer] = []
    wanted, drawn = [], []
    for i, curve in enumerate(experiment.curves):
        x, (y, half) = _x(curve, axis), _y(curve, axis)
        color, dash = colors[i % len(colors)], DASHES[i // len(colors) % len(DASHES)]
        rows = [{"x": float(a), "y": float(b), "estimator": curve.title, "how": curve.how}
                for a, b in zip(x, y, strict=True)]  # fmt: skip
        lines.append(layers.line(rows, mark={"color": color, "strokeWidth": 2,
                                             "strokeDash": dash}))  # fmt: skip
        lines += [_bar(frame, float(a), ends=(float(b - h), float(b + h)), color=color)
                  for a, b, h in zip(x, y, half, strict=True)]  # fmt: skip
        dots.append(layers.points(rows, mark={"color": color, "size": 26, "opacity": 1},
                                  tooltip=("estimator", "how")))  # fmt: skip
        drawn += _boxes(frame, x, y)
        last = int(np.argmax(x))
        wanted.append((curve.name, frame.across(float(x[last])), frame.down(float(y[last])), color))
    dots[0]["encoding"] |= _axes(frame, axis)
    rule = [layers.drop(frame, 0.0, 0.0, color=on.theme.quiet, strokeDash=[4, 3])]
    return [
        *dots, *(rule if axis == "ratio" else []), *lines,
        *_names(wanted, drawn, frame=frame, on=on),
        layers.writing(UNITS[axis], -44, frame.height + 13, color=on.theme.quiet,
                       fontSize=on.size),
    ]  # fmt: skip


def _boxes(frame: Frame, x: np.ndarray, y: np.ndarray) -> list[Box]:
    """Return small boxes along a line [px], which names keep clear of."""
    order = np.argsort(x)
    columns = np.array([frame.across(value) for value in x[order]])
    rows = np.array([frame.down(value) for value in y[order]])
    along = np.linspace(columns[0], columns[-1], 60)
    return [around(a, b, 3.0) for a, b in zip(along, np.interp(along, columns, rows), strict=True)]


def _axes(frame: Frame, axis: str) -> Layer:
    def text(tick: float) -> str:
        return power_text(tick) if axis == "flop" else short_number(10**tick)

    most = max(frame.width // 70, 3)
    ticks: dict[float, str | list[str]] = {
        t: text(t) for t in decade_ticks(frame.x, most) if 10 <= frame.across(t) <= frame.width - 8
    }
    levels: dict[float, str | list[str]] = {t: f"{10**t:.3g}" for t in _spaced(frame)}
    return {"x": layers.axis_x(frame, ticks), "y": layers.axis_y(frame, levels)}


def _spaced(frame: Frame) -> list[float]:
    kept: list[float] = []
    for tick in log_ticks(frame.y):
        if all(abs(frame.down(tick) - frame.down(other)) >= 16 for other in kept):
            kept.append(tick)
    return kept


def _bar(frame: Frame, x: float, *, ends: tuple[float, float], color: str) -> Layer:
    column = frame.across(x)
    box = (column - 0.6, frame.down(ends[1]), column + 0.6, frame.down(ends[0]))
    return layers.block(box, color=color, opacity=0.7)


def _names(wanted: list[tuple[str, float, float, str]], drawn: list[Box], *, frame: Frame,
           on: Paper) -> list[Layer]:  # fmt: skip
    """Return names near the right ends of their lines, where they touch nothing drawn."""
    colors = {name: color for name, _, _, color in wanted}
    placed = place([one[:3] for one in wanted], room=(frame.width, frame.height), taken=drawn,
                   size=on.size, most=len(wanted))  # fmt: skip
    left = [one[:3] for one in wanted if one[0] not in {label.text for label in placed}]
    apart = [text_box(label, on.size) for label in placed]  # over a line rather than over a name
    placed += place(left, room=(frame.width, frame.height), taken=apart, size=on.size,
                    most=len(left))  # fmt: skip
    made = []
    for label in placed:
        made += layers.haloed(label.text, (label.x, label.y), theme=on.theme, align=label.align,
                              color=colors[label.text], fontSize=on.size - 1)  # fmt: skip
    missing = [one for one in wanted if one[0] not in {label.text for label in placed}]
    for i, (name, x, y, color) in enumerate(missing):
        at = (min(x + 8, frame.width - 0.58 * on.size * len(name)), y + i * (on.size + 2))
        made += layers.haloed(name, at, theme=on.theme, color=color, fontSize=on.size - 1)
    return made
