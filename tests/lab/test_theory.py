import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from costlaw.cli.lab.theory import command
from costlaw.exceptions import EvidenceError, OptionError, UnknownName
from costlaw.lab.theory import theory
from costlaw.lab.theory.design import draw
from costlaw.lab.theory.lasso import lasso, lasso_cross_validated, universal_penalty
from costlaw.lab.theory.least_squares import draw_excess, least_squares
from costlaw.lab.theory.presets.exponents import RELEVANT, SIZES
from costlaw.lab.theory.simulate import on_columns, simulate
from costlaw.lab.theory.slopes import cost_exponent, crossing


def penalised(sample):
    pool, n = sample.variables.shape
    return lasso(sample.variables, sample.outcome, universal_penalty(n, pool))


@pytest.fixture(scope="module")
def curves():
    known = [*range(RELEVANT - 1), RELEVANT]
    top = SIZES[-1]
    found = simulate(
        {
            "oracle": ("oracle", on_columns(range(RELEVANT)), top),
            "expert": ("expert", on_columns(known), top),
            "penalised": ("penalised", penalised, top),
        },
        SIZES,
        lambda n, seed: draw(n, 2 * n, RELEVANT, seed=seed),
        seeds=range(10),
    )
    return {curve.name: curve for curve in found}


def test_data_goes_as_the_square_and_compute_as_the_fourth_power(curves):
    curve = curves["penalised"]
    assert 1.85 < cost_exponent(curve.examples, curve.error)[0] < 2.35
    assert 3.7 < cost_exponent(curve.flop, curve.error)[0] < 4.7


def test_operations_grow_with_the_table_and_not_faster(curves):
    curve = curves["penalised"]
    a_cell = curve.flop.mean(axis=1) / (curve.examples * curve.variables)
    assert a_cell.max() / a_cell.min() < 1.5


def test_the_oracle_has_exponent_two():
    curve = simulate(
        {"oracle": ("oracle", on_columns(range(RELEVANT)), 4000)},
        SIZES,
        lambda n, seed: draw(n, RELEVANT, RELEVANT, seed=seed),
        seeds=range(60),
    )[0]
    estimate, low, high = cost_exponent(curve.examples, curve.error)
    assert 1.8 < estimate < 2.2
    assert low < 2 < high


def test_the_expert_leads_early_stalls_at_the_missing_share_and_is_overtaken(curves):
    expert, other = curves["expert"], curves["penalised"]
    assert expert.error[0].mean() < other.error[0].mean()
    assert expert.error[-1].mean() == pytest.approx(np.sqrt(1 / RELEVANT), rel=0.05)
    where, low, high = crossing(other.examples, other.error, expert.error)
    assert SIZES[0] < low <= where <= high < SIZES[-1]


def test_without_a_penalty_twice_as_many_variables_as_examples_do_not_improve():
    first, last = (
        np.mean([s.excess(least_squares(s.variables, s.outcome).effects) for s in samples])
        for samples in ([draw(n, 2 * n, RELEVANT, seed=i) for i in range(4)] for n in (250, 1000))
    )
    assert last == pytest.approx(first, rel=0.1)


@pytest.mark.parametrize(("n", "k", "missing"), [(15, 10, 0.0), (60, 40, 0.0), (40, 10, 0.1)])
def test_real_fits_follow_the_exact_distribution(n, k, missing):
    total = k + round(missing * k / (1 - missing)) if missing else k
    seen = on_columns(range(k))
    samples = [draw(n, total, total, seed=i) for i in range(400)]
    real = [s.excess(seen(s).effects) for s in samples]
    exact = draw_excess(n, k, count=4000, seed=1, missing=(total - k) / total)
    assert ks_2samp(real, exact).pvalue > 1e-3


@settings(max_examples=20, deadline=None)
@given(n=st.integers(20, 120), pool=st.integers(5, 200), share=st.floats(0.3, 3.0))
def test_the_lasso_meets_its_optimality_condition(n, pool, share):
    sample = draw(n, pool, min(5, pool), seed=0)
    penalty = share * universal_penalty(n, max(pool, 2))
    effects = lasso(sample.variables, sample.outcome, penalty).effects
    slope = sample.variables @ (sample.outcome - effects @ sample.variables) / n
    inside = effects != 0
    assert np.all(np.abs(slope) <= penalty * 1.01 + 1e-6)
    assert np.allclose(slope[inside], penalty * np.sign(effects[inside]), rtol=0.02, atol=1e-5)


def test_the_lasso_agrees_with_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    sample = draw(150, 300, 10, seed=3)
    penalty = universal_penalty(150, 300)
    theirs = linear_model.Lasso(alpha=penalty, fit_intercept=False, tol=1e-8, max_iter=100000)
    theirs.fit(sample.variables.T.astype(float), sample.outcome)
    ours = lasso(sample.variables, sample.outcome, penalty).effects
    assert np.abs(ours - theirs.coef_).max() < 1e-3


def test_cross_validation_counts_its_search():
    sample = draw(200, 400, 10, seed=0)
    found, once = lasso_cross_validated(sample), penalised(sample)
    assert found.flop > 10 * once.flop
    assert sample.excess(found.effects) < 0.9


def test_the_interval_of_an_exponent_covers_the_truth():
    random = np.random.default_rng(0)
    x = np.array([100.0, 200.0, 400.0, 800.0])
    inside = 0
    for _ in range(300):
        error = x[:, None] ** -0.5 * np.exp(0.2 * random.standard_normal((4, 10)))
        _, low, high = cost_exponent(x, error)
        inside += low <= 2.0 <= high
    assert 0.90 <= inside / 300 <= 0.99


def test_an_error_that_stands_still_has_no_finite_exponent():
    flat = np.ones((3, 4)) + 0.01 * np.random.default_rng(0).standard_normal((3, 4))
    assert np.isinf(cost_exponent([1.0, 2.0, 4.0], flat)[2])


def test_an_exponent_needs_two_sizes_and_two_seeds():
    with pytest.raises(EvidenceError, match="two sizes"):
        cost_exponent([1.0], np.ones((1, 5)))


def test_the_error_peaks_at_interpolation_and_descends_again():
    shown = theory("interpolation", seeds=12)
    assert shown.answer("p/n at the peak").estimate == 1.0
    second = shown.answer("error at p = 20 n over the best on the left")
    assert second.high is not None
    assert second.high < 1.0


def test_the_same_seed_gives_the_same_experiment():
    one, again, other = (theory("interpolation", seeds=2, first_seed=s) for s in (0, 0, 7))
    assert one.digest == again.digest != other.digest


def test_an_unknown_preset_or_one_seed_is_refused():
    with pytest.raises(UnknownName, match="exponents"):
        theory("exponent")
    with pytest.raises(OptionError, match="at least 2"):
        theory("interpolation", seeds=1)


def test_the_command_prints_a_card_json_and_points():
    run = CliRunner().invoke
    options = ["--preset", "interpolation", "--seeds", "2"]
    card = run(command, options).output
    assert "performance = 1/RMSE" in card
    assert len(card.splitlines()) <= 12
    record = json.loads(run(command, [*options, "--json"]).output)
    assert record["schema"] == "costlaw.theory/1"
    assert {row["how"] for row in record["answers"]} == {"measured"}
    header = run(command, [*options, "--points"]).output.splitlines()[0]
    assert header.startswith("estimator,examples,variables,rmse")
