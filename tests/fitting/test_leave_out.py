"""Leaving runs out at once gives what refitting one by one gives; large tables stay bounded."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter import ESTIMANDS, SCATTER_LAWS, fit_scatter
from costlaw.fitting.scatter.estimands.quantile_lines import check_loss, quantile_lines
from costlaw.fitting.scatter.fit import fit_evidence
from costlaw.fitting.scatter.leave_out import leave_out_range
from costlaw.literature import published_runs
from costlaw.runs import Runs


def one_by_one(fit, target, groups):
    """Refit without each group; a frontier or a line that cannot be fitted is passed over."""
    points, year = [], fit.evidence.year.max()
    for label in np.unique(groups):
        rest = fit.evidence.keep(groups != label)
        if np.unique(rest.x).size < 3 or np.unique(rest.error).size < 2:
            continue
        try:
            line = fit_evidence(rest, law=fit.law, estimand=fit.estimand)
        except EvidenceError:
            continue
        shift = 0.0
        if fit.estimand == "fixed-year":  # the question's year stays where it was
            shift = line.coefficients["year"] * (year - rest.year.max())
        points.append(line.point(target - shift))
    return (min(points), max(points)) if points else (np.nan, np.nan)


@pytest.mark.parametrize("law", SCATTER_LAWS)
@pytest.mark.parametrize("estimand", [name for name in ESTIMANDS if name != "frontier"])
def test_leaving_out_at_once_equals_refitting_one_by_one(law, estimand):
    runs = published_runs("imagenet", "v2", "hardware-burden")
    fit = fit_scatter(runs, law=law, estimand=estimand)
    target = float(fit.transform.response(np.array(0.05)))
    for groups in (np.arange(fit.n), fit.evidence.groups):
        ours = leave_out_range(
            fit.evidence, estimand=estimand, better=fit.line.better, target=target, groups=groups
        )
        # the stochastic frontier is iterative: its Newton steps stop at the likelihood's rounding
        close = 1e-5 if estimand == "stochastic-frontier" else 1e-9  # the first is iterated
        assert ours == pytest.approx(one_by_one(fit, target, groups), rel=close)


def test_a_frontier_without_each_run_is_the_frontier_of_the_rest():
    fit = fit_scatter(published_runs("imagenet", "v2", "network-operations"), estimand="frontier")
    groups = np.arange(fit.n) // 13  # six groups, so that the slow way takes six fits
    ours = leave_out_range(fit.evidence, estimand="frontier", better=1.0, target=1.3, groups=groups)
    assert ours == pytest.approx(one_by_one(fit, 1.3, groups), rel=1e-7)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_no_line_through_two_points_has_a_smaller_loss(tied, quantile):
    random = np.random.default_rng(5)
    n = 40
    x, t = random.normal(size=n), random.normal(size=n)
    if tied:  # rounded publications: equal places, equal responses, several points on one line
        x, t = np.round(x), np.round(t, 1)
    weights = random.multinomial(n, np.full(n, 1 / n), size=30).astype(float)
    lines = quantile_lines(x, t, weights, quantile=quantile)
    first, second = np.triu_indices(n, k=1)
    apart = x[first] != x[second]
    slope = ((t[second] - t[first])[apart]) / (x[second] - x[first])[apart]
    level = t[first][apart] - slope * x[first][apart]
    every = check_loss(t - level[:, None] - slope[:, None] * x, quantile) @ weights.T
    ours = np.array([check_loss(t - a - b * x, quantile) @ w
                     for (a, b), w in zip(lines, weights, strict=True)])  # fmt: skip
    assert ours == pytest.approx(every.min(axis=0), rel=1e-6)


def test_a_hundred_thousand_runs_are_fitted_in_bounded_memory_and_time():
    random = np.random.default_rng(2)
    compute = 10 ** random.uniform(17, 22, 100_000)
    error = 0.4 * (compute / 1e17) ** -0.1 * 10 ** random.normal(0, 0.05, compute.size)
    names = [f"r{row}" for row in range(compute.size)]
    runs = Runs.from_frame(_frame(names, compute, np.minimum(error, 1.0)))
    start = time.process_time()
    tracemalloc.start()
    try:
        fit = fit_scatter(runs)
        leave_out_range(
            fit.evidence, estimand="error-on-compute", better=1.0, target=2.0,
            groups=fit.evidence.groups,
        )  # fmt: skip
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert fit.cost_exponent == pytest.approx(10.0, abs=0.1)
    assert peak < 200e6  # an n × n matrix would be 80 GB
    assert time.process_time() - start < 20.0  # measured: 1 s
    with pytest.raises(EvidenceError, match="up to 5000"):
        fit_scatter(runs, estimand="frontier")


def _frame(names, compute, error):
    import polars as pl

    return pl.DataFrame({"name": names, "compute_flop": compute, "error": error})
