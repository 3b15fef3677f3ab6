"""Weighted quantile regression of a straight line, many sets of weights at once.

The optimum passes through two points (Koenker & Bassett 1978). Turned about one point, the best
line is found by one weighted quantile of the slopes to all others; about its other point again, and
so on until neither turn gains: where no three points lie on one line that is the optimum, because
the loss near a corner is the sum of one convex piece for each of the two points. Ties are broken by
a disturbance far below any printed digit. Memory grows with rows times weights in a block, never
with pairs of rows. It attaches no standard error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costlaw.fitting.scatter.estimands.line import Array

TURNS = 60  # most turns; about five are usual
CELLS = 400_000  # rows × weights worked on at once (a few tens of MB)
TIE = 1e-9  # size of the disturbance, relative to the spread of the response


def check_loss(away: Array, quantile: float) -> Array:
    """Return the check loss of deviations from a quantile line [response]."""
    return np.where(away >= 0, quantile, quantile - 1.0) * away


def quantile_lines(x: Array, t: Array, weights: Array, *, quantile: float) -> Array:
    """Return (intercept, slope) of the weighted quantile line for each set of weights.

    Parameters
    ----------
    x, t : ndarray of shape (n,)
        Place and response, at least two different places.
    weights : ndarray of shape (r, n)
        Weight of each point in each fit, 0 for a point that is left out.
    quantile : float
        Share of the weight that lies below the line.

    Returns
    -------
    ndarray of shape (r, 2)
        NaN where the points with weight share one place.

    Source
    ------
    Koenker & Bassett 1978, Econometrica 46(1), theorem 3.1: an optimum through as many points as
    there are coefficients.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    >>> quantile_lines(x, 1 + 2 * x, np.ones((1, 5)), quantile=0.1).round(6).tolist()
    [[1.0, 2.0]]
    """
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, t.size)
    tie = TIE * max(float(np.ptp(t)), 1e-300)
    block = max(1, CELLS // x.size)
    parts = [
        _corners(x, t + tie * noise, weights[at : at + block], quantile=quantile)
        for at in range(0, len(weights), block)
    ]
    first, second = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (t[second] - t[first]) / (x[second] - x[first])
        return np.column_stack([t[first] - slope * x[first], slope])


def _corners(
    x: Array, t: Array, weights: Array, *, quantile: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the two points that each optimum passes through; equal where there is no line."""
    anchor = np.argmax(weights, axis=1)
    partner = _turn(x, t, weights, anchor=anchor, quantile=quantile)
    active = np.flatnonzero(partner != anchor)
    for _ in range(TURNS):
        pivot = partner[active]
        following = _turn(x, t, weights[active], anchor=pivot, quantile=quantile)
        settled = following == anchor[active]
        anchor[active], partner[active] = pivot, following
        active = active[~settled]
        if active.size == 0:
            break
    return anchor, partner


def _turn(
    x: Array, t: Array, weights: Array, *, anchor: NDArray[np.int64], quantile: float
) -> NDArray[np.int64]:
    """Return the point to which the best line through ``anchor`` goes, for each set of weights."""
    across = x - x[anchor][:, None]
    mass = weights * np.abs(across)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(mass > 0, (t - t[anchor][:, None]) / across, np.inf)
    # To the left of the anchor a steeper line is a lower one, so the quantile is turned around.
    wanted = np.sum(mass * np.where(across > 0, quantile, 1.0 - quantile), axis=1)
    order = np.argsort(slope, axis=1)
    gathered = np.cumsum(np.take_along_axis(mass, order, axis=1), axis=1)
    place = np.argmax(gathered >= wanted[:, None] * (1.0 - 1e-12), axis=1)
    chosen = np.take_along_axis(order, place[:, None], axis=1)[:, 0]
    return np.where(gathered[:, -1] > 0, chosen, anchor)
