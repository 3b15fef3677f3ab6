"""Fits of a scatter of separate runs: published results, or a user's own handful.

Estimands, clustered intervals, the inverse answer, back-test, and the spread across recipes.
Learning curves are another matter and are not read here.
"""

from costlaw.fitting.scatter.answer import Bands, ComputeAnswer, compute_for_error, error_at
from costlaw.fitting.scatter.back_testing import ScatterBacktest, back_test
from costlaw.fitting.scatter.comparison import Recipe, compare_recipes
from costlaw.fitting.scatter.distribution import ComputeDistribution
from costlaw.fitting.scatter.fit import ESTIMANDS, SCATTER_LAWS, Fit, fit_scatter

__all__ = [
    "ESTIMANDS",
    "SCATTER_LAWS",
    "Bands",
    "ComputeAnswer",
    "ComputeDistribution",
    "Fit",
    "Recipe",
    "ScatterBacktest",
    "back_test",
    "compare_recipes",
    "compute_for_error",
    "error_at",
    "fit_scatter",
]
