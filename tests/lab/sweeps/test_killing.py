"""Whatever is killed, at most the running step is lost, nothing finished is lost or run twice."""

import contextlib
import os
import signal
from collections import Counter

import pytest
from watching import alive, events, make_sweep, until, written

from costlaw.exceptions import OutputError
from costlaw.lab.sweeps import Budget, resume_sweep, run_sweep, sweep_result
from costlaw.lab.sweeps.ledger import FILE

STEP_S = 0.02  # what a step of Slow waits at least
SLOW = {"kind": "Slow", "sizes": [1, 2, 3, 4], "examples": [30]}


def results(folder):
    """Return error and loss of every trial, by key, exactly."""
    found = sweep_result(folder).state.trials
    return {key: one.outcome and one.outcome.to_dict() for key, one in found.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    run_sweep(make_sweep(**SLOW), folder, workers=2)
    return results(folder)


def steps_done(folder):
    """Return how often each step of each trial was done."""
    return {
        log.parent.name: Counter(log.read_text().split())
        for log in (folder / "trials").glob("*/steps.log")
    }


def finished(folder):
    ends = [event for event in events(folder, "ended") if event["status"] == "finished"]
    return Counter(event["key"] for event in ends)


def workers_of(folder):
    import json

    return {int(json.loads(path.read_text())["where"].rpartition(":")[2])
            for path in (folder / "trials").glob("*/begun.json")}  # fmt: skip


def check(folder, undisturbed, *, kills):
    """Hold a disturbed sweep against an undisturbed one."""
    assert results(folder) == undisturbed  # bit for bit
    assert set(finished(folder).values()) == {1}
    for steps in steps_done(folder).values():
        again = sum(count - 1 for count in steps.values())
        assert set(steps) == {str(n) for n in range(1, 31)}
        assert again <= kills  # a kill loses the step that was running, no more


@pytest.mark.parametrize("workers_too", [False, True])
def test_a_killed_driver_loses_nothing_and_its_workers_end(
    started, tmp_path, undisturbed, workers_too
):
    folder = tmp_path / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    driver = started("run", description, "--folder", folder, "--workers", 2)
    until(lambda: any(len(steps) > 5 for steps in steps_done(folder).values()))
    left = workers_of(folder)
    driver.kill()
    for pid in left if workers_too else ():  # as when the whole machine goes down
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(alive(pid) for pid in left))
    again = started("resume", folder, "--workers", 2, "--json")
    assert again.wait(60) == 0
    check(folder, undisturbed, kills=1)
    assert any(event.get("message") == "its driver died" for event in events(folder, "ended"))


def test_a_killed_worker_is_replaced_and_its_trial_goes_on(started, tmp_path, undisturbed):
    folder = tmp_path / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    driver = started("run", description, "--folder", folder, "--workers", 2)
    until(lambda: any(len(steps) > 5 for steps in steps_done(folder).values()))
    before = steps_done(folder)
    os.kill(min(workers_of(folder)), signal.SIGKILL)
    assert driver.wait(60) == 0
    check(folder, undisturbed, kills=1)
    lost = [event for event in events(folder, "ended") if event["status"] == "lost"]
    assert len(lost) == 1
    least = STEP_S / 2 * len(before.get(lost[0]["key"], ()))  # the other worker may be ahead
    assert lost[0]["spent"]["elapsed_s"] > least
    assert sweep_result(folder).state.wasted.elapsed_s > least


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_driver_leaves_checkpoints_and_130(started, tmp_path, undisturbed, number):
    folder = tmp_path / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    driver = started("run", description, "--folder", folder, "--workers", 2)
    until(lambda: any(len(steps) > 5 for steps in steps_done(folder).values()))
    driver.send_signal(number)
    said = driver.communicate(timeout=60)
    assert driver.returncode == 130, said
    assert "interrupted; go on: costlaw lab resume" in said[0]
    assert not list(folder.glob("stop-*"))
    resume_sweep(folder, workers=2)
    check(folder, undisturbed, kills=0)


