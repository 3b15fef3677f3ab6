"""Error against compute, dollars and carbon, with what the target takes.

The article's second panel (Thompson, Greenewald, Lee and Manso 2021, IEEE Spectrum), with what it
left out: bands for the law and for a next result, the answer's interval, and grey where forecasts
were never checked against hidden runs. Dollars and CO2e are the x axis again, multiplied by the
site's median per FLOP.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from costlaw.figures import layers
from costlaw.figures.answer_bar import answer_bar
from costlaw.figures.frame import Frame, compute_extent, decade_ticks
from costlaw.figures.labels import Box
from costlaw.figures.law_panel import (
    Scatter,
    Ticks,
    band_layers,
    heading_layers,
    key_layers,
    name_layers,
    run_layer,
    scatter_of,
)
from costlaw.figures.moving import Moving, drawn_once
from costlaw.figures.sheet import Paper
from costlaw.figures.time_panel import target_layers
from costlaw.figures.wording import power_text, short_mass, short_number
from costlaw.fitting.scatter import Fit
from costlaw.forecasting import Forecast
from costlaw.units import format_quantity

Layer = dict[str, Any]


def compute_frame(forecast: Forecast, *, y: tuple[float, float], on: Paper) -> Frame:
    """Return the frame: the runs, the answer, and its interval as far as is sensible."""
    low, high = (_log10(end) for end in forecast.compute.interval(0.9))
    span = compute_extent(forecast.fit.evidence.x, forecast.answer.point_log10, (low, high))
    return Frame(width=on.width, height=280 if on.is_narrow else 330, x=span, y=y)


def compute_layers(
    forecast: Forecast, frame: Frame, *, on: Paper, moving: Moving = drawn_once
) -> list[Layer]:
    """Return the layers of the panel, ground first.

    Parameters
    ----------
    forecast : Forecast
        What is drawn.
    frame : Frame
        log10 FLOP across, log10 error up.
    on : Paper
        Theme, text size and width.
    moving : callable
        Draws what depends on the target.
    """
    scatter = scatter_of_forecast(forecast)
    target = (forecast.target_error, forecast.shown_error)
    return [
        *_reach(forecast, frame, on),
        *band_layers(scatter, frame, on),
        *moving("target", frame, target_layers(target, frame, on)),
        run_layer(scatter, frame, ticks=_ticks(forecast, frame), on=on),
        *name_layers(scatter, frame, taken=_taken(forecast, frame, on), on=on),
        *moving("answer", frame, answer_layers(forecast, frame, on)),
        *heading_layers(frame, ("FLOP", "cost", "CO₂e"), on),
        *key_layers(scatter, on),
    ]


def scatter_of_forecast(forecast: Forecast) -> Scatter:
    """Return the runs of a forecast and its bands, of one law or of the pool."""
    fit = forecast.fit
    if isinstance(fit, Fit):
        return scatter_of(fit)
    years = forecast.runs.numbers("year")[np.isfinite(forecast.runs.numbers(fit.column))]
    return Scatter(
        x=fit.evidence.x, error=fit.evidence.error, years=years, names=fit.evidence.names,
        is_fraction=fit.benchmark.is_fraction, largest=fit.largest, bands=forecast.bands,
        line_name="median", from_log=float(fit.evidence.x.min()),
    )  # fmt: skip


def _log10(value: float) -> float:
    return math.log10(value) if 0 < value < math.inf else math.inf


def _reach(forecast: Forecast, frame: Frame, on: Paper) -> list[Layer]:
    """Grey from where no forecast was checked."""
    end = _log10(forecast.evidence_end)
    if end >= frame.x[1]:
        return []
    left, theme, size = frame.across(frame.clip_x(end)), on.theme, on.size
    room = frame.width - left
    words: str | list[str] = "beyond back-tested reach"
    column = float(frame.width)
    if room < 0.6 * size * len(words) + 8:
        words = ["beyond", "back-tested", "reach"]
    if room < 0.6 * size * 12 + 8:
        words, column = ["back-tested", "up to here"], left
    return [
        layers.block((left, 0, frame.width, frame.height), color=theme.beyond),
        layers.block((left, 0, left + 1, frame.height), color=theme.quiet, opacity=0.5),
        layers.writing(words, column - 4, 0.8 * size, align="right", color=theme.quiet,
                       fontSize=size - 1, lineHeight=size + 1),
    ]  # fmt: skip


def _ticks(forecast: Forecast, frame: Frame) -> Ticks:
    """Return powers of ten with their FLOP, dollars and carbon."""
    per = forecast.site.per_flop
    return {
        t: [power_text(t), f"${short_number(10**t * per['usd'].value)}",
            short_mass(10**t * per["co2e_kg"].value)]
        for t in decade_ticks(frame.x, most=max(frame.width // 62, 3))
        if 20 <= frame.across(t) <= frame.width - 8
    }  # fmt: skip


def _taken(forecast: Forecast, frame: Frame, on: Paper) -> list[Box]:
    """Return where no name may stand: target, its text, the answer, the words on reach [px]."""
    rule = frame.down(math.log10(forecast.target_error))
    grey = frame.across(frame.clip_x(_log10(forecast.evidence_end)))
    return [
        (0.0, rule - 1.4 * on.size, 0.62 * on.size * 14, rule),
        (0.0, rule - 2.0, float(frame.width), rule + 2.0),
        _answer_box(forecast, frame, on.size),
        (grey - 7 * on.size, 0.0, float(frame.width), 4.0 * on.size),
    ]


def _answer_lines(forecast: Forecast) -> list[str]:
    flop = power_text(forecast.answer.point_log10)
    return [f"{flop} FLOP", format_quantity(forecast.cost.usd.value, "USD")]


def _answer_box(forecast: Forecast, frame: Frame, size: int) -> Box:
    """Return where the two lines of the answer stand: under the rule, inside the panel [px]."""
    half = 0.62 * size * max(len(line) for line in _answer_lines(forecast)) / 2
    column = frame.across(frame.clip_x(forecast.answer.point_log10))
    middle = min(max(column, half + 2), frame.width - half - 2)
    top = frame.down(math.log10(forecast.target_error)) + 8
    return (middle - half, top, middle + half, top + 2.5 * size)


def answer_layers(forecast: Forecast, frame: Frame, on: Paper) -> list[Layer]:
    """Draw the answer as a diamond on the target, its 90 % interval as a bar, and what it is."""
    y, point = math.log10(forecast.target_error), forecast.answer.point_log10
    low, high = (_log10(end) for end in forecast.compute.interval(0.9))
    box, size = _answer_box(forecast, frame, on.size), on.size
    at = ((box[0] + box[2]) / 2, box[1] + 0.6 * size)
    return [
        layers.drop(frame, point, box[3] + 1, color=on.theme.target, strokeWidth=1.5),
        *answer_bar(frame, (point, low, high), y, on=on, end_text=lambda x: power_text(round(x))),
        *layers.haloed(_answer_lines(forecast), at, theme=on.theme, align="center",
                       color=on.theme.target, fontSize=size, fontWeight=600,
                       lineHeight=1.25 * size),
    ]  # fmt: skip
