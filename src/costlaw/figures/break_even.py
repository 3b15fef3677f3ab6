"""Break-even: what strategies cost against the baseline, as the number of uses grows.

Above, the total over that of the baseline (below 1 is cheaper); below, from how many uses on each
pays, as a diamond with its 90 % interval. A strategy that pays from the first use, or never, says
so. It draws what ``lifecycle.compare_strategies`` answers and prices nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from costlaw.figures import layers
from costlaw.figures.answer_bar import answer_bar
from costlaw.figures.dominance import _NAMES
from costlaw.figures.frame import Frame, decade_ticks, log_ticks
from costlaw.figures.labels import Box, Label, around, place, text_box
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.wording import power_text, short_number
from costlaw.lifecycle import Lifecycle, StrategyComparison
from costlaw.units import format_chance, format_number, format_quantity

_STEPS = 120
_LEAST_DECADES = 4.0
_HUES = {
    "light": ("#0072B2", "#B84A00", "#007A5A", "#9B4F86", "#7A6A00", "#4C5B6B", "#A33B3B"),
    "dark": ("#56B4E9", "#F0A030", "#35C49A", "#DF93C4", "#E5D64C", "#A9B8C9", "#F08A8A"),
}  # Okabe and Ito 2008, shaded to be readable on each ground
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 3], [10, 4])


def break_even_figure(
    found: StrategyComparison, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw what strategies cost as the number of uses grows.

    Parameters
    ----------
    found : StrategyComparison
        What ``lifecycle.compare_strategies`` answers.
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
    >>> from costlaw.lifecycle import Workload, compare_strategies, default_strategies
    >>> work = Workload.of(training=1e21, per_use=1e10, uses_per_year=1e12, service_years=2)
    >>> drawn = compare_strategies(work, default_strategies(), site=preset("today"))
    >>> len(break_even_figure(drawn)["vconcat"])
    2
    """
    on = paper(width, theme)
    span = _span(found)
    best, base = found.ranked[0], found.baseline
    what, unit = _NAMES[found.currency], base.total(found.currency).unit
    title = f"{base.workload.name}: is there a cheaper way?"
    spent = format_quantity(base.total(found.currency).value, unit)
    used, years = format_number(base.workload.uses.value), base.workload.service_years
    under = [_verdict(found, best), f"baseline {spent} for {used} uses over {years:g} years"]
    upper = _upper(found, span, on)
    lower = _lower(found, span, on)
    over = "against uses over the whole life, log scales; below 1 is cheaper"
    pays = ("Uses from which on it pays", "over the whole life; bar: 90 % interval")
    panels = [
        panel((f"Total {what} over the baseline's", over), upper[1], frame=upper[0], on=on),
        panel(pays, lower[1], frame=lower[0], on=on),
    ]
    return sheet(panels, heads=(title, under), says=f"{title} {'; '.join(under)}.", on=on)


def _verdict(found: StrategyComparison, best: Lifecycle) -> str:
    if best is found.baseline:
        return "none of these strategies is cheaper at this many uses"
    total, base = (life.total(found.currency) for life in (best, found.baseline))
    ratio = (total / base).interval(0.9)
    error = ""
    if best.strategy.changes_error:
        error = f", at an error ×{best.strategy.error.value:.3g}"
    ends = " to ".join(f"{end:.2g}" for end in ratio)
    return f"{best.strategy.name} costs ×{ends} (90 %){error}; {_kind(best)}"


def _kind(life: Lifecycle) -> str:
    return {"measured": "ratios measured", "stated": "ratios as stated by the source",
            "derived": "ratios derived from the source"}[life.strategy.kind]  # fmt: skip


def _span(found: StrategyComparison) -> tuple[float, float]:
    """Return the log10 uses to show: the workload's own, and every break-even there is."""
    own = math.log10(found.baseline.workload.uses.value)
    marks = [own]
    for item in found.break_evens.values():
        for end in (item.uses.value, *item.uses.interval(0.9)):
            if 0 < end < math.inf:
                marks.append(math.log10(end))
    left, right = min(marks), max(marks)
    room = max(0.6, (_LEAST_DECADES - (right - left)) / 2)
    return max(left, own - 6) - room, min(right, own + 6) + room


