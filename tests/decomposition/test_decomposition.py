import json

import numpy as np
import pytest

from costlaw.cli import main
from costlaw.decomposition import (
    decompose,
    device_factors,
    generations,
    growth_of,
    hardware_trends,
    progress_of,
    shapley,
    trend,
)
from costlaw.decomposition.shapley import REPLICATES, _cluster_weights, _slopes
from costlaw.decomposition.tables import rows, source
from costlaw.exceptions import EvidenceError, UnknownName
from costlaw.literature import benchmarks, load


def test_factors_of_every_published_result_multiply_to_its_burden():
    checked = 0
    for name in benchmarks():
        for result in load(name, "v2"):
            factors = device_factors(result)
            if factors is None:
                continue
            burden = sum(phase.burden() or 0.0 for phase in result.phases)
            assert np.prod(factors) == pytest.approx(burden, rel=1e-12)
            checked += 1
    assert checked > 80


def test_growth_rates_of_the_factors_add_up_to_that_of_the_burden():
    grown = growth_of("imagenet")
    assert sum(item.slope for item in grown.factors) == pytest.approx(grown.total.slope)
    assert sum(grown.shares.values()) == pytest.approx(1.0)


def test_only_better_chips_are_a_significant_trend_on_imagenet():
    p_values = {item.name: item.p_value for item in growth_of("imagenet").factors}
    assert p_values["chip rate"] < 0.01
    assert p_values["count"] > 0.05
    assert p_values["time"] > 0.05


def test_a_trend_covers_a_planted_slope_about_as_often_as_it_says():
    random, years, hits = np.random.default_rng(1), np.arange(2012.0, 2022.0), 0
    for _ in range(300):
        logs = 0.2 * (years - 2012) + random.normal(0, 0.3, years.size)
        low, high = trend("x", years, logs=logs).interval(0.9)
        hits += low < 0.2 < high
    assert 0.85 < hits / 300 < 0.95


def test_a_trend_of_few_lineages_covers_better_than_rows_taken_as_independent_would():
    random = np.random.default_rng(1)
    lineage = np.repeat(np.arange(7), [10, 5, 3, 2, 2, 1, 1])
    years = 2012.0 + 1.4 * lineage + random.uniform(0, 1.4, lineage.size)
    hits = wider = 0
    for _ in range(400):
        shared = random.normal(0, 0.35, 7)[lineage]
        logs = 0.2 * (years - 2012) + shared + random.normal(0, 0.35, lineage.size)
        found = trend("x", years, logs=logs, groups=[str(one) for one in lineage])
        low, high = found.interval(0.9)
        hits += low < 0.2 < high
        wider += found.freedom < lineage.size - 2
    assert 0.86 < hits / 400 < 0.95
    assert wider / 400 > 0.9


def test_too_few_rows_make_no_trend():
    with pytest.raises(EvidenceError, match="at least 4"):
        trend("x", np.array([2012.0, 2013.0]), logs=np.array([0.0, 1.0]))


def test_shapley_shares_add_up_and_average_the_orders():
    worth = {"a": 1.0, "b": 2.0}

    def value(team):
        return sum(worth[name] for name in team) + (3.0 if len(team) == 2 else 0.0)

    parts = shapley(value, ["a", "b"])
    assert parts == {"a": 2.5, "b": 3.5}
    assert sum(parts.values()) == value(frozenset("ab")) - value(frozenset())


def test_shares_of_progress_add_to_one_and_negative_ones_are_shown():
    shares = progress_of("squad").shares
    assert sum(share.share for share in shares) == pytest.approx(1.0)
    assert min(share.share for share in shares) < 0


def test_slopes_recover_a_planted_law_under_every_weight():
    random = np.random.default_rng(2)
    moves = random.normal(size=(60, 2))
    errors = moves @ np.array([-0.08, -0.03]) + 1.0
    weights = _cluster_weights(np.arange(60) % 20, seed=0)
    assert weights.shape == (REPLICATES, 60)
    np.testing.assert_allclose(
        _slopes(moves, errors, weights=weights[:50]), [[-0.08, -0.03]] * 50, rtol=1e-8
    )


