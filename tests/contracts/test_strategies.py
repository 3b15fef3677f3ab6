"""One exam for every strategy: it learns, counts, repeats itself, resumes, and refuses rubbish."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="strategies need PyTorch")
pytest.importorskip("onnxruntime", reason="strategies need ONNX Runtime")

from costlaw.exceptions import OptionError
from costlaw.lab.extras import one_thread
from costlaw.lab.strategies import STRATEGIES, find_strategy
from costlaw.lab.tasks.task import Stopped
from costlaw.lab.training.loop import Trainer
from costlaw.lab.training.problem import Problem

SETTINGS = {"epochs": 8, "batch": 32, "least_steps": 1, "learning_rate": 1e-2}
OWN = {"explainable-boosting": {"rounds": 20}, "searched": {**SETTINGS, "search_trials": 2}}
WITHOUT_STEPS = {"explainable-boosting"}


def clouds(n, seed):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, n)
    centres = np.random.default_rng(5).standard_normal((4, 12)) * 1.2
    return (centres[labels] + random.standard_normal((n, 12))).astype(np.float32), labels


@pytest.fixture(scope="module")
def problem():
    (x, y), (tx, ty) = clouds(480, 1), clouds(400, 2)
    return Problem(name="clouds", inputs=x, labels=y, test_inputs=tx, test_labels=ty, classes=4)


def made(name, problem, folder=None, stop=lambda: False, seed=3):
    settings = OWN.get(name, SETTINGS)
    with one_thread("a test"):
        trainer = Trainer(seed=seed, folder=folder, stop=stop)
        return find_strategy(name).make(problem, 16, settings=settings, trainer=trainer)


@pytest.mark.parametrize("name", STRATEGIES)
def test_it_learns_counts_and_gives_the_same_again(name, problem):
    one, two = made(name, problem), made(name, problem)
    scores = one.predict(problem.test_inputs)
    assert scores.shape == (400, 4) and np.isfinite(scores).all()
    assert (scores.argmax(axis=1) != problem.test_labels).mean() < 0.45  # chance is 0.75
    assert np.array_equal(scores, two.predict(problem.test_inputs))
    assert one.training_flop == two.training_flop > 0
    assert one.flop_per_use > 0 and one.parameters > 0 and one.size_bytes > 0
    single = one.predict(problem.test_inputs[:1])
    assert np.allclose(
        single, scores[:1], atol=0.3 if name == "int8" else 0.05
    )  # int8 scales each batch


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - WITHOUT_STEPS))
def test_it_resumes_bit_for_bit_where_it_was_stopped(name, problem, tmp_path):
    whole = made(name, problem)
    calls = iter(range(100_000))
    with pytest.raises(Stopped):
        made(name, problem, tmp_path, stop=lambda: next(calls) == 21)
    resumed = made(name, problem, tmp_path)
    assert np.array_equal(whole.predict(problem.test_inputs), resumed.predict(problem.test_inputs))
    assert whole.training_flop == resumed.training_flop


@pytest.mark.parametrize("name", STRATEGIES)
def test_it_names_itself_its_family_and_its_choices(name):
    strategy = find_strategy(name)
    assert strategy.name == name and strategy.title and strategy.family
    assert all(len(values) >= 1 for values in strategy.choices.values())
    for setting, values in strategy.choices.items():
        strategy.check({setting: values[0]})
    with pytest.raises(OptionError, match="unknown setting"):
        strategy.check({"no such setting": 1})