def _shown(found: StrategyComparison) -> list[Lifecycle]:
    return [life for life in found.ranked if life is not found.baseline]


def _name(life: Lifecycle) -> str:
    if life.strategy.changes_error:
        return f"{life.strategy.name} (error ×{life.strategy.error.value:.3g})"
    return life.strategy.name


def _upper(
    found: StrategyComparison, span: tuple[float, float], on: Paper
) -> tuple[Frame, list[dict[str, Any]]]:
    uses = np.linspace(*span, _STEPS)
    curves = {life.strategy.name: _ratio(found, life, uses) for life in _shown(found)}
    values = np.concatenate([np.zeros(1), *curves.values()])
    low, high = float(values.min()), float(values.max())
    frame = Frame(width=on.width, height=220 if on.is_narrow else 260, x=span,
                  y=(low - 0.12, high + 0.12))  # fmt: skip
    marks = [layers.segment(frame, span, 0.0, color=on.theme.text, strokeDash=[5, 3])]
    ticks: dict[float, str | list[str]] = {
        t: power_text(t) for t in decade_ticks(span, most=5 if on.is_narrow else 9)
    }
    levels: dict[float, str | list[str]] = {t: f"×{10**t:.2g}" for t in log_ticks(frame.y)}
    hues = _HUES[on.theme.name]
    drawn, lines = [], {}
    for i, life in enumerate(_shown(found)):
        rows = [{"x": float(a), "y": float(b)} for a, b in zip(uses, curves[life.strategy.name],
                                                               strict=True)]  # fmt: skip
        stroke = {"color": hues[i % 7], "strokeWidth": 2, "strokeDash": _DASHES[i % 7]}
        drawn.append(layers.line(rows, mark=stroke))
        lines[life.strategy.name] = [(frame.across(row["x"]), frame.down(row["y"])) for row in rows]
    drawn[0]["encoding"] |= {"x": layers.axis_x(frame, ticks), "y": layers.axis_y(frame, levels)}
    colors = {name: hues[i % 7] for i, name in enumerate(lines)}
    names = [
        mark for label in _labels(lines, frame, own=_own_boxes(found, frame, on), size=on.size)
        for mark in layers.haloed(label.text, (label.x, label.y), theme=on.theme,
                                  align=label.align, fontSize=on.size - 1,
                                  color=colors[label.text])
    ]  # fmt: skip
    return frame, [*drawn, *marks, *_own(found, frame, on), *names]


def _labels(
    lines: dict[str, list[tuple[float, float]]], frame: Frame, *, own: list[Box], size: int
) -> list[Label]:
    """Return names beside their lines: where no line runs, else as near as there is room."""
    level = frame.down(0.0)
    taken = [*own, (0.0, level - 4, float(frame.width), level + 4)]
    crossed = [around(*spot, 4.5) for line in lines.values() for spot in line]
    found: list[Label] = []
    for i, (name, line) in enumerate(lines.items()):
        usual = int(_label_place(i, len(lines)) * (len(line) - 1))
        near = np.argsort(np.abs(np.arange(len(line)) - usual), kind="stable").tolist()
        tries = [(at, crossed) for at in near[::2]] + [(at, []) for at in near[::2]]
        for at, lined in tries:
            placed = place([(name, *line[at])], room=(frame.width, frame.height),
                           taken=[*taken, *lined], size=size, most=1)  # fmt: skip
            if placed:
                found += placed
                taken.append(text_box(placed[0], size))
                break
    return found


def _label_place(i: int, count: int) -> float:
    """Return where along its line a name goes: spread, so that they do not pile up at one end."""
    return 0.12 + 0.76 * (i + 0.5) / max(count, 1)


def _ratio(found: StrategyComparison, life: Lifecycle, log_uses: np.ndarray) -> np.ndarray:
    """Return log10 of the total over the baseline's at numbers of uses, at the point values."""
    item = found.break_evens[life.strategy.name]
    totals = [
        item.fixed(one).value + one.use_once(found.currency).value * 10.0**log_uses
        for one in (life, found.baseline)
    ]
    return np.asarray(np.log10(totals[0] / totals[1]))


