"""Tumours, tissues, flights and speeches as tasks: read right, learned, refused, resumed."""

import numpy as np
import pytest

pytest.importorskip("torch")

from costlaw.exceptions import OptionError
from costlaw.lab.tasks import find_task
from costlaw.lab.tasks.language import CONTEXT, NAMES, parts, windows
from costlaw.lab.tasks.tables import _thirds, balanced, departures, tissues, tumours
from costlaw.lab.tasks.task import Stopped
from costlaw.lab.trial import Trial


def run(trial, folder, stop=lambda: False):
    task = find_task(trial.task)
    task.check(trial)
    return task.evaluate(task.train(trial, folder=folder, stop=stop), trial)


def test_tumours_are_told_apart_and_none_is_on_both_sides(tmp_path):
    problem = tumours()
    assert problem.examples + len(problem.test_labels) == 569
    assert problem.inputs.shape[1] == 30 == len(problem.names)
    trial = Trial(task="breast-cancer", size=8, examples=379, settings={"epochs": 5})
    assert run(trial, tmp_path).error < 0.08


def test_there_are_far_more_genes_than_cell_lines(expression, tmp_path):
    problem = tissues()
    assert problem.inputs.shape[1] == 6830 > 100 * problem.examples
    assert problem.examples + len(problem.test_labels) == 57 and problem.classes == 8
    trial = Trial(task="gene-expression", size=8, examples=problem.examples,
                  settings={"least_steps": 60})  # fmt: skip
    assert run(trial, tmp_path).error < 0.7  # chance is above 0.8


def test_flights_are_balanced_and_know_nothing_of_the_season(departed, tmp_path):
    problem = departures()
    assert len(departed["late"]) == 327_346  # 336,776 departures less those without an arrival
    assert abs(problem.labels.mean() - 0.5) < 0.01
    assert not any("month" in name or "day of year" in name for name in problem.names)
    trial = Trial(task="flights", size=8, examples=4000, settings={"epochs": 2})
    assert 0.3 < run(trial, tmp_path).error < 0.46


def test_weekdays_of_flights_are_those_of_2013(departed):
    from costlaw.lab.tasks.tables import flight_inputs

    inputs, names = flight_inputs(departed)
    first = np.flatnonzero((departed["month"] == 1) & (departed["day"] == 1))[0]
    monday = np.flatnonzero((departed["month"] == 7) & (departed["day"] == 1))[0]
    day = [int(inputs[row][names.index("weekday 0") :][:7].argmax()) for row in (first, monday)]
    assert day[0] - day[1] == 1  # 1 January 2013 was a Tuesday, 1 July a Monday


def test_thirds_take_from_every_class_and_balancing_halves():
    learned, judged = _thirds(np.repeat([0, 1, 2], [30, 6, 3]))
    assert len(judged) == 13 and len(learned) == 26 and not set(learned) & set(judged)
    late = np.arange(100) < 20
    chosen = balanced(late, seed=0)
    assert len(chosen) == 40 and late[chosen].sum() == 20


def test_speeches_are_split_by_year_and_drawn_by_seed(addresses):
    found = parts()
    early = addresses.of(addresses.years < 1950)
    assert len(found["learned"]) + len(found[NAMES[0]]) == len(early)
    rows = windows(found["learned"], 6400, seed=1)
    assert rows.shape == (100, CONTEXT + 1)
    assert not np.array_equal(rows, windows(found["learned"], 6400, seed=2))


def test_a_small_transformer_learns_letters_and_resumes_bit_for_bit(addresses, tmp_path,
                                                                    monkeypatch):  # fmt: skip
    monkeypatch.setattr("costlaw.lab.tasks.language.JUDGED_BYTES", 6400)
    trial = Trial(task="speeches", size=16, examples=20_000, settings={"least_steps": 40})
    whole = run(trial, tmp_path / "whole")
    assert 3.0 < whole.error < 6.0 and whole.extra["bits_from_1990"] > 3.0
    calls = iter(range(1000))
    with pytest.raises(Stopped):
        run(trial, tmp_path / "cut", stop=lambda: next(calls) == 15)
    again = run(trial, tmp_path / "cut")
    assert (again.error, again.training_flop) == (whole.error, whole.training_flop)


@pytest.mark.parametrize("changes", [{"strategy": "int8"}, {"size": 40}, {"examples": 10},
                                     {"settings": {"epoch": 1}}])  # fmt: skip
def test_what_a_transformer_over_bytes_cannot_be_is_refused(changes):
    task = find_task("speeches")
    with pytest.raises(OptionError):
        task.check(Trial(**{"task": "speeches", "size": 16, "examples": 20_000, **changes}))
