"""The best split of a joint law: closed form against brute force, draws in, intervals out."""

import json

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize_scalar

from costlaw.costs import preset
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.fitting.joint.conventions import parameters_as, possible
from costlaw.fitting.joint.optimum import (
    best_repeating,
    best_split,
    compute_for_error,
    iso_error,
    optimum_exponent,
)
from costlaw.fitting.own import fit_law
from costlaw.forecasting import allocate_runs
from costlaw.laws import law
from costlaw.runs import Runs

KNOWN = np.array([[1.8172, 482.01, 2085.43, 0.3478, 0.3658]])


@pytest.mark.parametrize("compute", [1e18, 1e21, 5.76e23])
def test_the_closed_form_is_the_minimum_that_a_search_finds(compute):
    def error(log_n):
        n = np.exp(log_n)
        return 1.8172 + 482.01 * n**-0.3478 + 2085.43 * (compute / 6 / n) ** -0.3658

    found = minimize_scalar(error, bounds=(5, 35), method="bounded", options={"xatol": 1e-10})
    best = best_split(compute, KNOWN)
    assert best.error[0] == pytest.approx(found.fun, rel=1e-12)
    assert np.log(best.parameters[0]) == pytest.approx(found.x, abs=1e-4)
    assert 6 * best.parameters[0] * best.examples[0] == pytest.approx(compute, rel=1e-9)


def test_compute_and_error_are_inverse_and_the_frontier_touches_the_best_split():
    best = best_split(1e22, KNOWN)
    assert compute_for_error(best.error, KNOWN)[0] == pytest.approx(1e22, rel=1e-9)
    assert compute_for_error(1.8, KNOWN)[0] == np.inf
    sizes = best.parameters[0] * np.array([0.5, 1.0, 2.0, 1e-6])
    examples = iso_error(float(best.error[0]), KNOWN, sizes)[0]
    assert examples[1] == pytest.approx(best.examples[0], rel=1e-6)
    assert 6 * sizes[0] * examples[0] > 1e22 and 6 * sizes[2] * examples[2] > 1e22
    assert examples[3] == np.inf


def test_with_examples_to_spare_repeating_is_not_best_and_with_few_it_is():
    subject = law("joint-repeated")
    known = subject.pack(subject.example)[None]
    free, plenty = best_split(1e21, known), best_repeating(1e21, known, 1e15)
    assert plenty.epochs[0] == pytest.approx(1.0)
    assert plenty.parameters[0] == pytest.approx(free.parameters[0], rel=0.1)
    few = best_repeating(1e21, known, 1e9)
    assert few.epochs[0] > 5 and few.examples[0] <= 1.001e9 and few.error[0] > free.error[0]


def simulated(noise=0.003, seed=0, **columns):
    n, d = (axis.ravel() for axis in np.meshgrid(np.logspace(7, 9, 5), np.logspace(8, 10.5, 6)))
    random = np.random.default_rng(seed)
    loss = (1.8172 + 482.01 * n**-0.3478 + 2085.43 * d**-0.3658) * np.exp(
        noise * random.normal(size=n.size)
    )
    frame = {"params": n, "tokens": d, "loss": loss, **{k: v(n, d) for k, v in columns.items()}}
    return Runs.from_frame(pl.DataFrame(frame))


def test_the_interval_of_the_best_size_holds_the_truth():
    truth = best_split(1e22, KNOWN)
    held = []
    for seed in range(30):
        fit = fit_law(simulated(seed=seed), "joint", replicates=200)
        best = allocate_runs(fit, 1e22, site=preset("today"))
        held.append(best.parameters.low <= truth.parameters[0] <= best.parameters.high)
    assert np.mean(held) >= 0.75  # 90 % nominal, standard error 5.5 %


def test_counting_parameters_otherwise_moves_the_exponent_and_says_how():
    def embeddings(n, d):
        return 60.0 * n ** (2 / 3)

    runs = simulated(embedding_params=embeddings, compute=lambda n, d: 6 * n * d)
    assert set(possible(runs)) == {"stated", "without-embeddings", "counted"}
    np.testing.assert_allclose(
        parameters_as(runs, "without-embeddings"),
        runs.numbers("parameters") - runs.numbers("embedding_parameters"),
    )
    fit = fit_law(runs, "joint")
    best = allocate_runs(fit, 1e21, site=preset("today"),
                         refit=lambda name: fit_law(runs, "joint", convention=name))  # fmt: skip
    moved = best.conventions
    assert moved["stated"] == pytest.approx(moved["counted"], abs=1e-6)
    assert moved["without-embeddings"] > moved["stated"] + 0.005
    assert "compute is 6 × parameters × examples" in fit.points.convention
    assert moved["stated"] == pytest.approx(float(optimum_exponent(fit.batch.coefficients)[0]))
    assert json.loads(json.dumps(best.to_dict(), allow_nan=False))["schema"].endswith("/1")


def test_a_joint_answer_is_refused_where_the_runs_cannot_give_one():
    with pytest.raises(OptionError, match="expected a joint law"):
        power = fit_law(simulated(compute=lambda n, d: 6 * n * d), "power")
        allocate_runs(power, 1e21, site=preset("today"))
    flat = simulated().frame.with_columns(pl.lit(1e8).alias("parameters"))
    with pytest.raises(EvidenceError, match="every run has parameters"):
        fit_law(Runs(frame=flat, benchmark=simulated().benchmark), "joint")
    fit = fit_law(simulated(), "joint")
    with pytest.raises(OptionError, match="joint-repeated"):
        allocate_runs(fit, 1e21, site=preset("today"), distinct=1e9)
    with pytest.raises(EvidenceError, match="every run has epochs = 1"):
        fit_law(simulated(), "joint-repeated")


def test_runs_whose_sizes_and_examples_rise_together_name_no_split():
    n = np.array([5e6, 12e6, 25e6, 50e6, 100e6, 200e6])
    d = np.array([2e8, 4e8, 8e8, 1.6e9, 3.2e9, 6.4e9])
    error = [0.3825, 0.3015, 0.234, 0.193, 0.1525, 0.1265]
    frame = pl.DataFrame({"params": n, "tokens": d, "error": error})
    fit = fit_law(Runs.from_frame(frame), "joint")
    with pytest.raises(EvidenceError, match=r"correlate by 1\.00 over the runs; train some"):
        allocate_runs(fit, 1e21, site=preset("today"))
