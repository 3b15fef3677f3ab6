"""The parts of a life, the dominance map, break-even, and the best size."""

import csv
import dataclasses
import json
import math
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlaw.costs import preset
from costlaw.estimates import Estimate
from costlaw.exceptions import ColumnError, DataError, OptionError, UnitError, UnknownName
from costlaw.lifecycle import (
    BASELINE,
    CURRENCIES,
    PARTS,
    Workload,
    at_equal_error,
    break_even,
    compare_strategies,
    default_strategies,
    dominance_map,
    inference_aware,
    lifecycle_of,
    read_strategies,
    serving,
    strategy_of,
)

EXACT = preset("authors-2022")  # exact inputs, no programme: arithmetic can be checked by hand
TODAY = preset("today")


def two_lives(other, site=EXACT):
    """The same workload as it is, and with a strategy."""
    work = workload()
    return [lifecycle_of(work, site=site, strategy=s) for s in (BASELINE, other)]


def workload(**changes):
    stated = {"training": 1e21, "per_use": 1e10, "uses_per_year": 1e11, "service_years": 3.0}
    return Workload.of(**(stated | changes))


amounts = st.floats(min_value=1e15, max_value=1e27)
per_uses = st.floats(min_value=1e6, max_value=1e14)
rates = st.floats(min_value=1.0, max_value=1e13)


@settings(max_examples=15, deadline=None)
@given(training=amounts, per_use=per_uses, uses=rates)
def test_the_total_is_the_sum_of_its_parts_in_every_currency(training, per_use, uses):
    work = workload(training=training, per_use=per_use, uses_per_year=uses, retrain_every_years=1.0)
    life = lifecycle_of(work, site=TODAY, strategy=strategy_of("distilled-half"))
    for currency in CURRENCIES:
        parts = life.parts(currency)
        assert tuple(parts) == PARTS
        np.testing.assert_allclose(
            sum(part.draws for part in parts.values()), life.total(currency).draws, rtol=1e-12
        )


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(min_value=1.5, max_value=1e4))
def test_running_is_linear_in_uses_and_training_does_not_know_of_them(factor):
    one = lifecycle_of(workload(), site=TODAY)
    more = lifecycle_of(workload(uses_per_year=1e11 * factor), site=TODAY)
    for currency in CURRENCIES:
        a, b = one.parts(currency), more.parts(currency)
        np.testing.assert_allclose(b["running"].draws, factor * a["running"].draws, rtol=1e-12)
        np.testing.assert_allclose(b["training"].draws, a["training"].draws)


def test_the_parts_follow_from_the_stated_numbers():
    work = workload(retrain_every_years=1.0, retraining_share=0.25)
    parts = lifecycle_of(work, site=EXACT).parts("flop")
    assert parts["training"].value == 1e21
    assert parts["retraining"].value == 2 * 0.25e21
    assert parts["running"].value == 3e11 * 1e10
    assert parts["programme"].value == 0


def test_a_programme_is_shown_as_its_own_part_and_is_one_only_on_request():
    life = lifecycle_of(workload(), site=TODAY)
    whole = life.parts("usd")["programme"] + life.parts("usd")["training"]
    np.testing.assert_allclose(
        whole.draws, (life.parts("usd")["training"] * TODAY.programme).draws, rtol=1e-9
    )
    alone = dataclasses.replace(TODAY, programme=Estimate.exact(1.0, ""))
    assert lifecycle_of(workload(), site=alone).parts("usd")["programme"].value == 0


@pytest.mark.parametrize(
    ("years", "every", "times"), [(3, 1.0, 3), (3, None, 1), (0.5, 1, 1), (1, 0.25, 4), (2.5, 1, 3)]
)
def test_trainings_are_counted_with_the_first_one(years, every, times):
    assert workload(service_years=years, retrain_every_years=every).trainings == times


def test_running_is_priced_at_the_utilization_of_serving():
    stated = serving(TODAY, 0.1)
    life = lifecycle_of(workload(), site=TODAY, serving_site=stated)
    hours = life.parts("device_hours")["running"]
    peak = TODAY.peak_flop_per_s.value * 0.1 * 3600
    assert hours.value == pytest.approx(3e11 * 1e10 / peak, rel=1e-9)


def test_time_follows_the_measured_ratio_and_operations_their_own():
    life = lifecycle_of(workload(), site=EXACT, strategy=strategy_of("int8"))
    base = lifecycle_of(workload(), site=EXACT)
    assert life.parts("flop")["running"].value == base.parts("flop")["running"].value
    ratio = life.parts("usd")["running"] / base.parts("usd")["running"]
    assert ratio.value == pytest.approx(0.354)
    assert any("energy per use is not measured" in note for note in life.notes)


