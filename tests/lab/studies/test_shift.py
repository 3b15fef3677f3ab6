"""Shift: pictures turn as they should, controls share nothing, published pairs say what is said."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from costlaw.exceptions import OptionError, UnknownName
from costlaw.lab.shift import shift
from costlaw.lab.shift.controlled import flight_halves
from costlaw.lab.shift.poses import turned
from costlaw.lab.shift.published import pairs, published_shift


def picture():
    shown = np.zeros((1, 28, 28), np.float32)
    shown[0, 10:18, 6:22] = np.random.default_rng(0).uniform(0.2, 1, (8, 16))
    return shown.reshape(1, -1)


def test_quarter_turns_are_exact_and_four_of_them_change_nothing():
    now = picture()
    for _ in range(4):
        before, now = now, turned(now, 90)
        assert np.allclose(now.reshape(28, 28), np.rot90(before.reshape(28, 28)), atol=1e-5)
    assert np.allclose(now, picture(), atol=1e-5)
    assert np.array_equal(turned(picture(), 360), picture())


@pytest.mark.parametrize("angle", [5.0, 30.0, 45.0, 200.0])
def test_turning_keeps_the_ink_and_turning_back_brings_the_picture_back(angle):
    there = turned(picture(), angle)
    assert there.sum() == pytest.approx(picture().sum(), rel=0.02)
    back = turned(there, -angle)
    assert np.corrcoef(back.ravel(), picture().ravel())[0, 1] > 0.9
    assert np.corrcoef(there.ravel(), picture().ravel())[0, 1] < 0.995


def test_what_comes_in_from_outside_is_dark():
    light = np.full((1, 784), -0.8, np.float32)
    assert np.allclose(turned(light, 45), -0.8, atol=1e-6)


def test_flights_that_judge_are_never_learned_from_and_chance_is_one_half(departed):
    halves = flight_halves()
    for problem in halves.values():
        assert 0.45 < problem.labels.mean() < 0.55
        assert 0.45 < problem.test_labels.mean() < 0.55
    assert len(halves["early"].test_labels) == 10_000
    assert halves["year"].examples > halves["early"].examples


def test_more_compute_helps_at_home_and_the_findings_hold_together(fashion):
    found = shift("pictures", steps=((4, 300), (16, 1200)), seeds=2)
    home, turned_far = found.line("0 degrees"), found.line("90 degrees")
    assert home.y[1] < home.y[0] < turned_far.y[0]
    assert home.x[1] > 4 * home.x[0]
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.shift/1" and record["data_digest"] == found.digest
    again = shift("pictures", steps=((4, 300), (16, 1200)), seeds=2)
    assert again.digest == found.digest


def test_published_losses_under_shift_are_those_that_their_papers_state():
    found = published_shift()
    v2 = found.answer("ImageNetV2: points lost (testbed, mean)")
    objects = found.answer("ObjectNet: points lost (testbed, mean)")
    assert 0.11 <= v2.estimate <= 0.14  # Recht et al. 2019: 11 to 14 points
    assert 0.40 <= objects.estimate <= 0.45  # Barbu et al. 2019: 40 to 45 points


def test_halving_the_error_at_home_does_not_halve_it_under_shift():
    found = published_shift()
    for name in ("ImageNetV2", "ObjectNet"):
        assert found.answer(f"{name}: error left when the error at home is halved").low > 0.5


def test_every_published_pair_has_its_source_and_errors_are_fractions():
    for row in pairs():
        assert row["source_id"] in {"imagenet-testbed", "openclip"}
        values = [row[key] for key in row if key.startswith("error") and row[key] is not None]
        assert all(0 < value < 1 for value in values)


def test_a_slope_is_found_again_with_its_interval():
    from costlaw.lab.shift.published import _slope

    random = np.random.default_rng(0)
    hits = 0
    for trial in range(40):
        x = random.standard_normal(60)
        y = 0.7 * x + 0.1 * random.standard_normal(60)
        slope, ends = _slope(x, y, groups=np.arange(60), seed=trial)
        hits += ends[0] <= 0.7 <= ends[1]
        assert slope == pytest.approx(0.7, abs=0.1)
    assert hits >= 33


def test_unknown_shifts_and_too_few_steps_are_refused():
    with pytest.raises(UnknownName, match="Did you mean pictures"):
        shift("picture")
    with pytest.raises(OptionError, match="at least two"):
        shift("pictures", steps=((4, 100),))
    with pytest.raises(OptionError, match="at least two"):
        shift("pictures", seeds=1)
