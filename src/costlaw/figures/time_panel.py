"""Error over time: published results by year, the best of each year, and the target.

The article's first panel (Thompson, Greenewald, Lee and Manso 2021, IEEE Spectrum). Results
without a year are not drawn and counted. No trend is fitted here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.figures import layers
from costlaw.figures.frame import Frame, log_ticks
from costlaw.figures.labels import around, landmarks, place
from costlaw.figures.theme import Theme
from costlaw.figures.wording import clean_name, error_text
from costlaw.runs import Runs

Array = NDArray[np.float64]


def has_time(runs: Runs) -> bool:
    """Return whether at least two different years are stated."""
    years = runs.numbers("year")
    return bool(np.unique(np.floor(years[np.isfinite(years)])).size >= 2)


def time_frame(runs: Runs, width: int, *, height: int, y: tuple[float, float]) -> Frame:
    """Return the frame: half a year of room at both ends."""
    years = runs.numbers("year")
    return Frame(width=width, height=height, y=y,
                 x=(float(np.nanmin(years)) - 0.5, float(np.nanmax(years)) + 0.6))  # fmt: skip


def time_layers(
    runs: Runs, frame: Frame, *, target: float, theme: Theme, size: int, shown: str
) -> list[dict[str, Any]]:
    """Return the layers of the panel.

    Parameters
    ----------
    runs : Runs
        With a year for some.
    frame : Frame
        Years across, log10 error up.
    target : float
        Target error [the benchmark's unit].
    theme, size : Theme, int
        Colours; text size [px].
    shown : str
        The target as a person reads it.
    """
    kept = runs.keep(np.isfinite(runs.numbers("year")) & (runs.numbers("error") > 0))
    years, errors = kept.numbers("year"), kept.numbers("error")
    logs = np.log10(errors)
    names, fraction = kept.texts("name"), kept.benchmark.is_fraction
    rows = [
        {"x": float(years[i]), "y": float(logs[i]), "system": names[i],
         "error": error_text(float(errors[i]), is_fraction=fraction), "year": f"{years[i]:.0f}"}
        for i in range(len(kept))
    ]  # fmt: skip
    best = _best_of_each_year(years, logs)
    ticks = {t: error_text(10**t, is_fraction=fraction) for t in log_ticks(frame.y)}
    level = float(np.log10(target))
    base = layers.points(
        rows, mark={"color": theme.run, "opacity": 0.75, "size": 34},
        tooltip=("system", "error", "year"),
    )  # fmt: skip
    base["encoding"] |= {
        "x": layers.axis_x(frame, _year_ticks(frame)), "y": layers.axis_y(frame, ticks)
    }  # fmt: skip
    return [
        base,
        layers.line(best, mark={"color": theme.law, "strokeWidth": 2}),
        layers.segment(frame, frame.x, level, color=theme.target, strokeDash=[5, 3]),
        *layers.haloed(f"target {shown}", (4, frame.down(level) - 0.75 * size), theme=theme,
                       color=theme.target),
        *_names(frame, years, logs, names=names, theme=theme, size=size, level=level,
                best=best),
    ]  # fmt: skip


def _year_ticks(frame: Frame) -> dict[float, str | list[str]]:
    years = np.arange(np.ceil(frame.x[0]), np.floor(frame.x[1]) + 1)
    step = max(int(np.ceil(len(years) * 46 / frame.width)), 1)
    return {float(year): f"{year:.0f}" for year in years[::step]}


def _best_of_each_year(years: Array, logs: Array) -> list[dict[str, float]]:
    order = np.lexsort((logs, np.floor(years)))
    firsts = order[np.unique(np.floor(years[order]), return_index=True)[1]]
    return [{"x": float(years[at]), "y": float(logs[at])} for at in firsts]


def _along(best: list[dict[str, float]], frame: Frame) -> list[tuple[float, float]]:
    """Return pixel positions along the line, every few pixels."""
    columns = np.arange(frame.across(best[0]["x"]), frame.across(best[-1]["x"]), 3.0)
    knots = [frame.across(row["x"]) for row in best]
    rows = np.interp(columns, knots, [frame.down(row["y"]) for row in best])
    return [(float(a), float(b)) for a, b in zip(columns, rows, strict=True)]


def _names(
    frame: Frame, years: Array, logs: Array, *, names: list[str], theme: Theme, size: int,
    level: float, best: list[dict[str, float]],
) -> list[dict[str, Any]]:  # fmt: skip
    spots = [(frame.across(x), frame.down(y)) for x, y in zip(years, logs, strict=True)]
    rule = frame.down(level)
    taken = [around(*spot) for spot in spots]
    taken += [around(column, row, 2.0) for column, row in _along(best, frame)]
    taken += [(0.0, rule - 1.4 * size, 0.62 * size * 14, rule)]
    wanted = [(clean_name(names[i]), *spots[i]) for i in landmarks(years, 10**logs)]
    placed = place(wanted, room=(frame.width, frame.height), taken=taken, size=size,
                   most=3 if frame.width < 480 else 6)  # fmt: skip
    return [
        mark
        for label in placed
        for mark in layers.haloed(label.text, (label.x, label.y), theme=theme,
                                  align=label.align, fontSize=size - 1)
    ]  # fmt: skip
