"""The stochastic frontier: against scipy's skew normal, and its intervals on a real design."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import skewnorm

from costlaw.fitting.scatter import fit_scatter
from costlaw.fitting.scatter.estimands.stochastic_frontier import (
    fit_frontier,
    level_doubt,
    stochastic_frontier,
)
from costlaw.literature import published_runs


@pytest.fixture(scope="module")
def burden():
    return fit_scatter(published_runs("imagenet", "v2", "hardware-burden")).evidence


def test_the_frontier_is_where_scipys_skew_normal_is_likeliest(burden):
    x, t = burden.x, burden.response
    design = np.column_stack([np.ones(x.size), x - x.mean()])

    def loss(theta):
        away = t - design @ theta[:2]
        return -skewnorm.logpdf(away, -np.exp(theta[3]), scale=np.exp(theta[2])).sum()

    ours = fit_frontier(design, t)
    start = [t.mean(), 0.08, np.log(t.std()), 0.0]
    other = minimize(loss, start, method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 8000})  # fmt: skip
    assert loss(ours) == pytest.approx(other.fun, abs=1e-7)
    assert ours[1] == pytest.approx(other.x[1], abs=1e-5)


def test_the_doubt_in_the_level_is_that_of_a_finer_sum_by_scipy():
    random = np.random.default_rng(4)
    away = 0.1 * random.normal(size=30) - np.abs(0.1 * random.normal(size=30))
    away -= away.mean()
    levels = np.linspace(-1, 3, 121) * away.std()
    shares = (np.arange(60) + 0.5) / 60
    logs = np.array([
        [skewnorm.logpdf(away[:, None] - level, -np.sqrt(share / (1 - share)),
                         scale=np.exp(np.linspace(-0.5, 0.9, 40)) * away.std()).sum(axis=0)
         for share in shares] for level in levels
    ])  # fmt: skip
    for sharing in (1.0, 2.0):
        weight = np.exp((logs - logs.max()) / sharing).sum(axis=(1, 2))
        whole = weight @ (levels - 0.05) ** 2 / weight.sum()
        assert level_doubt(away, 0.05, sharing=sharing) == pytest.approx(whole, rel=0.03)


def test_ninety_percent_of_the_frontiers_intervals_hold_slope_and_level(burden):
    x, groups = burden.x, burden.groups
    random, slopes, levels = np.random.default_rng(6), [], []
    for _ in range(150):
        shared = np.sqrt(0.5) * (random.normal(size=groups.max() + 1)[groups]
                                 + random.normal(size=x.size))  # fmt: skip
        t = 0.1 * (x - x.mean()) + 0.05 * shared - np.abs(0.08 * random.normal(size=x.size))
        line = stochastic_frontier(x, t, groups=groups, better=1.0, name="t")
        low, high = line.slope_interval(0.9)
        slopes.append(low <= 0.1 <= high)
        at = np.array([line.middle])
        ends = [line.band(at, probability=p, next_result=False)[0] for p in (0.95, 0.05)]
        levels.append(ends[0] <= 0.0 <= ends[1])
    # standard error 2.5 %; the curvature at the maximum held the level in 67 % of such draws
    assert 0.82 <= np.mean(slopes) <= 0.97
    assert 0.82 <= np.mean(levels) <= 0.99
