"""Means and covariances of the points with each cluster left out, in one pass.

Sums over all points less the sums of one cluster: leaving out each of n runs costs n steps, not n
fits. Columns are centred first, so that the subtraction loses no digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.fitting.scatter.estimands.line import Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Without:
    """The rest of the points, for each cluster left out.

    Parameters
    ----------
    count : ndarray of shape (clusters,)
        Points left [count].
    mean : ndarray of shape (clusters, k)
        Means of the columns.
    covariance : ndarray of shape (clusters, k, k)
        Covariances (divided by the count).
    """

    count: Array
    mean: Array
    covariance: Array


def _sums(values: Array, labels: NDArray[np.int64]) -> Array:
    """Return the sum of each column over each cluster, shape (clusters, k)."""
    return np.column_stack([np.bincount(labels, weights=column) for column in values.T])


def moments_without(columns: Array, labels: NDArray[np.int64]) -> Without:
    """Return means and covariances with each cluster left out.

    Parameters
    ----------
    columns : ndarray of shape (n, k)
        The points.
    labels : ndarray of shape (n,)
        Cluster of each point, as integers from 0.

    Returns
    -------
    Without
        NaN where nothing is left.

    Examples
    --------
    >>> rest = moments_without(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 1]))
    >>> rest.mean[:, 0].tolist(), rest.covariance[:, 0, 0].tolist()
    ([5.0, 0.5], [0.0, 0.25])
    """
    width = columns.shape[1]
    middle = columns.mean(axis=0)
    centred = columns - middle
    squares = (centred[:, :, None] * centred[:, None, :]).reshape(-1, width * width)
    first, second = _sums(centred, labels), _sums(squares, labels)
    count = len(labels) - np.bincount(labels).astype(float)
    count[count == 0] = np.nan
    mean = (centred.sum(axis=0) - first) / count[:, None]
    raw = ((squares.sum(axis=0) - second) / count[:, None]).reshape(-1, width, width)
    return Without(
        count=count, mean=mean + middle, covariance=raw - mean[:, :, None] * mean[:, None, :]
    )


def distinct_without(values: Array, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many distinct values are left with each cluster left out.

    Examples
    --------
    >>> distinct_without(np.array([1.0, 2.0, 2.0]), np.array([0, 0, 1])).tolist()
    [1, 2]
    """
    codes = np.unique(values, return_inverse=True)[1]
    held = np.unique(np.column_stack([codes, labels]), axis=0)
    alone = np.bincount(held[:, 0]) == 1
    only_here = np.bincount(held[alone[held[:, 0]], 1], minlength=int(labels.max()) + 1)
    return int(codes.max()) + 1 - only_here
