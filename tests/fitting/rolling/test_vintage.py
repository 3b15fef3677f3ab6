"""How results hang together: against whole matrices, and where rows are many but years few."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from costlaw.fitting.rolling import PooledLine, learn_kin, pooled_line, roll
from costlaw.fitting.rolling.vintage import SHAPES, Vintage
from costlaw.fitting.scatter.evidence import Evidence

POINT = np.array([[0.08, 0.03, 0.02, 0.015, np.log(0.05), 0.5]])


def evidence(x, year, response, groups):
    return Evidence(
        x=x, response=response, error=10.0**-response, year=year, groups=groups,
        cluster_kind="paper", names=tuple(f"r{i}" for i in range(x.size)), left_out=0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def seen():
    random = np.random.default_rng(2)
    year = np.sort(random.integers(2012, 2018, 14)).astype(float)
    return evidence(random.normal(19, 1, 14), year, random.normal(0.4, 0.1, 14),
                    random.integers(0, 6, 14))  # fmt: skip


def covariance(year, groups, *, begin, shape, scatter):
    """Of the deviations from the line, written out."""
    share, drift = SHAPES[shape]
    walk = np.minimum.outer(year - begin, year - begin)
    same = groups[:, None] == groups
    return scatter**2 * ((1 - share) * np.eye(year.size) + share * same + drift**2 * walk)


@pytest.mark.parametrize("shape", [0, 3, 12, 24])
def test_evidence_is_the_density_of_one_multivariate_normal(seen, shape):
    vintage = Vintage.of(seen)
    place = 10
    scatter = pooled_line.SCATTERS[place]
    design = np.column_stack([np.ones(14), seen.x - seen.x.mean(), seen.year - seen.year.mean()])
    prior = np.array([pooled_line.LEVEL_SD, 0.03, 0.015])
    whole = (
        covariance(seen.year, seen.groups, begin=seen.year.min(), shape=shape, scatter=scatter)
        + design @ np.diag(prior**2) @ design.T
    )
    mean = seen.response.mean() + design @ np.array([0.0, 0.08, 0.02])
    step = np.log(pooled_line.SCATTERS[1] / pooled_line.SCATTERS[0])
    belief = np.exp(-0.5 * ((np.log(scatter) - np.log(0.05)) / 0.5) ** 2) / (
        0.5 * np.sqrt(2 * np.pi)
    )
    expected = multivariate_normal.logpdf(seen.response, mean, whole) + np.log(
        belief * step / len(SHAPES)
    )
    found = pooled_line._meet(vintage, POINT).log_evidence[0, shape, place]
    assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("shape", [0, 4, 22])
def test_what_is_known_ahead_is_the_conditional_normal(seen, shape):
    at, begin = np.array([2019.0, 2024.0]), seen.year.min()
    years, groups = np.append(seen.year, at), np.append(seen.groups, [90, 91])
    whole = covariance(years, groups, begin=begin, shape=shape, scatter=1.0)
    carried = whole[14:, :14] @ np.linalg.inv(whole[:14, :14])
    known, design, own = Vintage.of(seen).ahead(shape, np.array([20.0, 21.0]), at)
    away = seen.response - seen.response.mean()
    assert known == pytest.approx(seen.response.mean() + carried @ away)
    assert design[:, 0] == pytest.approx(1 - carried.sum(axis=1))
    assert own == pytest.approx(np.diag(whole[14:, 14:] - carried @ whole[:14, 14:]))


def test_a_mixture_is_drawn_as_its_shares_say():
    share = np.array([[0.5, 0.25], [0.2, 0.05]])
    first, second = pooled_line._drawn(share, 2000)
    assert np.bincount(2 * first + second) / first.size == pytest.approx(share.ravel(), abs=1e-3)


def shocked(seed, *, many):
    """Many rows in few years, each year and each paper with a shock of its own."""
    random = np.random.default_rng(seed)
    years = np.arange(2012.0, 2022.0)
    drift = np.cumsum(random.normal(0, 0.05, years.size))
    year = np.repeat(years, many)
    groups = np.repeat(np.arange(years.size * 3), many // 3)
    paper = random.normal(0, 0.04, years.size * 3)[groups]
    x = random.normal(19, 0.5, year.size)
    response = (0.3 + 0.08 * (x - 19) + 0.02 * (year - 2012) + drift[(year - 2012).astype(int)]
                + paper + random.normal(0, 0.03, year.size))  # fmt: skip
    return evidence(x, year, response, groups)


def test_many_rows_of_few_years_do_not_feign_a_known_pace(monkeypatch):
    corpus = {f"b{seed}": shocked(seed, many=18) for seed in range(6)}
    found = roll(corpus, (2016,)).summary()["pooled"]
    assert 0.8 < found["covers_90%"] < 0.99
    alone = SHAPES[:1]  # as if rows were independent
    monkeypatch.setattr("costlaw.fitting.rolling.vintage.SHAPES", alone)
    monkeypatch.setattr(pooled_line, "SHAPES", alone)
    before = roll(corpus, (2016,)).summary()["pooled"]
    assert before["covers_90%"] < 0.75
    assert found["log_score"] > before["log_score"] + 0.3


def test_no_others_leave_the_hyperprior():
    slope, _, pace = learn_kin([]).mean[:3]
    assert (slope, pace) == pytest.approx(pooled_line.HYPER_MEAN[[0, 2]], abs=0.02)
    assert isinstance(PooledLine.of(shocked(1, many=3), learn_kin([])), PooledLine)
