from functools import cache

import numpy as np
import pytest

from costlaw.fitting.rolling import PooledLine, learn_kin, roll
from costlaw.fitting.scatter.evidence import Evidence

PACE, SLOPE = 0.03, 0.08


def benchmark(seed, *, size=40, pace=PACE, slope=SLOPE, scatter=0.03):
    random = np.random.default_rng(seed)
    year = np.sort(random.integers(2012, 2023, size)).astype(float)
    x = 19 + 0.4 * (year - 2012) + random.normal(0, 0.7, size)
    response = 0.3 + slope * (x - 19) + pace * (year - 2012) + random.normal(0, scatter, size)
    return Evidence(
        x=x, response=response, error=10.0**-response, year=year, groups=np.arange(size),
        cluster_kind="run", names=tuple(f"r{i}" for i in range(size)), left_out=0,
    )  # fmt: skip


@cache
def corpus():
    random = np.random.default_rng(8)
    return {
        f"b{seed}": benchmark(
            seed, pace=random.normal(PACE, 0.008), slope=random.normal(SLOPE, 0.02)
        )
        for seed in range(5)
    }


@cache
def kin():
    return learn_kin(list(corpus().values()))


@cache
def rolled():
    return roll(corpus(), (2016, 2018, 2020))


def test_slope_and_pace_of_other_benchmarks_are_recovered():
    slope, slope_sd, pace, pace_sd = kin().mean[:4]
    assert slope == pytest.approx(SLOPE, abs=0.025)
    assert pace == pytest.approx(PACE, abs=0.015)
    assert slope_sd < 0.08
    assert pace_sd < 0.04


def test_later_results_are_covered_and_better_forecast_than_without_a_year():
    found = rolled().summary()
    assert found["results"] > 200
    assert 0.82 < found["pooled"]["covers_90%"] < 0.97
    assert found["pooled"]["log_score"] > found["line"]["log_score"] > found["no law"]["log_score"]
    assert abs(found["pooled"]["bias"]) < 0.5 * abs(found["line"]["bias"])


def test_nothing_after_the_origin_is_seen():
    points = benchmark(9)
    late = points.year >= 2019
    changed = Evidence(
        x=points.x, response=points.response + 5 * late, error=points.error, year=points.year,
        groups=points.groups, cluster_kind="run", names=points.names, left_out=0,
    )  # fmt: skip
    both = [PooledLine.of(one.keep(one.year < 2019), kin()) for one in (points, changed)]
    at = (np.array([24.0]), np.array([2021.0]))
    assert both[0].response(*at) == both[1].response(*at)
    other = {"two": benchmark(11)}
    alone, again = (roll({"one": one, **other}, (2018,)) for one in (points, changed))
    mine = np.array(alone.benchmark) == "one"
    moved = alone.away["pooled"][mine] - again.away["pooled"][mine]
    assert moved == pytest.approx(5.0)


def test_distribution_quantile_and_density_agree():
    line = PooledLine.of(benchmark(3, size=6), kin())
    x, year = np.array([23.0, 26.0]), np.array([2020.0, 2024.0])
    for probability in (0.05, 0.5, 0.95):
        at = line.quantile(probability, x, year)
        assert line.probability(at, x, year) == pytest.approx(probability, abs=1e-9)
        step = 1e-5
        slope = (line.probability(at + step, x, year) - line.probability(at - step, x, year)) / (
            2 * step
        )
        assert np.exp(line.log_density(at, x, year)) == pytest.approx(slope, rel=1e-4)


def test_fewer_results_and_more_years_ahead_widen_the_interval():
    def width(points, year):
        line = PooledLine.of(points, kin())
        at = (np.array([24.0]), np.array([year]))
        return float((line.quantile(0.95, *at) - line.quantile(0.05, *at))[0])

    points = benchmark(4)
    assert width(points.keep(np.arange(40) < 5), 2023.0) > width(points, 2023.0)
    assert width(points, 2033.0) > width(points, 2023.0)


def test_the_same_seed_gives_the_same_answer_and_another_nearly_so():
    others = list(corpus().values())
    same, other = learn_kin(others), learn_kin(others, seed=7)
    assert (same.points == kin().points).all()
    assert other.mean == pytest.approx(kin().mean, abs=0.15)


def test_records_are_results_that_beat_all_before_them():
    found = rolled()
    names, records = np.array(found.benchmark), found.record
    assert 0 < records.sum() < records.size
    first = (names == "b0") & (found.origin == 2020)
    points = corpus()["b0"]
    best = points.error[points.year <= 2020].min()
    late = points.keep(points.year > 2020)
    assert (late.error[found.record[first]] < best).all()


def test_benchmarks_with_too_few_early_results_are_left_out():
    few = {"few": benchmark(5, size=4), "many": benchmark(6)}
    assert set(roll(few, (2016,)).benchmark) <= {"many"}
    assert roll({"few": few["few"]}, (2016,)).summary()["results"] == 0
