"""Waterfalls: growth taken apart, factor after factor, to its total.

Each bar starts where the one above ends, on a log scale, so that lengths add up as the factors
multiply: a pair of systems (exact), a corpus per year with intervals, the chips themselves, and
the shares of progress. It draws what ``compute.growth_between`` and ``decomposition`` answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from costlaw.compute import Growth
from costlaw.decomposition import Decomposition, HardwareTrends, Trend
from costlaw.decomposition.tables import rows as published
from costlaw.figures import layers
from costlaw.figures.frame import Frame, log_ticks
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.units import format_number, format_percent

_LINES = 3.1  # height of a row, in text sizes


@dataclass(frozen=True, kw_only=True)
class Step:
    """One bar: its name, its log10 length, and the ends of its interval (equal if exact)."""

    name: str
    size: float
    low: float
    high: float
    text: str
    is_total: bool = False


def growth_figure(growth: Growth, *, width: int = 720, theme: str = "light") -> dict[str, Any]:
    """Draw the growth of hardware burden from one system to another, factor by factor.

    Parameters
    ----------
    growth : Growth
        What ``compute.growth_between`` or a pair of cards answers.
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
    >>> from costlaw.cards import cost, side_by_side
    >>> pair = side_by_side(cost("AlexNet"), cost("NASNet-A"))
    >>> growth_figure(pair.growth)["title"]["text"][0]
    'AlexNet → NASNet-A: where ×1,096 came from'
    """
    on = paper(width, theme)
    before, after = growth.before, growth.after
    total = format_number(growth.total, 4)
    days = [one.duration_s / 86400 for one in (before, after)]
    parts = "" if on.is_narrow else "chip rate × count × time"
    steps = [
        _exact("chip rate", growth.chip_rate,
               "" if on.is_narrow else f"{before.chip} → {after.chip}"),
        _exact("count", growth.count, f"{before.count:,.6g} → {after.count:,.6g} chips"),
        _exact("time", growth.time, f"{days[0]:.3g} → {days[1]:.3g} days"),
        _exact("hardware burden", growth.total, parts, is_total=True),
    ]  # fmt: skip
    if growth.utilization is not None and growth.operations is not None:
        used = f"with utilization ×{growth.utilization:.3g}"
        steps.append(_exact("operations", growth.operations, used, is_total=True))
    title = f"{before.name} → {after.name}: where ×{total} came from"
    under = [f"better chips gave ×{format_number(growth.chip_rate, 3)}, more chips and time"
             f" ×{format_number(growth.device_time, 3)}"]  # fmt: skip
    drawn = _waterfall(("Growth of the hardware burden", "factor, log scale"), steps, on=on)
    return sheet([drawn], heads=(title, under), says=f"{title}: {'; '.join(under)}.", on=on)


def decomposition_figure(
    found: Decomposition, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw why compute grew, and why error fell.

    Parameters
    ----------
    found : Decomposition
        What ``decompose`` answers.
    width : int
        Width of the whole picture, at least 320 [px].
    theme : str
        ``light`` or ``dark``.

    Returns
    -------
    dict
        A Vega-Lite 6 specification; a part that was refused has no panel.

    Raises
    ------
    OptionError
        If the theme is unknown or the width too small.

    Examples
    --------
    >>> from costlaw.decomposition import decompose
    >>> len(decomposition_figure(decompose("imagenet"))["vconcat"])
    2
    """
    on = paper(width, theme)
    panels, under = [], []
    if found.growth:
        grown = found.growth
        steps = [_per_year(item) for item in grown.factors]
        steps.append(_per_year(grown.total, is_total=True))
        heads = ("Growth of the hardware burden per year",
                 f"factor, log scale; {grown.total.n} results; rule: 90 % interval")  # fmt: skip
        panels.append(_waterfall(heads, steps, on=on))
        under.append(f"burden grew ×{format_number(grown.total.factor, 3)} a year")
    if found.progress:
        panels.append(_shares(found, on))
        under.append("; ".join(
            f"{share.factor} {format_percent(share.share)}" + ("" if share.identified else
                                                              " (not identified)")
            for share in found.progress.shares))  # fmt: skip
    title = f"{found.title}: where growth and progress came from"
    return sheet(panels, heads=(title, under), says=f"{title}: {'; '.join(under)}.", on=on)


