import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlaw.exceptions import DataError, FitError, OptionError
from costlaw.fitting.predictive.predict import predict_curve

COMPUTE = np.logspace(18, 21, 13)


def power_law(x, *, floor=0.05, exponent=0.3, noise=0.0, seed=0):
    wiggle = np.exp(noise * np.random.default_rng(seed).standard_normal(x.size))
    return (floor + 0.4 * (x / 1e18) ** -exponent) * wiggle


@cache
def noisy_forecast():
    return predict_curve(COMPUTE, power_law(COMPUTE, noise=0.02))


@pytest.fixture
def noisy():
    return noisy_forecast()


def test_a_smooth_law_is_forecast_within_four_percent_at_four_times_the_largest_run():
    forecast = predict_curve(COMPUTE, power_law(COMPUTE))
    truth = power_law(np.array([4e21]))[0]
    low, high = forecast.interval(4e21)
    assert forecast.median(4e21) == pytest.approx(truth, rel=0.04)
    assert low < truth < high


def test_noise_widens_the_interval(noisy):
    smooth = predict_curve(COMPUTE, power_law(COMPUTE))
    ratio = [np.log(f.interval(2e21)[1] / f.interval(2e21)[0]) for f in (noisy, smooth)]
    assert ratio[0] > 2 * ratio[1]


def test_the_interval_widens_with_reach(noisy):
    low, high = noisy.interval(np.array([2e21, 4e21, 8e21, 16e21, 1e25]))
    assert (np.diff(np.log(high / low)) > 0).all()


@settings(max_examples=60, deadline=None)
@given(probability=st.floats(0.02, 0.98), share=st.floats(0.5, 1.2))
def test_both_directions_read_the_same_object(probability, share):
    noisy = noisy_forecast()
    error = share * noisy.curve.error[-1]
    x = noisy.input_for(error, probability)
    reached = 1 - noisy.unreachable(error)
    if np.isinf(x):
        assert reached < probability + 1e-9
        return
    assert reached >= probability - 1e-9
    assert noisy.probability(error * (1 + 1e-9), x) >= probability - 1e-6
    if x > noisy.curve.x[0] * 1.001:
        before = np.exp(np.linspace(np.log(noisy.curve.x[0]), np.log(x), 50)[:-1])
        assert (noisy.probability(error, before) <= probability + 1e-6).all()


def test_quantile_and_probability_are_inverse(noisy):
    for probability in (0.05, 0.25, 0.5, 0.9):
        error = noisy.quantile(probability, 3e21)
        assert noisy.probability(error, 3e21) == pytest.approx(probability, abs=1e-9)


def test_draws_for_the_inverse_question_agree_with_its_quantiles_and_count_never(noisy):
    error = 0.85 * noisy.curve.error[-1]
    draws = noisy.input_estimate(error)
    assert draws.never == pytest.approx(noisy.unreachable(error), abs=1e-3)
    assert draws.quantile(0.3) == pytest.approx(noisy.input_for(error, 0.3), rel=0.05)


def test_an_error_under_the_floor_is_said_to_be_unreachable():
    forecast = predict_curve(COMPUTE, power_law(COMPUTE, floor=0.3))
    assert np.isinf(forecast.input_for(0.1))
    assert forecast.unreachable(0.1) > 0.5


def test_two_sided_and_upper_bounds_are_ordered(noisy):
    error = 0.95 * noisy.curve.error[-1]
    low, high = noisy.input_interval(error, 0.9)
    assert low < noisy.input_for(error) < high
    zero, upper = noisy.input_interval(error, 0.9, sided="upper")
    assert zero == 0.0
    assert noisy.input_for(error) < upper <= high


@settings(max_examples=12, deadline=None)
@given(shift=st.floats(-250, 250), scale=st.floats(-200, 200))
def test_units_of_compute_and_error_only_carry_over(shift, scale):
    # 0.01: at 1e±300 a logarithm keeps 13 digits, enough to end one member in another basin
    error = power_law(COMPUTE, noise=0.02)
    noisy = predict_curve(COMPUTE, error)
    other = predict_curve(COMPUTE * 10.0**shift, error * 10.0**scale)
    x = 4e21
    assert np.log(other.median(x * 10.0**shift)) == pytest.approx(
        np.log(noisy.median(x)) + scale * np.log(10), abs=0.01
    )


