"""Compute on error by least squares: which compute goes with this error among published results.

The best prediction of compute inside this population (inverse regression). Its exponent is the
paper's times R², so it always asks for less: the two answer different questions.
"""

from __future__ import annotations

import numpy as np

from costlaw.fitting.scatter.clustered import clustered_variance
from costlaw.fitting.scatter.estimands.backward import BackwardLine
from costlaw.fitting.scatter.estimands.least_squares import least_squares
from costlaw.fitting.scatter.estimands.line import Array


def compute_on_error(
    x: Array, response: Array, *, groups: Array, better: float, name: str
) -> BackwardLine:
    """Fit log10 compute on the response.

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
    fitted = least_squares(x, {"slope": response})
    variance = clustered_variance(fitted.design, fitted.residuals, groups)
    start, step = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    slope_error, slope_freedom = variance.spread(step, 0.0 * step, np.zeros(1))
    scatter, freedom = variance.scatter()
    intercept, slope = fitted.coefficients["intercept"], fitted.coefficients["slope"]
    steep = 1.0 / slope if slope else np.inf
    middle = float(fitted.means[0])
    return BackwardLine(
        regression=f"log10(compute) ~ {name}",
        coefficients=fitted.coefficients,
        standard_errors=fitted.standard_errors,
        r_squared=fitted.r_squared,
        intercept=-intercept * steep,
        slope=steep,
        better=better,
        scatter=scatter * abs(steep),
        scatter_dex=scatter,
        compute_intercept=intercept,
        compute_slope=slope,
        spread=variance.along(start, step, middle),
        next_spread=variance.along(start, step, middle, results=1.0),
        slope_error=float(slope_error[0]),
        slope_freedom=float(slope_freedom[0]),
        scatter_freedom=freedom,
        range=(float(response.min()), float(response.max())),
    )
