"""Error on compute by least squares: the paper's regression, and the same at a fixed year.

Ordinary least squares of the response on log10 compute, with the homoskedastic standard errors that
Thompson et al. 2020/2022 print; what is inferred from it uses the clustered variance instead. With
a year term the line is read at one year, and the year's share of the slope is what algorithms
gave. The scatter of results allows for clusters whose rows resemble each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costlaw.fitting.scatter.clustered import ClusteredVariance, clustered_variance
from costlaw.fitting.scatter.estimands.forward import ForwardLine
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.progress import Progress


@dataclass(frozen=True, kw_only=True, eq=False)
class LeastSquares:
    """An ordinary least-squares fit with named regressors.

    Parameters
    ----------
    coefficients, standard_errors : dict of str to float
        ``intercept`` first, then the regressors; homoskedastic standard errors.
    r_squared : float
        Share of variance explained.
    residuals : ndarray of shape (n,)
        [response]
    design : ndarray of shape (n, k)
        Constant, then each regressor less its mean.
    means : ndarray of shape (k - 1,)
        Means that were taken off.
    """

    coefficients: dict[str, float]
    standard_errors: dict[str, float]
    r_squared: float
    residuals: Array
    design: Array
    means: Array


def least_squares(response: Array, regressors: dict[str, Array]) -> LeastSquares:
    """Fit by ordinary least squares.

    Parameters
    ----------
    response : ndarray of shape (n,)
        What is explained.
    regressors : dict of str to ndarray of shape (n,)
        What explains it, the constant not included.

    Returns
    -------
    LeastSquares
        Standard errors are NaN where there are no more rows than coefficients.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> fitted = least_squares(np.array([1.0, 2.9, 5.1, 7.0]), {"slope": x})
    >>> round(fitted.coefficients["slope"], 3), round(fitted.r_squared, 4)
    (2.02, 0.9991)
    """
    columns = np.column_stack(list(regressors.values()))
    means = columns.mean(axis=0)
    design = np.column_stack([np.ones(response.size), columns - means])
    bread = np.linalg.pinv(design.T @ design)
    centred = bread @ design.T @ response
    residuals = response - design @ centred
    free = response.size - design.shape[1]
    variance = residuals @ residuals / free if free > 0 else np.nan
    undo = np.eye(centred.size)
    undo[0, 1:] = -means
    values = undo @ centred
    errors = np.sqrt(variance * np.diag(undo @ bread @ undo.T))
    around = response - response.mean()
    names = ["intercept", *regressors]
    return LeastSquares(
        coefficients=dict(zip(names, values.tolist(), strict=True)),
        standard_errors=dict(zip(names, errors.tolist(), strict=True)),
        r_squared=float(1.0 - residuals @ residuals / (around @ around)),
        residuals=residuals,
        design=design,
        means=means,
    )


def error_on_compute(
    x: Array,
    response: Array,
    *,
    groups: Array,
    better: float,
    name: str,
    year: Array | None = None,
    at_year: float | None = None,
) -> ForwardLine:
    """Fit response on log10 compute, with a year term if years are given.

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
    year : ndarray of shape (n,), optional
        Year of each result.
    at_year : float, optional
        Year at which the line is read; the latest if not given.

    Returns
    -------
    ForwardLine
    """
    regressors = {"slope": x} if year is None else {"slope": x, "year": year}
    fitted = least_squares(response, regressors)
    offset = np.array([1.0, 0.0])
    extra, shift = 0.0, ""
    if year is not None:
        when = float(np.max(year)) if at_year is None else at_year
        offset = np.array([1.0, 0.0, when - fitted.means[1]])
        extra, shift = fitted.coefficients["year"] * when, " + year"
    variance = clustered_variance(fitted.design, fitted.residuals, groups)
    slope_only = np.eye(offset.size)[1]
    slope_error, slope_freedom = variance.spread(slope_only, 0.0 * slope_only, np.zeros(1))
    scatter, scatter_freedom = variance.scatter()
    slope, middle = fitted.coefficients["slope"], float(fitted.means[0])
    return ForwardLine(
        regression=f"{name} ~ log10(compute){shift}",
        coefficients=fitted.coefficients, standard_errors=fitted.standard_errors,
        r_squared=fitted.r_squared, intercept=fitted.coefficients["intercept"] + extra,
        slope=slope, better=better,
        scatter=scatter,
        scatter_dex=scatter / abs(slope) if slope else np.inf,
        spread=variance.along(offset, slope_only, middle),
        next_spread=variance.along(offset, slope_only, middle, results=1.0),
        slope_error=float(slope_error[0]),
        slope_freedom=float(slope_freedom[0]),
        scatter_freedom=scatter_freedom,
        middle=middle,
        progress=None if year is None else _progress(fitted, variance, better),
    )  # fmt: skip


def _progress(fitted: LeastSquares, variance: ClusteredVariance, better: float) -> Progress:
    """Return what a year is worth, counted so that better is positive."""
    axes = np.eye(3)[1:]
    freedom = min(float(variance.spread(one, 0 * one, np.zeros(1))[1][0]) for one in axes)
    return Progress(
        slope=better * fitted.coefficients["slope"],
        year=better * fitted.coefficients["year"],
        covariance=variance.covariance[1:, 1:],
        freedom=freedom,
    )
