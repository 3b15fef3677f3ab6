"""A forecast of own runs by one named law reads that law's own draws, both ways alike."""

import numpy as np
import pytest

import costlaw
from costlaw.exceptions import EvidenceError, UnreachableError
from costlaw.fitting.own import fit_law
from costlaw.forecasting.by_law import LawReading
from costlaw.laws import law
from costlaw.runs import Runs


@pytest.fixture(scope="module")
def runs():
    subject, compute = law("power-irreducible"), np.logspace(17, 20, 12)
    error = subject.error(subject.example, compute_flop=compute)
    error = error * np.exp(0.01 * np.random.default_rng(0).normal(size=12))
    pairs = enumerate(zip(compute, error, strict=True))
    return Runs.from_records(
        [{"name": f"{i}", "compute_flop": float(c), "error": float(e)} for i, (c, e) in pairs]
    )


def test_the_forecast_holds_the_truth_and_says_whose_intervals_they_are(runs):
    answer = costlaw.forecast(runs, 0.12, law="M2")
    truth = ((0.12 - 0.05) / 40) ** (-1 / 0.13)
    low, high = answer.compute.interval(0.9)
    assert low < truth < high and answer.fit.law == "power-irreducible"
    assert any("law's own" in note for note in answer.notes)
    assert "power-irreducible" in str(answer) and answer.to_dict()["fit"]["predictive"]["n"] == 12


def test_both_directions_agree(runs):
    reading = LawReading(fit_law(runs, "M2"))
    for probability in (0.1, 0.5, 0.9):
        compute = reading.input_for(0.13, probability)
        assert float(reading.quantile(probability, compute)) == pytest.approx(0.13, rel=5e-3)
    assert reading.unreachable(0.13) == 0.0 and reading.unreachable(0.01) > 0.9


def test_a_target_under_the_floor_and_a_law_with_too_few_runs_are_refused(runs):
    with pytest.raises(UnreachableError, match="more likely never reached"):
        costlaw.forecast(runs, 0.02, law="M2")
    few = runs.keep(np.arange(len(runs)) < 6)
    with pytest.raises(EvidenceError, match="carry no interval"):
        costlaw.forecast(few, 0.2, law="broken-power-1")


def test_every_forecast_carries_its_diagnostics_as_sentences_and_fields(runs):
    for answer in (
        costlaw.forecast(runs, 0.12, law="M2"),
        costlaw.forecast(runs, 0.14),
        costlaw.forecast("imagenet", "5%"),
    ):
        found = answer.to_dict()["diagnostics"]
        assert found[-1]["name"] == "reach" and all(one["sentence"] for one in found)
        assert found[-1]["flagged"] == answer.evidence.startswith("beyond")


def test_a_target_out_of_reach_is_refused_in_percent_with_a_command_that_needs_the_same_options():
    from costlaw.verbs import forecast

    rows = [{"name": str(k), "error": 0.1 + 40 * (10.0**k) ** -0.13, "compute_flop": 10.0**k}
            for k in np.arange(15, 22.1, 0.5)]  # fmt: skip
    with pytest.raises(UnreachableError) as refusal:
        forecast(rows, "9.5%", law="power-irreducible")
    told = str(refusal.value)
    assert "an error of 9.50 % is more likely never reached" in told
    assert "--error 0.095, read with the same options" in told
