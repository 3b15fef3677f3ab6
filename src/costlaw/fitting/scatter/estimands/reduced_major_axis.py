"""The reduced major axis: a line that treats error and compute alike.

Its slope is the ratio of the two standard deviations, the geometric mean of both least-squares
directions (Jolicoeur & Mosimann 1968). Standard errors are those of its influence function, summed
by cluster, with the leave-one-cluster-out correction; they are referred to Student's t.
"""

from __future__ import annotations

import numpy as np

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter.clustered import clustered_variance
from costlaw.fitting.scatter.estimands.backward import BackwardLine
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.estimands.moments import moments_without

FLAT = 1e-12  # share of the variance below which what is left does not vary at all

FEWEST = 4  # leave-one-out lines from which a covariance is taken


def reduced_major_axis(
    x: Array, response: Array, *, groups: Array, better: float, name: str
) -> BackwardLine:
    """Fit the line through the means whose slope is the ratio of standard deviations.

    Parameters
    ----------
    x, response : ndarray of shape (n,)
        log10 compute [log10 FLOP] and the law's response.
    groups : ndarray of shape (n,)
        Cluster of each row.
    better : float
        +1 where the response grows as error falls, else -1.
    name : str
        The response in words.

    Returns
    -------
    BackwardLine
    """
    correlation = float(np.corrcoef(x, response)[0, 1])
    steep = float(np.std(x) / np.std(response)) * float(np.sign(correlation) or 1.0)
    middle, level = float(response.mean()), float(x.mean())
    covariance, freedom = _covariance(x, response, groups)

    def spread(t: Array) -> tuple[Array, Array]:
        step = np.asarray(t, dtype=float) - middle
        variance = covariance[0, 0] + 2 * covariance[0, 1] * step + covariance[1, 1] * step**2
        return np.sqrt(np.maximum(variance, 0.0)), np.full(step.shape, freedom)

    design = np.column_stack([np.ones(x.size), response - middle])
    residuals = x - level - steep * (response - middle)
    scatter, scatter_freedom = clustered_variance(design, residuals, groups).scatter()
    errors = np.sqrt(np.diag(covariance))
    slope_error = float(errors[1])
    # A ratio of standard deviations has no sign of its own: it is told apart by the correlation.
    told_apart = abs(correlation) * np.sqrt(freedom / max(1.0 - correlation**2, 1e-12))
    steady = max(slope_error, abs(steep) / max(float(told_apart), 1e-12))
    intercept = level - steep * middle
    return BackwardLine(
        regression=f"reduced major axis of {name} and log10(compute)",
        coefficients={"intercept": -intercept / steep, "slope": 1.0 / steep},
        standard_errors={"intercept": float("nan"), "slope": slope_error / steep**2},
        r_squared=correlation**2,
        intercept=-intercept / steep,
        slope=1.0 / steep,
        better=better,
        scatter=scatter / abs(steep),
        scatter_dex=scatter,
        compute_intercept=intercept,
        compute_slope=steep,
        spread=spread,
        slope_error=steady,
        slope_freedom=freedom,
        scatter_freedom=scatter_freedom,
        range=(float(response.min()), float(response.max())),
    )


def _covariance(x: Array, response: Array, groups: Array) -> tuple[Array, float]:
    """Return the leave-one-cluster-out covariance of (level, slope), degrees of freedom."""
    without = _leave_clusters_out(x, response, groups)
    count = without.shape[0]
    if count < FEWEST:
        raise EvidenceError(
            f"reduced major axis: {count} clusters can be left out one at a time; expected at "
            f"least {FEWEST}. Add runs, or ask for error-on-compute."
        )
    away = without - without.mean(axis=0)
    return (count - 1) / count * away.T @ away, max(count - 2.0, 1.0)


def _leave_clusters_out(x: Array, response: Array, groups: Array) -> Array:
    """Return level at the mean response and slope with each cluster left out, shape (G, 2)."""
    labels = np.unique(groups, return_inverse=True)[1]
    rest = moments_without(np.column_stack([x, response]), labels)
    across, up = rest.covariance[:, 0, 0], rest.covariance[:, 1, 1]
    scale = float(np.var(x)), float(np.var(response))
    usable = (rest.count >= 3) & (across > FLAT * scale[0]) & (up > FLAT * scale[1])
    along = rest.covariance[usable, 0, 1]
    slope = np.where(along < 0, -1.0, 1.0) * np.sqrt(across[usable] / up[usable])
    mean = rest.mean[usable]
    return np.column_stack([mean[:, 0] + slope * (float(response.mean()) - mean[:, 1]), slope])
