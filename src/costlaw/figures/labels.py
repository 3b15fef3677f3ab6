"""Direct labels: which systems are named, and where their names fit.

One idea: landmarks are the runs that set a new best as compute grows; names are placed one after
the other, each at the first of eight places around its point where it touches nothing. A name
that fits nowhere is left out, never drawn over another (greedy placement, after Christensen, Marks
and Shieber 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]  # left, top, right, bottom [px]
_LETTER = 0.6  # mean width of a letter [em], in the widest font of the stack


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text and where it goes [px]."""

    text: str
    x: float
    y: float
    align: str


def landmarks(x: NDArray[np.float64], error: NDArray[np.float64]) -> list[int]:
    """Return the runs worth a name, most worth first.

    The lowest error, then the largest x, then the earliest run, then those that set a new best,
    by how far they lowered it.

    Examples
    --------
    >>> landmarks(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.4, 0.5, 0.2, 0.3]))
    [2, 3, 0]
    """
    order = np.lexsort((error, x))
    gains: dict[int, float] = {}
    best = np.inf
    for i in order:
        if error[i] < best:
            gains[int(i)] = float(np.log(best / error[i])) if np.isfinite(best) else 0.0
            best = float(error[i])
    widest = np.flatnonzero(x == x.max())
    largest = int(widest[np.argmin(error[widest])])
    first = [int(np.argmin(error)), largest, int(order[0])]
    rest = sorted(gains, key=lambda i: -gains[i])
    return list(dict.fromkeys([*first, *rest]))


def text_box(label: Label, size: float) -> Box:
    """Return the rectangle that a label covers."""
    wide = _LETTER * size * len(label.text)
    left = {"left": label.x, "right": label.x - wide, "center": label.x - wide / 2}[label.align]
    return (left, label.y - 0.55 * size, left + wide, label.y + 0.55 * size)


def place(
    names: Sequence[tuple[str, float, float]], *, room: tuple[float, float], taken: Sequence[Box],
    size: float, most: int,
) -> list[Label]:  # fmt: skip
    """Place names beside their points.

    Parameters
    ----------
    names : sequence of (text, x, y)
        Most important first; positions of the points [px].
    room : (float, float)
        Width and height of the panel [px].
    taken : sequence of boxes
        What must stay uncovered [px].
    size : float
        Text size [px].
    most : int
        How many names at most.

    Returns
    -------
    list of Label
    """
    filled = list(taken)
    labels: list[Label] = []
    for text, x, y in names:
        if len(labels) == most:
            break
        for label in _places(text, x, y, size=size):
            box = text_box(label, size)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= room[0] and box[3] <= room[1]
            if inside and not any(_touch(box, other) for other in filled):
                filled.append(box)
                labels.append(label)
                break
    return labels


def _places(text: str, x: float, y: float, *, size: float) -> list[Label]:
    near, up, far = 8.0, size, 2 * size
    spots = [(near, 0.0, "left"), (-near, 0.0, "right"), (0.0, -up, "center"), (0.0, up, "center"),
             (5.0, -up, "left"), (-5.0, up, "right"), (-5.0, -up, "right"), (5.0, up, "left"),
             (0.0, far, "center"), (0.0, -far, "center")]  # fmt: skip
    return [Label(text=text, x=x + dx, y=y + dy, align=align) for dx, dy, align in spots]


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def around(x: float, y: float, radius: float = 4.0) -> Box:
    """Return the rectangle that a point covers [px]."""
    return (x - radius, y - radius, x + radius, y + radius)