def test_repeated_seeds_are_noise_and_not_more_evidence(noisy):
    twice = predict_curve(np.tile(noisy.curve.x, 2), np.tile(noisy.curve.error, 2))
    assert twice.curve.size == noisy.curve.size
    assert twice.interval(2e21)[1] == pytest.approx(noisy.interval(2e21)[1])


def test_the_same_runs_in_any_order_give_the_same_forecast(noisy):
    order = np.random.default_rng(5).permutation(COMPUTE.size)
    again = predict_curve(noisy.curve.x[order], noisy.curve.error[order])
    assert (again.paths.center == noisy.paths.center).all()
    assert again.input_for(0.8 * noisy.curve.error[-1]) == noisy.input_for(
        0.8 * noisy.curve.error[-1]
    )


@pytest.mark.parametrize("share", [1.0, 0.97, 0.9, 0.8])
def test_a_target_that_a_falling_curve_will_reach_has_an_upper_end(share):
    # the doubt is a share of the fall, so the upper path goes on falling
    forecast = predict_curve(COMPUTE, power_law(COMPUTE, noise=0.005))
    low, high = forecast.input_interval(share * forecast.curve.error[-1])
    assert low < high < np.inf
    assert high / low < 1e4


def test_a_hundred_thousand_checkpoints_do_not_hang():
    x = np.linspace(1, 1e5, 100_000)
    forecast = predict_curve(x, power_law(x * 1e18, noise=0.01))
    assert forecast.curve.size <= 96
    assert np.isfinite(forecast.median(2e5))


@pytest.mark.parametrize(
    ("x", "error", "refusal", "word"),
    [
        ([1, 2, 4, 8], [0.5, 0.4, 0.3, 0.2], DataError, "at least 5"),
        ([1, 1.1, 1.2, 1.3, 1.4], [0.5, 0.4, 0.3, 0.2, 0.1], DataError, "factor"),
        ([1, 1, 1, 1, 1], [0.5, 0.4, 0.3, 0.2, 0.1], DataError, "at least 5"),
        ([1, 2, 4, 8, 16], [0.5] * 5, FitError, "same in every run"),
        ([1, 2, 4, 8, 16], [0.1, 0.2, 0.3, 0.4, 0.5], FitError, "rises"),
        ([1, 2, 4, 8, 16], [0.5, 0.4, 0.0, 0.2, 0.1], DataError, "run 3"),
        ([1, 2, 4, -8, 16], [0.5, 0.4, 0.3, 0.2, 0.1], DataError, "run 4"),
        ([1, 2, 4, np.nan, 16], [0.5, 0.4, 0.3, 0.2, 0.1], DataError, "run 4"),
    ],
)
def test_bad_curves_are_refused_in_words(x, error, refusal, word):
    with pytest.raises(refusal, match=word):
        predict_curve(x, error)


def test_questions_outside_the_possible_are_refused(noisy):
    with pytest.raises(OptionError):
        noisy.input_for(0.1, 1.0)
    with pytest.raises(OptionError):
        noisy.median(-1.0)
    with pytest.raises(OptionError):
        noisy.input_interval(0.1, sided="left")


def test_a_curve_unlike_the_library_is_flagged_and_widened():
    x = np.logspace(0, 8, 40)
    wild = np.exp(0.8 * np.random.default_rng(3).standard_normal(40)) * x**-0.05
    forecast = predict_curve(x, wild)
    assert not forecast.support.inside
    assert forecast.support.widening > 1
    assert "not calibrated" in str(forecast)


def test_records_are_plain_and_the_card_is_short(noisy):
    record = json.loads(json.dumps(noisy.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.predictive/1"
    assert sum(member["weight"] for member in record["members"]) == pytest.approx(1)
    assert len(str(noisy).splitlines()) <= 12
    table = noisy.table(inputs=[2e21], errors=[0.9 * noisy.curve.error[-1], 1e-6])
    assert table.columns == ["quantity", "estimate", "low", "high", "level", "unit"]
    assert table["estimate"].is_null().to_list() == [False, False, True]
    assert noisy.sources
