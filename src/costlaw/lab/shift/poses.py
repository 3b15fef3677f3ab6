"""Pictures turned by an angle: the controlled stand-in for a new pose.

Bilinear interpolation about the middle of the picture; what comes in from outside is the darkest
value of the pictures. The same weights turn every picture, so turning is one sparse product.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np


def turned(rows: Any, degrees: float, *, side: int = 28) -> Any:
    """Return pictures turned counter-clockwise.

    Parameters
    ----------
    rows : ndarray of shape (n, side * side)
        Pictures as rows of pixels.
    degrees : float
        Angle.
    side : int
        Pixels of a side [count].

    Examples
    --------
    >>> picture = np.arange(9.0, dtype=np.float32).reshape(1, 9)
    >>> turned(picture, 90, side=3).reshape(3, 3).tolist()
    [[2.0, 5.0, 8.0], [1.0, 4.0, 7.0], [0.0, 3.0, 6.0]]
    """
    if degrees % 360 == 0:
        return rows
    places, weights, outside = _plan(round(float(degrees) % 360, 6), side)
    dark = float(rows.min())
    found = np.full(rows.shape, 0.0, np.float32)
    for place, weight in zip(places, weights, strict=True):
        found += rows[:, place] * weight
    return found + dark * outside


@lru_cache(maxsize=64)
def _plan(degrees: float, side: int) -> tuple[Any, Any, Any]:
    """Return four places and weights of each pixel, and the weight of what lies outside."""
    angle, middle = np.deg2rad(degrees), (side - 1) / 2
    down, across = np.mgrid[:side, :side] - middle
    y = np.cos(angle) * down + np.sin(angle) * across + middle
    x = -np.sin(angle) * down + np.cos(angle) * across + middle
    y, x = np.round(y, 9), np.round(x, 9)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    places, weights = [], []
    for step_y in (0, 1):
        for step_x in (0, 1):
            row, column = top + step_y, left + step_x
            weight = (1 - np.abs(y - row)) * (1 - np.abs(x - column))
            inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
            place = np.clip(row, 0, side - 1) * side + np.clip(column, 0, side - 1)
            places.append(place.ravel())
            weights.append(np.where(inside, weight, 0.0).ravel().astype(np.float32))
    outside = (1.0 - np.sum(weights, axis=0)).astype(np.float32)
    return places, weights, outside
