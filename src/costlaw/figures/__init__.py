"""Figures: a result as one Vega-Lite picture, and that picture as a file.

One idea: a picture is a plain dictionary (Vega-Lite 6, Satyanarayan et al. 2017) that any page can
show and that ``save_figure`` turns into SVG, PNG or one offline HTML file. No numbers are made
here: every one comes out of the result that is drawn. The two pictures of the lab are imported when
they are asked for: the lab is most of what importing this room would cost.
"""

from __future__ import annotations

import importlib
from typing import Any

from costlaw.figures.break_even import break_even_figure
from costlaw.figures.claimed import claim_figure
from costlaw.figures.dominance import dominance_figure
from costlaw.figures.expected import over_time_figure
from costlaw.figures.fitted import fit_figure
from costlaw.figures.linking import is_address, link_points
from costlaw.figures.live import (
    live_forecast_figure,
    moving_script,
    target_rows,
    target_stops,
)
from costlaw.figures.over_parameterised import parameters_figure
from costlaw.figures.own_law import law_figure
from costlaw.figures.saving import (
    check_figure_path,
    check_place,
    figure_bytes,
    javascript_bundle,
    picture_for_pixels,
    save_figure,
    svg_text,
    write_whole,
)
from costlaw.figures.steps import error_steps
from costlaw.figures.theme import theme_of
from costlaw.figures.two_panels import forecast_figure, forecast_words
from costlaw.figures.waterfall import decomposition_figure, growth_figure, hardware_figure

__all__ = [
    "break_even_figure",
    "check_figure_path",
    "check_place",
    "claim_figure",
    "decomposition_figure",
    "dominance_figure",
    "error_steps",
    "figure_bytes",
    "fit_figure",
    "forecast_figure",
    "forecast_words",
    "growth_figure",
    "hardware_figure",
    "is_address",
    "javascript_bundle",
    "law_figure",
    "link_points",
    "live_forecast_figure",
    "moving_script",
    "over_time_figure",
    "parameters_figure",
    "picture_for_pixels",
    "save_figure",
    "scale_figure",
    "svg_text",
    "target_rows",
    "target_stops",
    "theme_of",
    "theory_figure",
    "write_whole",
]

_OF_THE_LAB = {
    "scale_figure": "costlaw.figures.scaling",
    "theory_figure": "costlaw.figures.estimators",
}


def __getattr__(name: str) -> Any:
    """Import a picture of the lab on first use."""
    if name not in _OF_THE_LAB:
        raise AttributeError(f"module 'costlaw.figures' has no attribute '{name}'")
    value = getattr(importlib.import_module(_OF_THE_LAB[name]), name)
    globals()[name] = value
    return value
