"""Error against compute, dollars and carbon: the law, its bands, and what the target takes.

The article's second panel (Thompson, Greenewald, Lee and Manso 2021, IEEE Spectrum), with what it
left out: bands for the law and for a next result, the answer's interval, and grey where forecasts
were never checked against hidden runs. Dollars and CO2e are the x axis again, multiplied by the
site's median per FLOP.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.figures import layers
from costlaw.figures.frame import Frame, compute_extent, decade_ticks, log_ticks
from costlaw.figures.labels import around, landmarks, place
from costlaw.figures.theme import Theme
from costlaw.figures.wording import clean_name, error_text, power_text, short_mass, short_number
from costlaw.forecasting import Forecast
from costlaw.runs import Runs

Array = NDArray[np.float64]
Layer = dict[str, Any]


def measured(forecast: Forecast) -> Runs:
    """Return the runs with a compute and an error above 0."""
    runs = forecast.runs
    return runs.keep((_compute(forecast, runs) > 0) & (runs.numbers("error") > 0))


def _compute(forecast: Forecast, runs: Runs) -> Array:
    return runs.numbers(forecast.fit.column)


def compute_frame(forecast: Forecast, width: int, *, height: int, y: tuple[float, float]) -> Frame:
    """Return the frame: the runs, the answer, and its interval as far as is sensible."""
    logs = np.log10(_compute(forecast, measured(forecast)))
    low, high = (_log10(end) for end in forecast.compute.interval(0.9))
    span = compute_extent(logs, forecast.answer.point_log10, (low, high))
    return Frame(width=width, height=height, x=span, y=y)


def compute_layers(forecast: Forecast, frame: Frame, *, theme: Theme, size: int) -> list[Layer]:
    """Return the layers of the panel, ground first.

    Parameters
    ----------
    forecast : Forecast
        What is drawn.
    frame : Frame
        log10 FLOP across, log10 error up.
    theme, size : Theme, int
        Colours; text size [px].
    """
    return [
        *_reach(forecast, frame, theme=theme, size=size),
        *_bands(forecast, frame, theme),
        *_target(forecast, frame, theme=theme, size=size),
        _runs(forecast, frame, theme),
        *_names(forecast, frame, theme=theme, size=size),
        *_answer(forecast, frame, theme=theme, size=size),
        *_headings(frame, theme=theme, size=size),
        *_key(theme, size),
    ]


def _log10(value: float) -> float:
    return math.log10(value) if 0 < value < math.inf else math.inf


def _reach(forecast: Forecast, frame: Frame, *, theme: Theme, size: int) -> list[Layer]:
    """Grey from where no forecast was checked."""
    end = _log10(forecast.evidence_end)
    if end >= frame.x[1]:
        return []
    left = frame.across(frame.clip_x(end))
    ground = layers.block((left, 0, frame.width, frame.height), color=theme.beyond)
    room = frame.width - left
    words: str | list[str] = "beyond back-tested reach"
    column = float(frame.width)
    if room < 0.6 * size * len(words) + 8:
        words = ["beyond", "back-tested", "reach"]
    if room < 0.6 * size * 12 + 8:
        words, column = ["back-tested", "up to here"], left
    text = layers.writing(words, column - 4, 0.8 * size, align="right", color=theme.quiet,
                          fontSize=size - 1, lineHeight=size + 1)  # fmt: skip
    edge = layers.block((left, 0, left + 1, frame.height), color=theme.quiet, opacity=0.5)
    return [ground, edge, text]


def _bands(forecast: Forecast, frame: Frame, theme: Theme) -> list[Layer]:
    x = np.linspace(*frame.x, 90)
    bands = forecast.bands(10.0**x)
    room = (frame.y[0] - 1.0, frame.y[1] + 1.0)

    def rows(ends: tuple[Array, Array]) -> list[dict[str, float]]:
        low = _safe_log(ends[0], room, empty=room[0])
        high = _safe_log(ends[1], room, empty=room[1])
        return [{"x": float(a), "low": float(b), "high": float(c)}
                for a, b, c in zip(x, low, high, strict=True)]  # fmt: skip

    middle = _safe_log(bands.error, room, empty=math.nan)
    law = [
        {"x": float(a), "y": float(b)} for a, b in zip(x, middle, strict=True) if not math.isnan(b)
    ]
    last = _log10(forecast.last_compute)
    inside = [row for row in law if row["x"] <= last]
    past = law[max(len(inside) - 1, 0) :]
    stroke = {"color": theme.law, "strokeWidth": 2.2}
    return [
        layers.band(rows(bands.next_result[0.9]), color=theme.law, opacity=theme.band_next),
        layers.band(rows(bands.law[0.9]), color=theme.law, opacity=theme.band_90),
        layers.band(rows(bands.law[0.5]), color=theme.law, opacity=theme.band_50),
        layers.line(inside, mark=stroke),
        layers.line(past, mark={**stroke, "strokeDash": [7, 4]}),
    ]


def _safe_log(error: Array, room: tuple[float, float], *, empty: float) -> Array:
    """Return log10 inside the room; ``empty`` where there is no positive number."""
    good = np.isfinite(error) & (error > 0)
    logs = np.where(good, np.log10(np.where(good, error, 1.0)), empty)
    return np.clip(logs, *room)


def _target(forecast: Forecast, frame: Frame, *, theme: Theme, size: int) -> list[Layer]:
    y = math.log10(forecast.target_error)
    return [
        layers.segment(frame, frame.x, y, color=theme.target, strokeDash=[5, 3]),
        *layers.haloed(f"target {forecast.shown_error}", (4, frame.down(y) - 0.75 * size),
                       theme=theme, color=theme.target),
    ]  # fmt: skip


def _runs(forecast: Forecast, frame: Frame, theme: Theme) -> Layer:
    """Points with their axes: this layer carries the scales of the panel."""
    runs = measured(forecast)
    fraction, years = runs.benchmark.is_fraction, runs.numbers("year")
    rows = [
        {"x": math.log10(flop), "y": math.log10(error), "system": name, "paper": paper,
         "error": error_text(error, is_fraction=fraction),
         "compute": f"{power_text(math.log10(flop))} FLOP",
         "year": f"{year:.0f}" if math.isfinite(year) else "not stated"}
        for flop, error, name, paper, year in zip(
            _compute(forecast, runs).tolist(), runs.numbers("error").tolist(),
            runs.texts("name"), runs.texts("paper"), years.tolist(), strict=True)
    ]  # fmt: skip
    layer = layers.points(rows, mark={"color": theme.run, "opacity": 0.75, "size": 34},
                          tooltip=("system", "error", "compute", "year", "paper"))  # fmt: skip
    per = forecast.site.per_flop
    ticks = decade_ticks(frame.x, most=max(frame.width // 62, 3))
    texts: dict[float, str | list[str]] = {
        t: [power_text(t), f"${short_number(10**t * per['usd'].value)}",
            short_mass(10**t * per["co2e_kg"].value)]
        for t in ticks if 20 <= frame.across(t) <= frame.width - 8
    }  # fmt: skip
    levels = {t: error_text(10**t, is_fraction=fraction) for t in log_ticks(frame.y)}
    layer["encoding"] |= {
        "x": layers.axis_x(frame, texts, labelLineHeight=16), "y": layers.axis_y(frame, levels)
    }  # fmt: skip
    return layer


def _names(forecast: Forecast, frame: Frame, *, theme: Theme, size: int) -> list[Layer]:
    runs = measured(forecast)
    x, error = np.log10(_compute(forecast, runs)), runs.numbers("error")
    spots = [(frame.across(a), frame.down(b)) for a, b in zip(x, np.log10(error), strict=True)]
    along = np.linspace(*frame.x, 120)
    middle = forecast.bands(10.0**along).error
    line = [around(frame.across(a), frame.down(math.log10(b)), 2.5)
            for a, b in zip(along, middle, strict=True) if b > 0]  # fmt: skip
    rule = frame.down(math.log10(forecast.target_error))
    taken = [*(around(*spot) for spot in spots), *line,
             (0.0, rule - 1.4 * size, 0.62 * size * 14, rule),
             (0.0, rule - 2.0, float(frame.width), rule + 2.0), _answer_box(forecast, frame, size),
             (frame.across(frame.clip_x(_log10(forecast.evidence_end))) - 7 * size, 0.0,
              float(frame.width), 4.0 * size)]  # fmt: skip
    texts = runs.texts("name")
    wanted = [(clean_name(texts[i]), *spots[i]) for i in landmarks(x, error)]
    placed = place(wanted, room=(frame.width, frame.height), taken=taken, size=size,
                   most=4 if frame.width < 480 else 8)  # fmt: skip
    return [
        mark
        for label in placed
        for mark in layers.haloed(label.text, (label.x, label.y), theme=theme,
                                  align=label.align, fontSize=size - 1)
    ]  # fmt: skip


def _answer_lines(forecast: Forecast) -> list[str]:
    from costlaw.units import format_quantity

    flop = power_text(forecast.answer.point_log10)
    return [f"{flop} FLOP", format_quantity(forecast.cost.usd.value, "USD")]


def _answer_box(forecast: Forecast, frame: Frame, size: int) -> tuple[float, float, float, float]:
    """Return where the two lines of the answer stand: under the rule, inside the panel [px]."""
    half = 0.62 * size * max(len(line) for line in _answer_lines(forecast)) / 2
    column = frame.across(frame.clip_x(forecast.answer.point_log10))
    middle = min(max(column, half + 2), frame.width - half - 2)
    top = frame.down(math.log10(forecast.target_error)) + 8
    return (middle - half, top, middle + half, top + 2.5 * size)


def _answer(forecast: Forecast, frame: Frame, *, theme: Theme, size: int) -> list[Layer]:
    """Draw the answer as a diamond on the target, its 90 % interval as a bar, and what it is."""
    y, point = math.log10(forecast.target_error), forecast.answer.point_log10
    low, high = (_log10(end) for end in forecast.compute.interval(0.9))
    bar = (frame.clip_x(low), frame.clip_x(high))
    box = _answer_box(forecast, frame, size)
    marks = [
        layers.drop(frame, point, box[3] + 1, color=theme.target, strokeWidth=1.5),
        layers.segment(frame, bar, y, color=theme.target, strokeWidth=5, opacity=0.55),
        *_open_end(frame, high, y, theme=theme, size=size),
        layers.points([{"x": point, "y": y}],
                      mark={"color": theme.target, "shape": "diamond", "size": 130,
                            "stroke": theme.background, "strokeWidth": 1, "opacity": 1}),
    ]  # fmt: skip
    text = layers.haloed(_answer_lines(forecast), ((box[0] + box[2]) / 2, box[1] + 0.6 * size),
                         theme=theme, align="center", color=theme.target, fontWeight=600,
                         lineHeight=1.25 * size)  # fmt: skip
    return [*marks, *text]


def _open_end(frame: Frame, high: float, y: float, *, theme: Theme, size: int) -> list[Layer]:
    """Draw an arrow where the interval leaves the picture, with its end or "unbounded"."""
    if high <= frame.x[1]:
        return []
    row = frame.down(y)
    arrow = layers.points(
        [{"x": frame.x[1], "y": y}],
        mark={"shape": "triangle-right", "size": 110, "color": theme.target, "clip": False,
              "opacity": 1},
    )  # fmt: skip
    words = "unbounded" if math.isinf(high) else f"to {power_text(round(high))}"
    text = layers.haloed(words, (frame.width - 8, row - 0.9 * size), theme=theme, align="right",
                         color=theme.target, fontSize=size - 1)  # fmt: skip
    return [arrow, *text]


def _headings(frame: Frame, *, theme: Theme, size: int) -> list[Layer]:
    """Name the three rows of ticks at their left."""
    rows = ("FLOP", "cost", "CO₂e")
    return [
        layers.writing(text, -44, frame.height + 13 + 16 * i, color=theme.quiet, fontSize=size)
        for i, text in enumerate(rows)
    ]


def _key(theme: Theme, size: int) -> list[Layer]:
    """Say over the panel what line and bands are."""
    row, x = -10.0, 0.0
    marks: list[Layer] = [
        layers.block((x, row - 1, x + 16, row + 1), color=theme.law),
        layers.writing("law", x + 20, row, color=theme.text, fontSize=size - 1),
    ]
    x += 20 + 0.56 * size * 3 + 12
    parts = (("50 %", theme.band_50 + theme.band_90), ("90 %", theme.band_90 + theme.band_next),
             ("90 % of next results", theme.band_next))  # fmt: skip
    for text, opacity in parts:
        marks.append(layers.block((x, row - 5, x + 14, row + 5), color=theme.law,
                                  opacity=min(opacity, 1.0)))  # fmt: skip
        marks.append(layers.writing(text, x + 18, row, color=theme.text, fontSize=size - 1))
        x += 18 + 0.54 * size * len(text) + 10
    return marks
