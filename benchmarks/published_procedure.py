"""The joint fit as published, and as a careful scipy user writes it: the peers of the bootstrap.

``notebook``: the procedure of the notebook of Besiroglu et al. 2024: scipy's BFGS from Hoffmann's
coefficients for every resample, the objective written with a Huber function and a log-sum-exp, its
gradient by automatic differentiation (the package autograd where it is installed, else reverse mode
by hand over the same graph, which is faster than the notebook was). ``tuned``: scipy's L-BFGS-B and
BFGS with the analytic gradient, from the full fit. Re-implemented from the paper's description.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
DELTA = 1e-3  # width of Huber's loss: Hoffmann et al. 2022
# ln A, ln B, ln E, alpha, beta as printed in Hoffmann et al. 2022's source (Besiroglu et al. 2024)
HOFFMANN = np.array([6.0073404, 6.0179186, 0.5267228, 0.33917084, 0.2849083])


def objective(theta: Array, logs: tuple[Array, Array, Array], weights: Array) -> float:
    """Summed Huber loss of ln loss, analytic in numpy."""
    return value_and_gradient(theta, logs, weights)[0]


def value_and_gradient(
    theta: Array, logs: tuple[Array, Array, Array], weights: Array
) -> tuple[float, Array]:
    """Summed Huber loss and its gradient by (ln A, ln B, ln E, alpha, beta)."""
    log_n, log_d, log_l = logs
    parts = np.stack(
        [theta[0] - theta[3] * log_n, theta[1] - theta[4] * log_d, np.full_like(log_n, theta[2])]
    )
    top = parts.max(axis=0)
    terms = np.exp(parts - top)
    total = terms.sum(axis=0)
    away = top + np.log(total) - log_l
    inside = np.clip(away, -DELTA, DELTA)
    value = float((weights * inside * (away - 0.5 * inside)).sum())
    pull = weights * inside * terms / total
    gradient = np.array([pull[0].sum(), pull[1].sum(), pull[2].sum(),
                         -(pull[0] * log_n).sum(), -(pull[1] * log_d).sum()])  # fmt: skip
    return value, gradient


def automatic() -> Callable[..., tuple[Callable[[Array], float], Callable[[Array], Array]]] | None:
    """Return a maker of (objective, gradient) by autograd, None where it is not installed."""
    try:
        import autograd.numpy as anp
        from autograd import grad
    except ImportError:
        return None

    def make(n: Array, d: Array, loss: Array):  # type: ignore[no-untyped-def]
        def predicted(theta):  # type: ignore[no-untyped-def]
            a, b, e, alpha, beta = theta
            first, second = a - alpha * anp.log(n), b - beta * anp.log(d)
            third = e + anp.zeros(len(n))
            stacked = anp.stack([first, second, third])
            top = anp.max(stacked, axis=0)
            return top + anp.log(anp.sum(anp.exp(stacked - top), axis=0))

        def summed(theta):  # type: ignore[no-untyped-def]
            away = anp.log(loss) - predicted(theta)
            small = 0.5 * away**2
            large = DELTA * (anp.abs(away) - 0.5 * DELTA)
            return anp.sum(anp.where(anp.abs(away) <= DELTA, small, large))

        return summed, grad(summed)

    return make


def notebook(inputs: Array, loss: Array, drawn: NDArray[np.intp]) -> tuple[Array, float, str]:
    """Return coefficients (R, 5) as (E, A, B, alpha, beta), CPU seconds and how gradients came."""
    make = automatic()
    begin, rows = time.process_time(), []
    for picked in drawn:
        n, d, y = inputs[0, picked], inputs[1, picked], loss[picked]
        if make is not None:
            function, gradient = make(n, d, y)
        else:
            logs, ones = (np.log(n), np.log(d), np.log(y)), np.ones(len(y))

            def function(theta: Array, logs=logs, ones=ones) -> float:  # type: ignore[no-untyped-def]
                return objective(theta, logs, ones)

            def gradient(theta: Array, logs=logs, ones=ones) -> Array:  # type: ignore[no-untyped-def]
                return value_and_gradient(theta, logs, ones)[1]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            end = minimize(function, HOFFMANN, jac=gradient, method="BFGS")
        rows.append(printed(end.x))
    seconds = time.process_time() - begin
    return np.array(rows), seconds, "autograd" if make else "by hand (autograd not installed)"


def tuned(
    inputs: Array, loss: Array, counts: Array, *, start: Array, method: str
) -> tuple[Array, Array, float]:
    """Return coefficients (R, 5), objectives (R,) and CPU seconds of scipy with our gradient."""
    logs = (np.log(inputs[0]), np.log(inputs[1]), np.log(loss))
    begin, rows, values = time.process_time(), [], []
    options = {"gtol": 1e-8} if method == "BFGS" else {"ftol": 1e-15, "gtol": 1e-9}
    for weights in counts:
        end = minimize(value_and_gradient, start, args=(logs, weights), jac=True, method=method,
                       options=options)  # fmt: skip
        rows.append(printed(end.x))
        values.append(end.fun)
    return np.array(rows), np.array(values), time.process_time() - begin


def printed(theta: Array) -> Array:
    """Return (E, A, B, alpha, beta) of (ln A, ln B, ln E, alpha, beta)."""
    return np.array([np.exp(theta[2]), np.exp(theta[0]), np.exp(theta[1]), theta[3], theta[4]])


def theta_of(coefficients: Array) -> Array:
    """Return (ln A, ln B, ln E, alpha, beta) of (E, A, B, alpha, beta)."""
    e, a, b, alpha, beta = coefficients
    return np.array([np.log(a), np.log(b), np.log(e), alpha, beta])
