import numpy as np
import pytest

from costlaw.fitting.predictive.calibration import shipped, shipped_calibration
from costlaw.fitting.predictive.cases import make_cases
from costlaw.fitting.predictive.library import library_digest, references
from costlaw.fitting.predictive.width import solve


@pytest.fixture(scope="module")
def official():
    return make_cases(references("nsl"), hidden=())


def test_the_constants_were_learned_on_the_library_that_is_shipped():
    assert shipped()["library_digest"] == library_digest()


def test_the_fall_slows_and_never_stops_or_turns():
    slowing = shipped_calibration().slowing
    falls = slowing.fall(np.log(10) * np.linspace(0, 10, 101))
    assert slowing.variance > 0
    assert (np.diff(falls) > 0).all()
    assert (np.diff(falls, 2) < 0).all()


def test_no_hidden_run_reaches_a_fit(official):
    for case in official:
        assert case.look.curve.x[-1] < case.look.curve.x[-1] * np.exp(case.u[0])
        assert case.look.curve.size == case.reference.curve.size


def test_the_92_curves_are_extrapolated_better_than_the_broken_power_law(official):
    # .0331: least squares with one break, 16 starts (benchmarks/peers.csv); ours measured .0229
    slowing = shipped_calibration().slowing
    errors = [
        np.sqrt(np.mean((case.look.center(slowing, case.u) - case.z) ** 2)) for case in official
    ]
    assert len(errors) == 92
    assert np.mean(errors) < 0.0235


def test_shipped_intervals_cover_the_farthest_hidden_run_of_nine_curves_in_ten(official):
    # the library contains these curves: this guards the code, the honest number is in the benchmark
    calibration = shipped_calibration()
    hits = []
    for case in official:
        clues = case.look.clues(calibration.slowing, case.u[-1:])
        level, slope = calibration.width.scales(clues)
        draw = solve(case.z[-1:] - clues.center, (level, clues.fall, slope))
        hits.append(0.05 <= float(calibration.shape.probability(draw)[0]) <= 0.95)
    assert 0.85 <= np.mean(hits) <= 0.98
