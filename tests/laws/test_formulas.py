"""Each law is the formula of its paper: checked at points against the equation as printed."""

import numpy as np
import pytest

from costlaw.laws import law
from costlaw.laws.two_stage import compose
from costlaw.laws.year import halving_time_years


def test_m4_solves_its_equation():
    subject = law("M4")
    compute = np.logspace(0, 9, 30)
    error = subject.error(subject.example, compute_flop=compute)
    left = (error - 0.1) / (0.9 - error) ** 0.6
    np.testing.assert_allclose(left, 200.0 * compute**-0.55, rtol=1e-8)


@pytest.mark.parametrize("order", [0.02, 1.0, 15.0])
def test_m4_is_solved_for_any_order_and_far_beyond_the_runs(order):
    subject = law("M4")
    known = {**subject.example, "order": order}
    compute = np.logspace(-20, 40, 40)
    error = subject.error(known, compute_flop=compute)
    assert np.all(np.diff(error) <= 0) and error.min() >= 0.1 and error.max() <= 0.9
    inside = (error > 0.1001) & (error < 0.8999)
    back = subject.input_for(known, error=error[inside])
    np.testing.assert_allclose(np.log(back), np.log(compute[inside]), atol=1e-6)


def test_one_pass_over_enough_examples_is_the_joint_law():
    repeated, plain = law("joint-repeated"), law("joint")
    head = {name: repeated.example[name] for name in plain.example}
    once = repeated.error(repeated.example, parameters=1e8, examples=1e11, epochs=1.0)
    assert once == pytest.approx(plain.error(head, parameters=1e8, examples=1e11), rel=1e-12)


def test_repeated_examples_and_excess_parameters_follow_the_equations():
    """Muennighoff et al. 2023, equations 4 to 7, written out."""
    subject = law("joint-repeated")
    floor, a, b, alpha, beta, r_n, r_d = subject.pack(subject.example)
    n, distinct, passes = 9e9, 1e9, 40.0
    useful = (alpha * a / (beta * b)) ** (1 / alpha) * distinct ** (beta / alpha)
    assert useful < n
    excess = n / useful - 1
    effective_n = useful + useful * r_n * (1 - np.exp(-excess / r_n))
    effective_d = distinct + distinct * r_d * (1 - np.exp(-(passes - 1) / r_d))
    expected = floor + a * effective_n**-alpha + b * effective_d**-beta
    error = subject.error(subject.example, parameters=n, examples=distinct, epochs=passes)
    assert error == pytest.approx(expected, rel=1e-12)


def test_half_a_pass_is_half_of_the_examples():
    subject = law("joint-repeated")
    half = subject.error(subject.example, parameters=1e8, examples=1e10, epochs=0.5)
    whole = subject.error(subject.example, parameters=1e8, examples=5e9, epochs=1.0)
    assert half == pytest.approx(whole, rel=1e-3)


def test_two_stages_composed_are_the_link_of_the_loss():
    loss = {"irreducible_error": 1.8, "scale": 1000.0, "exponent": 0.15}
    link = {"chance_error": 0.75, "steepness": 8.0, "middle": 2.375}
    compute = np.logspace(19, 25, 7)
    nats = law("power-irreducible").error(loss, compute_flop=compute)
    expected = 0.75 / (1 + np.exp(-8.0 * (nats - 2.375)))
    error = law("two-stage").error(compose(loss, link), compute_flop=compute)
    np.testing.assert_allclose(error, expected, rtol=1e-12)


def test_a_year_of_progress_is_worth_its_compute():
    subject = law("power-year")
    years = float(halving_time_years(subject.example["exponent"], subject.example["progress"]))
    now = subject.error(subject.example, compute_flop=1e18, year=2015.0)
    later = subject.error(subject.example, compute_flop=5e17, year=2015.0 + years)
    assert later == pytest.approx(now, rel=1e-12)
    assert halving_time_years(0.1, -0.2) == np.inf


@pytest.mark.parametrize(("name", "power"), [("theory-data", 2), ("theory-compute", 4)])
def test_theory_asks_for_the_stated_power(name, power):
    subject = law(name)
    needed = [float(subject.input_for(subject.example, error=e)) for e in (0.1, 0.1 / 3)]
    assert needed[1] / needed[0] == pytest.approx(3.0**power)
