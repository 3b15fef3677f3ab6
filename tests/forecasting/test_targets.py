"""A ladder of targets: the same answers as one forecast each, refusals kept with their reason."""

import math

import pytest

from costlaw.forecasting import BEYOND, INSIDE, forecast_targets
from costlaw.runs import Runs
from costlaw.verbs import forecast


def own_runs():
    errors = [0.40, 0.33, 0.272, 0.225, 0.186, 0.153]
    return Runs.from_records(
        [
            {"name": f"r{i}", "error": e, "compute_flop": 10.0 ** (16 + 0.7 * i)}
            for i, e in enumerate(errors)
        ]
    )


@pytest.fixture(scope="module")
def asked():
    return forecast("imagenet", "5%")


def test_each_step_is_the_forecast_of_that_target_to_the_last_digit(asked):
    for step in forecast_targets(asked, [0.08, 0.05]):
        alone = forecast("imagenet", step.target_error)
        assert step.compute.value == alone.compute.value
        assert step.cost.usd.interval(0.9) == alone.cost.usd.interval(0.9)
        assert step.compute_next.interval(0.5) == alone.compute_next.interval(0.5)
        assert step.evidence == alone.evidence
        assert step.reach_dex == pytest.approx(alone.answer.reach_dex)


def test_smaller_errors_cost_more_and_lie_further_out(asked):
    found = forecast_targets(asked, [0.2, 0.1, 0.05, 0.02, 0.005])
    amounts = [step.compute.value for step in found]
    assert amounts == sorted(amounts)
    assert found[0].evidence == INSIDE and found[-1].evidence == BEYOND


def test_the_pool_answers_a_ladder_and_a_refused_step_says_why():
    asked = forecast(own_runs(), 0.14)
    near, far = forecast_targets(asked, [0.14, 1e-9])
    assert near.compute.value == asked.compute.value
    assert far.compute is None and "never reached" in far.refused
    assert far.to_dict() == {"target_error": 1e-9, "refused": far.refused}


def test_a_step_as_json_is_plain_and_complete(asked):
    (step,) = forecast_targets(asked, [0.05])
    told = step.to_dict()
    assert math.isclose(told["log10_flop"], asked.answer.point_log10)
    assert {"usd", "energy_kwh", "co2e_kg", "device_hours", "evidence"} <= set(told)