def test_a_share_that_the_data_do_not_hold_is_not_identified():
    assert not any(share.identified for share in progress_of("conll").shares)
    assert all(share.identified for share in progress_of("imagenet").shares)


def test_data_are_a_factor_only_where_they_vary_and_the_reason_is_given():
    found = progress_of("imagenet")
    assert [share.factor for share in found.shares] == ["compute", "algorithms"]
    assert "hardly varies" in found.left_out
    assert "0 of" in progress_of("squad").left_out


def test_compute_explains_about_what_others_found_on_imagenet():
    share = progress_of("imagenet", "v2", measure="network-operations").shares[0]
    assert share.low < 0.5 < share.high  # Erdil & Besiroglu 2022: about 45 % of progress each


def test_too_few_results_are_refused_with_what_there_is():
    with pytest.raises(EvidenceError, match="need 8"):
        progress_of("coco", "v2", measure="network-operations")
    with pytest.raises(UnknownName):
        decompose("imagenets")
    kept = decompose("coco", "v2", measure="network-operations")
    assert kept.progress is None
    assert kept.growth is not None
    assert "need 8" in kept.refusals[0]


def test_five_factors_multiply_to_the_rate_of_every_generation():
    for item, row in zip(generations(), rows("generations.csv"), strict=True):
        stated = row["tensor_flop_per_s"] or row["half_flop_per_s"] or row["fp32_flop_per_s"]
        assert item.rate == pytest.approx(float(stated), rel=1e-12)
        assert item.flop_per_joule == pytest.approx(item.rate / float(row["power_w"]))
        assert source(row["source_id"]).title


OTHERS = "all GPUs, gaming cards too, at launch prices; ours are what was trained on, as sold"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row['trend']} {row['subject']}",
                     marks=[pytest.mark.xfail(reason=OTHERS, strict=True)]
                     if row["subject"] == "all GPUs" else [])
        for row in rows("published_trends.csv")
    ],
)  # fmt: skip
def test_hardware_trends_meet_the_published_intervals(row):
    found = hardware_trends()
    ours = found.price_performance
    if row["trend"] == "energy-efficiency":
        ours = found.energy_efficiency
    low, high = ours.interval(0.9)
    assert low < float(row["high"])
    assert high > float(row["low"])


def test_specialisation_has_a_verdict_with_its_evidence():
    assert "4 bits" in hardware_trends().saturation
    assert "2 more halvings" in hardware_trends().saturation


def test_the_codebook_names_every_column():
    known = {(row["table"], row["column"]) for row in rows("codebook.csv")}
    for name in ("generations.csv", "published_shares.csv", "published_trends.csv", "sources.csv"):
        assert {(name, column) for column in rows(name)[0]} == {k for k in known if k[0] == name}


@pytest.mark.parametrize("name", ["imagenet", "hardware"])
def test_the_command_prints_plain_json(capfd, name):
    with pytest.raises(SystemExit) as leave:
        main(["decompose", name, "--json"])
    assert not leave.value.code
    record = json.loads(capfd.readouterr().out)
    assert record["schema"].startswith("costlaw.")


def test_card_and_table_hold_the_same_shares():
    found = decompose("imagenet")
    assert len(str(found).splitlines()) <= 12
    table = found.table()
    assert table.columns == ["quantity", "estimate", "low", "high", "level", "unit"]
    assert "share of compute" in table["quantity"].to_list()


def test_the_generations_stand_in_a_table_whose_factors_multiply():
    found = hardware_trends()
    frame = found.table()
    assert frame.height == len(found.generations)
    names = ["power", "process", "general arithmetic", "number format", "tensor unit"]
    product = np.prod([frame[name].to_numpy() for name in names], axis=0)
    np.testing.assert_allclose(product, frame["training_rate"].to_numpy())
    np.testing.assert_allclose(
        product / frame["power"].to_numpy(), frame["flop_per_joule"].to_numpy()
    )


def test_specialisation_is_shown_step_by_step():
    found = hardware_trends()
    total = (
        found.generations[-1].specialisation
        / next(g for g in found.generations if g.factors["tensor unit"] > 1).specialisation
    )
    assert np.prod([step for _, _, step in found.steps]) == pytest.approx(total)
    assert "step by step" in found.saturation
