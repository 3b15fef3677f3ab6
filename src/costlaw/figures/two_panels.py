"""The forecast's picture: error over time above, error against compute below.

After the two panels of Thompson, Greenewald, Lee and Manso (2021, "Deep Learning's Diminishing
Returns", IEEE Spectrum). Runs without years get the lower panel alone. Both panels share their
error axis, so that the target is one height in both. Nothing is computed here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from costlaw.figures.compute_panel import compute_frame, compute_layers
from costlaw.figures.frame import error_extent
from costlaw.figures.moving import Moving, drawn_once
from costlaw.figures.sheet import Paper, panel, paper, sheet
from costlaw.figures.time_panel import dated_runs, time_frame, time_layers
from costlaw.figures.wording import error_name
from costlaw.forecasting import Forecast
from costlaw.units import format_quantity, format_range


def forecast_figure(
    forecast: Forecast, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw a forecast.

    Parameters
    ----------
    forecast : Forecast
        What a target error takes.
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
    >>> from costlaw.forecasting import forecast_runs
    >>> from costlaw.runs import Runs
    >>> errors = [0.40, 0.33, 0.25, 0.21, 0.16, 0.13]
    >>> runs = Runs.from_records([{"name": f"r{i}", "error": error,
    ...     "compute_flop": 10.0 ** (18 + i)} for i, error in enumerate(errors)])
    >>> forecast = forecast_runs(runs, 0.1, site=preset("today"))
    >>> len(forecast_figure(forecast)["vconcat"])
    1
    """
    on = paper(width, theme)
    panels = forecast_panels(forecast, on, moving=drawn_once)
    return sheet(panels, heads=_heads(forecast), says=forecast_words(forecast), on=on)


def forecast_words(forecast: Forecast) -> str:
    """Return the picture in words, for readers who cannot see it."""
    return (
        f"Error against training compute on {forecast.benchmark.title} with the "
        f"{_law(forecast)}; an error of {forecast.shown_error} takes {_compute(forecast)}, "
        f"{forecast.evidence}."
    )


def error_span(forecast: Forecast) -> tuple[float, float]:
    """Return the span of log10 error that both panels show."""
    errors = np.concatenate([forecast.fit.evidence.error, dated_runs(forecast.runs).errors])
    ceiling = 1.0 if forecast.benchmark.is_fraction else float("inf")
    return error_extent(errors, forecast.target_error, ceiling=ceiling)


def forecast_panels(forecast: Forecast, on: Paper, *, moving: Moving) -> list[dict[str, Any]]:
    """Return the panels, top to bottom; ``moving`` draws what depends on the target."""
    benchmark, results, fit = forecast.benchmark, dated_runs(forecast.runs), forecast.fit
    span = error_span(forecast)
    panels, name = [], error_name(benchmark)
    if results.has_time:
        frame = time_frame(results, y=span, on=on)
        target = (forecast.target_error, forecast.shown_error)
        drawn = time_layers(results, frame, target=target, on=on, moving=moving)
        heads = ("Error over time", f"{name}, log scale; line: best of each year")
        panels.append(panel(heads, drawn, frame=frame, on=on))
    frame = compute_frame(forecast, y=span, on=on)
    under = f"{name}, log scales; {fit.n} runs; costs: site {forecast.site.name}"
    drawn = compute_layers(forecast, frame, on=on, moving=moving)
    return [*panels, panel(("Error against training compute", under), drawn, frame=frame, on=on)]


def _heads(forecast: Forecast) -> tuple[str, list[str]]:
    fit, money = forecast.fit, forecast.cost.usd
    low, high = (format_quantity(end, "USD") for end in money.interval(0.9))
    shown = format_quantity(money.value, "USD")
    return f"{forecast.benchmark.title}: what an error of {forecast.shown_error} takes", [
        _compute(forecast),
        f"{shown} (90 %: {low} to {high}), site: {forecast.site.name}",
        f"{_law(forecast)}, {fit.estimand}, {fit.n} runs, {fit.edition}, {fit.measure}; "
        f"{forecast.evidence}",
    ]


def _law(forecast: Forecast) -> str:
    return "pool of laws" if forecast.fit.law == "pool" else f"{forecast.fit.law} law"


def _compute(forecast: Forecast) -> str:
    ends = format_range(*forecast.compute.interval(0.9), "FLOP")
    return f"{format_quantity(forecast.compute.value, 'FLOP')} (90 %: {ends})"
