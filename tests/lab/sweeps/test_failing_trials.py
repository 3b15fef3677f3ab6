"""A trial that fails is recorded with its reason, and the rest goes on."""

import json

import faulty
import pytest
from watching import make_sweep

from costlaw.lab.sweeps import resume_sweep, run_sweep

KINDS = (faulty.WELL, faulty.RAISES, faulty.HANGS, faulty.NO_NUMBER, faulty.FULL, faulty.POISON,
         faulty.DIES_ONCE, faulty.HUGE, faulty.LEAVES)  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    sweep = make_sweep(sizes=KINDS, timeout_s=4, attempts=2, disk_mb=20)
    return run_sweep(sweep, tmp_path_factory.mktemp("faults"), workers=2)


def state(result, kind):
    return next(one for one in result.state.trials.values() if one.trial.size == kind)


@pytest.mark.parametrize(
    ("kind", "reason", "said"),
    [
        (faulty.RAISES, "raised", "ValueError: a weight went missing (faulty.py:"),
        (faulty.HANGS, "hung", "the limit is 4 s"),
        (faulty.NO_NUMBER, "not finite", "error = nan: not a finite number"),
        (faulty.FULL, "disk full", "No space left on device"),
        (faulty.HUGE, "disk full", "the limit is 20 MB"),
        (
            faulty.POISON,
            "raised",
            "2 attempts, none finished; the last: its worker process died (signal 9)",
        ),
        (faulty.LEAVES, "raised", "SystemExit: 3"),
    ],
)
def test_a_trial_that_fails_is_recorded_with_its_reason(result, kind, reason, said):
    one = state(result, kind)
    assert (one.status, one.reason) == ("failed", reason)
    assert said in one.message
    assert one.spent.attempts == (2 if kind == faulty.POISON else 1)


@pytest.mark.parametrize("kind", [faulty.WELL, faulty.DIES_ONCE])
def test_the_rest_goes_on(result, kind):
    one = state(result, kind)
    assert one.status == "finished"
    assert one.outcome.error == pytest.approx(1 / 6)
    assert one.outcome.extra == {}  # an extra that is no number is left out, not the trial


def test_what_failed_and_what_was_done_again_is_counted_as_spent(result):
    assert state(result, faulty.HANGS).spent.elapsed_s > 3.5
    assert state(result, faulty.DIES_ONCE).spent.attempts == 2
    assert result.state.wasted.attempts == len(KINDS) - 2 + 2  # the failed, and two lost attempts
    assert result.state.wasted.elapsed_s > 3.5


def test_a_trial_that_filled_the_disk_gives_it_back(result):
    place = result.folder / "trials" / state(result, faulty.HUGE).trial.key
    assert not list(place.glob("*.bin"))


def test_what_a_trial_printed_and_its_trace_lie_in_its_folder(result):
    trials = result.folder / "trials"
    printed = (trials / state(result, faulty.WELL).trial.key / "output.txt").read_text()
    trace = (trials / state(result, faulty.RAISES).trial.key / "error.txt").read_text()
    assert printed == "trained\n"
    assert "Traceback" in trace


def test_the_card_says_what_failed_and_the_runs_are_those_that_did_not(result):
    assert "7 failed" in str(result)
    assert len(str(result).splitlines()) <= 12
    assert len(result.runs()) == 2


def test_failed_trials_stay_failed_until_they_are_asked_for_again(result, tmp_path):
    one = make_sweep(sizes=[faulty.RAISES])
    assert len(run_sweep(one, tmp_path, workers=1).failed) == 1
    assert state(resume_sweep(tmp_path, workers=1), faulty.RAISES).attempts == 1
    assert state(resume_sweep(tmp_path, workers=1, again=True), faulty.RAISES).attempts == 2


def test_an_error_that_is_no_fraction_costs_the_table_of_runs_and_nothing_else(tmp_path):
    result = run_sweep(make_sweep("TooLarge"), tmp_path, workers=1)
    assert result.is_complete
    assert "no runs.csv" in str(result)
    assert "expected a fraction" in str(result)


def test_the_json_of_a_sweep_with_failures_is_plain(result):
    record = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.sweep/1"
    assert {trial["status"] for trial in record["trials"]} == {"finished", "failed"}
    assert record["progress"]["failed"] == 7