@pytest.mark.parametrize("wrong", [
    {"training": 0.0}, {"per_use": -1.0}, {"service_years": 0.0}, {"retrain_every_years": -1.0},
    {"uses_per_year": 0.0},
])  # fmt: skip
def test_a_workload_of_nothing_is_refused(wrong):
    with pytest.raises(OptionError):
        workload(**wrong)


def test_a_workload_in_another_unit_is_refused():
    with pytest.raises(UnitError):
        workload(training=Estimate.exact(1.0, "USD"))


# -- the dominance map ------------------------------------------------------------------------


def test_at_the_boundary_running_costs_as_much_as_everything_else():
    work = workload(retrain_every_years=1.0)
    found = dominance_map(lifecycle_of(work, site=TODAY))
    for years, edge in zip(found.years, found.edges, strict=True):
        count = found.trainings(years)
        there = workload(service_years=years, retrain_every_years=1.0,
                         uses_per_year=edge.value * count / years)  # fmt: skip
        share = lifecycle_of(there, site=TODAY).running_share("usd").value
        assert share == pytest.approx(0.5, abs=1e-9)


def test_without_a_programme_and_with_full_retraining_service_life_does_not_matter():
    found = dominance_map(lifecycle_of(workload(), site=EXACT), "flop")
    assert {round(edge.value) for edge in found.edges} == {round(1e21 / 1e10)}


def test_with_cheap_retraining_a_longer_life_moves_the_boundary_down():
    work = workload(retrain_every_years=1.0, retraining_share=0.1)
    edges = [e.value for e in dominance_map(lifecycle_of(work, site=EXACT), "flop").edges]
    assert edges == sorted(edges, reverse=True)
    assert edges[-1] < edges[0]


def test_a_verdict_needs_the_whole_interval_on_one_side():
    heavy = lifecycle_of(workload(uses_per_year=1e15), site=TODAY)
    light = lifecycle_of(workload(uses_per_year=1e3), site=TODAY)
    assert heavy.larger() == "running"
    assert light.larger() == "training"


# -- break-even -------------------------------------------------------------------------------


def test_break_even_is_where_two_totals_meet():
    lives = two_lives(strategy_of("pruned-9x"))
    uses = break_even(*lives, "flop").uses.value
    assert uses == pytest.approx(2.31e21 / (0.7 * 1e10))
    at = workload(uses_per_year=uses / 3.0)
    totals = [lifecycle_of(at, site=EXACT, strategy=life.strategy).total("flop").value
              for life in lives]  # fmt: skip
    assert totals[0] == pytest.approx(totals[1])


def test_a_strategy_that_only_costs_more_never_pays():
    worse = dataclasses.replace(BASELINE, name="worse", training=Estimate.exact(2.0, ""))
    lives = two_lives(worse)
    found = break_even(*lives, "flop")
    assert math.isinf(found.uses.value)
    assert found.never == 1.0
    assert found.words == "never pays"
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_a_strategy_that_costs_nothing_to_make_pays_from_the_first_use():
    lives = two_lives(strategy_of("int8"))
    assert break_even(*lives, "usd").words == "pays from the first use"


def test_two_workloads_have_no_break_even():
    with pytest.raises(OptionError, match="two workloads"):
        break_even(lifecycle_of(workload(), site=EXACT), lifecycle_of(workload(), site=EXACT))


@settings(max_examples=20, deadline=None)
@given(exponent=st.floats(min_value=1.0, max_value=15.0))
def test_equal_error_charges_a_strategy_that_raises_it_and_credits_one_that_lowers_it(exponent):
    raised = at_equal_error(strategy_of("distilled-half"), exponent)
    assert raised.training.value > strategy_of("distilled-half").training.value
    assert raised.flop_per_use.value > 0.5
    better = dataclasses.replace(BASELINE, error=Estimate.exact(0.9, ""))
    assert at_equal_error(better, exponent).training.value < 1
    assert raised.error.value == 1


def test_a_comparison_ranks_and_says_how_sure_it_is():
    found = compare_strategies(workload(), default_strategies(), site=TODAY)
    totals = [life.total("usd").value for life in found.ranked]
    assert totals == sorted(totals)
    assert len(str(found).splitlines()) <= 12
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.strategies/1"
    assert found.table().columns[:3] == ["strategy", "part", "quantity"]


def test_any_two_strategies_have_a_break_even_between_them():
    found = compare_strategies(workload(), default_strategies(), site=EXACT, currency="flop")
    pair = found.between("int8", "pruned-9x")
    assert pair.uses.value == pytest.approx(2.31e21 / (0.7 * 1e10))
    with pytest.raises(UnknownName, match="int8"):
        found.between("int4", "baseline")


# -- strategies as data -----------------------------------------------------------------------


def test_every_shipped_strategy_has_a_source_and_its_ratios():
    known = default_strategies()
    assert {item.family for item in known} >= {
        "pruning", "quantization", "distillation", "smaller-and-longer", "other-hardware"
    }  # fmt: skip
    for item in known:
        assert item.sources[0].url
        assert item.note and item.setting and item.baseline


