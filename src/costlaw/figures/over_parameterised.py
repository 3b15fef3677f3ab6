"""Parameters per training example, since 1950: the article's over-parameterisation over time.

Each point is one named system; above the rule at 1 it has more weights than it saw examples. For
images an example is an image, for language most sources count tokens, so the two are told apart by
colour and shape and have a median each; they are not one trend. Medians stand where a year has at
least five systems. Source: the corpus of named systems (Epoch AI, CC BY
4.0, and the article's own).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from costlaw.exceptions import EvidenceError
from costlaw.figures import layers
from costlaw.figures.frame import Frame, decade_ticks
from costlaw.figures.labels import Box, place
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.time_panel import year_ticks
from costlaw.figures.wording import clean_name, power_text, short_number
from costlaw.literature import System

NAMED = ("Perceptron Mark I", "LeNet-5", "AlexNet", "VGG19", "NASNet-A", "Noisy Student (L2)",
         "GPT-3 175B (davinci)", "AlphaGo Zero", "Neocognitron")  # fmt: skip
ENOUGH = 5  # systems in a year for a median of them
GROUPS = ("images", "language", "other")
_SHAPES = {"images": "circle", "language": "triangle-up", "other": "square"}


def parameters_figure(
    systems: Sequence[System], *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw parameters per example over time.

    Parameters
    ----------
    systems : sequence of System
        Such as ``literature.systems()``; those without parameters or examples are counted.
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
    EvidenceError
        If fewer than two systems state both counts.

    Examples
    --------
    >>> from costlaw.literature import systems
    >>> parameters_figure(systems())["title"]["text"][0]
    'Parameters per training example, over time'
    """
    on = paper(width, theme)
    rows = _rows(systems)
    if len(rows) < 2:
        raise EvidenceError(f"{len(rows)} systems state parameters and examples: expected 2.")
    frame = _frame(rows, on)
    above = sum(row["y"] > 0 for row in rows)
    title = "Parameters per training example, over time"
    under = [
        f"{len(rows):,} of {len(systems):,} named systems state both; {above:,} have more "
        "parameters than examples",
        "an example is an image or, in language, mostly a token: two counts, not one trend",
    ]
    heads = ("Named systems", f"log scale; lines: median of a year with at least {ENOUGH} systems")
    drawn = panel(heads, _layers(rows, frame, on), frame=frame, on=on)
    return sheet([drawn], heads=(title, under), says=f"{title}: {'; '.join(under)}.", on=on)


def _group(domain: str) -> str:
    """Return which kind of example a field counts; a field of several kinds is ``other``."""
    kinds = {part.strip().casefold() for part in domain.replace("|", ",").split(",")}
    if kinds <= {"vision", "image generation", "video"}:
        return "images"
    return "language" if kinds == {"language"} else "other"


def _rows(systems: Sequence[System]) -> list[dict[str, Any]]:
    rows = []
    for system in systems:
        ratio = system.parameters_per_example
        if ratio:
            year = system.year + (int(system.date[5:7] or 1) - 1) / 12
            rows.append({"x": round(year, 3), "y": math.log10(ratio), "system": system.name,
                         "group": _group(system.domain), "date": system.date,
                         "parameters per example": short_number(ratio)})  # fmt: skip
    return rows


def _frame(rows: list[dict[str, Any]], on: Paper) -> Frame:
    years, logs = [row["x"] for row in rows], [row["y"] for row in rows]
    x, y = (min(years) - 1.0, max(years) + 1.0), (min(logs) - 0.3, max(logs) + 0.3)
    return Frame(width=on.width, height=320 if on.is_narrow else 400, x=x, y=y)


def _colors(on: Paper) -> dict[str, str]:
    return {"images": on.theme.law, "language": on.theme.target, "other": on.theme.quiet}


def _layers(rows: list[dict[str, Any]], frame: Frame, on: Paper) -> list[dict[str, Any]]:
    colors, marks = _colors(on), []
    for group in reversed(GROUPS):
        mine = [row for row in rows if row["group"] == group]
        mark = {"color": colors[group], "shape": _SHAPES[group], "size": 22, "opacity": 0.45}
        shown = ("system", "parameters per example", "date")
        marks.append(layers.points(mine, mark=mark, tooltip=shown))
    levels: dict[float, str | list[str]] = {t: power_text(t) for t in decade_ticks(frame.y, most=9)}
    marks[0]["encoding"] |= {
        "x": layers.axis_x(frame, year_ticks(frame)), "y": layers.axis_y(frame, levels)
    }  # fmt: skip
    return [
        *marks,
        layers.segment(frame, frame.x, 0.0, color=on.theme.text, strokeDash=[5, 3]),
        *layers.haloed("more parameters than examples ↑", (4, frame.down(0.0) - 0.8 * on.size),
                       theme=on.theme, fontSize=on.size - 1),
        *_medians(rows, on),
        *_names(rows, frame, on),
        *_key(on),
    ]  # fmt: skip


def _medians(rows: list[dict[str, Any]], on: Paper) -> list[dict[str, Any]]:
    lines = []
    for group in ("images", "language"):
        years: dict[int, list[float]] = defaultdict(list)
        for row in rows:
            if row["group"] == group:
                years[int(row["x"])].append(row["y"])
        middle = [{"x": year + 0.5, "y": median(found)} for year, found in sorted(years.items())
                  if len(found) >= ENOUGH]  # fmt: skip
        rim = {"color": on.theme.background, "strokeWidth": 5}
        stroke = {"color": _colors(on)[group], "strokeWidth": 2.5}
        lines += [layers.line(middle, mark=rim), layers.line(middle, mark=stroke)]
    return lines


def _names(rows: list[dict[str, Any]], frame: Frame, on: Paper) -> list[dict[str, Any]]:
    """Name the article's systems, each ringed; the cloud itself may lie under a name."""
    found = {row["system"]: row for row in rows if row["system"] in NAMED}
    chosen = [found[name] for name in NAMED if name in found]
    spots = [(frame.across(row["x"]), frame.down(row["y"])) for row in chosen]
    rule = frame.down(0.0)
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots]
    taken.append((0.0, rule - 1.5 * on.size, 0.6 * on.size * 31, rule + 2))
    wanted = [(clean_name(row["system"]), *spot) for row, spot in zip(chosen, spots, strict=True)]
    placed = place(wanted, room=(frame.width, frame.height), taken=taken, size=on.size,
                   most=len(wanted))  # fmt: skip
    ring = {"filled": False, "stroke": on.theme.text, "size": 70, "strokeWidth": 1.6, "opacity": 1}
    names = [mark for label in placed for mark in layers.named(label, on.theme, on.size)]
    return [layers.points([{"x": r["x"], "y": r["y"]} for r in chosen], mark=ring), *names]


def _key(on: Paper) -> list[dict[str, Any]]:
    """Say over the panel what the colours and shapes are."""
    marks, x = [], 4.0
    for group in GROUPS:
        color = _colors(on)[group]
        mark = {"type": "point", "filled": True, "shape": _SHAPES[group], "size": 50,
                "color": color, "opacity": 1}  # fmt: skip
        marks.append({"data": {"values": [{}]}, "mark": mark,
                      "encoding": {"x": {"value": x}, "y": {"value": -10}}})  # fmt: skip
        marks.append(layers.writing(group, x + 10, -10, color=on.theme.text, fontSize=on.size - 1))
        x += 10 + 0.56 * on.size * len(group) + 18
    return marks
