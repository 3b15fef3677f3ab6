"""Fits of the published scatter: the article's number, refusals, agreement with statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter import compute_for_error, fit_scatter
from costlaw.fitting.scatter.clustered import clustered_variance
from costlaw.fitting.scatter.estimands.least_squares import error_on_compute
from costlaw.literature import published_runs
from costlaw.runs import Runs


def imagenet(edition, **options):
    runs = published_runs("imagenet", edition=edition, measure="hardware-burden")
    return fit_scatter(runs, edition=edition, **options)


def test_the_articles_five_percent_takes_ten_to_the_28_flop():
    answer = compute_for_error(imagenet("v1"), 0.05)
    assert answer.law.point == pytest.approx(28.06, abs=0.005)  # Thompson et al. 2020, v1 points
    low, high = answer.law.interval(0.9)
    assert low < 28.06 < high


def test_every_law_falls_on_data_where_error_falls():
    for law in ("power", "exponential", "exponential-levels"):
        assert imagenet("v2", law=law).verdict == "ok"


def test_the_cost_exponent_is_one_over_the_slope_with_its_interval_around_it():
    fit = imagenet("v2")
    assert fit.cost_exponent == pytest.approx(10.7, abs=0.05)  # authors' notebook: .0933, 10.7
    low, high = fit.cost_exponent_interval(0.9)
    assert low < fit.cost_exponent < high


def test_english_to_german_v1_is_refused():
    runs = published_runs("wmt14-en-de", edition="v1", measure="hardware-burden")
    with pytest.raises(EvidenceError, match="not told apart from zero"):
        compute_for_error(fit_scatter(runs, edition="v1"), 0.5)


def test_least_squares_agrees_with_statsmodels():
    fit = imagenet("v2")
    other = sm.OLS(fit.evidence.response, sm.add_constant(fit.evidence.x)).fit()
    assert [fit.line.coefficients[k] for k in ("intercept", "slope")] == pytest.approx(other.params)
    assert [fit.line.standard_errors[k] for k in ("intercept", "slope")] == pytest.approx(other.bse)
    assert fit.line.r_squared == pytest.approx(other.rsquared)


def test_clusters_of_one_row_give_the_textbook_standard_error():
    fit = imagenet("v2")
    x, y = fit.evidence.x, fit.evidence.response
    line = error_on_compute(x, y, groups=np.arange(x.size), better=1.0, name="")
    other = sm.OLS(y, sm.add_constant(x)).fit()
    assert line.slope_error == pytest.approx(other.bse[1], rel=1e-9)
    assert line.slope_freedom == other.df_resid


def test_a_next_result_of_unshared_rows_has_the_textbook_prediction_interval():
    fit = imagenet("v2")
    x, y, at = fit.evidence.x, fit.evidence.response, np.array([22.0, 27.0])
    line = error_on_compute(x, y, groups=np.arange(x.size), better=1.0, name="")
    other = sm.OLS(y, sm.add_constant(x)).fit().get_prediction(sm.add_constant(at))
    ends = np.column_stack([line.band(at, probability=p, next_result=True) for p in (0.95, 0.05)])
    assert ends == pytest.approx(other.conf_int(obs=True, alpha=0.1), rel=1e-9)
    ends = np.column_stack([line.band(at, probability=p, next_result=False) for p in (0.95, 0.05)])
    assert ends == pytest.approx(other.conf_int(alpha=0.1), rel=1e-9)


def test_the_doubt_in_the_two_parts_is_the_inverse_information_of_whole_matrices():
    random = np.random.default_rng(0)
    groups = random.integers(0, 9, 40)
    design = np.column_stack([np.ones(40), random.normal(size=40)])
    fitted = clustered_variance(design, random.normal(size=9)[groups], groups)
    share, together = fitted.shared, (groups[:, None] == groups).astype(float)
    assert share > 0.3
    weight = np.linalg.inv((1 - share) * np.eye(40) + share * together)
    line = np.linalg.inv(design.T @ weight @ design)
    rest = weight - weight @ design @ line @ design.T @ weight
    kinds = [rest, rest @ together]
    information = [[np.trace(one @ other) / 2 for other in kinds] for one in kinds]
    assert fitted.doubt == pytest.approx(np.linalg.inv(information), rel=1e-8)


def test_a_mean_of_equal_clusters_that_share_much_is_as_well_known_as_there_are_clusters():
    random = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), 6)
    y = random.normal(size=12)[groups] + 0.5 * random.normal(size=72)
    fitted = clustered_variance(np.ones((72, 1)), y, groups)
    one = np.ones(1)
    error, freedom = fitted.spread(one, 0 * one, np.zeros(1))
    means = y.reshape(12, 6).mean(axis=1)
    assert error[0] == pytest.approx(means.std(ddof=1) / np.sqrt(12), rel=0.02)  # grid of shares
    assert freedom[0] == pytest.approx(11, rel=0.02)
    assert fitted.scatter()[1] < 71


def test_rows_that_share_nothing_keep_their_degrees_of_freedom():
    random = np.random.default_rng(8)
    groups = np.repeat(np.arange(6), 3)
    design = np.column_stack([np.ones(18), np.tile([-1.0, 0.0, 1.0], 6)])
    inside = np.tile([1.0, -2.0, 1.0], 6) * np.repeat(random.uniform(0.5, 1.5, 6), 3)
    fitted = clustered_variance(design, inside, groups)  # clusters resemble each other too much
    assert fitted.shared == 0
    assert fitted.spread(np.eye(2)[0], np.eye(2)[1], np.zeros(1))[1] == pytest.approx(16)


def test_the_shared_part_agrees_with_the_mixed_model_of_statsmodels():
    random = np.random.default_rng(5)
    groups = np.repeat(np.arange(30), 4)
    x = random.uniform(17, 23, size=groups.size)
    y = 0.09 * x + random.normal(size=30)[groups] * 0.1 + random.normal(size=groups.size) * 0.1
    design = np.column_stack([np.ones(x.size), x])
    ours = clustered_variance(design, y, groups)
    other = sm.MixedLM(y, design, groups=groups).fit(reml=True)
    common = float(other.cov_re[0, 0])
    assert ours.shared == pytest.approx(common / (common + other.scale), abs=0.02)
    assert ours.variance == pytest.approx(common + other.scale, rel=0.03)


def test_the_frontier_has_the_loss_of_statsmodels_or_less():
    runs = published_runs("imagenet", edition="v2", measure="network-operations")
    fit = fit_scatter(runs, edition="v2", estimand="frontier")
    other = sm.QuantReg(fit.evidence.response, sm.add_constant(fit.evidence.x)).fit(q=0.9)
    residuals = fit.evidence.response - fit.line.response_at(fit.evidence.x)

    def loss(residuals):
        return np.where(residuals >= 0, 0.9 * residuals, -0.1 * residuals).sum()

    assert loss(residuals) <= loss(np.asarray(other.resid)) * (1 + 1e-6)


@pytest.mark.parametrize("next_result", [False, True])
def test_ninety_percent_covers_ninety_percent_on_a_real_design(next_result):
    fit = imagenet("v2")
    x, line, random = fit.evidence.x, fit.line, np.random.default_rng(3)
    target, hits, draws = -np.log10(0.05), 0, 600
    for _ in range(draws):
        y = line.response_at(x) + line.scatter * random.normal(size=x.size)
        again = error_on_compute(x, y, groups=np.arange(x.size), better=1.0, name="")
        extra = line.scatter * random.normal() if next_result else 0.0
        low, high = again.where(target, next_result=next_result).interval(0.9)
        hits += low <= (target - line.intercept - extra) / line.slope <= high
    # 600 draws: standard error 1.2 points, so four of them either side of 90 %.
    assert 0.85 < hits / draws < 0.95


def test_runs_without_a_year_are_refused_for_want_of_a_year():
    records = [{"name": str(c), "error": 10 ** (-0.1 * c + 1), "compute_flop": 10.0**c}
               for c in (18, 19, 20, 21)]  # fmt: skip
    with pytest.raises(EvidenceError, match="no run states a year"):
        fit_scatter(Runs.from_records(records), estimand="fixed-year")


def test_rows_that_cannot_tell_a_slope_share_nothing_and_warn_of_nothing():
    flat = np.column_stack([np.ones(4), np.zeros(4)])
    fitted = clustered_variance(flat, np.array([0.1, 0.0, -0.1, 0.2]), np.arange(4))
    assert (fitted.unshared, fitted.shared) == (1.0, 0.0)
