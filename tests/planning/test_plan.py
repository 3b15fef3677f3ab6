"""The table of choices, the next point, the year, the ladder, and the recommendation."""

import dataclasses
import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlaw.costs import preset
from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError, OptionError, UnknownName
from costlaw.lifecycle import default_strategies, strategy_of
from costlaw.planning import (
    Use,
    Wish,
    affordable,
    choices_for_budget,
    compute_for,
    default_sites,
    error_after,
    ladder,
    next_point,
    site_of,
)
from costlaw.runs import Runs
from costlaw.verbs import forecast, plan

TODAY = preset("today")


def own_runs(count=8, *, exponent=0.12, noise=0.03, seed=1, top=20.0):
    random = np.random.default_rng(seed)
    logs = np.linspace(17.0, top, count)
    errors = 0.5 * 10 ** (-exponent * (logs - 17.0)) * np.exp(noise * random.normal(size=count))
    return Runs.from_records([
        {"name": f"r{i}", "error": float(e), "compute_flop": float(10.0**x)}
        for i, (x, e) in enumerate(zip(logs, errors, strict=True))
    ])  # fmt: skip


@pytest.fixture(scope="module")
def imagenet():
    return forecast("imagenet", "7%")


@pytest.fixture(scope="module")
def made():
    return plan("imagenet", "7%", wish=Wish(budget=1e6))


# -- the table ----------------------------------------------------------------------------------


def test_the_table_is_site_by_strategy_by_size():
    chosen = (strategy_of("distillation"), strategy_of("int8"))
    made = plan("imagenet", "7%", strategies=chosen)
    assert len(made.options) == len(default_sites()) * 3 * 3
    assert {o.strategy.name for o in made.options} == {"baseline", "distilled-half", "int8"}
    frame = made.table()
    assert frame.height == len(made.options)
    assert {"site", "strategy", "chance", "usd", "co2e_kg", "device_hours"} <= set(frame.columns)


def test_without_a_word_every_strategy_that_ships_is_compared_but_those_of_size(made):
    names = {o.strategy.name for o in made.options}
    assert names == {"baseline", *(s.name for s in default_strategies())} - {"smaller-network"}
    assert any("a plan chooses the size already" in note for note in made.notes)
    assert {o.strategy.name for o in plan("imagenet", "8%", strategies=()).options} == {"baseline"}


def test_a_larger_chance_costs_more_at_every_site(made):
    for pair in {(o.site, o.strategy.name) for o in made.options}:
        mine = (o for o in made.options if (o.site, o.strategy.name) == pair)
        rows = sorted(mine, key=lambda o: o.chance)
        assert [o.usd.value for o in rows] == sorted(o.usd.value for o in rows)


def test_a_strategy_that_raises_the_error_must_train_for_a_lower_one(imagenet):
    plain = plan("imagenet", "7%", sites=[TODAY])
    raised = plan("imagenet", "7%", sites=[TODAY], strategies=[strategy_of("distillation")])
    costs = {o.strategy.name: o.usd.value for o in raised.options if o.chance == 0.8}
    assert costs["distilled-half"] > costs["baseline"]
    assert costs["baseline"] == next(o.usd.value for o in plain.options if o.chance == 0.8)


def test_uses_add_running_and_move_the_choice_to_what_runs_cheaply():
    use = Use(per_use=1e11, uses_per_year=1e15, years=3.0)
    made = plan("imagenet", "8%", wish=Wish(use=use), strategies=[strategy_of("int8")])
    assert made.advice.best.strategy.name == "int8"
    assert made.advice.best.running_usd.value > 0
    without = plan("imagenet", "8%")
    assert without.advice.best.running_usd is None


def test_a_deadline_says_how_many_devices_finish_in_time():
    wish = Wish(deadline="2027-06-30", today=dt.date(2027, 1, 1))
    best = plan("imagenet", "8%", wish=wish).advice.best
    hours = best.cost.device_hours.value
    assert best.devices.value == pytest.approx(hours / (24 * 180))


def test_the_chance_of_a_size_is_that_of_the_next_result(imagenet):
    needed = compute_for(imagenet, 0.07)
    made = plan("imagenet", "7%", sites=[TODAY], strategies=())
    for option in made.options:
        share = np.mean(needed.draws <= option.cost.compute.value * (1 + 1e-9))
        assert share == pytest.approx(option.chance, abs=0.001)


# -- a budget -----------------------------------------------------------------------------------


