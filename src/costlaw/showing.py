"""How a result shows itself in a notebook: its card, and its figure where one can be drawn.

One idea: a result knows its own words only. Which picture belongs to it is said from above, as
text, by the front door; nothing is imported here before a notebook asks. Jupyter and marimo both
ask ``_repr_html_``.
"""

from __future__ import annotations

import html
import importlib
from typing import Any

from costlaw.exceptions import CostlawError

_FIGURES: dict[str, str] = {}
_STYLE = "white-space:pre-wrap;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.85em"


def draw_with(figures: dict[str, str]) -> None:
    """Say which function draws which class of results.

    Parameters
    ----------
    figures : dict of str to str
        Name of a class to ``module:function``; the function takes the result and returns a
        Vega-Lite specification.
    """
    _FIGURES.update(figures)


class Shown:
    """A result that a notebook shows as its card and its figure."""

    def _repr_html_(self) -> str:
        """Return the card as text, and below it the figure if the extra [figures] is there."""
        card = f'<pre style="{_STYLE}">{html.escape(str(self))}</pre>'
        return f"<div>{card}{_picture(self)}</div>"


def _picture(result: Any) -> str:
    """Return the figure as SVG; nothing where there is none, or none can be drawn here."""
    named = next((_FIGURES[c.__name__] for c in type(result).__mro__ if c.__name__ in _FIGURES), "")
    if not named:
        return ""
    module, _, function = named.partition(":")
    try:
        drawn = getattr(importlib.import_module(module), function)(result)
        saving = importlib.import_module("costlaw.figures")
        return str(saving.svg_text(drawn))
    except CostlawError:  # the extra is missing, or the result has nothing to draw
        return ""
