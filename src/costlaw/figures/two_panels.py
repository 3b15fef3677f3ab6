"""The forecast's picture: error over time above, error against compute below.

After the two panels of Thompson, Greenewald, Lee and Manso (2021, "Deep Learning's Diminishing
Returns", IEEE Spectrum). Runs without years get the lower panel alone. Both panels share their
error axis, so that the target is one height in both. Nothing is computed here.
"""

from __future__ import annotations

from typing import Any

from costlaw.exceptions import OptionError
from costlaw.figures.compute_panel import compute_frame, compute_layers, measured
from costlaw.figures.frame import Frame, error_extent
from costlaw.figures.theme import Theme, config, theme_of
from costlaw.figures.time_panel import has_time, time_frame, time_layers
from costlaw.figures.wording import wrap
from costlaw.forecasting import Forecast
from costlaw.units import format_quantity

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
NARROWEST, NARROW = 320, 560  # px: the smallest phone; below the second, text and panels shrink
LEFT, RIGHT, EDGE = 48, 14, 8  # room for tick texts, for the last tick, and around the picture [px]


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
    if width < NARROWEST:
        raise OptionError(f"width = {width} px: expected at least {NARROWEST}.")
    palette = theme_of(theme)
    narrow = width < NARROW
    size = 11 if narrow else 12
    inner = width - LEFT - RIGHT - 2 * EDGE
    return {
        "$schema": SCHEMA,
        "description": _described(forecast),
        "config": config(palette, size),
        "usermeta": {"width": width},
        "padding": EDGE,
        "bounds": "flush",
        "spacing": 92,
        "title": _title(forecast, inner, size=size),
        "vconcat": _panels(forecast, inner, palette=palette, size=size),
    }


def _panels(forecast: Forecast, width: int, *, palette: Theme, size: int) -> list[dict[str, Any]]:
    benchmark, runs = forecast.benchmark, measured(forecast)
    shown = forecast.runs.keep(forecast.runs.numbers("error") > 0)
    span = error_extent(shown.numbers("error"), forecast.target_error,
                        ceiling=1.0 if benchmark.is_fraction else float("inf"))  # fmt: skip
    panels = []
    if has_time(shown):
        frame = time_frame(shown, width, height=190 if width < 480 else 220, y=span)
        drawn = time_layers(shown, frame, target=forecast.target_error, theme=palette, size=size,
                            shown=forecast.shown_error)  # fmt: skip
        under = f"{_error_name(forecast)}, log scale; line: best of each year"
        panels.append(_panel(("Error over time", under), drawn, frame=frame, size=size))
    low = compute_frame(forecast, width, height=280 if width < 480 else 330, y=span)
    drawn = compute_layers(forecast, low, theme=palette, size=size)
    under = (
        f"{_error_name(forecast)}, log scales; {len(runs)} runs; costs: site {forecast.site.name}"
    )
    panels.append(_panel(("Error against training compute", under), drawn, frame=low, size=size))
    return panels


def _panel(
    heads: tuple[str, str], drawn: list[dict[str, Any]], *, frame: Frame, size: int
) -> dict[str, Any]:
    title = {"text": heads[0], "subtitle": wrap(heads[1], frame.width + LEFT, size),
             "fontSize": size + 1, "subtitleFontSize": size, "dx": -LEFT + 4,
             "offset": 8, "frame": "group", "anchor": "start"}  # fmt: skip
    return {"width": frame.width, "height": frame.height, "title": title, "layer": drawn}


def _error_name(forecast: Forecast) -> str:
    benchmark = forecast.benchmark
    if benchmark.name == "own":
        return "error" if benchmark.is_fraction else f"loss [{benchmark.error_unit}]"
    return benchmark.error_definition


def _title(forecast: Forecast, width: int, *, size: int) -> dict[str, Any]:
    money = forecast.cost.usd
    low, high = (format_quantity(end, "USD") for end in money.interval(0.9))
    head = f"{forecast.benchmark.title}: what an error of {forecast.shown_error} takes"
    fit = forecast.fit
    under = [
        _answered(forecast),
        f"{format_quantity(money.value, 'USD')} (90 %: {low} to {high}), "
        f"site: {forecast.site.name}",
        f"{fit.law} law, {fit.estimand}, {fit.n} runs, {fit.edition}, {fit.measure}; "
        f"{forecast.evidence}",
    ]
    lines = [line for text in under for line in wrap(text, width + LEFT, size)]
    return {"text": wrap(head, width + LEFT, size + 5), "subtitle": lines, "anchor": "start",
            "frame": "group", "offset": 16, "dx": -LEFT + 4}  # fmt: skip


def _answered(forecast: Forecast) -> str:
    low, high = (format_quantity(end, "FLOP") for end in forecast.compute.interval(0.9))
    return f"{format_quantity(forecast.compute.value, 'FLOP')} (90 %: {low} to {high})"


def _described(forecast: Forecast) -> str:
    return (
        f"Error against training compute on {forecast.benchmark.title} with the "
        f"{forecast.fit.law} law; an error of {forecast.shown_error} takes {_answered(forecast)}, "
        f"{forecast.evidence}."
    )
