"""What the callbacks do with what three libraries call, as recorded in the real libraries.

``recorded/*.json`` was written by ``test_callbacks.py`` with COSTLAW_RECORD=1 inside transformers
5.24, Lightning 2.6.6 and Keras 3.15.1 (PyTorch backend).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from costlaw.exceptions import EvidenceError, OptionError
from costlaw.metering import recover, recover_runs
from costlaw.metering.callbacks.metrics import ErrorOf, bare
from costlaw.metering.callbacks.training import TrainingWatch, size_of

RECORDED = Path(__file__).parent / "recorded"


class Batch:
    """An array of so many examples."""

    def __init__(self, examples):
        self.shape = (examples, 8)


class Count:
    """What a counter returns for a batch."""

    def __init__(self, examples):
        self.model_flop, self.hardware_flop = 10.0 * examples, 12.0 * examples
        self.outside = "operations: elementwise work is at most 2.0%"


def play(name, watch):
    last = {}
    for method, *said in json.loads((RECORDED / f"{name}.json").read_text()):
        if method == "begin":
            watch.begin(**said[0])
        elif method == "batch":
            size = said[0]["examples"]
            watch.batch([Batch(size)], lambda size=size: Count(size))
        elif method == "evaluated":
            watch.evaluated(said[0])
            last = said[0]
        else:
            getattr(watch, method)()
    return last


@pytest.mark.parametrize(
    ("name", "steps", "examples", "metric", "unit"),
    [
        ("hugging_face", 3, 22, "eval_loss", "nats"),
        ("lightning", 6, 44, "val_acc", "fraction"),
        ("keras", 12, 44, "val_accuracy", "fraction"),
    ],
)
def test_a_recorded_training_is_metered(tmp_path, name, steps, examples, metric, unit):
    watch = TrainingWatch(name, folder=tmp_path, live=False)
    last = play(name, watch)
    found = watch.result
    assert (found.steps, found.examples, found.ended) == (steps, examples, "finished")
    assert (found.model_flop, found.hardware_flop) == (10.0 * examples, 12.0 * examples)
    expected = last[metric] if unit == "nats" else 1 - last[metric]
    assert found.error == pytest.approx(expected)
    assert found.settings.get("error_unit", "fraction") == unit
    assert sum("elementwise work" in note for note in found.notes) == 1
    again = recover(tmp_path)[0]
    assert (again.error, again.settings) == (found.error, found.settings)
    assert recover_runs(tmp_path).numbers("error")[0] == pytest.approx(expected)
    assert watch.run.compute_flop == found.model_flop


def test_operations_that_cannot_be_counted_never_end_a_training(tmp_path):
    watch = TrainingWatch("odd", folder=tmp_path, live=False)
    watch.begin()

    def refuse():
        raise EvidenceError("the step cannot be run")

    watch.batch([Batch(4)], refuse)
    watch.step()
    watch.end()
    found = watch.result
    assert (found.examples, found.model_flop) == (4, None)
    assert any("operations were not counted: the step cannot" in note for note in found.notes)


def test_a_training_that_was_never_ended_is_closed_by_the_next(tmp_path):
    watch = TrainingWatch("twice", folder=tmp_path, live=False)
    watch.begin()
    watch.batch([Batch(4)])
    watch.step()
    watch.begin()
    watch.end()
    assert [found.ended for found in recover(tmp_path)] == ["another training began", "finished"]
    assert watch.result.examples == 0


def test_the_caller_may_name_the_metric_or_compute_it():
    metrics = {"eval_f1": 0.8, "eval_loss": 1.2, "eval_accuracy": 0.75}
    assert ErrorOf()(metrics) == 0.25  # an accuracy before a loss
    assert ErrorOf("eval_loss")(metrics) == 1.2
    assert ErrorOf(lambda found: 1 - found["eval_f1"])(metrics) == pytest.approx(0.2)
    assert ErrorOf("val_error")(metrics) is None
    assert ErrorOf()({"loss": 0.1, "train_accuracy": 0.9}) is None  # of the training data only
    assert ErrorOf()({"val_loss": float("nan")}) is None
    with pytest.raises(OptionError, match='"eval_loss" = None'):
        ErrorOf("eval_loss")({"eval_loss": None})


def test_the_metric_that_was_taken_is_followed_to_the_end():
    error_of = ErrorOf()
    assert error_of({"val_loss": 2.0}) == 2.0
    assert error_of({"val_loss": 1.0, "val_accuracy": 0.9}) == 1.0
    assert bare("validation_top1_accuracy") == "top1_accuracy"


@pytest.mark.parametrize(
    ("batch", "size"),
    [
        (Batch(3), 3),
        ({"ids": Batch(5), "labels": Batch(5)}, 5),
        ([(), {"input_ids": Batch(7)}], 7),
        ([[Batch(2)], Batch(9)], 2),
        ("text", None),
        (None, None),
    ],
)
def test_the_examples_of_a_batch_are_the_first_length_of_its_first_array(batch, size):
    assert size_of(batch) == size


def test_wrong_options_are_refused_when_the_callback_is_made():
    with pytest.raises(OptionError, match="unknown settings colour"):
        TrainingWatch("x", colour="red")
    with pytest.raises(OptionError, match="no training has begun"):
        _ = TrainingWatch("x").result


def test_an_error_found_after_the_end_belongs_to_the_run(tmp_path):
    from costlaw.metering import meter

    with meter("late", folder=tmp_path, live=False) as m:
        m.step(examples=8, model_flop=1e9)
    m.report(error=0.125)
    assert (m.run.error, m.result.curve[-1]["examples"]) == (0.125, 8)
    assert recover(tmp_path)[0].error == 0.125
