"""Variable projection: the best non-negative terms of a law that is a sum, in closed form.

For given exponents error = E + A f + B g is linear in (E, A, B). Relative least squares with terms
that may not be negative has eight candidate answers, one for each set of terms that are not zero;
all are solved at once and the best that is legal is taken (Lawson and Hanson 1974; the idea for
scaling laws: variable projection with non-negative least squares, arXiv 2603.22339).
"""

from __future__ import annotations

import itertools

import numpy as np

from costlaw.laws.law import Array

LEAST = 1e-4  # share of the error at which a term that projection sets to zero starts again


def three_terms(log_f: Array, log_g: Array, z: Array) -> Array:
    """Return ln (E, A, B) that fit e^z best in relative terms.

    Parameters
    ----------
    log_f, log_g : ndarray of shape (..., n)
        ln of the two falling shapes at each run.
    z : ndarray of shape (..., n)
        ln error; NaN where there is no run.

    Returns
    -------
    ndarray of shape (..., 3)
        ln of each term; terms that would be zero are set to a small share instead.
    """
    log_f, log_g, z = np.broadcast_arrays(log_f, log_g, z)
    known = np.isfinite(z) & np.isfinite(log_f) & np.isfinite(log_g)
    z = np.where(known, z, 0.0)
    tops = [np.where(known, part, -np.inf).max(axis=-1) for part in (log_f, log_g)]
    tops = [np.where(np.isfinite(top), top, 0.0) for top in tops]
    rows = [np.where(known, np.exp(np.clip(-z, -300.0, 300.0)), 0.0)]
    for part, top in zip((log_f, log_g), tops, strict=True):
        rows.append(np.where(known, np.exp(np.clip(part - top[..., None] - z, -700, 300)), 0.0))
    terms = _nonnegative(np.stack(rows, axis=-2), known.astype(float))
    level = np.exp(np.where(known, z, 0.0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1))
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(terms, LEAST * level[..., None]))
    return logs - np.stack([np.zeros_like(tops[0]), *tops], axis=-1)


def _nonnegative(design: Array, target: Array) -> Array:
    """Return x >= 0 (..., 3) that minimises |x design - target|^2, by trying every support."""
    normal = design @ design.swapaxes(-1, -2)
    right = (design @ target[..., None])[..., 0]
    best = np.zeros(right.shape)
    least = np.zeros(right.shape[:-1])
    for size in (1, 2, 3):
        for support in itertools.combinations(range(3), size):
            block = normal[..., support, :][..., support].copy()
            ridge = 1e-14 * np.trace(block, axis1=-2, axis2=-1) + 1e-300
            block += ridge[..., None, None] * np.eye(size)
            x = np.linalg.solve(block, right[..., support][..., None])[..., 0]
            value = -0.5 * (x * right[..., support]).sum(axis=-1)
            better = (x > 0).all(axis=-1) & (value < least)
            full = np.zeros(right.shape)
            full[..., support] = x
            best = np.where(better[..., None], full, best)
            least = np.where(better, value, least)
    return best
