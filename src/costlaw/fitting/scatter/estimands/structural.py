"""The structural line: how error falls with true compute when compute is stated with an error.

Published compute is an estimate, wrong by a factor of two or three; that flattens the line of error
on compute. With a stated standard deviation s of log10 compute and scatter of results of unknown
size, the maximum-likelihood slope is cov(x, t) / (var(x) - s^2) (Fuller 1987, section 2.2), the
Deming line whose ratio of variances the data choose. It answers the structural question only: for
"what compute goes with this error in these papers" the other lines are right. Standard errors leave
one cluster out at a time.
"""

from __future__ import annotations

import numpy as np

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter.estimands.forward import ForwardLine
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.estimands.moments import moments_without

STATED = {"structural": 0.3, "structural-0.15": 0.15, "structural-0.5": 0.5}  # dex
FEWEST = 4  # leave-one-out lines from which a covariance is taken


def structural_slope(across: Array, along: Array, measured_dex: float) -> Array:
    """Return the slope for variances and covariances; NaN where the error explains all of x.

    Examples
    --------
    >>> float(structural_slope(np.array(2.0), np.array(0.19), 0.3).round(4))
    0.0995
    """
    rest = across - measured_dex**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rest > 0.05 * across, along / rest, np.nan)


def structural(
    x: Array, response: Array, *, groups: Array, better: float, name: str, measured_dex: float
) -> ForwardLine:
    """Fit the line of the response on true log10 compute.

    Parameters
    ----------
    x, response : ndarray of shape (n,)
        Stated log10 compute [log10 FLOP] and the law's response.
    groups : ndarray of shape (n,)
        Cluster of each row.
    better : float
        +1 where the response grows as error falls, else -1.
    name : str
        The response in words.
    measured_dex : float
        Standard deviation of stated log10 compute around the true one [dex].

    Raises
    ------
    EvidenceError
        If the stated error is as large as the spread of compute itself.
    """
    middle = float(x.mean())
    across, along = float(np.var(x)), float(np.cov(x, response, ddof=0)[0, 1])
    slope = float(structural_slope(np.array(across), np.array(along), measured_dex))
    if not np.isfinite(slope):
        raise EvidenceError(
            f"structural: a measurement error of {measured_dex:g} dex is as large as the spread of "
            f"compute ({across**0.5:.2g} dex). Expected less; add runs over a wider range."
        )
    level = float(response.mean())
    covariance, freedom = _covariance(x, response, groups, measured_dex=measured_dex)
    residuals = response - level - slope * (x - middle)

    def spread(places: Array) -> tuple[Array, Array]:
        step = np.asarray(places, dtype=float) - middle
        variance = covariance[0, 0] + 2 * covariance[0, 1] * step + covariance[1, 1] * step**2
        return np.sqrt(np.maximum(variance, 0.0)), np.full(step.shape, freedom)

    errors = np.sqrt(np.diag(covariance))
    at_zero = float(spread(np.zeros(1))[0][0])
    scatter = float(np.std(residuals))  # of a next result at its stated compute: both errors
    return ForwardLine(
        regression=f"{name} ~ true log10(compute), stated within {measured_dex:g} dex",
        coefficients={"intercept": level - slope * middle, "slope": slope},
        standard_errors={"intercept": at_zero, "slope": float(errors[1])},
        r_squared=float(1.0 - np.var(residuals) / np.var(response)),
        intercept=level - slope * middle, slope=slope, better=better, scatter=scatter,
        scatter_dex=scatter / abs(slope) if slope else np.inf, spread=spread,
        slope_error=float(errors[1]), slope_freedom=freedom, scatter_freedom=freedom,
        middle=middle, notes=(_sensitivity(across, along, measured_dex),),
    )  # fmt: skip


def _covariance(
    x: Array, response: Array, groups: Array, *, measured_dex: float
) -> tuple[Array, float]:
    """Return the leave-one-cluster-out covariance of (level at the mean, slope), and freedom."""
    labels = np.unique(groups, return_inverse=True)[1]
    rest = moments_without(np.column_stack([x, response]), labels)
    slope = structural_slope(rest.covariance[:, 0, 0], rest.covariance[:, 0, 1], measured_dex)
    level = rest.mean[:, 1] + slope * (float(x.mean()) - rest.mean[:, 0])
    lines = np.column_stack([level, slope])
    lines = lines[np.isfinite(lines).all(axis=1)]
    count = len(lines)
    if count < FEWEST:
        raise EvidenceError(
            f"structural: {count} clusters can be left out one at a time; expected at least "
            f"{FEWEST}. Add runs, or ask for error-on-compute."
        )
    away = lines - lines.mean(axis=0)
    return (count - 1) / count * away.T @ away, max(count - 2.0, 1.0)


def _sensitivity(across: float, along: float, chosen: float) -> str:
    """Return one sentence: how the slope moves with the stated error."""
    parts = []
    for dex in (0.15, 0.3, 0.5):
        slope = float(structural_slope(np.array(across), np.array(along), dex))
        parts.append(
            f"{slope:.4g} at {dex:g} dex" if np.isfinite(slope) else f"none at {dex:g} dex"
        )
    plain = along / across
    return (
        f"slope by the measurement error of log10 compute: {plain:.4g} at none, "
        f"{', '.join(parts)}; {chosen:g} dex is assumed, not estimated"
    )
