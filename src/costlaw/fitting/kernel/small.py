"""Many small symmetric systems at once, the batch along the fast axis.

LAPACK is called once for each matrix of a batch; for four or fewer unknowns that call costs more
than the arithmetic, so those are eliminated here for the whole batch at once.
"""

from __future__ import annotations

import numpy as np

from costlaw.laws.law import Array

OWN = 4  # unknowns up to which elimination over the batch beats LAPACK, measured


def solve(matrix: Array, right: Array) -> Array:
    """Return x (P, p) with matrix (P, p, p) x = right (P, p), for positive definite matrices.

    A matrix that is not gives NaN for its own problem only.
    """
    if matrix.shape[-1] > OWN:
        good = np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
        bad = np.asarray(~good)
        if bad.any():
            matrix = np.where(bad[:, None, None], np.eye(matrix.shape[-1]), matrix)
            right = np.where(bad[:, None], np.nan, right)
        try:
            answer = np.linalg.solve(matrix, right[..., None])[..., 0]
        except np.linalg.LinAlgError:
            lifted = matrix + 1e-12 * np.eye(matrix.shape[-1]) * _scale(matrix)
            answer = np.linalg.solve(lifted, right[..., None])[..., 0]
        return np.asarray(answer, dtype=np.float64)
    a = np.ascontiguousarray(np.moveaxis(matrix, 0, -1))
    b = np.ascontiguousarray(right.T)
    size = len(b)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for i in range(size):
            for j in range(i + 1, size):
                factor = a[j, i] / a[i, i]
                a[j, i:] -= factor * a[i, i:]
                b[j] -= factor * b[i]
        for i in reversed(range(size)):
            for j in range(i + 1, size):
                b[i] -= a[i, j] * b[j]
            b[i] /= a[i, i]
    return b.T


def _scale(matrix: Array) -> Array:
    largest = np.abs(matrix).max(axis=(1, 2), keepdims=True)
    scale: Array = np.where(largest > 0, largest, 1.0)
    return scale