def test_the_codebook_names_every_column():
    folder = resources.files("costlaw.lifecycle").joinpath("data")
    known = {(row["table"], row["column"]) for row in
             csv.DictReader(folder.joinpath("codebook.csv").read_text().splitlines())}  # fmt: skip
    for name in ("strategies.csv", "coefficients.csv", "sources.csv"):
        header = folder.joinpath(name).read_text().splitlines()[0].split(",")
        for column in header:
            plain = column.removesuffix("_low").removesuffix("_high")
            kind = f"<ratio>_{column.rsplit('_', 1)[-1]}" if plain != column else column
            assert (name, kind) in known, (name, column)


HEADER = (
    "strategy,family,title,error_ratio,training_flop_ratio,flop_per_use_ratio,"
    "time_per_use_ratio,time_per_use_ratio_low,time_per_use_ratio_high,kind,source\n"
)
GOOD = "mine,pruning,half the weights,1.01,1.2,0.5,0.8,0.7,0.9,measured,our own runs\n"


def test_a_table_of_ones_own_is_read_from_a_file_and_from_a_frame(tmp_path):
    import polars as pl

    path = tmp_path / "strategies.csv"
    path.write_text(HEADER + GOOD)
    (one,) = read_strategies(path)
    (two,) = read_strategies(pl.read_csv(path))
    assert one.time_per_use.interval(0.9) == pytest.approx((0.7, 0.9), rel=1e-3)
    assert two.flop_per_use.value == one.flop_per_use.value == 0.5
    assert one.sources[0].title == "our own runs"
    assert one.energy_per_use is None


@pytest.mark.parametrize(
    ("row", "needle"),
    [
        (GOOD.replace("pruning", "magic"), 'family "magic"'),
        (GOOD.replace("1.2", "-1"), "training_flop_ratio = -1"),
        (GOOD.replace("0.7", "0.95"), "low ≤ ratio ≤ high"),
        (GOOD.replace("measured", "heard"), 'kind "heard"'),
        (GOOD.replace("1.01", ""), "error_ratio"),
        (GOOD.replace("our own runs", ""), "source"),
        (GOOD + GOOD, "listed twice"),
        (GOOD.replace("0.5", "x"), "expected a number"),
        ("", "no strategies"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path, row, needle):
    path = tmp_path / "strategies.csv"
    path.write_text(HEADER + row)
    with pytest.raises(DataError, match=r"strategies\.csv") as caught:
        read_strategies(path)
    assert needle in str(caught.value)


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("strategy,family\na,pruning\n")
    with pytest.raises(ColumnError, match="error_ratio"):
        read_strategies(path)


def test_an_unknown_strategy_is_refused_with_the_near_ones():
    with pytest.raises(UnknownName, match="int8"):
        strategy_of("int4")


# -- the best size ----------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(uses=st.floats(min_value=1e9, max_value=1e15), size=st.floats(min_value=1e8, max_value=1e12))
def test_no_other_size_of_the_same_quality_is_cheaper(uses, size):
    from costlaw.lifecycle.sizing import _coefficients, loss

    found = inference_aware(size, uses=uses)
    law = _coefficients("hoffmann-2022")
    wanted = loss(size, found.stated.examples, law)
    reached = loss(found.best.parameters, found.best.examples, law)
    assert reached == pytest.approx(wanted, rel=1e-9)
    for factor in (0.97, 1.03):
        other = found.best.parameters * factor
        left = wanted - law[0] - law[1] * other ** -law[3]
        tokens = (law[2] / left) ** (1 / law[4])
        assert 6 * other * tokens + 2 * other * uses >= found.best.total_flop * (1 - 1e-9)
    assert found.saved_flop >= -1e-9 * found.stated.total_flop


def test_more_uses_never_ask_for_a_larger_network():
    sizes = [inference_aware(13e9, uses=u).best.parameters for u in (1e9, 1e11, 1e12, 1e13, 1e14)]
    assert sizes == sorted(sizes, reverse=True)


def test_with_hardly_any_use_the_training_optimum_is_best():
    assert inference_aware(13e9, uses=1.0).best.parameters == pytest.approx(13e9, rel=1e-4)


def test_resampled_refits_give_the_best_size_an_interval():
    found = inference_aware(13e9, uses=2e12, replicates=100)
    middle, low, high = found.refitted["parameters"]
    assert low < middle < high < 13e9
    # Besiroglu et al. 2024 fitted the same runs: their coefficients lie inside
    assert low < found.spread["besiroglu-2024"].parameters < high
    assert 0 < found.refitted["saved_share"][1] < found.refitted["saved_share"][2] < 1
    assert inference_aware(13e9, uses=2e12).refitted == {}
