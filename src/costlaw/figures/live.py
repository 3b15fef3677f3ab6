"""The forecast's picture for a page: the two panels, and the rows that move its target.

The same panels as ``two_panels``, without the title that a page says itself. Axes, bands, runs and
names belong to the forecast that was drawn; :func:`target_rows` says where target and answer of
another forecast of the same law stand in them. Nothing is computed here.
"""

from __future__ import annotations

import math
from importlib.resources import files
from typing import Any

from costlaw.figures import layers
from costlaw.figures.compute_panel import answer_layers, compute_frame
from costlaw.figures.frame import Frame
from costlaw.figures.moving import Layer, Rows, from_tables, move_rows
from costlaw.figures.sheet import Paper, paper, sheet
from costlaw.figures.steps import MOST, error_steps
from costlaw.figures.time_panel import dated_runs, target_layers, time_frame
from costlaw.figures.two_panels import error_span, forecast_panels, forecast_words
from costlaw.forecasting import Forecast


def live_forecast_figure(
    forecast: Forecast, *, width: int = 720, theme: str = "light"
) -> dict[str, Any]:
    """Draw a forecast whose target can be moved.

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
        A Vega-Lite 6 specification whose tables ``time-…``, ``target-…`` and ``answer-…`` a page
        replaces by those of :func:`target_rows`.

    Raises
    ------
    OptionError
        If the theme is unknown or the width too small.
    """
    on = paper(width, theme)
    panels = forecast_panels(forecast, on, moving=from_tables)
    return sheet(panels, heads=None, says=forecast_words(forecast), on=on)


def target_rows(
    drawn: Forecast, moved: Forecast, *, width: int = 720, theme: str = "light"
) -> Rows:
    """Return the rows that show another target in a picture that is already drawn.

    Parameters
    ----------
    drawn : Forecast
        What the picture was drawn for.
    moved : Forecast
        The same law at another target.
    width, theme : int, str
        As the picture was drawn.

    Returns
    -------
    dict of str to list of dict
        Rows by table [px].
    """
    on, span = paper(width, theme), error_span(drawn)
    results = dated_runs(drawn.runs)
    rows: Rows = {}
    if results.has_time:
        frame = time_frame(results, y=span, on=on)
        rows |= move_rows("time", frame, _target(moved, frame, on))
    frame = compute_frame(drawn, y=span, on=on)
    rows |= move_rows("target", frame, _target(moved, frame, on))
    answer = answer_layers(moved, frame, on) if _is_shown(moved, frame) else []
    return rows | move_rows("answer", frame, answer)


def target_stops(forecast: Forecast, *, most: int = MOST) -> list[float]:
    """Return the errors at which a handle stops, highest first; the target is one of them.

    From the worst run down to half of the target or of the best run, whichever is lower; a loss has
    an irreducible part and is asked for no further than 15 % below them.

    Parameters
    ----------
    forecast : Forecast
        Whose target is moved.
    most : int
        How many stops at most, the target not counted.

    Examples
    --------
    >>> from costlaw.verbs import forecast
    >>> stops = target_stops(forecast("imagenet", "5%"), most=40)
    >>> 20 <= len(stops) <= 41, 0.05 in stops, stops[-1] < 0.05 < stops[0]
    (True, True, True)
    """
    errors, target = forecast.fit.evidence.error, forecast.target_error
    lowest = min(float(errors.min()), target) * (0.5 if forecast.benchmark.is_fraction else 0.85)
    steps = [error for error in error_steps(lowest, max(float(errors.max()), target))
             if error > forecast.benchmark.best_error]  # fmt: skip
    return sorted({*steps[:: -(-len(steps) // most)], target}, reverse=True)


def moving_script() -> str:
    """Return the script that moves a target in the live picture and the texts beside it.

    Examples
    --------
    >>> "globalThis.TargetHandle" in moving_script()
    True
    """
    return (files("costlaw.figures") / "moving.js").read_text(encoding="utf-8")


def _is_shown(moved: Forecast, frame: Frame) -> bool:
    return frame.y[0] <= math.log10(moved.target_error) <= frame.y[1]


def _target(moved: Forecast, frame: Frame, on: Paper) -> list[Layer]:
    """Return the target; one below the panel is an arrow at its edge until it is drawn anew."""
    if _is_shown(moved, frame):
        return target_layers((moved.target_error, moved.shown_error), frame, on)
    below = math.log10(moved.target_error) < frame.y[0]
    row = frame.height - 0.75 * on.size if below else 0.75 * on.size
    words = f"{'↓' if below else '↑'} target {moved.shown_error}"
    return layers.haloed(words, (4.0, row), theme=on.theme, color=on.theme.target,
                         fontSize=on.size)  # fmt: skip
