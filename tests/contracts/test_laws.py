"""Every law sits one exam: formula, gradient, inverse, other origins, names."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from costlaw.exceptions import OptionError, UnknownName
from costlaw.laws import LAWS, law

OWN_LAW = Path(__file__).parents[2] / "examples" / "own_law.py"


def own_law():
    """The law of the example: a user's class sits the same exam."""
    spec = importlib.util.spec_from_file_location("own_law", OWN_LAW)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LogarithmicLaw()


SUBJECTS = [*LAWS.values(), own_law()]
EVERY = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda item: item.name)
ONE_INPUT = pytest.mark.parametrize(
    "subject", [item for item in SUBJECTS if len(item.inputs) == 1], ids=lambda item: item.name
)


def movable(subject):
    """Which inputs have an origin that can be moved."""
    return np.array([name not in subject.fixed_inputs for name in subject.inputs])


def example(subject, runs=40, seed=3):
    """Coordinates at the middle of the example data, and ln inputs from there."""
    random = np.random.default_rng(seed)
    log_inputs = np.stack(
        [
            random.uniform(low, high, runs)
            if name in subject.plain_inputs
            else random.uniform(np.log(low), np.log(high), runs)
            for name, (low, high) in zip(subject.inputs, subject.example_inputs, strict=True)
        ]
    )
    q = subject.to_coordinates(subject.pack(subject.example))
    centre = np.where(movable(subject), log_inputs.mean(axis=1), 0.0)
    level = subject.log_error(q, centre[:, None])[..., 0]
    return subject.move(q, centre, level), log_inputs - centre[:, None]


@EVERY
def test_the_gradient_equals_finite_differences(subject):
    q, u = example(subject)
    z, slopes = subject.jacobian(q, u)
    np.testing.assert_allclose(z, subject.log_error(q, u), rtol=0, atol=1e-13)
    for axis in range(q.size):
        step = 1e-5 * max(1.0, abs(q[axis]))
        ends = [q + sign * step * np.eye(q.size)[axis] for sign in (-2, -1, 1, 2)]
        far_left, left, right, far_right = (subject.log_error(end, u) for end in ends)
        slope = (8 * (right - left) - (far_right - far_left)) / (12 * step)
        np.testing.assert_allclose(slopes[axis], slope, rtol=1e-6, atol=2e-8)


@EVERY
def test_the_pullback_is_the_gradient_times_a_vector(subject):
    q, u = example(subject)
    pull = np.random.default_rng(0).normal(size=u.shape[1])
    z, back = subject.pullback(np.stack([q, q]), u[:, None, :])
    expected = subject.jacobian(q, u)[1] @ pull
    np.testing.assert_allclose(z[1], subject.log_error(q, u), atol=1e-13)
    np.testing.assert_allclose(back(np.stack([pull, pull]))[1], expected, rtol=1e-9, atol=1e-10)


@EVERY
def test_batches_give_what_single_problems_give(subject):
    q, u = example(subject)
    other = q + 0.01 * np.random.default_rng(1).normal(size=(3, 2, q.size))
    together = subject.log_error(other, u[:, None, None, :])
    for i in range(3):
        for j in range(2):
            np.testing.assert_allclose(
                together[i, j], subject.log_error(other[i, j], u), atol=1e-14
            )


@EVERY
def test_other_origins_show_the_same_curve(subject):
    q, u = example(subject)
    shift = np.where(movable(subject), np.linspace(0.7, 1.3, len(u)), 0.0)
    moved = subject.move(q, shift, np.float64(0.4))
    np.testing.assert_allclose(
        subject.log_error(moved, u - shift[:, None]), subject.log_error(q, u) - 0.4, atol=1e-11
    )
    np.testing.assert_allclose(subject.move(moved, -shift, np.float64(-0.4)), q, atol=1e-9)


@EVERY
def test_coefficients_and_coordinates_are_two_names_of_one_curve(subject):
    coefficients = subject.pack(subject.example)
    back = subject.to_coefficients(subject.to_coordinates(coefficients))
    np.testing.assert_allclose(back, coefficients, rtol=1e-9)


@EVERY
def test_error_falls_where_the_law_claims_that_it_does(subject):
    q, u = example(subject)
    assert subject.decreasing(q)
    middle = np.median(u, axis=1)
    for axis in range(len(subject.inputs)):
        path = np.repeat(middle[:, None], 200, axis=1)
        path[axis] = np.linspace(u[axis].min(), u[axis].max() + 5, 200)
        z = subject.log_error(q, path)
        z = z[np.isfinite(z)]
        assert np.all(np.diff(z) <= 1e-12)
        assert np.all(z >= subject.log_floor(q) - 1e-12)


@ONE_INPUT
def test_the_inverse_returns_to_the_compute_it_came_from(subject):
    q, u = example(subject)
    z = subject.log_error(q, u)
    np.testing.assert_allclose(subject.inverse(q[None], z), u[0], atol=1e-7)


@ONE_INPUT
def test_an_error_under_the_floor_is_never_reached(subject):
    q, _ = example(subject)
    floor = subject.log_floor(q)
    if np.isfinite(floor):
        assert subject.inverse(q, floor - 0.01) == np.inf
        assert np.isfinite(subject.inverse(q, floor + 0.01))
    else:
        assert subject.inverse(q, np.float64(-3.0)) > 0


@EVERY
def test_every_law_explains_itself(subject):
    assert len(subject.coefficients) == len(subject.coordinates) == len(subject.example)
    assert subject.sources and all(source.year for source in subject.sources)
    assert all(item.meaning and item.symbol and item.unit for item in subject.coefficients)
    if subject.name in LAWS:
        for name in (subject.name, subject.name.upper(), *subject.aliases):
            assert law(name) is subject


def test_an_unknown_law_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match="Did you mean power"):
        law("powr")


def test_missing_or_impossible_coefficients_are_refused():
    with pytest.raises(OptionError, match=r"expected \['scale', 'exponent'\]"):
        law("power").pack({"scale": 1.0})
    with pytest.raises(OptionError, match="exponent = -1"):
        law("power").pack({"scale": 1.0, "exponent": -1.0})


@pytest.mark.parametrize("name", ["power", "exponential", "exponential-levels"])
def test_the_response_is_a_straight_line_in_log_compute(name):
    subject = law(name)
    compute = np.logspace(16, 19, 20)
    if name == "exponential":
        compute *= 10**2
    error = subject.error(subject.example, compute_flop=compute)
    response = subject.response(error)
    bend = np.diff(response, 2)
    np.testing.assert_allclose(bend, 0, atol=1e-9 * np.abs(response).max())
    np.testing.assert_allclose(subject.inverse_response(response), error, rtol=1e-12)