def test_a_budget_buys_an_error_at_each_site_and_more_money_a_lower_one(imagenet):
    small, large = (
        choices_for_budget(imagenet, budget, sites=default_sites()) for budget in (1e5, 1e7)
    )
    for a, b in zip(small, large, strict=True):
        assert b.error.value < a.error.value
        assert b.usd.value == pytest.approx(1e7, rel=1e-6)


def test_a_budget_alone_ranks_by_error():
    made = plan("imagenet", wish=Wish(budget=1e6))
    errors = [o.error.value for o in made.ranked]
    assert errors == sorted(errors)
    assert made.advice.best is made.ranked[0]
    assert "error of" in made.advice.sentences[0]


def test_error_after_an_amount_and_compute_for_an_error_agree(imagenet):
    error = error_after(imagenet, Estimate.exact(1e25, "FLOP"))
    back = compute_for(imagenet, error.value)
    assert math.log10(back.value) == pytest.approx(25.0, abs=0.05)


def test_neither_target_nor_budget_is_refused():
    with pytest.raises(OptionError, match="target error or a budget"):
        plan("imagenet")


# -- the next point, the year -------------------------------------------------------------------


def test_the_next_point_costs_more_than_the_last_one(imagenet):
    one = next_point(imagenet, site=TODAY, start=0.09)
    two = next_point(imagenet, site=TODAY, start=0.08)
    assert two.ratio.value > one.ratio.value > 1
    low, high = one.ratio.interval(0.9)
    assert 1 < low < high  # both ends share their draws: the ratio is narrower than the price
    usd_low, usd_high = one.cost.usd.interval(0.9)
    assert high / low < usd_high / usd_low


def test_two_targets_of_a_pool_share_their_draws():
    found = forecast(own_runs(), 0.18)
    assert found.fit.law == "pool"
    step = next_point(found, site=TODAY)
    low, high = step.ratio.interval(0.9)
    assert 1 < low <= step.ratio.value <= high
    assert (compute_for(found, 0.19).draws <= compute_for(found, 0.18).draws).all()


def test_no_point_is_left_at_one_percent(imagenet):
    with pytest.raises(OptionError, match="no whole step"):
        next_point(imagenet, site=TODAY, start=0.01)


@settings(max_examples=10, deadline=None)
@given(factor=st.floats(min_value=2.0, max_value=1e4))
def test_a_larger_budget_is_never_later(factor):
    found = forecast_seven()
    early = affordable(found, 1e6 * factor, site=TODAY, with_methods=False)
    late = affordable(found, 1e6, site=TODAY, with_methods=False)
    assert (early.year.draws <= late.year.draws).all()


_SEVEN = {}


def forecast_seven():
    return _SEVEN.setdefault("made", forecast("imagenet", "7%"))


def test_the_year_is_where_the_trend_has_closed_the_gap(imagenet):
    found = affordable(imagenet, 1e4, site=TODAY, with_methods=False)
    gap = math.log10(found.usd_now.value / 1e4)
    assert found.year.value == pytest.approx(found.start + gap / found.hardware.value)


def test_methods_bring_the_year_forward(imagenet):
    alone = affordable(imagenet, 1e4, site=TODAY, with_methods=False)
    both = affordable(imagenet, 1e4, site=TODAY)
    assert both.year.value < alone.year.value
    assert both.methods.value > 0


def test_a_budget_that_is_enough_is_enough_now(imagenet):
    found = affordable(imagenet, 1e15, site=TODAY, with_methods=False)
    assert found.already == 1.0
    assert "already" in str(found)


def test_runs_without_years_carry_no_trend_of_methods():
    found = forecast(own_runs(), 0.15, law="power")
    with pytest.raises(EvidenceError, match="no year"):
        affordable(found, 1.0, site=TODAY)
    made = plan(own_runs(), 0.15, law="power", wish=Wish(budget=1.0))
    assert len(made.when) == 1
    assert any("with methods" in note for note in made.notes)


# -- the ladder ---------------------------------------------------------------------------------


def test_a_ladder_stays_within_its_budget_and_narrows_with_every_rung():
    found = forecast(own_runs(), 0.12, law="power")
    steps = ladder(found, 500.0, site=TODAY, wanted_dex=0.2)
    assert steps.rungs
    assert steps.rungs[-1].spent_usd <= 500.0 * (1 + 1e-9)
    widths = [rung.width_dex for rung in steps.rungs]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < steps.width_dex


