"""An amount of compute at the rate of one's own runs: the larger half, with its spread."""

import math

import pytest

from costlaw.cards import on_own_machine
from costlaw.estimates import Estimate
from costlaw.runs import Runs


def table(*rows):
    records = [
        {"name": f"r{n}", "error": 0.5 / (n + 1), **row} for n, row in enumerate(rows, start=1)
    ]
    return Runs.from_records(records)


def run(flop, seconds=None, kwh=None):
    return {"compute_flop": flop, "duration_s": seconds, "energy_kwh": kwh}


def test_the_rate_is_that_of_the_larger_half_and_its_spread_is_kept():
    runs = table(run(1e9, 50.0), run(2e9, 30.0), run(1e12, 100.0), run(2e12, 300.0))
    found = on_own_machine(runs, Estimate.exact(1e13, "FLOP"))
    assert found.time_s.value == pytest.approx(1250.0)  # between 100 and 150 s a TFLOP
    low, high = found.time_s.interval(0.9)
    assert low <= 1000.0 * 1.05
    assert high >= 1500.0 * 0.95
    assert found.energy_kwh is None
    assert "21 minutes" in str(found)


def test_energy_comes_where_every_run_of_the_half_knows_its_own():
    runs = table(*(run(1e12 * k, 100.0 * k, 1e-3 * k) for k in (1, 2, 4, 8)))
    found = on_own_machine(runs, Estimate.exact(1e15, "FLOP"))
    assert found.energy_kwh.value == pytest.approx(1.0)
    assert "kWh" in str(found)


def test_a_compute_that_may_never_suffice_stays_unbounded():
    runs = table(*(run(1e12 * k, 100.0 * k) for k in (1, 2, 4)))
    draws = Estimate.spread("c", median=1e13, factor=2.0, unit="FLOP").draws.copy()
    draws[-200:] = math.inf
    found = on_own_machine(runs, Estimate(draws=draws, unit="FLOP"))
    assert "unbounded" in str(found)


def test_runs_without_their_time_say_nothing_of_a_machine():
    assert on_own_machine(table(run(1e12), run(2e12)), Estimate.exact(1e13, "FLOP")) is None
    assert on_own_machine(table(run(1e12, 1.0)), Estimate.exact(1e13, "FLOP")) is None