def hardware_figure(
    found: HardwareTrends, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw where the rate of the leading chip came from, generation after generation.

    Parameters
    ----------
    found : HardwareTrends
        What ``hardware_trends`` answers.
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
    >>> from costlaw.decomposition import hardware_trends
    >>> len(hardware_figure(hardware_trends())["vconcat"])
    2
    """
    on = paper(width, theme)
    first, last = found.generations[0], found.generations[-1]
    steps = [_exact(name, last.factors[name] / first.factors[name], "") for name in last.factors]
    steps.append(_exact("training rate", last.rate / first.rate, "", is_total=True))
    yearly = [_per_year(item) for item in found.factors]
    yearly.append(_per_year(found.rate, is_total=True))
    title = "Leading chips: power, process, number format or tensor unit?"
    span = f"From {first.chip} ({first.year}) to {last.chip} ({last.year})"
    panels = [
        _waterfall((span, "factor, log scale"), steps, on=on),
        _waterfall(("Per year over the generations", "factor, log scale; rule: 90 % interval"),
                   yearly, on=on),
    ]  # fmt: skip
    return sheet(panels, heads=(title, [found.saturation]), says=f"{title} {found.saturation}.",
                 on=on)  # fmt: skip


def _exact(name: str, factor: float, text: str, *, is_total: bool = False) -> Step:
    size = math.log10(factor)
    words = f"{name} ×{format_number(factor, 4 if is_total else 3)}" + (f": {text}" if text else "")
    return Step(name=name, size=size, low=size, high=size, text=words, is_total=is_total)


def _per_year(item: Trend, *, is_total: bool = False) -> Step:
    low, high = item.interval(0.9)
    ends = " to ".join(format_number(10**end, 3) for end in (low, high))
    return Step(
        name=item.name, size=item.slope, low=low, high=high, is_total=is_total,
        text=f"{item.name} ×{format_number(item.factor, 3)} ({ends})",
    )  # fmt: skip


def _waterfall(heads: tuple[str, str], steps: Sequence[Step], *, on: Paper) -> dict[str, Any]:
    """Return one panel: bars from where the one above ended; totals from zero."""
    starts, at = [], 0.0
    for step in steps:
        starts.append(0.0 if step.is_total else at)
        at = at if step.is_total else at + step.size
    ends = [0.0]
    for step, start in zip(steps, starts, strict=True):
        ends += [start, start + step.size, start + step.low, start + step.high]
    room = 0.05 * (max(ends) - min(ends) or 1.0)
    frame = Frame(width=on.width, height=int(_LINES * on.size * len(steps)) + 6,
                  x=(min(ends) - room, max(ends) + room), y=(0.0, float(len(steps))))  # fmt: skip
    ticks: dict[float, str | list[str]] = {
        t: f"×{format_number(10**t, 1 if abs(t) >= 1 else 2)}" for t in _spaced(frame, on)
    }
    ruler = layers.points([{"x": frame.x[0], "y": 0.0}], mark={"opacity": 0})
    ruler["encoding"] |= {"x": layers.axis_x(frame, ticks), "y": layers.axis_y(frame, {})}
    marks = [ruler, layers.drop(frame, 0.0, 0.0, color=on.theme.quiet)]
    for i, (step, start) in enumerate(zip(steps, starts, strict=True)):
        marks += _bar(step, start, len(steps) - i - 0.7, frame=frame, on=on)
    return panel(heads, marks, frame=frame, on=on)


def _spaced(frame: Frame, on: Paper) -> list[float]:
    """Return round factors far enough apart to be read, ×1 always among them."""
    kept = [0.0]
    for tick in sorted(log_ticks(frame.x), key=lambda t: (abs(t - round(t)) > 1e-9, abs(t))):
        if all(abs(frame.across(tick) - frame.across(other)) > 4.4 * on.size for other in kept):
            kept.append(tick)
    return sorted(kept)


def _bar(step: Step, start: float, y: float, *, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    theme = on.theme
    color = theme.text if step.is_total else theme.law if step.size >= 0 else theme.target
    top, bottom = frame.down(y) - 0.42 * on.size, frame.down(y) + 0.42 * on.size
    left, right = sorted((frame.across(start), frame.across(start + step.size)))
    marks = [layers.block((left, top, max(right, left + 1.5), bottom), color=color,
                          opacity=0.4 if step.is_total else 0.75)]  # fmt: skip
    if step.low < step.high:
        ends = (start + step.low, start + step.high)
        marks.append(layers.segment(frame, ends, y, color=theme.text, strokeWidth=1.5))
        caps = [{"x": end, "y": y} for end in ends]
        marks.append(layers.points(caps, mark={"shape": "stroke", "angle": 90, "size": 60,
                                               "filled": False, "color": theme.text}))  # fmt: skip
    weight = 600 if step.is_total else 400
    zero = frame.across(0.0)  # the name starts right of the rule at zero, never across it
    above = (zero + 4.0 if zero < 0.3 * frame.width else 2.0, frame.down(y) - 1.25 * on.size)
    return [*marks, *layers.haloed(step.text, above, theme=theme, fontSize=on.size - 1,
                                   fontWeight=weight)]  # fmt: skip


def _shares(found: Decomposition, on: Paper) -> dict[str, Any]:
    """Return the panel of shares, each with its interval and what others published."""
    progress = found.progress
    assert progress is not None
    listed = progress.shares
    ends = [0.0, 1.0, *(share.low for share in listed), *(share.high for share in listed)]
    below = 0.2  # rows: room for what others published under the last bar
    frame = Frame(width=on.width, height=int(_LINES * on.size * (len(listed) + below)) + 6,
                  x=(max(min(ends), -1.0) - 0.04, min(max(ends), 2.0) + 0.04),
                  y=(-below, float(len(listed))))  # fmt: skip
    ticks: dict[float, str | list[str]] = {
        t / 4: f"{25 * t} %" for t in range(-4, 9)
        if frame.x[0] <= t / 4 <= frame.x[1]
    }  # fmt: skip
    ruler = layers.points([{"x": frame.x[0], "y": frame.y[0]}], mark={"opacity": 0})
    ruler["encoding"] |= {"x": layers.axis_x(frame, ticks), "y": layers.axis_y(frame, {})}
    marks = [ruler, layers.drop(frame, 0.0, 0.0, color=on.theme.quiet)]
    for i, share in enumerate(listed):
        text = f"{share.factor} {format_percent(share.share)}"
        text += "" if share.identified else ": not identified"
        step = Step(name=share.factor, size=share.share, low=max(share.low, frame.x[0]),
                    high=min(share.high, frame.x[1]), text=text)  # fmt: skip
        y = len(listed) - i - 0.7
        marks += _bar(step, 0.0, y, frame=frame, on=on)
        marks += _others(share.factor, y, frame=frame, on=on)
    heads = ("Shares of the fall in error",
             "mean over all orders (Shapley); rule: 90 %; open marks: Erdil & Besiroglu 2022 "
             "(ImageNet), Ho et al. 2024 (language)")  # fmt: skip
    return panel(heads, marks, frame=frame, on=on)


def _others(factor: str, y: float, *, frame: Frame, on: Paper) -> list[dict[str, Any]]:
    """Return what others published for a factor: a point, or the ends of a range."""
    marks = []
    for row in published("published_shares.csv"):
        if row["factor"] == factor:
            at = [{"x": float(row[end]), "y": y - 0.21, "study": row["study"]}
                  for end in ("low", "high")]  # fmt: skip
            shape = "circle" if row["subject"] == "ImageNet" else "square"
            ring = {"shape": shape, "filled": False, "color": on.theme.target, "size": 45}
            marks.append(layers.points(at, mark=ring, tooltip=("study",)))
            if at[0]["x"] != at[1]["x"]:
                ends = (float(row["low"]), float(row["high"]))
                marks.append(layers.segment(frame, ends, y - 0.21, color=on.theme.target))
    return marks
