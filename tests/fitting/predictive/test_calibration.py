import numpy as np
import pytest

from costlaw.fitting.predictive.calibration import (
    Misses,
    learn_width,
    shipped,
    shipped_calibration,
)
from costlaw.fitting.predictive.cases import make_cases
from costlaw.fitting.predictive.library import library_digest, references
from costlaw.fitting.predictive.width import fit_scale, make_shape


@pytest.fixture(scope="module")
def official():
    return make_cases(references("nsl"), hidden=())


def test_the_constants_were_learned_on_the_library_that_is_shipped():
    assert shipped()["library_digest"] == library_digest()


def test_pool_weights_are_a_mixture_and_constants_are_not_negative():
    calibration = shipped_calibration()
    assert calibration.weights.sum() == pytest.approx(1, abs=1e-6)
    assert (calibration.weights >= 0).all()
    assert (calibration.constants >= 0).all()


def test_a_shape_reads_the_same_in_both_directions():
    shape = shipped_calibration().shape
    probabilities = np.linspace(0.001, 0.999, 97)
    assert shape.probability(shape.quantile(probabilities)) == pytest.approx(probabilities)


def test_the_scale_recovers_the_constants_that_made_the_misses():
    random = np.random.default_rng(0)
    components = np.exp(random.standard_normal((6000, 2)))
    misses = components @ [0.5, 2.0] * random.standard_t(5, 6000)
    found = np.exp(fit_scale(components, misses, np.ones(6000))[:2])
    assert found == pytest.approx([0.5, 2.0], rel=0.1)


def test_the_width_covers_collections_that_it_never_saw_on_average():
    random = np.random.default_rng(1)
    names = np.repeat(["a", "b", "c", "d", "e"], 400)
    factor = np.repeat([0.7, 1.0, 1.4, 1.0, 1.0], 400)
    components = np.exp(random.standard_normal((2000, 2)))
    misses = Misses(
        components=components,
        misses=factor * (components @ [1.0, 0.3]) * random.standard_normal(2000),
        case=np.arange(2000), collections=names,
    )  # fmt: skip
    covered = {}
    for name in "abc":
        constants, shape = learn_width(misses.take(names != name))
        over = misses.misses[names == name] / (components[names == name] @ constants)
        covered[name] = np.mean((over > shape.quantile(0.05)) & (over < shape.quantile(0.95)))
    # "c" is 1.4 times as hard as any that was seen: a normal interval would cover 0.76 of it
    assert covered["a"] > covered["b"] > covered["c"] > 0.7
    assert np.mean(list(covered.values())) == pytest.approx(0.9, abs=0.05)


def test_a_shape_of_weighted_misses_has_the_weighted_quantiles():
    misses, weights = np.array([-1.0, 0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0, 7.0])
    shape = make_shape(misses, weights)
    assert shape.quantile(0.3) < 1.6 < shape.quantile(0.9) < 2.1


def test_no_hidden_run_reaches_a_fit(official):
    for case in official:
        assert case.look.curve.x[-1] < case.look.curve.x[-1] * np.exp(case.u[0])
        assert case.look.curve.size == case.reference.curve.size


def test_the_92_curves_are_extrapolated_better_than_the_broken_power_law(official):
    # .0331: least squares with one break, 16 starts (benchmarks/peers.csv); ours measured .0233
    weights = shipped_calibration().weights
    errors = [
        np.sqrt(np.mean((case.look.center(weights, case.u) - case.z) ** 2)) for case in official
    ]
    assert len(errors) == 92
    assert np.mean(errors) < 0.0240


def test_shipped_intervals_cover_the_farthest_hidden_run_of_nine_curves_in_ten(official):
    # the library contains these curves: this guards the code, the honest number is in the benchmark
    calibration = shipped_calibration()
    hits = []
    for case in official:
        center = case.look.center(calibration.weights, case.u)[-1]
        scale = calibration.scale(case.look.components(calibration.weights, case.u))[-1]
        hits.append(0.05 <= calibration.shape.probability((case.z[-1] - center) / scale) <= 0.95)
    assert 0.85 <= np.mean(hits) <= 0.98
