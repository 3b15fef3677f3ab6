"""Small curves that several laws are made of: soft steps, shares, and the line through points.

All are written so that they neither overflow nor lose digits at the far ends; none of them knows
what a law is.
"""

from __future__ import annotations

import numpy as np

from costlaw.laws.law import Array

LARGEST = 709.0  # e to more than this overflows


def sigmoid(t: Array) -> Array:
    """Return 1 / (1 + e^-t) without overflow."""
    away = np.asarray(
        np.minimum(np.negative(t), LARGEST)
    )  # in place: a new array costs more than its exp
    np.exp(away, out=away)
    away += 1.0
    return np.divide(1.0, away, out=away)


def softplus(t: Array) -> Array:
    """Return ln(1 + e^t) without overflow."""
    away = np.asarray(np.abs(t))
    np.negative(away, out=away)
    np.exp(away, out=away)
    np.log1p(away, out=away)
    away += np.maximum(t, 0.0)
    return away


def mix(share: Array, fall: Array) -> tuple[Array, Array]:
    """Return ln(w + (1 - w) e^fall) for w = sigmoid(share), and the falling part's share of it.

    Parameters
    ----------
    share : ndarray
        Logit of the part that does not fall.
    fall : ndarray
        ln of the falling part, relative to its value at the origin.
    """
    floor = -softplus(-share)
    rest = fall - softplus(share)
    gap = rest - floor
    return floor + softplus(gap), sigmoid(gap)


def line(u: Array, z: Array) -> tuple[Array, Array]:
    """Return level at u = 0 and slope of the least-squares line, NaN pairs left out.

    A problem with one distinct u gets slope 0.
    """
    u, z = np.broadcast_arrays(u, z)
    known = np.isfinite(u) & np.isfinite(z)
    count = np.maximum(known.sum(axis=-1), 1)
    u, z = np.where(known, u, 0.0), np.where(known, z, 0.0)
    mean_u, mean_z = u.sum(axis=-1) / count, z.sum(axis=-1) / count
    away = np.where(known, u - mean_u[..., None], 0.0)
    square = (away**2).sum(axis=-1)
    slope = (away * (z - mean_z[..., None])).sum(axis=-1) / np.where(square > 0, square, 1.0)
    return mean_z - slope * mean_u, slope


def cross(level: Array, *axes: list[float] | Array) -> Array:
    """Return every combination of one value from each axis behind a level, (s, ..., 1 + axes).

    Parameters
    ----------
    level : ndarray of shape (...)
        First coordinate of each problem.
    *axes : sequence of float
        Values of the other coordinates, the same for each problem.
    """
    combinations = np.stack([mesh.ravel() for mesh in np.meshgrid(*axes, indexing="ij")], axis=-1)
    shape = (len(combinations), *level.shape)
    rest = combinations.reshape(len(combinations), *([1] * level.ndim), len(axes))
    rest = np.broadcast_to(rest, (*shape, len(axes)))
    return np.concatenate([np.broadcast_to(level, shape)[..., None], rest], axis=-1)
