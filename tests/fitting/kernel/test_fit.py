"""The batched kernel: it finds what a careful single fit finds, for every law, and says how."""

import numpy as np
import pytest

from costlaw.exceptions import DataError, OptionError
from costlaw.fitting.kernel.fit import Prior, fit_batch
from costlaw.laws import LAWS, law

EVERY = pytest.mark.parametrize("subject", LAWS.values(), ids=list(LAWS))


def simulate(subject, runs=60, noise=0.0, seed=5):
    """Runs of the law's own example, spread evenly over its inputs."""
    random = np.random.default_rng(seed)
    lows, highs = np.array(subject.example_inputs).T
    share = np.stack([np.linspace(0, 1, runs)] + [random.uniform(size=runs)] * (len(lows) - 1))
    plain = np.array([name in subject.plain_inputs for name in subject.inputs])
    with np.errstate(all="ignore"):
        spread = np.exp(np.log(lows)[:, None] + np.log(highs / lows)[:, None] * share)
    even = lows[:, None] + (highs - lows)[:, None] * share
    x = np.where(plain[:, None], even, spread)
    error = subject.error(subject.example, **dict(zip(subject.inputs, x, strict=True)))
    return x, error * np.exp(noise * random.normal(size=runs))


@EVERY
def test_a_law_recovers_its_own_coefficients(subject):
    x, error = simulate(subject)
    fit = fit_batch(subject, x[:, None], error, max_steps=400, tolerance=1e-14)
    assert np.abs(fit.residuals).max() < 2e-5, fit.verdicts
    known = subject.pack(subject.example)
    np.testing.assert_allclose(fit.coefficients[0], known, rtol=0.02, err_msg=str(fit.verdicts))


@EVERY
def test_rescaled_inputs_and_errors_give_the_same_curve(subject):
    x, error = simulate(subject, noise=0.02)
    factor = np.where([name in subject.plain_inputs | subject.fixed_inputs
                       for name in subject.inputs], 1.0, 1e40)  # fmt: skip
    one = fit_batch(subject, x[:, None], error)
    other = fit_batch(subject, x[:, None] * factor[:, None, None], error * 1e-30)
    np.testing.assert_allclose(other.objective, one.objective, rtol=1e-6)
    np.testing.assert_allclose(other.residuals, one.residuals, atol=1e-5)


def test_each_problem_of_a_batch_gets_the_fit_it_gets_alone():
    subject = law("power-irreducible")
    x, _ = simulate(subject)
    random = np.random.default_rng(0)
    errors = np.stack([simulate(subject, noise=0.03, seed=seed)[1] for seed in range(6)])
    weights = random.integers(0, 3, errors.shape).astype(float)
    together = fit_batch(subject, x[0], errors, weights=weights)
    for row in range(6):
        alone = fit_batch(subject, x[0], errors[row], weights=weights[row])
        np.testing.assert_allclose(together.objective[row], alone.objective[0], rtol=1e-9)


def test_missing_runs_do_not_count():
    subject = law("power-shifted")
    x, error = simulate(subject, noise=0.02)
    short = fit_batch(subject, x[0, :40], error[:40])
    padded = np.where(np.arange(60) < 40, error, np.nan)
    fit = fit_batch(subject, x[0], padded, origin=(short.origins.inputs, short.origins.error))
    np.testing.assert_allclose(fit.q, short.q, rtol=1e-7)
    assert np.isnan(fit.residuals[0, 40:]).all()


def test_a_strong_belief_holds_its_coordinate():
    subject = law("power-irreducible")
    x, error = simulate(subject, noise=0.02)
    belief = Prior(mean=np.array([0.0, -1.0, 0.0]), precision=np.array([0.0, 1e9, 0.0]))
    fit = fit_batch(subject, x[0], error, prior=belief)
    assert fit.q[0, 1] == pytest.approx(-1.0, abs=1e-5)
    assert fit.objective[0] > fit_batch(subject, x[0], error).objective[0]


def test_keep_returns_the_best_ends_first():
    subject = law("broken-power-1")
    x, error = simulate(subject, noise=0.02)
    fit = fit_batch(subject, x[0], error, keep=5)
    assert fit.q.shape == (1, 5, 6) and fit.coefficients.shape == (1, 5, 6)
    assert np.all(np.diff(fit.objective[0]) >= 0)


def test_huber_ignores_runs_that_are_far_off():
    subject = law("power")
    x, error = simulate(subject)
    spoiled = error.copy()
    spoiled[[3, 20, 41]] *= 3.0
    fit = fit_batch(subject, x[0], spoiled, huber=1e-3)
    np.testing.assert_allclose(fit.coefficients[0], subject.pack(subject.example), rtol=1e-2)
    assert fit.verdicts[0] == "converged"


def test_the_inverse_of_a_fit_returns_its_compute():
    subject = law("power-irreducible")
    x, error = simulate(subject)
    fit = fit_batch(subject, x[0], error)
    log_error = fit.log_error(np.log(x[:, None, [30]]))
    np.testing.assert_allclose(fit.inverse(log_error[:, 0]), np.log(x[0, 30]), atol=1e-8)


@pytest.mark.parametrize("bad", [0.0, -0.1, np.inf])
def test_impossible_errors_are_refused_by_name(bad):
    error = np.linspace(0.5, 0.1, 8)
    error[5] = bad
    with pytest.raises(DataError, match="problem 0, run 5: error ="):
        fit_batch(law("power"), np.logspace(10, 12, 8), error)


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(OptionError, match="expects"):
        fit_batch(law("joint"), np.ones(5), np.ones(5))
    with pytest.raises(OptionError, match="starts of shape"):
        fit_batch(law("power"), np.logspace(0, 1, 5), np.ones(5), starts=np.ones((2, 3)))
    with pytest.raises(OptionError, match="huber"):
        fit_batch(law("power"), np.logspace(0, 1, 5), np.ones(5), huber=0.0)
