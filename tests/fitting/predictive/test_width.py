import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlaw.fitting.predictive.calibration import Misses, learn_width, shipped_calibration
from costlaw.fitting.predictive.width import (
    LEVEL_CLUES,
    SLOPE_CLUES,
    Clues,
    Width,
    _objective,
    deviation,
    fit_width,
    make_shape,
    solve,
)

TRUE = Width(
    level=np.array([-3.0, 0.6, 0.0, 0.3, 0.0, 0.2, 0.0, 0.0, -0.2]),
    slope=np.array([-1.0, 0.5, 0.0, 0.2, 0.0]),
)


def clues(random, size):
    return Clues(
        center=np.zeros(size), fall=np.exp(random.normal(-1.5, 0.7, size)),
        level=random.standard_normal((size, len(LEVEL_CLUES))),
        slope=random.standard_normal((size, len(SLOPE_CLUES))),
    )  # fmt: skip


def misses_of(random, known, width=TRUE, factor=1.0):
    level, slope = width.scales(known)
    draws = factor * random.standard_t(5, level.size)
    return deviation(draws, (level, known.fall, slope))


positive = st.floats(1e-4, 5.0)


@settings(max_examples=100, deadline=None)
@given(miss=st.floats(-3, 3), level=positive, fall=positive, slope=st.floats(1e-3, 1.3))
def test_a_draw_and_its_miss_are_two_names_of_one_thing(miss, level, fall, slope):
    q = solve(np.array([miss]), (np.array([level]), np.array([fall]), np.array([slope])))
    scales = (np.array([level]), np.array([fall]), np.array([slope]))
    assert deviation(q, scales) == pytest.approx(miss, abs=1e-8)
    more = deviation(np.array([q[0], q[0] + 0.01]), scales)
    assert more[1] > more[0]


def test_a_doubted_fall_may_shrink_to_nothing_but_does_not_turn_into_a_rise():
    scales = (np.array([1e-9]), np.array([0.5]), np.array([0.8]))
    assert 0 < deviation(np.array([30.0]), scales)[0] <= 0.5 + 1e-6


def test_the_width_recovers_the_coefficients_that_made_the_misses():
    random = np.random.default_rng(0)
    known = clues(random, 6000)
    found = fit_width(known, misses_of(random, known), np.ones(6000))
    assert found.level == pytest.approx(TRUE.level, abs=0.12)
    assert found.slope == pytest.approx(TRUE.slope, abs=0.2)


def test_the_gradient_of_the_likelihood_equals_finite_differences():
    random = np.random.default_rng(2)
    known = clues(random, 40)
    designs = tuple(np.column_stack([np.ones(40), one]) for one in (known.level, known.slope))
    rest = (known.fall, misses_of(random, known), np.full(40, 1 / 40))
    place = np.concatenate([TRUE.level, TRUE.slope, [0.7]])
    place = place + 0.1 * random.standard_normal(place.size)
    _, slope = _objective(place, designs, *rest)
    for axis in range(place.size):
        step = 1e-5 * np.eye(place.size)[axis]
        ends = [_objective(place + sign * step, designs, *rest)[0] for sign in (1, -1)]
        assert slope[axis] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=2e-5)


def test_the_width_covers_collections_that_it_never_saw_on_average():
    random = np.random.default_rng(1)
    factors = {"a": 0.7, "b": 1.0, "c": 1.4, "d": 1.0, "e": 1.0}
    parts = [clues(random, 400) for _ in factors]
    names = np.repeat(list(factors), 400)
    together = Clues(
        **{key: np.concatenate([getattr(one, key) for one in parts])
           for key in ("center", "fall", "level", "slope")}
    )  # fmt: skip
    values = [
        misses_of(random, one, factor=factor)
        for one, factor in zip(parts, factors.values(), strict=True)
    ]
    misses = Misses(
        clues=together, misses=np.concatenate(values), case=np.arange(2000), collections=names
    )
    covered = {}
    for name, one, value in zip("abc", parts, values, strict=False):
        width, shape = learn_width(misses.take(names != name))
        level, slope = width.scales(one)
        draws = solve(value, (level, one.fall, slope))
        covered[name] = np.mean((draws > shape.quantile(0.05)) & (draws < shape.quantile(0.95)))
    # "c" is 1.4 times as hard as any that was seen: a normal interval would cover 0.76 of it
    assert covered["a"] > covered["b"] > covered["c"] > 0.7
    assert np.mean(list(covered.values())) == pytest.approx(0.9, abs=0.05)


def test_a_shape_reads_the_same_in_both_directions():
    shape = shipped_calibration().shape
    probabilities = np.linspace(0.001, 0.999, 97)
    assert shape.probability(shape.quantile(probabilities)) == pytest.approx(probabilities)


def test_a_shape_of_weighted_misses_has_the_weighted_quantiles():
    misses, weights = np.array([-1.0, 0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0, 7.0])
    shape = make_shape(misses, weights)
    assert shape.quantile(0.3) < 1.6 < shape.quantile(0.9) < 2.1
