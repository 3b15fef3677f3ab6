"""Error over time: published results by year, the best of each year, and the target.

The article's first panel (Thompson, Greenewald, Lee and Manso 2021, IEEE Spectrum). Results
without a year are not drawn. No trend is fitted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.figures import layers
from costlaw.figures.frame import Frame, error_ticks
from costlaw.figures.labels import Box, around, landmarks, place
from costlaw.figures.moving import Moving, drawn_once
from costlaw.figures.sheet import Paper
from costlaw.figures.wording import clean_name, error_text
from costlaw.runs import Runs

Array = NDArray[np.float64]
Layer = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Dated:
    """Results with a year and an error above 0.

    Parameters
    ----------
    names : tuple of str
        Systems.
    years, errors : ndarray of shape (n,)
        Year, and error [the benchmark's unit].
    is_fraction : bool
        Whether errors are fractions of 1.
    """

    names: tuple[str, ...]
    years: Array
    errors: Array
    is_fraction: bool

    @property
    def has_time(self) -> bool:
        """Whether at least two different years are stated."""
        return bool(np.unique(np.floor(self.years)).size >= 2)


def dated(names: list[str] | tuple[str, ...], years: Array, *, errors: Array, is_fraction: bool
          ) -> Dated:  # fmt: skip
    """Return the results that can be drawn over time."""
    kept = np.flatnonzero(np.isfinite(years) & (errors > 0))
    return Dated(names=tuple(names[i] for i in kept), years=years[kept], errors=errors[kept],
                 is_fraction=is_fraction)  # fmt: skip


def dated_runs(runs: Runs) -> Dated:
    """Return the dated results of a table of runs."""
    return dated(runs.texts("name"), runs.numbers("year"), errors=runs.numbers("error"),
                 is_fraction=runs.benchmark.is_fraction)  # fmt: skip


def time_frame(results: Dated, *, y: tuple[float, float], on: Paper) -> Frame:
    """Return the frame: half a year of room at both ends."""
    span = (float(results.years.min()) - 0.5, float(results.years.max()) + 0.6)
    return Frame(width=on.width, height=190 if on.is_narrow else 220, x=span, y=y)


def time_layers(
    results: Dated, frame: Frame, *, target: tuple[float, str] | None, on: Paper,
    moving: Moving = drawn_once,
) -> list[Layer]:  # fmt: skip
    """Return the layers of the panel.

    Parameters
    ----------
    results : Dated
        What is drawn.
    frame : Frame
        Years across, log10 error up.
    target : (float, str) or None
        Target error [the benchmark's unit] and how a person reads it.
    on : Paper
        Theme, text size and width.
    moving : callable
        Draws what depends on the target.
    """
    best = best_of_each_year(results)
    taken = [around(column, row, 2.0) for column, row in along(best, frame)]
    marks: list[Layer] = []
    if target:
        rule = frame.down(float(np.log10(target[0])))
        taken.append((0.0, rule - 1.4 * on.size, 0.62 * on.size * 14, rule))
        marks = moving("time", frame, target_layers(target, frame, on))
    return [
        layers.line(best, mark={"color": on.theme.law, "strokeWidth": 2}),
        *marks,
        dated_points(results, frame, on),  # over the line, so that a pointer meets them
        *dated_names(results, frame, taken=taken, on=on),
    ]


def target_layers(target: tuple[float, str], frame: Frame, on: Paper) -> list[Layer]:
    """Return the target (error, and how a person reads it) as a dashed rule with its name."""
    level, color = float(np.log10(target[0])), on.theme.target
    at = (4.0, frame.down(level) - 0.75 * on.size)
    return [
        layers.segment(frame, frame.x, level, color=color, strokeDash=[5, 3]),
        *layers.haloed(f"target {target[1]}", at, theme=on.theme, color=color,
                       fontSize=on.size),
    ]  # fmt: skip


def dated_points(results: Dated, frame: Frame, on: Paper) -> Layer:
    """Return the points with their axes: this layer carries the scales of the panel."""
    rows = [
        {"x": year, "y": float(np.log10(error)), "system": name,
         "error": error_text(error, is_fraction=results.is_fraction), "year": f"{year:.0f}"}
        for name, year, error in zip(results.names, results.years.tolist(),
                                     results.errors.tolist(), strict=True)
    ]  # fmt: skip
    layer = layers.points(rows, mark={"color": on.theme.run, "opacity": 0.75, "size": 34},
                          tooltip=("system", "error", "year"))  # fmt: skip
    levels: dict[float, str | list[str]] = {
        t: error_text(10**t, is_fraction=results.is_fraction) for t in error_ticks(frame)
    }
    layer["encoding"] |= {
        "x": layers.axis_x(frame, year_ticks(frame)), "y": layers.axis_y(frame, levels)
    }  # fmt: skip
    return layer


def year_ticks(frame: Frame) -> dict[float, str | list[str]]:
    """Return whole years, as many as have room."""
    years = np.arange(np.ceil(frame.x[0]), np.floor(frame.x[1]) + 1)
    least = len(years) * 46 / frame.width
    step = next((s for s in (1, 2, 5, 10, 20, 50) if s >= least), 100)
    first = years[0] if step < 5 else np.ceil(years[0] / step) * step
    return {float(year): f"{year:.0f}" for year in np.arange(first, years[-1] + 1, step)}


def best_of_each_year(results: Dated) -> list[dict[str, float]]:
    """Return the lowest error of each year, as points of the frame."""
    years, logs = results.years, np.log10(results.errors)
    order = np.lexsort((logs, np.floor(years)))
    firsts = order[np.unique(np.floor(years[order]), return_index=True)[1]]
    return [{"x": float(years[at]), "y": float(logs[at])} for at in firsts]


def along(best: list[dict[str, float]], frame: Frame) -> list[tuple[float, float]]:
    """Return pixel positions along a line, every few pixels."""
    columns = np.arange(frame.across(best[0]["x"]), frame.across(best[-1]["x"]), 3.0)
    knots = [frame.across(row["x"]) for row in best]
    rows = np.interp(columns, knots, [frame.down(row["y"]) for row in best])
    return [(float(a), float(b)) for a, b in zip(columns, rows, strict=True)]


def dated_names(results: Dated, frame: Frame, *, taken: list[Box], on: Paper) -> list[Layer]:
    """Return the names of results that set a new best."""
    logs = np.log10(results.errors)
    spots = [(frame.across(x), frame.down(y)) for x, y in zip(results.years, logs, strict=True)]
    wanted = [(clean_name(results.names[i]), *spots[i])
              for i in landmarks(results.years, results.errors)]  # fmt: skip
    placed = place(wanted, room=(frame.width, frame.height), size=on.size,
                   taken=[*(around(*spot) for spot in spots), *taken],
                   most=3 if on.is_narrow else 6)  # fmt: skip
    return [mark for label in placed for mark in layers.named(label, on.theme, on.size)]
