"""The frontier: the 10 % quantile of error at each compute, by quantile regression.

What the best tenth of published results needs (Koenker & Bassett 1978), with a clustered bootstrap.
Refused where fewer than five results lie below the line, because then two or three papers draw it
alone, and for tables so large that their bootstrap would take minutes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter.estimands.forward import ForwardLine
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.estimands.quantile_lines import (
    CELLS,
    check_loss,
    quantile_lines,
)

QUANTILE = 0.1
FEWEST_BELOW = 5.0
REPLICATES = 2000
MOST_RUNS = 5000  # a clustered bootstrap of more takes minutes
RANKED = 400  # residuals kept for the band of a next result; more are replaced by their quantiles


def frontier(x: Array, response: Array, *, groups: Array, better: float, name: str) -> ForwardLine:
    """Fit the quantile line and its clustered bootstrap.

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
    ForwardLine
        Standard errors are those of the clustered bootstrap.

    Raises
    ------
    EvidenceError
        If fewer than five results would lie beyond the frontier, or there are too many.
    """
    _check_size(x.size)
    middle = float(x.mean())
    quantile = _quantile(better)
    (level, slope), drawn, count = _draw(x - middle, response, groups, quantile=quantile)
    covariance = np.cov(drawn.T)
    freedom = max(count - 2.0, 1.0)
    flat = np.quantile(response, quantile)
    null = check_loss(response - flat, quantile)
    residuals = response - level - slope * (x - middle)

    def spread(places: Array) -> tuple[Array, Array]:
        step = np.asarray(places, dtype=float) - middle
        variance = covariance[0, 0] + 2 * covariance[0, 1] * step + covariance[1, 1] * step**2
        return np.sqrt(np.maximum(variance, 0.0)), np.full(step.shape, freedom)

    errors = np.sqrt(np.diag(covariance))
    at_zero = float(np.sqrt(max(spread(np.zeros(1))[0][0] ** 2, 0.0)))
    return ForwardLine(
        regression=f"{QUANTILE:g} quantile of {name} ~ log10(compute)",
        coefficients={"intercept": float(level - slope * middle), "slope": float(slope)},
        standard_errors={"intercept": at_zero, "slope": float(errors[1])},
        r_squared=float(1.0 - check_loss(residuals, quantile).sum() / null.sum()),
        intercept=float(level - slope * middle), slope=float(slope), better=better,
        scatter=float(np.std(residuals)),
        scatter_dex=float(np.std(residuals) / abs(slope)) if slope else np.inf,
        spread=spread, slope_error=float(errors[1]), slope_freedom=freedom,
        scatter_freedom=freedom, middle=middle, residuals=_ranked(residuals),
        notes=("standard errors: clustered bootstrap, 2,000 replicates",),
    )  # fmt: skip


def frontier_without(
    x: Array, response: Array, labels: NDArray[np.int64], *, better: float
) -> Array:
    """Return (intercept, slope) with each cluster left out; NaN where too few results are left.

    Parameters
    ----------
    x, response : ndarray of shape (n,)
        log10 compute [log10 FLOP] and the law's response.
    labels : ndarray of shape (n,)
        Cluster of each row, as integers from 0.
    better : float
        +1 where the response grows as error falls, else -1.

    Returns
    -------
    ndarray of shape (clusters, 2)
    """
    everyone = np.arange(int(labels.max()) + 1)
    lines = np.full((everyone.size, 2), np.nan)
    left = x.size - np.bincount(labels)
    enough = np.flatnonzero(left * QUANTILE >= FEWEST_BELOW)
    middle = float(x.mean())
    for part in np.array_split(enough, max(1, enough.size * x.size // CELLS)):
        weights = (labels != part[:, None]).astype(float)
        lines[part] = quantile_lines(x - middle, response, weights, quantile=_quantile(better))
    lines[:, 0] -= lines[:, 1] * middle
    return lines


def _draw(x: Array, response: Array, groups: Array, *, quantile: float) -> tuple[Array, Array, int]:
    """Return the line, the lines of the clustered bootstrap (r, 2), and the count of clusters."""
    labels = np.unique(groups, return_inverse=True)[1]
    count = int(labels.max()) + 1
    draws = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), REPLICATES)
    line = quantile_lines(x, response, np.ones((1, x.size)), quantile=quantile)[0]
    lines = quantile_lines(x, response, draws[:, labels].astype(np.float64), quantile=quantile)
    return line, lines[np.isfinite(lines).all(axis=1)], count


def _check_size(n: int) -> None:
    if n * QUANTILE < FEWEST_BELOW:
        raise EvidenceError(
            f"frontier: {n} results × {QUANTILE:g} = {n * QUANTILE:.1f} below the line; "
            f"expected at least {FEWEST_BELOW:g}. Ask for error-on-compute, or a larger corpus."
        )
    if n > MOST_RUNS:
        raise EvidenceError(
            f"frontier: {n} results; its bootstrap is meant for up to {MOST_RUNS}. "
            "Keep a random sample of the runs, or ask for error-on-compute."
        )


def _quantile(better: float) -> float:
    return QUANTILE if better < 0 else 1.0 - QUANTILE


def _ranked(residuals: Array) -> Array:
    """Return the residuals, or as many quantiles of them as a band needs."""
    if residuals.size <= RANKED:
        return residuals
    return np.quantile(residuals, (np.arange(RANKED) + 0.5) / RANKED)
