"""An answer on an axis: a diamond, its interval as a bar, an arrow where the bar goes on.

One idea: an interval is never cut in silence. Where an end lies outside the picture the bar ends in
an arrow with the number, or with "unbounded" where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from costlaw.figures import layers
from costlaw.figures.frame import Frame
from costlaw.figures.sheet import Paper


def answer_bar(
    frame: Frame, answer: tuple[float, float, float], y: float, *, on: Paper,
    end_text: Callable[[float], str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the layers.

    Parameters
    ----------
    frame : Frame
        Where it is drawn.
    answer : (float, float, float)
        Point, low and high along x; ends may be infinite.
    y : float
        Height in data.
    on : Paper
        Theme and text size.
    end_text : callable
        Turns an end outside the picture into text.
    """
    point, low, high = answer
    bar, color = (frame.clip_x(low), frame.clip_x(high)), on.theme.target
    marks = [layers.segment(frame, bar, y, color=color, strokeWidth=5, opacity=0.55)]
    if high > frame.x[1]:
        marks += _open_end(frame, (high, y), on=on, end_text=end_text, side="right")
    if low < frame.x[0]:
        marks += _open_end(frame, (low, y), on=on, end_text=end_text, side="left")
    if frame.x[0] <= point <= frame.x[1]:
        diamond = {"color": color, "shape": "diamond", "size": 130, "opacity": 1,
                   "stroke": on.theme.background, "strokeWidth": 1}  # fmt: skip
        marks.append(layers.points([{"x": point, "y": y}], mark=diamond))
    return marks


def _open_end(
    frame: Frame, at: tuple[float, float], *, on: Paper, end_text: Callable[[float], str], side: str
) -> list[dict[str, Any]]:
    right = side == "right"
    mark = {"shape": f"triangle-{side}", "size": 110, "color": on.theme.target, "clip": False,
            "opacity": 1}  # fmt: skip
    arrow = layers.points([{"x": frame.x[1] if right else frame.x[0], "y": at[1]}], mark=mark)
    words = "unbounded" if math.isinf(at[0]) else f"to {end_text(at[0])}"
    spot = (frame.width - 8.0 if right else 8.0, frame.down(at[1]) - 0.9 * on.size)
    text = layers.haloed(words, spot, theme=on.theme, align=side, color=on.theme.target,
                         fontSize=on.size - 1)  # fmt: skip
    return [arrow, *text]
