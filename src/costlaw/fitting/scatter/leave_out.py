"""The point answer with each run, or each cluster, left out.

The same estimands as the fit, at all leave-outs at once: least squares and the reduced major axis
from moments, the frontier from weights of 0. A leave-out that would not be fitted on its own (fewer
than three distinct computes, one error, too few runs for a frontier) is passed over. Nothing is
refitted one by one, so a large table costs no more than a pass over it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costlaw.fitting.scatter.estimands.frontier import frontier_without
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.estimands.moments import distinct_without, moments_without
from costlaw.fitting.scatter.estimands.stochastic_frontier import fit_frontier
from costlaw.fitting.scatter.estimands.structural import STATED, structural_slope
from costlaw.fitting.scatter.evidence import Evidence


def leave_out_range(
    evidence: Evidence, *, estimand: str, better: float, target: float, groups: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the range of the point answer over fits without each group [log10 FLOP].

    Parameters
    ----------
    evidence : Evidence
        The points.
    estimand : str
        What is asked.
    better : float
        +1 where the response grows as error falls, else -1.
    target : float
        The response that is asked for.
    groups : ndarray of shape (n,)
        What is left out together.

    Returns
    -------
    (low, high) : tuple of float
        ``inf`` where a leave-out never gets there; NaN if none can be fitted.
    """
    labels = np.unique(groups, return_inverse=True)[1]
    if labels.max() == 0:
        return np.nan, np.nan
    fitted = distinct_without(evidence.x, labels) >= 3
    fitted &= distinct_without(evidence.error, labels) >= 2
    with np.errstate(invalid="ignore", divide="ignore"):
        intercept, slope = lines_without(evidence, estimand, labels, better=better).T
        points = np.where(slope * better > 0, (target - intercept) / slope, np.inf)
    points = points[fitted & np.isfinite(intercept)]
    return (float(points.min()), float(points.max())) if points.size else (np.nan, np.nan)


def lines_without(
    evidence: Evidence, estimand: str, labels: NDArray[np.int64], *, better: float
) -> Array:
    """Return (intercept, slope) of response on log10 compute with each group left out.

    Parameters
    ----------
    evidence : Evidence
        The points.
    estimand : str
        What is asked.
    labels : ndarray of shape (n,)
        Group of each point, as integers from 0.
    better : float
        +1 where the response grows as error falls, else -1.

    Returns
    -------
    ndarray of shape (groups, 2)
        NaN where a leave-out cannot be fitted.
    """
    if estimand == "frontier":
        return frontier_without(evidence.x, evidence.response, labels, better=better)
    if estimand == "fixed-year":
        return _fixed_year(evidence, labels)
    if estimand == "stochastic-frontier":
        return _stochastic(evidence, labels, better=better)
    rest = moments_without(np.column_stack([evidence.x, evidence.response]), labels)
    across, along = rest.covariance[:, 0, 0], rest.covariance[:, 0, 1]
    up = rest.covariance[:, 1, 1]
    if estimand in STATED:
        slope = structural_slope(across, along, STATED[estimand])
        return np.column_stack([rest.mean[:, 1] - slope * rest.mean[:, 0], slope])
    slope = {
        "error-on-compute": along / across,
        "compute-on-error": up / along,
        "reduced-major-axis": np.sign(along) * np.sqrt(up / across),
    }[estimand]
    return np.column_stack([rest.mean[:, 1] - slope * rest.mean[:, 0], slope])


def _stochastic(evidence: Evidence, labels: NDArray[np.int64], *, better: float) -> Array:
    """Return the stochastic frontiers with each group left out, each from the full fit."""
    middle, scale = float(evidence.x.mean()), float(np.std(evidence.response))
    design = np.column_stack([np.ones(len(evidence)), evidence.x - middle])
    response = better * evidence.response / scale
    start = fit_frontier(design, response)
    lines = np.full((int(labels.max()) + 1, 2), np.nan)
    for group in range(len(lines)):
        kept = labels != group
        if np.unique(evidence.x[kept]).size >= 3:
            lines[group] = better * scale * fit_frontier(design[kept], response[kept], start)[:2]
    lines[:, 0] -= lines[:, 1] * middle
    return lines


def _fixed_year(evidence: Evidence, labels: NDArray[np.int64]) -> Array:
    """Return the lines at the latest year of all runs: leaving one out does not move the year."""
    columns = np.column_stack([evidence.x, evidence.year, evidence.response])
    rest = moments_without(columns, labels)
    here, mixed, years = (rest.covariance[:, a, b] for a, b in ((0, 0), (0, 1), (1, 1)))
    with_x, with_year = rest.covariance[:, 0, 2], rest.covariance[:, 1, 2]
    whole = here * years - mixed**2
    slope = (with_x * years - with_year * mixed) / whole
    yearly = (with_year * here - with_x * mixed) / whole
    shift = yearly * (evidence.year.max() - rest.mean[:, 1])
    return np.column_stack([rest.mean[:, 2] - slope * rest.mean[:, 0] + shift, slope])
