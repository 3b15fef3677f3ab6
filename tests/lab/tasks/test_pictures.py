"""Fashion-MNIST as a task: a slice of the real data learned, resumed, judged, refused."""

import pytest

from costlaw.exceptions import OptionError, UnknownName
from costlaw.lab.tasks import find_task
from costlaw.lab.tasks.task import Stopped
from costlaw.lab.trial import Trial

FEW = {"epochs": 2, "least_steps": 60}


def trial(**changes):
    given = {"task": "fashion-mnist", "size": 16, "examples": 1000, "settings": FEW, **changes}
    return Trial(**given)


def run(chosen, folder, stop=lambda: False):
    task = find_task(chosen.task)
    task.check(chosen)
    return task.evaluate(task.train(chosen, folder=folder, stop=stop), chosen)


def test_sixteen_units_learn_clothing_from_a_thousand_pictures(fashion, tmp_path):
    found = run(trial(), tmp_path)
    assert found.problem is None
    assert 0.15 < found.error < 0.45
    assert found.parameters == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10
    assert found.flop_per_pass == 2 * (784 * 16 + 16 * 16 + 16 * 10)
    a_step = 2 * 2 * 784 * 16 + 3 * 2 * (16 * 16 + 16 * 10)
    assert found.training_flop == pytest.approx(60 * 128 * a_step)
    assert found.time_per_use_s and found.time_per_use_s < 1e-2


def test_a_stopped_trial_goes_on_to_the_same_error_bit_for_bit(fashion, tmp_path):
    settings = {**FEW, "time_uses": False}
    whole = run(trial(settings=settings), tmp_path / "whole")
    calls = iter(range(1000))
    with pytest.raises(Stopped):
        run(trial(settings=settings), tmp_path / "cut", stop=lambda: next(calls) == 20)
    assert run(trial(settings=settings), tmp_path / "cut") == whole


def test_what_cannot_be_run_is_refused_before_training():
    task = find_task("fashion-mnist")
    with pytest.raises(UnknownName, match="unknown strategy"):
        task.check(trial(strategy="denser"))
    with pytest.raises(OptionError, match='unknown setting "epoch"'):
        task.check(trial(settings={"epoch": 2}))
    with pytest.raises(OptionError, match="at most 4096"):
        task.check(trial(size=5000))