def _own(found: StrategyComparison, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    uses = found.baseline.workload.uses.value
    column = frame.across(math.log10(uses))
    side = "right" if column > 0.6 * frame.width else "left"
    gap = -6 if side == "right" else 6
    return [
        layers.drop(frame, math.log10(uses), 0.0, color=on.theme.target, strokeDash=[3, 3]),
        *layers.haloed(f"asked: {short_number(uses)} uses", (column + gap, 0.9 * on.size),
                       theme=on.theme, align=side, color=on.theme.target),
    ]  # fmt: skip


def _own_boxes(found: StrategyComparison, frame: Frame, on: Paper) -> list[Box]:
    """Return what the rule of the workload's own uses and its words cover [px]."""
    column = frame.across(math.log10(found.baseline.workload.uses.value))
    wide = 0.62 * on.size * 18
    left = column - wide if column > 0.6 * frame.width else column
    return [(column - 3, 0.0, column + 3, float(frame.height)),
            (left, 0.0, left + wide, 1.8 * on.size)]  # fmt: skip


def _lower(
    found: StrategyComparison, span: tuple[float, float], on: Paper
) -> tuple[Frame, list[dict[str, Any]]]:
    listed = _shown(found)
    step = 3.0 * on.size
    frame = Frame(width=on.width, height=int(step * len(listed) + 8), x=span,
                  y=(0.0, float(len(listed))))  # fmt: skip
    ticks: dict[float, str | list[str]] = {
        t: power_text(t) for t in decade_ticks(span, most=5 if on.is_narrow else 9)
    }
    first = layers.points([{"x": span[0], "y": 0.0}], mark={"opacity": 0})
    first["encoding"] |= {"x": layers.axis_x(frame, ticks), "y": layers.axis_y(frame, {})}
    rows, words = [], []
    for i, life in enumerate(listed):
        drawn, written = _row(found, life, len(listed) - i - 0.68, frame=frame, on=on)
        rows += drawn
        words += [text_box(label, on.size) for label in written]
    return frame, [first, *_own_rule(found, frame, words=words, on=on), *rows]


def _own_rule(
    found: StrategyComparison, frame: Frame, *, words: list[Box], on: Paper
) -> list[dict[str, Any]]:
    """Return the rule of the workload's own uses, left out where it would cross words."""
    column = frame.across(math.log10(found.baseline.workload.uses.value))
    crossed = sorted((top, bottom) for left, top, right, bottom in words
                     if left - 4 < column < right + 4)  # fmt: skip
    starts = [0.0, *(bottom for _, bottom in crossed)]
    ends = [*(top for top, _ in crossed), frame.height + 5.0]
    return [
        layers.upright(column, (start, end), color=on.theme.target, strokeDash=[3, 3])
        for start, end in zip(starts, ends, strict=True)
        if end - start > 1.5 * on.size  # no stub between two lines of words
    ]


def _row(
    found: StrategyComparison, life: Lifecycle, y: float, *, frame: Frame, on: Paper
) -> tuple[list[dict[str, Any]], list[Label]]:
    """Return one strategy's marks (a diamond and bar, or what it says instead) and its words."""
    item = found.break_evens[life.strategy.name]
    above = frame.down(y) - 1.25 * on.size
    named = f"{_name(life)}: cheaper with {format_chance(found.beats(life))}"
    words = [Label(text=named, x=2, y=above, align="left")]
    drawn = layers.haloed(named, (2, above), theme=on.theme, fontSize=on.size - 1)
    if item.at_once >= 0.95 or item.never >= 0.95:
        words.append(Label(text=item.words, x=2, y=frame.down(y), align="left"))
        quiet = {"color": on.theme.quiet, "fontSize": on.size - 1}
        drawn += layers.haloed(item.words, (2, frame.down(y)), theme=on.theme, **quiet)
        return drawn, words
    low, high = item.uses.interval(0.9)
    ends = (_log(item.uses.value), _log(low), _log(high))
    bar = answer_bar(frame, ends, y, on=on, end_text=lambda x: short_number(10**x))
    return [*bar, *drawn], words


def _log(value: float) -> float:
    """Return log10, with 0 uses far to the left and "never" far to the right."""
    if value <= 0:
        return -1.0
    return math.log10(value) if math.isfinite(value) else math.inf
