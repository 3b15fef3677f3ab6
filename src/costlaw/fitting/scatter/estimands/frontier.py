"""The frontier: the 10 % quantile of error at each compute, by quantile regression.

What the best tenth of published results needs (Koenker & Bassett 1978). The optimum of a straight
line passes through two points, so all pairs are tried and the best is exact; the clustered
bootstrap reuses the same table of losses, so 2,000 replicates are one matrix product. Refused where
fewer than five results lie below the line, because then two or three papers draw it alone.
"""

from __future__ import annotations

import numpy as np

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter.estimands.forward import ForwardLine
from costlaw.fitting.scatter.estimands.line import Array

QUANTILE = 0.1
FEWEST_BELOW = 5.0
REPLICATES = 2000


def _losses(x: Array, t: Array, quantile: float) -> tuple[Array, Array]:
    """Return every line through two points (L, 2) and its check loss at each point (L, n)."""
    first, second = np.triu_indices(x.size, k=1)
    apart = x[first] != x[second]
    first, second = first[apart], second[apart]
    slope = (t[second] - t[first]) / (x[second] - x[first])
    lines = np.column_stack([t[first] - slope * x[first], slope])
    away = t - lines[:, :1] - lines[:, 1:] * x
    return lines, np.where(away >= 0, quantile, quantile - 1.0) * away


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
        If fewer than five results would lie beyond the frontier.
    """
    if x.size * QUANTILE < FEWEST_BELOW:
        raise EvidenceError(
            f"frontier: {x.size} results × {QUANTILE:g} = {x.size * QUANTILE:.1f} below the line; "
            f"expected at least {FEWEST_BELOW:g}. Ask for error-on-compute, or a larger corpus."
        )
    middle = float(x.mean())
    quantile = QUANTILE if better < 0 else 1.0 - QUANTILE
    lines, losses = _losses(x - middle, response, quantile)
    total = losses.sum(axis=1)
    level, slope = lines[int(np.argmin(total))]
    labels = np.unique(groups, return_inverse=True)[1]
    count = int(labels.max()) + 1
    draws = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), REPLICATES)
    drawn = lines[np.argmin(losses @ draws[:, labels].T.astype(float), axis=0)]
    covariance = np.cov(drawn.T)
    freedom = max(count - 2.0, 1.0)
    flat = np.quantile(response, quantile)
    null = np.where(response >= flat, quantile, quantile - 1.0) * (response - flat)
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
        r_squared=float(1.0 - total.min() / null.sum()),
        intercept=float(level - slope * middle), slope=float(slope), better=better,
        scatter=float(np.std(residuals)),
        scatter_dex=float(np.std(residuals) / abs(slope)) if slope else np.inf,
        spread=spread, slope_error=float(errors[1]), slope_freedom=freedom,
        scatter_freedom=freedom, middle=middle, residuals=residuals,
        notes=("standard errors: clustered bootstrap, 2,000 replicates",),
    )  # fmt: skip
