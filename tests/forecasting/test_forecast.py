"""A forecast: the numbers of the article, honest refusals, and own runs through the pool."""

import json
import math

import numpy as np
import pytest

import costlaw
from costlaw.exceptions import EvidenceError, OptionError, UnreachableError
from costlaw.runs import Runs


def series(n=12, floor=0.03, noise=0.01, seed=1):
    compute = 10 ** np.linspace(17, 19.5, n)
    bump = np.exp(noise * np.random.default_rng(seed).normal(size=n))
    error = (floor + 0.9 * (compute / 1e15) ** -0.18) * bump
    rows = zip(compute, error, strict=True)
    return Runs.from_records(
        [{"name": f"r{i}", "error": e, "compute_flop": c} for i, (c, e) in enumerate(rows)]
    )


def test_the_articles_five_percent_and_its_hundred_billion_dollars():
    answer = costlaw.forecast("imagenet", "5%", edition="v1", site="article-2021")
    assert answer.answer.point_log10 == pytest.approx(28.06, abs=0.006)
    assert answer.cost.usd.value == pytest.approx(1.4e11, rel=0.05)
    assert answer.evidence == "beyond back-tested reach"


def test_every_number_of_the_json_is_finite_or_null_with_a_reason():
    for name, error in [("imagenet", 0.05), ("conll", 0.05), ("imagenet", 0.01)]:
        record = costlaw.forecast(name, error).to_dict()
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        for quantity in (record["compute"], record["cost"]["usd"]):
            assert quantity["high"] is not None or quantity["unbounded"]


def test_the_shares_of_the_width_add_to_one():
    shares = costlaw.forecast("imagenet", 0.05).shares
    for parts in shares.values():
        assert sum(parts.values()) == pytest.approx(1.0)
        assert {"law choice", "sampling", "utilization"} <= set(parts)
    assert shares["usd"]["price"] > 0
    assert shares["co2e_kg"]["grid"] > 0


def test_compute_that_explains_nothing_is_refused():
    with pytest.raises(EvidenceError, match="not told apart from zero"):
        costlaw.forecast("wmt14-en-de", "50%", edition="v1")
    with pytest.raises(EvidenceError, match="work of one forward pass"):
        costlaw.forecast("imagenet", 0.05, measure="operations-per-pass", edition="v2")


def test_cost_is_linear_in_compute_and_keeps_the_order_of_intervals():
    answer = costlaw.forecast("imagenet", 0.05)
    ratio = answer.cost.usd.draws / answer.compute.draws
    assert np.allclose(ratio * 2, (answer.cost.usd.draws * 2) / answer.compute.draws)
    low, high = answer.compute.interval(0.5)
    wide = answer.compute.interval(0.9)
    assert wide[0] <= low <= high <= wide[1]


def test_own_runs_go_through_the_pool_and_the_median_is_near_the_truth():
    # Coverage is judged on real curves (benchmarks/extrapolation.py); those bend up more often than
    # this formula does, so the pool is a little late here: by less than 0.35 dex.
    truth = 15 + math.log10((0.14 - 0.03) / 0.9) / -0.18
    for seed in range(5):
        answer = costlaw.forecast(series(seed=seed, noise=0.005), 0.14)
        assert answer.fit.law == "pool"
        assert answer.answer.point_log10 == pytest.approx(truth, abs=0.35)
        low, high = answer.compute.interval(0.9)
        assert 10 ** (truth - 0.05) <= high and low < high


def test_few_own_runs_fall_back_to_the_named_law_and_say_which():
    answer = costlaw.forecast(series(n=4), 0.14)
    assert answer.fit.law == "power"
    assert "power" in str(answer)


def test_a_target_below_the_floor_is_refused_and_an_impossible_one_too():
    with pytest.raises(UnreachableError, match="more likely never reached"):
        costlaw.forecast(series(), 0.02)
    with pytest.raises(OptionError, match="between 0 and 1"):
        from costlaw.costs import preset
        from costlaw.forecasting import forecast_runs

        forecast_runs(series(), 1.5, site=preset("today"))


def test_headroom_prices_the_fourth_power_from_the_best_run():
    answer = costlaw.forecast("imagenet", 0.05)
    room = answer.headroom
    gain = room.best_error / 0.05
    assert room.theory_flop == pytest.approx(room.best_compute_flop * gain**4)
    assert room.ratio == pytest.approx(answer.compute.value / room.theory_flop)
    assert costlaw.forecast("coco", "35%").headroom is None  # AP cannot reach an error of 0


def test_runs_that_fall_faster_than_theory_leave_no_headroom():
    from costlaw.forecasting import headroom

    room = headroom(best=("small", 0.1, 1e9), target=0.05, practice_flop=4e9)
    assert str(room).endswith("16 billion FLOP, 4.0× more: no room, these runs fall faster")


def test_a_pool_far_from_the_plain_power_law_says_so_and_where_to_look():
    from costlaw.runs import Runs
    from costlaw.verbs import forecast

    runs = Runs.from_records(
        [
            {
                "name": f"r{i}",
                "error": 0.5 * 10 ** (-0.13 * 0.6 * i),
                "compute_flop": 10 ** (15 + 0.6 * i),
            }
            for i in range(6)
        ]
    )
    best = float(runs.numbers("error").min())
    far, near = forecast(runs, 0.5 * best), forecast(runs, 0.97 * best)
    told = [note for note in far.notes if note.startswith("A power law alone says ")]
    assert len(told) == 1 and "costlaw compare" in told[0]
    assert not [note for note in near.notes if note.startswith("A power law alone")]


def test_own_runs_are_told_the_error_of_ten_and_a_hundred_times_the_largest():
    runs = series()
    slope, level = np.polyfit(np.log10(runs.numbers("compute_flop")),
                              np.log10(runs.numbers("error")), 1)  # fmt: skip
    largest = np.log10(runs.numbers("compute_flop").max())
    expected = [100 * 10 ** (level + slope * (largest + dex)) for dex in (1, 2)]
    (note,) = [n for n in costlaw.forecast(runs, 0.1, law="power").notes if "multiples" in n]
    assert f"10 times: {expected[0]:#.3g} %" in note
    assert f"100 times: {expected[1]:#.3g} %" in note
    (pooled,) = [n for n in costlaw.forecast(runs, 0.2).notes if "multiples" in n]
    assert pooled.count("not checked that far") == 1, "the pool was checked up to 16 times"
    assert not [n for n in costlaw.forecast("imagenet", 0.05).notes if "multiples" in n]
