"""Variance of a least-squares line whose points come in clusters, and its degrees of freedom.

Rows of one paper, or of one lineage, share what is not compute. CR2 (Bell & McCaffrey 2002) is
unbiased when rows are in fact independent, and its Satterthwaite degrees of freedom
(Pustejovsky & Tipton 2018) fall when few clusters carry the line, which is what makes intervals
honest at n = 13. With clusters of one row it is HC2 with the same degrees of freedom. It chooses no
clusters and inverts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LARGE = 1e6  # degrees of freedom from which Student's t is the normal to every printed digit


@dataclass(frozen=True, kw_only=True, eq=False)
class ClusteredVariance:
    """CR2 covariance of least-squares coefficients, and the parts its degrees of freedom need.

    Parameters
    ----------
    covariance : ndarray of shape (k, k)
        Covariance of the coefficients [response²].
    pulls : ndarray of shape (k, clusters, n)
        How each row's disturbance pulls each cluster's score, for each coefficient.
    """

    covariance: Array
    pulls: Array

    def spread(self, start: Array, step: Array, places: Array) -> tuple[Array, Array]:
        """Return standard error and degrees of freedom of ``(start + place * step) @ beta``.

        Parameters
        ----------
        start, step : ndarray of shape (k,)
            The contrast is a straight line in ``places``.
        places : ndarray of shape (m,)
            Where it is asked for, such as log10 compute.

        Returns
        -------
        (standard_error, freedom) : tuple of ndarray of shape (m,)
            [response], [count].
        """
        at, along = (np.tensordot(side, self.pulls, axes=1) for side in (start, step))
        grams = (at @ at.T, at @ along.T + along @ at.T, along @ along.T)
        trace = np.polynomial.polynomial.polyval(places, [np.trace(part) for part in grams])
        squares = np.zeros(5)
        for left in range(3):
            for right in range(3):
                squares[left + right] += np.sum(grams[left] * grams[right])
        total = np.polynomial.polynomial.polyval(places, squares)
        cross = self.covariance
        quadratic = [start @ cross @ start, 2 * start @ cross @ step, step @ cross @ step]
        variance = np.polynomial.polynomial.polyval(places, quadratic)
        with np.errstate(divide="ignore", invalid="ignore"):
            freedom = np.where(total > 0, trace**2 / total, 1.0)
        return np.sqrt(np.maximum(variance, 0.0)), np.clip(freedom, 1.0, LARGE)


def clustered_variance(design: Array, residuals: Array, groups: Array) -> ClusteredVariance:
    """Return the CR2 covariance of an ordinary least-squares fit.

    Parameters
    ----------
    design : ndarray of shape (n, k)
        Regressors, the constant included.
    residuals : ndarray of shape (n,)
        Residuals of the fit [response].
    groups : ndarray of shape (n,)
        Cluster of each row, as integers.

    Returns
    -------
    ClusteredVariance

    Source
    ------
    Bell & McCaffrey 2002, Survey Methodology 28(2); Pustejovsky & Tipton 2018, JBES 36(4), eq. 6
    and 11, with the identity as working covariance.

    Examples
    --------
    >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> fitted = clustered_variance(design, np.array([0.1, -0.1, -0.1, 0.1]), np.arange(4))
    >>> fitted.covariance.shape
    (2, 2)
    """
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    rest = np.eye(len(residuals)) - hat
    labels = np.unique(groups)
    pulls = np.empty((design.shape[1], labels.size, len(residuals)))
    for place, label in enumerate(labels):
        rows = np.flatnonzero(groups == label)
        adjusted = _inverse_root(rest[np.ix_(rows, rows)]) @ design[rows] @ bread
        pulls[:, place, :] = adjusted.T @ rest[rows]
    scores = pulls @ residuals
    return ClusteredVariance(covariance=scores @ scores.T, pulls=pulls)


def _inverse_root(block: Array) -> Array:
    """Return the symmetric inverse square root; directions without information are left at 0."""
    if block.shape == (1, 1):
        return np.array([[1.0 / np.sqrt(block[0, 0])]]) if block[0, 0] > 1e-12 else np.zeros((1, 1))
    values, vectors = np.linalg.eigh(block)
    scale = np.where(values > 1e-12, 1.0 / np.sqrt(np.maximum(values, 1e-300)), 0.0)
    return (vectors * scale) @ vectors.T
