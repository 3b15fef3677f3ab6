"""The stochastic frontier: the best that a compute allows, scatter of both sides told apart.

Response = line + noise - inefficiency, the noise normal and the inefficiency half-normal (Aigner,
Lovell and Schmidt 1977), by maximum likelihood in closed form. Unlike a quantile it uses every
result. Where the residuals lean the wrong way there is no inefficiency to see, the line is that of
least squares, and the notes say so (Waldman 1982).

Noise less inefficiency does not depend on compute, so its clustered least-squares variance is one
for the slope, with its degrees of freedom. How far the frontier lies above the mean is another
question: the curvature at the maximum knows nothing where no inefficiency is seen, so the spread of
the level is taken over the whole likelihood (``level_doubt``); of more than 400 results the
curvature is enough.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from costlaw.exceptions import FitError
from costlaw.fitting.scatter.clustered import ClusteredVariance, clustered_variance
from costlaw.fitting.scatter.estimands.forward import ForwardLine
from costlaw.fitting.scatter.estimands.frontier import _ranked
from costlaw.fitting.scatter.estimands.line import Array

ROOT = float(np.sqrt(2.0 / np.pi))
STEP = 1e-5  # of the finite differences of the gradient
# Grid of the likelihood: level over the mean and total scatter [sd of residuals], and the ratio of
# inefficiency to noise whose square is evenly spread as a share of both squares.
LEVELS, SCALES = np.linspace(-1.0, 3.0, 41), np.exp(np.linspace(-0.5, 0.9, 15))
LEANS = np.sqrt((np.arange(20) + 0.5) / (19.5 - np.arange(20)))
MOST_SUMMED = 400  # results whose likelihood is summed; of more, its grid is too coarse
POLISH = 8  # Newton steps at most
SMALL = 0.05  # ratio of standard deviations under which no inefficiency is called seen


def log_likelihood(theta: Array, design: Array, response: Array) -> tuple[Array, Array]:
    """Return ln likelihood (n,) and its gradient (n, k + 2).

    Parameters
    ----------
    theta : ndarray of shape (k + 2,)
        Coefficients of the line, ln sigma (of noise and inefficiency together), ln lambda (ratio of
        inefficiency to noise).
    design : ndarray of shape (n, k)
        Regressors.
    response : ndarray of shape (n,)
        Grows as results get better.
    """
    size = design.shape[1]
    sigma, ratio = np.exp(theta[size]), np.exp(theta[size + 1])
    away = (response - design @ theta[:size]) / sigma
    at = -away * ratio
    value = np.log(2.0 / sigma) - 0.5 * np.log(2 * np.pi) - 0.5 * away**2 + log_ndtr(at)
    mills = np.exp(-0.5 * at**2 - log_ndtr(at)) / np.sqrt(2 * np.pi)
    by_away = -away - ratio * mills
    gradient = np.column_stack(
        [-design * (by_away / sigma)[:, None], -1.0 - by_away * away, mills * at]
    )
    return value, gradient


def fit_frontier(design: Array, response: Array, start: Array | None = None) -> Array:
    """Return theta at the maximum (see ``log_likelihood``)."""
    from scipy.optimize import minimize  # a tenth of a second that other estimands need not pay

    if start is None:
        line = np.linalg.lstsq(design, response, rcond=None)[0]
        left = response - design @ line
        lean = max(-float(np.mean((left - left.mean()) ** 3)), 1e-12 * left.std() ** 3)
        # the third moment of a half-normal of scale s is -(4 - pi) / 2 * sqrt(2 / pi)^3 s^3
        scale = (lean / (0.5 * (4 - np.pi) * ROOT**3)) ** (1 / 3)
        noise = np.sqrt(max(left.var() - (1 - 2 / np.pi) * scale**2, 0.05 * left.var()))
        line[0] += ROOT * scale
        total = float(np.hypot(scale, noise))
        start = np.concatenate([line, [np.log(total), np.log(max(scale / noise, 0.05))]])

    def loss(theta: Array) -> tuple[float, Array]:
        value, gradient = log_likelihood(theta, design, response)
        return -float(value.sum()), -gradient.sum(axis=0)

    bounds = [(None, None)] * design.shape[1] + [(None, None), (np.log(1e-3), np.log(1e3))]
    with np.errstate(all="ignore"):
        end = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds,
                       options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 500})  # fmt: skip
    if not np.isfinite(end.fun):
        raise FitError("stochastic frontier: no finite likelihood; ask for frontier instead.")
    return _polish(np.asarray(end.x), design, response)


def _polish(theta: Array, design: Array, response: Array) -> Array:
    """Take Newton steps while they help, so that the answer does not hang on a stopping rule."""
    best = float(log_likelihood(theta, design, response)[0].sum())
    for _ in range(POLISH):
        if _at_bound(theta):
            return theta
        slope = log_likelihood(theta, design, response)[1].sum(axis=0)
        step = -np.linalg.pinv(_hessian(theta, design, response)) @ slope
        value = float(log_likelihood(theta + step, design, response)[0].sum())
        if not value >= best - 1e-12 * abs(best) or np.abs(step).max() > 1.0:
            return theta
        theta, best = theta + step, value
        if np.abs(step).max() < 1e-13:
            break
    return theta


def _at_bound(theta: Array) -> bool:
    return bool(np.abs(theta[-1] - np.log([1e-3, 1e3])).min() < 1e-6)


def _hessian(theta: Array, design: Array, response: Array) -> Array:
    """Return the second derivatives of the log-likelihood, from differences of its gradient."""
    rows = []
    for step in STEP * np.eye(theta.size):
        ahead, behind = (log_likelihood(theta + side * step, design, response)[1].sum(axis=0)
                         for side in (1, -1))  # fmt: skip
        rows.append((ahead - behind) / (2 * STEP))
    whole = np.array(rows)
    return 0.5 * (whole + whole.T)


def stochastic_frontier(
    x: Array, response: Array, *, groups: Array, better: float, name: str
) -> ForwardLine:
    """Fit the frontier line and the two scatters.

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
    """
    middle, scale = float(x.mean()), float(np.std(response))
    design = np.column_stack([np.ones(x.size), x - middle])
    theta = fit_frontier(design, better * response / scale)
    level, slope = better * scale * theta[:2]
    sigma, ratio = scale * np.exp(theta[2]), float(np.exp(theta[3]))
    inefficiency, noise = sigma * ratio / np.hypot(1, ratio), sigma / np.hypot(1, ratio)
    residuals = response - level - slope * (x - middle)
    shared = clustered_variance(design, better * response / scale, groups)
    extra = _lift_doubt(theta, design, better * response / scale, shared=shared)
    start, step = np.eye(2)

    def spread(places: Array) -> tuple[Array, Array]:
        error, freedom = shared.spread(start, step, np.asarray(places, dtype=float) - middle)
        return scale * np.sqrt(error**2 + extra), freedom

    error, freedom = shared.spread(step, 0 * step, np.zeros(1))
    slope_error, slope_freedom = scale * float(error[0]), float(freedom[0])
    return ForwardLine(
        regression=f"stochastic frontier of {name} ~ log10(compute)",
        coefficients={"intercept": float(level - slope * middle), "slope": float(slope)},
        standard_errors={"intercept": float(spread(np.zeros(1))[0][0]), "slope": slope_error},
        r_squared=float(1.0 - np.var(residuals) / np.var(response)),
        intercept=float(level - slope * middle), slope=float(slope), better=better,
        scatter=float(np.std(residuals)),
        scatter_dex=float(np.std(residuals) / abs(slope)) if slope else np.inf,
        spread=spread, slope_error=slope_error, slope_freedom=slope_freedom,
        scatter_freedom=slope_freedom, middle=middle, residuals=_ranked(residuals),
        notes=(_words(inefficiency, noise, ratio),),
    )  # fmt: skip


def _words(inefficiency: float, noise: float, ratio: float) -> str:
    if ratio < SMALL:
        return (
            "no inefficiency shows: the residuals do not lean away from the frontier, and the line "
            "is that of least squares"
        )
    return (
        f"inefficiency {inefficiency:.3g} and noise {noise:.3g} (standard deviations of the "
        "response); standard errors: slope by clustered least squares, level by the likelihood"
    )


def level_doubt(residuals: Array, level: float, *, sharing: float) -> float:
    """Return the mean square distance of the frontier's level from an estimate of it.

    The likelihood of the residuals is summed over level, scatter and the share of inefficiency in
    the variance, all alike beforehand, and flattened where clusters share part of the scatter
    (Pauli, Racugno & Ventura 2011).

    Parameters
    ----------
    residuals : ndarray of shape (n,)
        Of a least-squares line, turned so that better is positive [response].
    level : float
        Estimated level of the frontier above that line [response].
    sharing : float
        Variance of a mean of clustered results over that of unshared ones; at least 1.

    Returns
    -------
    float
        [response²]

    Examples
    --------
    >>> from scipy.special import ndtri
    >>> normal = ndtri((np.arange(200) + 0.5) / 200)
    >>> 0.5 < level_doubt(normal, 0.0, sharing=1.0) ** 0.5 < 0.9
    True
    """
    scale = float(residuals.std())
    some = residuals / scale
    logs = np.empty((LEVELS.size, SCALES.size, LEANS.size))
    for at, above in enumerate(LEVELS):
        away = (some - above) / SCALES[:, None]
        lean = log_ndtr(-away[:, None] * LEANS[:, None]).sum(axis=-1)
        fixed = -some.size * np.log(SCALES) - 0.5 * np.sum(away**2, axis=-1)
        logs[at] = (fixed[:, None] + lean) / sharing
    weight = np.exp(logs - logs.max()).sum(axis=(1, 2))
    return scale**2 * float(weight @ (LEVELS - level / scale) ** 2 / weight.sum())


def _lift_doubt(
    theta: Array, design: Array, response: Array, *, shared: ClusteredVariance
) -> float:
    """Return the variance of the frontier's height above the mean line [scaled response²]."""
    rows = response.size
    of_mean = float(shared.covariance[0, 0])
    sharing = max(of_mean * rows / max(shared.variance, 1e-300), 1.0)
    mean = np.linalg.lstsq(design, response, rcond=None)[0]
    around = response - design @ mean
    if rows > MOST_SUMMED:
        doubt = sharing * _curvature(theta, design, response)
    else:
        doubt = level_doubt(around, float(theta[0] - mean[0]), sharing=sharing)
    # Either holds the doubt in the mean itself, which the clustered line has already.
    return max(doubt - of_mean, 0.0)


def _curvature(theta: Array, design: Array, response: Array) -> float:
    """Return the variance of the level by the curvature of the likelihood at its maximum."""
    free = slice(0, theta.size - 1) if _at_bound(theta) else slice(0, theta.size)
    return float(-np.linalg.pinv(_hessian(theta, design, response)[free, free])[0, 0])
