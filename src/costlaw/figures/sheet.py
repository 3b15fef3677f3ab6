"""A sheet: a title, panels under each other, and the settings of a theme.

One idea: every figure is the same frame around its own panels, drawn for the width it is asked
for; text and panels shrink below 560 px and nothing is laid out narrower than a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from costlaw.exceptions import OptionError
from costlaw.figures.frame import Frame
from costlaw.figures.theme import Theme, config, theme_of
from costlaw.figures.wording import wrap

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
NARROWEST, NARROW = 320, 560  # px: the smallest phone; below the second, text and panels shrink
LEFT, RIGHT, EDGE = 48, 14, 8  # room for tick texts, for the last tick, and around the picture [px]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a figure is drawn on: theme, text size [px], and width of its panels [px]."""

    theme: Theme
    size: int
    whole: int

    @property
    def width(self) -> int:
        """Width of a panel [px]."""
        return self.whole - LEFT - RIGHT - 2 * EDGE

    @property
    def is_narrow(self) -> bool:
        """Whether panels are lower and names fewer."""
        return self.whole < NARROW


def paper(width: int, theme: str) -> Paper:
    """Return the paper for a width [px] and the name of a theme.

    Raises
    ------
    OptionError
        If the theme is unknown or the width below 320.
    """
    if width < NARROWEST:
        raise OptionError(f"width = {width} px: expected at least {NARROWEST}.")
    return Paper(theme=theme_of(theme), size=11 if width < NARROW else 12, whole=width)


def panel(
    heads: tuple[str, str], drawn: list[dict[str, Any]], *, frame: Frame, on: Paper
) -> dict[str, Any]:
    """Return one panel with its title and what its axes are."""
    room = frame.width + LEFT
    lines = wrap(heads[0], room, 1.15 * (on.size + 1))  # bold letters are wider
    title = {"text": lines if len(lines) > 1 else heads[0],
             "subtitle": wrap(heads[1], room, on.size),
             "fontSize": on.size + 1, "subtitleFontSize": on.size, "dx": -LEFT + 4,
             "offset": 8, "frame": "group", "anchor": "start"}  # fmt: skip
    return {"width": frame.width, "height": frame.height, "title": title, "layer": drawn}


def sheet(
    panels: list[dict[str, Any]], *, heads: tuple[str, Sequence[str]] | None, says: str, on: Paper
) -> dict[str, Any]:
    """Return the specification.

    Parameters
    ----------
    panels : list of dict
        From :func:`panel`, top to bottom.
    heads : (str, sequence of str) or None
        Title, and the lines under it; None where the page around the picture says them.
    says : str
        The picture in words, for readers who cannot see it.
    on : Paper
        What it is drawn on.
    """
    picture = {
        "$schema": SCHEMA,
        "description": says,
        "config": config(on.theme, on.size),
        "usermeta": {"width": on.whole},
        "padding": EDGE,
        "bounds": "flush",
        "spacing": 78 + (on.size + 3) * _lines(panels[1:]),
    }
    if heads is not None:
        room = on.width + LEFT
        lines = [line for text in heads[1] for line in wrap(text, room, on.size)]
        picture["title"] = {"text": wrap(heads[0], room, on.size + 5), "subtitle": lines,
                            "anchor": "start", "frame": "group", "offset": 16,
                            "dx": -LEFT + 4}  # fmt: skip
    return {**picture, "vconcat": panels}


def _lines(panels: Sequence[dict[str, Any]]) -> int:
    """Return the most lines of writing over the axes of these panels."""
    return max((len(one["title"]["subtitle"]) for one in panels), default=1)
