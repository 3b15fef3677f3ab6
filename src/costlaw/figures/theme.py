"""Colours and type: two themes that survive print, dark rooms and colour-blind eyes.

Hues are those of Okabe and Ito (2008, Color Universal Design): blue for the law, vermilion or
orange for the target and its answer; runs are neutral. Nothing is told by colour alone: the
law is a line, the answer a diamond, the bands differ in lightness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from costlaw.exceptions import OptionError

FONT = "Helvetica Neue, Helvetica, Liberation Sans, Arial, DejaVu Sans, sans-serif"


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Colours by what they stand for."""

    name: str
    background: str
    text: str
    quiet: str
    grid: str
    law: str
    target: str
    run: str
    beyond: str
    band_next: float
    band_90: float
    band_50: float


THEMES = {
    "light": Theme(
        name="light", background="#ffffff", text="#1a1a1a", quiet="#5c5c5c", grid="#e4e4e4",
        law="#0072B2", target="#B84A00", run="#3d3d3d", beyond="#00000012",
        band_next=0.10, band_90=0.18, band_50=0.30,
    ),
    "dark": Theme(
        name="dark", background="#14171c", text="#ececec", quiet="#a8adb5", grid="#2b3038",
        law="#56B4E9", target="#F0A030", run="#c9ced6", beyond="#ffffff14",
        band_next=0.12, band_90=0.20, band_50=0.34,
    ),
}  # fmt: skip


def theme_of(name: str) -> Theme:
    """Return a theme by its name.

    Raises
    ------
    OptionError
        If there is none of that name.

    Examples
    --------
    >>> theme_of("dark").law
    '#56B4E9'
    """
    if name not in THEMES:
        raise OptionError(f'unknown theme "{name}"; expected {" or ".join(THEMES)}.')
    return THEMES[name]


def config(theme: Theme, size: int) -> dict[str, Any]:
    """Return the Vega-Lite configuration of a theme at a text size [px]."""
    return {
        "background": theme.background,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": theme.text, "titleColor": theme.text, "gridColor": theme.grid,
            "domainColor": theme.quiet, "tickColor": theme.quiet, "labelFontSize": size,
            "titleFontSize": size, "titleFontWeight": "normal", "labelOverlap": False,
        },
        "title": {
            "anchor": "start", "color": theme.text, "subtitleColor": theme.quiet,
            "fontSize": size + 3, "subtitleFontSize": size, "fontWeight": 600,
            "subtitlePadding": 4, "subtitleLineHeight": size + 4, "lineHeight": size + 7,
        },
        "text": {"color": theme.text, "fontSize": size},
    }  # fmt: skip
