"""The ladder: the rule of 1958 converges where it must; equal FLOP is equal; every rung learns."""

import numpy as np
import pytest

pytest.importorskip("torch")

from costlaw.exceptions import OptionError
from costlaw.lab.ladder import ladder
from costlaw.lab.ladder.climbing import RUNGS
from costlaw.lab.ladder.perceptron import learn_perceptron
from costlaw.lab.training.problem import Problem


def separable(n=200, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, n)
    inputs = (6.0 * np.eye(3, 8)[labels] + random.uniform(-1, 1, (n, 8))).astype(np.float32)
    return Problem(name="s", inputs=inputs, labels=labels, test_inputs=inputs, test_labels=labels,
                   classes=3)  # fmt: skip


def test_the_perceptron_makes_no_mistake_on_what_can_be_separated():
    unit = learn_perceptron(separable(), seed=0, epochs=20)
    assert (unit(separable().inputs).argmax(axis=1) == separable().labels).all()


def test_a_perceptron_that_has_nothing_left_to_correct_only_looks():
    problem = separable()
    first, more = (learn_perceptron(problem, seed=0, epochs=e) for e in (30, 31))
    assert np.array_equal(first.weights, more.weights)
    assert more.flop - first.flop == 2 * 9 * 3 * 200  # one look at each example


def test_a_budget_of_operations_is_kept_to_one_example():
    unit = learn_perceptron(separable(), seed=0, flop=1e5)
    assert 1e5 <= unit.flop < 1e5 + 4 * 9 * 3


def test_every_rung_learns_and_equal_flop_is_equal(fashion):
    found = ladder(examples=500, epochs=4, seeds=1)
    for rung in RUNGS:
        line = found.line(rung)
        assert 0.05 < min(line.y) < 0.85
        budget = found.line("multilayer").x[0]
        assert line.x[1] == pytest.approx(budget, rel=0.25), rung
    assert len(str(found).splitlines()) <= 12


def test_the_ladder_needs_pictures():
    with pytest.raises(OptionError, match="pictures of 28"):
        ladder("breast-cancer")
    with pytest.raises(OptionError, match="above 0"):
        ladder(examples=0)
