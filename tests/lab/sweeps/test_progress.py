import numpy as np
import pytest

from costlaw.lab.sweeps import Budget, Sweep, run_sweep
from costlaw.lab.sweeps.budget import Spent
from costlaw.lab.sweeps.progress import expected_cpu_s, progress, seconds
from costlaw.lab.sweeps.state import State, TrialState
from costlaw.lab.trial import Trial


def finished(size, examples, cpu_s):
    trial = Trial(task="a", size=size, examples=examples)
    spent = Spent(elapsed_s=cpu_s, cpu_s=cpu_s, energy_kwh=cpu_s * 1e-6, attempts=1)
    return TrialState(trial=trial, status="finished", spent=spent, last_spent=spent)


def test_what_a_trial_takes_is_read_off_the_finished_ones():
    random = np.random.default_rng(0)
    done = [finished(w, n, (0.1 + 1e-4 * w * n) * np.exp(0.05 * random.standard_normal()))
            for w in (4, 8, 16) for n in (100, 400, 1600)]  # fmt: skip
    ahead = [Trial(task="a", size=64, examples=25600)]
    expected, half = expected_cpu_s(done, ahead)
    assert expected[0] == pytest.approx(1e-4 * 64 * 25600, rel=0.1)
    assert half >= 0.05


def test_before_anything_is_known_nothing_is_said():
    trial = Trial(task="a", size=1, examples=1)
    sweep = Sweep(name="a", task="teacher-student", sizes=[1], examples=[1])
    state = State(sweep=sweep, trials={trial.key: TrialState(trial=trial)}, wanted=[trial.key])
    shown = progress(state)
    assert shown.left is None
    assert "to finish" not in str(shown)


def test_it_says_time_energy_and_dollars_to_the_end():
    states = [finished(4, 100 * 2**i, 10.0 * 2**i) for i in range(5)]
    states.append(TrialState(trial=Trial(task="a", size=4, examples=6400)))
    sweep = Sweep(name="a", task="teacher-student", sizes=[4], examples=[1],
                  budget=Budget(usd_per_cpu_hour=3.6))  # fmt: skip
    keyed = {one.trial.key: one for one in states}
    shown = progress(State(sweep=sweep, trials=keyed, wanted=list(keyed)), slots=2)
    assert shown.left.cpu_s == pytest.approx(640, rel=0.2)
    assert shown.left_usd == pytest.approx(0.64, rel=0.2)
    assert shown.finish_s == pytest.approx(shown.left.cpu_s)  # one trial does not run on two slots
    assert "5/6 trials" in str(shown)


def test_the_forecast_of_a_real_sweep_is_within_its_interval(tmp_path):
    told = []
    sweep = Sweep(name="real", task="teacher-student", sizes=[8, 16], examples=[500, 1000, 2000],
                  seeds=[0, 1])  # fmt: skip
    result = run_sweep(sweep, tmp_path, workers=1, say=told.append)
    assert result.progress.finished == 12
    assert told[-1].finished == 12
    midway = [one for one in told if one.left is not None and one.finished >= 4]
    if midway:  # a quick machine is done before the first word
        whole = result.progress.spent.cpu_s
        assert midway[0].spent.cpu_s + midway[0].left.cpu_s == pytest.approx(whole, rel=1.0)


def test_every_trial_is_metered_and_becomes_a_run(tmp_path):
    from costlaw import fit

    sweep = Sweep(name="runs", task="teacher-student", sizes=[4, 8], examples=[125, 500, 2000])
    result = run_sweep(sweep, tmp_path, workers=2)
    runs = result.runs()
    assert all(run.energy_kwh is None or run.energy_kwh > 0 for run in runs)
    assert all(run.duration_s > 0 and run.compute_flop > 0 for run in runs)
    assert result.state.spent.cpu_s > 0
    assert fit(runs).cost_exponent > 1
    assert fit(str(tmp_path / "runs.csv")).cost_exponent == pytest.approx(fit(runs).cost_exponent)


def test_times_are_said_aloud():
    assert [seconds(value) for value in (None, 0.04, 59, 600, 7200)] == [
        "unknown", "0.0 s", "59 s", "10.0 min", "2.0 h"
    ]  # fmt: skip
