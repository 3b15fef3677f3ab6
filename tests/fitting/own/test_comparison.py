"""All laws side by side: the same runs hidden, one rule for verdicts, refusals keep their row."""

import json
import math

import numpy as np
import pytest

from costlaw.exceptions import EvidenceError
from costlaw.fitting.own import compare_laws


def test_the_law_that_made_the_runs_is_at_the_top_of_those_without_more_coefficients(simulate):
    result = compare_laws(simulate(runs=16, noise=0.002), error=0.12)
    order = [row.law for row in result.rows]
    assert order.index("power-irreducible") < order.index("power")
    assert order.index("power-irreducible") < order.index("exponential-levels")
    row = next(row for row in result.rows if row.law == "power-irreducible")
    truth = ((0.12 - 0.05) / 40) ** (-1 / 0.13)
    assert row.answer[1] < truth < row.answer[2]


def test_every_law_has_a_row_and_a_verdict_even_where_it_cannot_be_fitted(simulate):
    result = compare_laws(simulate(runs=6))
    assert {row.law for row in result.rows} >= {"power", "broken-power-2", "pool", "hill"}
    assert all(row.verdict for row in result.rows)
    last = next(row for row in result.rows if row.law == "broken-power-2")
    assert "not fitted" in last.verdict and last.fit is None
    assert "best back-test" in result.best.verdict


def test_a_target_under_the_floor_is_said_never_to_be_reached(simulate):
    result = compare_laws(simulate(noise=0.001, runs=12), error=0.02, laws=["M2"])
    assert math.isinf(result.rows[0].answer[0]) and "never gets there" in result.rows[0].verdict


def test_json_and_text_hold_no_silent_number(simulate):
    result = compare_laws(simulate(runs=6), error=0.02)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert '"schema": "costlaw.comparison/1"' in text
    assert "nan" not in str(result) and "inf" not in str(result).split()


def test_runs_that_carry_no_law_are_refused_once(make_table):
    with pytest.raises(EvidenceError, match="same error"):
        compare_laws(make_table(np.logspace(17, 20, 6), np.full(6, 0.2)))


def test_a_target_equal_to_the_best_run_is_answered_inside_the_evidence(simulate):
    runs = simulate("power", noise=0.001)
    best = float(runs.numbers("error").min())
    row = compare_laws(runs, error=best, laws=["power"]).rows[0]
    assert row.answer[0] == pytest.approx(float(runs.numbers("compute_flop").max()), rel=0.05)


def test_forecast_and_compare_state_one_back_test_for_the_pool_and_for_a_law():
    from costlaw.own_runs import compare
    from costlaw.units import format_share
    from costlaw.verbs import forecast

    random = np.random.default_rng(2)
    rows = [
        {"name": f"r{k}{seed}", "error": error * np.exp(0.01 * random.normal()),
         "compute_flop": 10.0**k, "seed": str(seed)}
        for k in np.arange(15, 20.1, 0.5) for seed in (0, 1)
        for error in [0.05 + 40 * (10.0**k) ** -0.13]
    ]  # fmt: skip
    compared = {row.law: row for row in compare(rows).rows}
    for law in ("pool", "power-irreducible"):
        row, found = compared[law], forecast(rows, 0.16, law=law)
        assert row.score is not None
        said = f"hidden ({row.reach_dex:.2g} dex): off by {format_share(row.score, 1)} (RMS)"
        assert said in found.fit.quality and said in found.backtest.sentence
        assert said in str(found) and str(found).count("(RMS)") == 1


def test_a_law_along_hours_is_written_in_hours():
    from costlaw.verbs import fit

    rows = [{"name": str(h), "error": 0.1 + 0.4 * h**-0.3, "device_hours": float(h)}
            for h in (1, 2, 4, 8, 16, 32)]  # fmt: skip
    assert "error = scale * device_hours^-exponent" in str(fit(rows))
