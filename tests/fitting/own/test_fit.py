"""Any law on own runs: seeds are noise, intervals hold the truth, findings are said in words."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from costlaw.exceptions import ColumnError, EvidenceError, FitError, OptionError
from costlaw.fitting.own import fit_law
from costlaw.laws import LAWS
from costlaw.runs import Runs


def test_seeds_of_one_setting_count_once_and_give_the_noise(make_table):
    compute = np.logspace(17, 20, 8).repeat(6)
    noise = np.exp(0.01 * np.random.default_rng(0).normal(size=48))
    runs = make_table(compute, 40 * compute**-0.13 * noise, seed=[str(i % 6) for i in range(48)])
    fit = fit_law(runs, "power")
    assert fit.n == 8 and fit.points.merged == 40
    assert fit.points.seed_noise == pytest.approx(0.01, rel=0.3)
    assert "40 rows repeat a setting" in fit.notes[0]


def test_doubling_every_row_as_other_seeds_does_not_narrow_the_interval(simulate, make_table):
    runs = simulate("power", runs=9)
    compute, error = runs.numbers("compute_flop"), runs.numbers("error")
    twice = make_table(np.tile(compute, 2), np.tile(error, 2), seed=["1"] * 9 + ["2"] * 9)
    assert fit_law(twice, "power").interval("exponent") == pytest.approx(
        fit_law(runs, "power").interval("exponent")
    )


def test_a_straight_line_gets_students_t(simulate):
    from scipy.stats import linregress, t

    runs = simulate("power", runs=8, noise=0.05)
    fit = fit_law(runs, "power", replicates=4000)
    line = linregress(np.log(runs.numbers("compute_flop")), np.log(runs.numbers("error")))
    half = t.ppf(0.95, 6) * line.stderr
    low, high = fit.interval("exponent")
    assert fit.coefficients["exponent"] == pytest.approx(-line.slope, rel=1e-6)
    assert (low, high) == pytest.approx((-line.slope - half, -line.slope + half), rel=0.02)


@pytest.mark.parametrize("name", ["power", "power-irreducible", "power-shifted", "exponential"])
def test_intervals_cover_what_was_simulated(simulate, name):
    truth = LAWS[name].pack(LAWS[name].example)
    x = 4e20
    known = float(LAWS[name].error(LAWS[name].example, compute_flop=x))
    held, ahead = [], []
    for seed in range(60):
        fit = fit_law(simulate(name, seed=seed, runs=9), name, replicates=200)
        low, high = fit.interval("exponent" if name != "exponential" else "slope")
        place = fit.batch.coefficient_names.index("exponent" if name != "exponential" else "slope")
        held.append(low <= truth[place] <= high)
        _, low, high = fit.error_at(compute_flop=x)
        ahead.append(low <= known <= high)
    # 90 % nominal; 60 draws have a standard error of 4 %
    assert np.mean(held) >= 0.78 and np.mean(ahead) >= 0.78


def test_error_and_compute_are_read_from_the_same_draws(simulate):
    fit = fit_law(simulate(), "power-irreducible")
    point, low, high, _ = fit.input_for(0.14)
    assert low < point < high
    assert fit.error_at(compute_flop=low)[1] == pytest.approx(0.14, rel=0.01)


def test_a_learning_curve_is_resampled_in_blocks(make_table):
    compute = np.logspace(17, 20, 60)
    walk = np.cumsum(0.004 * np.random.default_rng(0).normal(size=60))
    runs = make_table(compute, 40 * compute**-0.13 * np.exp(walk), curve=["big"] * 60)
    fit = fit_law(runs, "power")
    assert fit.points.kind == "learning curve" and "moving-block" in fit.draws.method
    assert "serial_correlation" in {one.name for one in fit.flagged}


def test_a_hundred_thousand_checkpoints_are_averaged_in_bins_and_fitted(make_table):
    compute = np.logspace(17, 20, 100_000)
    error = (0.05 + 40 * compute**-0.13) * np.exp(
        0.05 * np.random.default_rng(0).normal(size=compute.size)
    )
    import polars as pl

    frame = pl.DataFrame({"compute_flop": compute, "error": error, "curve": ["a"] * compute.size})
    fit = fit_law(Runs.from_frame(frame), "power-irreducible", replicates=100)
    assert fit.n <= 150 and fit.points.binned == 100_000
    assert fit.coefficients["irreducible_error"] == pytest.approx(0.05, abs=0.01)


def test_json_card_and_table_say_the_same(simulate):
    fit = fit_law(simulate(), "power-irreducible")
    record = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.law-fit/1" and record["n"] == 10
    assert {one["name"] for one in record["diagnostics"]} >= {
        "irreducible_error_not_identified", "coefficient_at_bound", "narrow_range", "leverage",
        "curvature", "reach",
    }  # fmt: skip
    assert str(fit).count("\n") < 12 and "back-test" in str(fit) and "next run" in str(fit)
    assert fit.table()["quantity"].to_list() == [one["name"] for one in record["coefficients"]]


def test_the_checklist_is_filled_in_and_its_blanks_are_listed(simulate):
    filled = fit_law(simulate(), "M2").checklist
    assert "least squares on ln error" in filled.answers["objective"]
    assert "Where are code and checkpoints?" in filled.blanks
    assert "(blank: write it down)" in str(filled)


def test_a_law_of_ones_own_is_fitted_like_any_other(simulate):
    path = Path(__file__).parents[3] / "examples" / "own_law.py"
    spec = importlib.util.spec_from_file_location("own_law", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compute = np.logspace(14, 20, 30)
    runs = Runs.from_records(
        [{"name": f"{i}", "compute_flop": float(c), "error": float(2.0 / (np.log(c) - 20.0))}
         for i, c in enumerate(compute)]
    )  # fmt: skip
    fit = fit_law(runs, module.LogarithmicLaw())
    assert fit.coefficients["scale"] == pytest.approx(2.0, rel=1e-4)
    assert "logarithmic law" in str(fit)


def refused(kind, runs, law="power-irreducible", **more):
    with pytest.raises(kind) as error:
        fit_law(runs, law, **more)
    return str(error.value)


def test_what_carries_no_law_is_refused_in_words(make_table):
    grid = np.logspace(17, 20, 6)
    assert "same error" in refused(EvidenceError, make_table(grid, np.full(6, 0.2)))
    assert "error rises" in refused(FitError, make_table(grid, 0.1 * grid**0.03))
    assert "2 distinct settings" in refused(EvidenceError, make_table(grid[:2], [0.2, 0.1]))
    assert "every run has compute_flop" in refused(
        EvidenceError, make_table(np.full(5, 1e18), np.linspace(0.2, 0.1, 5))
    )
    assert "4 distinct settings for 5 coefficients" in refused(
        FitError, make_table(grid[:4], [0.4, 0.3, 0.2, 0.15]), "power-bounded"
    )


def test_missing_inputs_are_named_and_wrong_ones_refused(make_table):
    runs = make_table(np.logspace(17, 20, 6), np.linspace(0.4, 0.1, 6))
    assert "no column parameters" in refused(ColumnError, runs, "joint")
    assert "no run states examples" in refused(ColumnError, runs, "theory-data")
    assert "expected one of" in refused(OptionError, runs, "power", along="colour")


@pytest.mark.parametrize("scale", [1e-290, 1e-100, 1e100, 1e290])
def test_any_unit_of_compute_gives_the_same_curve(make_table, scale):
    grid = np.logspace(0, 3, 9)
    error = (0.05 + 0.4 * grid**-0.4) * np.exp(0.01 * np.random.default_rng(0).normal(size=9))
    one = fit_law(make_table(grid, error), "power-irreducible")
    other = fit_law(make_table(grid * scale, error), "power-irreducible")
    assert other.coefficients["exponent"] == pytest.approx(one.coefficients["exponent"], rel=1e-5)
    assert other.error_at(compute_flop=4000 * scale) == pytest.approx(
        one.error_at(compute_flop=4000), rel=1e-4
    )
