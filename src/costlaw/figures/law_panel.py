"""A fitted law in the plane of compute and error: bands, line, runs, names and key.

The ground that the pictures of a fit and of a forecast share. The line is solid as far as there
are runs and dashed past them; bands are those of the law (50 and 90 %) and, lightest, of a next
result (90 %). Bands that leave the picture are cut at its edge. The pool of laws has one
distribution and so no third band.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.figures import layers
from costlaw.figures.frame import Frame, error_ticks
from costlaw.figures.labels import Box, around, landmarks, place
from costlaw.figures.sheet import LEFT, Paper
from costlaw.figures.wording import clean_name, error_text, power_text
from costlaw.fitting.scatter import Bands, Fit, error_at

Array = NDArray[np.float64]
Layer = dict[str, Any]
Ticks = dict[float, str | list[str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scatter:
    """Runs and what was fitted to them, as a panel draws them.

    Parameters
    ----------
    x, error, years : ndarray of shape (n,)
        log10 FLOP; error above 0 [the benchmark's unit]; year, NaN where not stated.
    names : tuple of str
        Systems.
    is_fraction : bool
        Whether errors are fractions of 1.
    largest : float
        Compute of the largest run [FLOP].
    bands : callable
        Turns amounts of compute [FLOP] into the law and its bands.
    line_name : str
        What the line is.
    from_log : float
        Compute from which the line has a meaning [log10 FLOP].
    """

    x: Array
    error: Array
    years: Array
    names: tuple[str, ...]
    is_fraction: bool
    largest: float
    bands: Callable[[Array], Bands]
    line_name: str = "law"
    from_log: float = -math.inf


def scatter_of(fit: Fit) -> Scatter:
    """Return the runs of a fit and its bands."""
    evidence = fit.evidence
    return Scatter(
        x=evidence.x, error=evidence.error, years=evidence.year, names=evidence.names,
        is_fraction=fit.benchmark.is_fraction, largest=fit.largest,
        bands=lambda compute: error_at(fit, compute),
    )  # fmt: skip


def band_layers(scatter: Scatter, frame: Frame, on: Paper) -> list[Layer]:
    """Return three bands and the line."""
    x = np.linspace(max(frame.x[0], scatter.from_log), frame.x[1], 90)
    bands = scatter.bands(10.0**x)
    room = (frame.y[0] - 1.0, frame.y[1] + 1.0)

    def rows(ends: tuple[Array, Array]) -> list[dict[str, float]]:
        low = _safe_log(ends[0], room, empty=room[0])
        high = _safe_log(ends[1], room, empty=room[1])
        return [{"x": float(a), "low": float(b), "high": float(c)}
                for a, b, c in zip(x, low, high, strict=True)]  # fmt: skip

    color, theme = on.theme.law, on.theme
    widest = [bands.next_result[0.9]] if bands.next_result is not bands.law else []
    return [
        *(layers.band(rows(ends), color=color, opacity=theme.band_next) for ends in widest),
        layers.band(rows(bands.law[0.9]), color=color, opacity=theme.band_90),
        layers.band(rows(bands.law[0.5]), color=color, opacity=theme.band_50),
        *_line(x, _safe_log(bands.error, room, empty=math.nan), scatter=scatter, on=on),
    ]


def _line(x: Array, middle: Array, *, scatter: Scatter, on: Paper) -> list[Layer]:
    law = [{"x": float(a), "y": float(b)} for a, b in zip(x, middle, strict=True)
           if not math.isnan(b)]  # fmt: skip
    inside = [row for row in law if row["x"] <= math.log10(scatter.largest)]
    past = law[max(len(inside) - 1, 0) :]
    stroke = {"color": on.theme.law, "strokeWidth": 2.2}
    return [layers.line(inside, mark=stroke),
            layers.line(past, mark={**stroke, "strokeDash": [7, 4]})]  # fmt: skip


def _safe_log(error: Array, room: tuple[float, float], *, empty: float) -> Array:
    """Return log10 inside the room; ``empty`` where there is no positive number."""
    good = np.isfinite(error) & (error > 0)
    logs = np.where(good, np.log10(np.where(good, error, 1.0)), empty)
    return np.clip(logs, *room)


def run_layer(scatter: Scatter, frame: Frame, *, ticks: Ticks, on: Paper) -> Layer:
    """Return the points with their axes: this layer carries the scales of the panel."""
    rows = [
        {"x": x, "y": math.log10(error), "system": name,
         "error": error_text(error, is_fraction=scatter.is_fraction),
         "compute": f"{power_text(x)} FLOP",
         "year": f"{year:.0f}" if math.isfinite(year) else "not stated"}
        for x, error, name, year in zip(scatter.x.tolist(), scatter.error.tolist(),
                                        scatter.names, scatter.years.tolist(), strict=True)
    ]  # fmt: skip
    layer = layers.points(rows, mark={"color": on.theme.run, "opacity": 0.75, "size": 34},
                          tooltip=("system", "error", "compute", "year"))  # fmt: skip
    levels: Ticks = {
        t: error_text(10**t, is_fraction=scatter.is_fraction) for t in error_ticks(frame)
    }
    layer["encoding"] |= {
        "x": layers.axis_x(frame, ticks, labelLineHeight=16), "y": layers.axis_y(frame, levels)
    }  # fmt: skip
    return layer


def name_layers(scatter: Scatter, frame: Frame, *, taken: Sequence[Box], on: Paper) -> list[Layer]:
    """Return names of landmark systems, clear of points, line and what else is taken [px]."""
    logs = np.log10(scatter.error)
    spots = [(frame.across(a), frame.down(b)) for a, b in zip(scatter.x, logs, strict=True)]
    along = np.linspace(max(frame.x[0], scatter.from_log), frame.x[1], 120)
    middle = scatter.bands(10.0**along).error
    line = [around(frame.across(a), frame.down(math.log10(b)), 2.5)
            for a, b in zip(along, middle, strict=True) if b > 0]  # fmt: skip
    wanted = [(clean_name(scatter.names[i]), *spots[i])
              for i in landmarks(scatter.x, scatter.error)]  # fmt: skip
    placed = place(wanted, room=(frame.width, frame.height), size=on.size,
                   taken=[*(around(*spot) for spot in spots), *line, *taken],
                   most=4 if on.is_narrow else 8)  # fmt: skip
    return [mark for label in placed for mark in layers.named(label, on.theme, on.size)]


def heading_layers(frame: Frame, rows: Sequence[str], on: Paper) -> list[Layer]:
    """Name the rows of ticks at their left."""
    return [
        layers.writing(text, -44, frame.height + 13 + 16 * i, color=on.theme.quiet,
                       fontSize=on.size)
        for i, text in enumerate(rows)
    ]  # fmt: skip


def key_layers(scatter: Scatter, on: Paper) -> list[Layer]:
    """Say over the panel what line and bands are."""
    theme, size = on.theme, on.size
    row, x = -10.0, 4.0 - LEFT if on.is_narrow else 0.0  # a phone has no other room
    marks: list[Layer] = [
        layers.block((x, row - 1, x + 16, row + 1), color=theme.law),
        layers.writing(scatter.line_name, x + 20, row, color=theme.text, fontSize=size - 1),
    ]
    x += 20 + 0.56 * size * len(scatter.line_name) + 12
    parts = [("50 %", theme.band_50 + theme.band_90), ("90 %", theme.band_90 + theme.band_next)]
    if scatter.line_name == "law":
        parts.append(("90 % of next results", theme.band_next))
    for text, opacity in parts:
        marks.append(layers.block((x, row - 5, x + 14, row + 5), color=theme.law,
                                  opacity=min(opacity, 1.0)))  # fmt: skip
        marks.append(layers.writing(text, x + 18, row, color=theme.text, fontSize=size - 1))
        x += 18 + 0.54 * size * len(text) + 10
    return marks