def test_a_ladder_stops_where_the_interval_is_narrow_enough():
    found = forecast(own_runs(20, noise=0.005), 0.2, law="power")
    steps = ladder(found, 100.0, site=TODAY, wanted_dex=1.0)
    assert steps.is_done
    assert steps.next_run is None
    assert steps.verdict.startswith("stop")


def test_the_cheapest_ladder_that_is_enough_is_taken():
    found = forecast(own_runs(), 0.12, law="power")
    rich = ladder(found, 1e6, site=TODAY, wanted_dex=0.4)
    assert rich.reaches
    assert rich.rungs[-1].spent_usd < 1e6
    narrower = ladder(found, 1e6, site=TODAY, wanted_dex=0.2)
    assert narrower.rungs[-1].spent_usd >= rich.rungs[-1].spent_usd


def test_climbing_the_ladder_run_by_run_narrows_the_measured_interval_and_ends():
    """Run what it asks for on a known law: it stops, and the interval then holds the truth."""
    random, runs = np.random.default_rng(5), own_runs(6, noise=0.04, seed=3)
    target, truth = 0.12, 17.0 + math.log10(0.5 / 0.12) / 0.12
    spent, widths = 0.0, []
    for step in range(25):
        found = forecast(runs, target, law="power")
        steps = ladder(found, 1e5, site=TODAY, wanted_dex=0.5)
        widths.append(steps.width_dex)
        if steps.next_run is None:
            break
        rung = steps.next_run
        spent += rung.usd
        x = math.log10(rung.compute_flop)
        error = 0.5 * 10 ** (-0.12 * (x - 17.0)) * math.exp(0.04 * random.normal())
        records = [
            {"name": n, "error": float(e), "compute_flop": float(c)}
            for n, e, c in zip(runs.texts("name"), runs.numbers("error"),
                               runs.numbers("compute_flop"), strict=True)
        ]  # fmt: skip
        records.append({"name": f"s{step}", "error": error, "compute_flop": rung.compute_flop})
        runs = Runs.from_records(records)
    assert steps.is_done, widths
    assert widths[-1] < widths[0]
    low, high = found.answer.law.interval(0.9)
    assert low <= truth <= high
    assert spent < 1e5


@pytest.mark.parametrize("wrong", [{"budget": 0.0}, {"budget": -1.0}, {"wanted_dex": 0.0}])
def test_a_ladder_of_nothing_is_refused(imagenet, wrong):
    with pytest.raises(OptionError):
        ladder(imagenet, wrong.get("budget", 1.0), site=TODAY,
               wanted_dex=wrong.get("wanted_dex", 1.0))  # fmt: skip


# -- the recommendation -------------------------------------------------------------------------


def test_the_recommendation_is_the_cheapest_row_that_meets_what_was_asked():
    made = plan("imagenet", "8%", strategies=default_strategies())
    best = made.advice.best
    level = [o for o in made.options if o.chance == best.chance]
    assert best.usd.value == min(o.usd.value for o in level)
    assert best.chance >= 0.8
    assert 0 <= made.advice.cheapest_share <= 1
    assert made.advice.switch >= 1
    assert made.advice.movers[0][0] in made.advice.sentences[-1]


def test_what_cannot_be_bought_is_said_with_by_how_much(made):
    assert made.advice.best is None
    text = made.advice.sentences[0]
    assert "Nothing reaches" in text
    assert "×" in text


def test_the_price_that_moves_the_choice_is_the_price_that_moves_it():
    made = plan("imagenet", "8%")
    best, switch = made.advice.best, made.advice.switch
    places = [site_of(o) for o in {o.site for o in made.options}]
    dearer = [
        dataclasses.replace(s, usd_per_hour=s.usd_per_hour * (switch * 1.01))
        if s.name == best.site
        else s
        for s in places
    ]
    assert plan("imagenet", "8%", sites=dearer).advice.best.site != best.site


def test_a_plan_in_json_is_plain_and_versioned(made):
    record = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.plan/1"
    assert record["affordable"][0]["trends"] == "hardware alone"
    assert len(str(made).splitlines()) <= 12


def test_a_wish_that_cannot_be_is_refused():
    with pytest.raises(OptionError, match="later day"):
        Wish(deadline="2020-01-01")
    with pytest.raises(OptionError, match="fraction"):
        Wish(chance=80.0)
    with pytest.raises(UnknownName, match="h100-us"):
        site_of("h100-usa")
