"""The bootstrap: resamples are what they say, and their spread is the published one."""

import numpy as np
import pytest
import statsmodels.api as statsmodels

from costlaw.exceptions import OptionError
from costlaw.fitting.joint.reference import usual_points
from costlaw.fitting.kernel.bootstrap import (
    block_counts,
    block_length,
    bootstrap,
    cluster_counts,
    pairs_counts,
)
from costlaw.fitting.kernel.fit import fit_batch
from costlaw.laws import law

HUBER = 1e-3  # Hoffmann et al. 2022


def published_counts(runs, replicates):
    """The resamples of the published notebook of Besiroglu et al. 2024 (seed 42)."""
    legacy = np.random.RandomState(42)
    drawn = [legacy.choice(runs, runs, replace=True) for _ in range(replicates)]
    return np.stack([np.bincount(row, minlength=runs) for row in drawn]).astype(float)


@pytest.fixture(scope="module")
def joint():
    inputs, loss = usual_points()
    return fit_batch(law("joint"), inputs[:, None], loss, huber=HUBER)


def test_the_joint_fit_ends_at_the_global_minimum(joint):
    assert joint.objective[0] == pytest.approx(0.00101827402, abs=5e-12)


def test_4000_replicates_have_the_published_standard_errors(joint):
    ends = bootstrap(joint, published_counts(240, 4000), huber=HUBER)
    assert ends.usable.all()
    # Besiroglu et al. 2024, Table 1: standard errors of E, A, B, alpha, beta by this procedure
    published = [0.02566, 124.52, 1293.28, 0.01540, 0.02060]
    np.testing.assert_allclose(ends.coefficients[0].std(axis=0), published, rtol=1e-3)
    assert ends.objective.mean() == pytest.approx(0.000993487243, rel=1e-8)


def test_every_random_start_reaches_the_global_minimum(joint):
    # the published grid: ln A and ln B from 0 to 25, ln E from -1 to 1, exponents from 0 to 2
    subject, random = law("joint"), np.random.default_rng(3)
    theta = random.uniform([-1, 0, 0, 0, 0], [1, 25, 25, 2, 2], (200, 5))
    theta[:, 3:] = np.log(np.maximum(theta[:, 3:], 1e-3))
    shift = np.broadcast_to(joint.origins.inputs[:, :1], (2, 200))
    q = subject.move(theta, shift, np.broadcast_to(joint.origins.error[0], (200,)))
    q = np.clip(q, [c.lower for c in subject.coordinates], [c.upper for c in subject.coordinates])
    inputs, loss = usual_points()
    ends = fit_batch(subject, inputs, loss, huber=HUBER, starts=q, keep=200, max_steps=300)
    assert np.abs(ends.objective - 0.00101827402).max() <= 5e-12


def test_replicates_do_not_depend_on_how_many_there_are(joint):
    counts = published_counts(240, 60)
    few = bootstrap(joint, counts[:7], huber=HUBER)
    many = bootstrap(joint, counts, huber=HUBER)
    np.testing.assert_allclose(few.objective[0], many.objective[0, :7], rtol=1e-9)


def test_each_replicate_is_the_fit_of_its_own_resample():
    random = np.random.default_rng(1)
    compute = np.logspace(16, 21, 30)
    errors = 0.05 + 40 * compute**-0.13 * np.exp(0.03 * random.normal(size=(2, 30)))
    subject = law("power-irreducible")
    fit = fit_batch(subject, compute, errors)
    counts = pairs_counts(30, 5, seed=3)
    ends = bootstrap(fit, counts)
    for problem in range(2):
        alone = fit_batch(subject, compute, errors[[problem]].repeat(5, axis=0), weights=counts)
        np.testing.assert_allclose(ends.objective[problem], alone.objective, rtol=1e-6)
    low, high = ends.interval(0.8)
    assert low.shape == (2, 3) and np.all(low <= high)


def test_pairs_draw_as_many_runs_as_there_are():
    counts = pairs_counts(7, 50, seed=2)
    assert np.all(counts.sum(axis=1) == 7) and counts.mean() == 1.0
    np.testing.assert_array_equal(counts, pairs_counts(7, 50, seed=2))


def test_blocks_draw_neighbours_together():
    counts = block_counts(12, 40, length=4, seed=0)
    assert np.all(counts.sum(axis=1) == 12)
    jumps = np.abs(np.diff((counts > 0).astype(int), axis=1)).sum(axis=1)
    loose = np.abs(np.diff((pairs_counts(12, 40) > 0).astype(int), axis=1)).sum(axis=1)
    assert jumps.mean() < 0.6 * loose.mean()
    with pytest.raises(OptionError, match="block length = 13"):
        block_counts(12, 2, length=13)


def test_clusters_are_drawn_whole():
    labels = ["a", "b", "a", "c", "b"]
    counts = cluster_counts(labels, 30, seed=4)
    np.testing.assert_array_equal(counts[:, 0], counts[:, 2])
    np.testing.assert_array_equal(counts[:, 1], counts[:, 4])
    assert np.all(counts[:, [0, 1, 3]].sum(axis=1) == 3)


def test_residuals_that_follow_each_other_ask_for_longer_blocks():
    random = np.random.default_rng(0)
    noise = random.normal(size=200)
    slow = np.zeros(200)
    for step in range(1, 200):
        slow[step] = 0.8 * slow[step - 1] + noise[step]
    assert block_length(noise) <= 4 and block_length(slow) >= 10
    assert block_length(np.array([0.1, np.nan, 0.2])) == 1


def test_the_spread_is_the_robust_standard_error_of_statsmodels():
    random = np.random.default_rng(7)
    compute = np.logspace(16, 20, 400)
    error = 13 * compute**-0.0836 * np.exp(0.05 * random.normal(size=400))
    ends = bootstrap(fit_batch(law("power"), compute, error), pairs_counts(400, 2000, seed=1))
    line = statsmodels.OLS(np.log(error), statsmodels.add_constant(np.log(compute)))
    robust = line.fit(cov_type="HC1").bse[1]
    assert ends.coefficients[0, :, 1].std() == pytest.approx(robust, rel=0.05)
