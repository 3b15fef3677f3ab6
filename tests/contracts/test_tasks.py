"""Every task that needs no extra sits one exam: stopped and resumed, it is the same bit for bit."""

from pathlib import Path

import pytest

from costlaw.lab.tasks import Stopped, find_task
from costlaw.lab.trial import Trial

OWN = Path(__file__).parents[2] / "examples" / "own_task.py"
TASKS = pytest.mark.parametrize("reference", ["teacher-student", f"{OWN}:Border"],
                                ids=lambda reference: reference.rpartition(":")[2])  # fmt: skip


def outcome(task, trial, folder, stop=lambda: False):
    return task.evaluate(task.train(trial, folder=folder, stop=stop), trial)


@TASKS
def test_stopped_twice_and_resumed_it_is_the_same_bit_for_bit(reference, tmp_path):
    task = find_task(reference)
    trial = Trial(task=task.name, version=task.version, size=8, examples=200)
    task.check(trial)
    whole = outcome(task, trial, tmp_path / "whole")
    for most in (40, 90):
        calls = iter(range(10**6))
        with pytest.raises(Stopped):
            outcome(task, trial, tmp_path / "part", stop=lambda: next(calls) >= most)  # noqa: B023
    assert outcome(task, trial, tmp_path / "part") == whole


@TASKS
def test_an_outcome_can_be_a_run_and_comes_back_from_its_record(reference, tmp_path):
    task = find_task(reference)
    found = outcome(task, Trial(task=task.name, size=4, examples=100), tmp_path)
    assert found.problem is None
    assert type(found).from_dict(found.to_dict()) == found
    assert found.training_flop >= found.flop_per_pass * found.examples * found.epochs


@TASKS
def test_a_task_says_what_it_is_and_has_a_grid_of_its_own(reference):
    task = find_task(reference)
    assert task.title
    assert task.error_meaning != "error"
    assert len(task.scale_sizes) >= 3
    assert len(task.scale_examples) >= 3
