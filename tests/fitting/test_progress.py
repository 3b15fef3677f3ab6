"""The compute-equivalent halving time: against a formula, statsmodels, and simulated truth."""

import numpy as np
import pytest
import statsmodels.api as sm

import costlaw
from costlaw.fitting.scatter.estimands.least_squares import error_on_compute
from costlaw.literature import published_runs


def test_the_halving_time_is_the_ratio_of_statsmodels_coefficients():
    runs = published_runs("imagenet", "v2", "network-operations")
    x, year = np.log10(runs.numbers("compute_flop")), runs.numbers("year")
    y = -np.log10(runs.numbers("error"))
    model = sm.OLS(y, sm.add_constant(np.column_stack([x, year]))).fit()
    expected = 12 * np.log10(2) * model.params[1] / model.params[2]
    fit = costlaw.fit(runs, estimand="fixed-year")
    assert fit.progress.halving_months == pytest.approx(expected)
    low, high = fit.progress.interval_months()
    assert low < expected < high < 36
    assert "halves every" in str(fit)
    assert costlaw.fit(runs).progress is None


def test_ninety_percent_of_the_intervals_hold_the_true_halving_time():
    runs = published_runs("imagenet", "v2", "network-operations")
    x, year = np.log10(runs.numbers("compute_flop")), runs.numbers("year")
    fit = costlaw.fit(runs, estimand="fixed-year")
    groups = fit.evidence.groups
    true = fit.progress.halving_months
    mean = fit.line.coefficients["intercept"] + fit.progress.slope * x + fit.progress.year * year
    random = np.random.default_rng(11)
    hits = 0
    for _ in range(600):
        y = mean + fit.line.scatter * random.normal(size=x.size)
        line = error_on_compute(x, y, groups=groups, better=1.0, name="", year=year)
        low, high = line.progress.interval_months()
        hits += low <= true <= high
    assert 0.86 <= hits / 600 <= 0.95  # binomial sd .012 at .9


def test_no_progress_told_apart_has_no_upper_end():
    random = np.random.default_rng(2)
    x, year = random.uniform(18, 23, size=40), random.uniform(2012, 2022, size=40)
    y = 0.1 * x + 0.03 * random.normal(size=40)
    line = error_on_compute(x, y, groups=np.arange(40), better=1.0, name="", year=year)
    assert line.progress.interval_months()[1] == np.inf
    assert line.progress.to_dict()["high"] is None
