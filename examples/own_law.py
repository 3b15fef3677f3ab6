"""A law of one's own: error = scale / ln(compute / start), in one class that sits the same exam.

A logarithmic law is even more pessimistic than a power law. The class says how error depends on the
inputs in logarithms; gradient, batches, bootstraps and the inverse come with the house. Run with

    python examples/own_law.py
"""

import numpy as np

from costlaw.fitting.kernel.bootstrap import bootstrap, pairs_counts
from costlaw.fitting.kernel.fit import fit_batch
from costlaw.laws import Coefficient, Coordinate, Law
from costlaw.sources import Source


class LogarithmicLaw(Law):
    """error = scale / (ln(compute) + start)."""

    name = "logarithmic"
    title = "logarithmic law"
    formula = "error = scale / (ln(compute) + start)"
    coefficients = (
        Coefficient(name="scale", symbol="s", meaning="error times ln compute"),
        Coefficient(name="start", symbol="t", meaning="minus ln compute of no use", lower=-np.inf),
    )
    coordinates = (Coordinate(name="log_scale"), Coordinate(name="start", lower=0.1, upper=1e4))
    example = {"scale": 2.0, "start": -20.0}
    example_inputs = ((1e14, 1e20),)
    sources = (Source(title="an example", year=2024, obtained="estimated by us"),)

    def log_error(self, q, u):
        with np.errstate(divide="ignore", invalid="ignore"):
            return q[..., 0:1] - np.log(q[..., 1:2] + u[0])

    def jacobian(self, q, u):
        slope = -1.0 / (q[..., 1:2] + u[0])
        return self.log_error(q, u), np.stack([np.ones_like(slope), slope], axis=-2)

    def move(self, q, log_inputs, log_error):
        return np.stack(np.broadcast_arrays(q[..., 0] - log_error, q[..., 1] + log_inputs[0]), -1)

    def to_coefficients(self, q):
        return np.stack([np.exp(q[..., 0]), q[..., 1]], axis=-1)

    def to_coordinates(self, coefficients):
        return np.stack([np.log(coefficients[..., 0]), coefficients[..., 1]], axis=-1)

    def starts(self, u, z):
        start = np.nanmax(u[0], axis=-1) - np.nanmin(u[0], axis=-1) + np.array([[1.0], [20.0]])
        level = np.nanmean(z, axis=-1) + np.log(start)
        return np.stack(np.broadcast_arrays(level, start), axis=-1)


if __name__ == "__main__":
    compute = np.logspace(14, 20, 30)
    noise = np.exp(0.03 * np.random.default_rng(0).normal(size=30))
    fit = fit_batch(LogarithmicLaw(), compute, 2.0 / (np.log(compute) - 20.0) * noise)
    low, high = bootstrap(fit, pairs_counts(30, 500)).interval(0.9)
    print(fit.verdicts[0], fit.coefficients[0].round(3), low[0].round(3), high[0].round(3))