def test_a_second_driver_is_refused_while_the_first_lives(started, tmp_path):
    folder = tmp_path / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    driver = started("run", description, "--folder", folder, "--workers", 1)
    until(lambda: events(folder, "begun"))
    before = len(events(folder, "driver"))
    second = started("resume", folder)
    out, said = second.communicate(timeout=60)
    assert second.returncode == 1
    assert not out
    assert f"another driver works on it (process {driver.pid} on" in said
    assert said.count("\n") == 1
    assert len(events(folder, "driver")) == before


def test_a_torn_tail_is_passed_over_and_said(tmp_path, undisturbed):
    run_sweep(make_sweep(**SLOW), tmp_path, workers=2)
    ledger = tmp_path / FILE
    content = ledger.read_bytes()
    ledger.write_bytes(content[:-40])  # the last line is cut off: a finished trial seems lost
    before = steps_done(tmp_path)
    result = resume_sweep(tmp_path, workers=2)
    assert "1 damaged line(s) of the ledger passed over" in str(result)
    assert result.is_complete
    assert steps_done(tmp_path) == before  # its outcome lay in its folder: not run again
    assert results(tmp_path) == undisturbed


def test_a_damaged_line_in_the_middle_costs_no_result(tmp_path, undisturbed):
    run_sweep(make_sweep(**SLOW), tmp_path, workers=2)
    ledger = tmp_path / FILE
    lines = ledger.read_bytes().split(b"\n")
    place = next(i for i, line in enumerate(lines) if b'"finished"' in line)
    lines[place] = lines[place].replace(b'"error":0', b'"error":7', 1)
    ledger.write_bytes(b"\n".join(lines))
    before = steps_done(tmp_path)
    assert resume_sweep(tmp_path, workers=2).is_complete
    assert steps_done(tmp_path) == before
    assert results(tmp_path) == undisturbed


def test_a_finished_sweep_is_not_run_again_and_a_larger_one_only_in_what_is_new(tmp_path):
    run_sweep(make_sweep(**SLOW), tmp_path, workers=2)
    before = steps_done(tmp_path)
    run_sweep(make_sweep(**SLOW), tmp_path, workers=2)
    assert steps_done(tmp_path) == before
    larger = run_sweep(make_sweep(**(SLOW | {"sizes": [1, 2, 3, 4, 5]})), tmp_path, workers=2)
    assert len(larger.finished) == 5
    after = steps_done(tmp_path)
    assert {key: after[key] for key in before} == before


def test_a_budget_stops_cleanly_and_more_goes_on(started, tmp_path, undisturbed):
    folder = tmp_path / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    run = started("run", description, "--folder", folder, "--workers", 1, "--cpu-hours", 1e-4)
    out, said = run.communicate(timeout=60)
    assert run.returncode == 4, said
    assert "the budget is spent: CPU time of 0.0001 h" in out
    spent = sweep_result(folder).state.spent
    assert spent.cpu_s < 2
    assert not sweep_result(folder).is_complete
    assert resume_sweep(folder, workers=2, budget=Budget()).is_complete
    check(folder, undisturbed, kills=0)


def test_a_full_disk_under_the_ledger_stops_the_driver_and_nothing_before_is_lost(
    tmp_path, monkeypatch, undisturbed
):
    from costlaw.lab.sweeps import ledger

    real = os.write
    room = [9]

    def write(handle, data):
        if b'{"crc"' not in data[:8]:
            return real(handle, data)
        room[0] -= 1
        return real(handle, data if room[0] >= 0 else data[: len(data) // 2])

    monkeypatch.setattr(ledger.os, "write", write)
    with pytest.raises(OutputError, match="nothing before is lost"):
        run_sweep(make_sweep(**SLOW), tmp_path, workers=2)
    monkeypatch.undo()
    assert (tmp_path / FILE).read_bytes().endswith(b"}\n")
    assert resume_sweep(tmp_path, workers=2).is_complete
    check(tmp_path, undisturbed, kills=2)
