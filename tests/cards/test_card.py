import json

import pytest

from costlaw.cards import cost, side_by_side, subject_of
from costlaw.costs import Choice, preset
from costlaw.exceptions import DataError, EvidenceError, OptionError
from costlaw.literature import systems


def test_a_card_has_then_prices_and_todays():
    card = cost("NASNet-A")
    assert card.rented.device_hours.value == pytest.approx(48_000)
    assert card.owned.device_hours.value == pytest.approx(48_000)
    assert card.rented.usd_year == 2017
    assert card.today.usd_year >= 2025
    assert card.owned.usd.value < card.rented.usd.value


def test_the_time_of_a_system_is_uncertain_by_what_its_paper_rounds():
    low, high = cost("AlexNet").owned.device_hours.interval(0.9)
    assert low == pytest.approx(5 * 24 * 2, rel=0.01)  # "five to six days" on two GPUs
    assert high == pytest.approx(6 * 24 * 2, rel=0.01)


def test_what_nobody_priced_then_is_said_and_not_invented():
    card = cost("AlexNet")
    assert card.rented is None
    assert any("no on-demand rent of GTX 580" in note for note in card.notes)


def test_published_figures_disagree_by_what_they_count_and_the_card_says_why():
    card = cost("AlphaGo Zero")
    low, high = card.disagreement("usd")
    assert high / low > 50
    assert "board of four chips" in str(card)
    (line,) = [row for row in str(cost("GPT-3")).splitlines() if "disagree" in row]
    assert "(Epoch AI; amortised, dollars of 2023) to $4.6 million (Lambda)" in line
    low, high = card.subject.compute.interval(0.9)
    assert low == pytest.approx(6.49e20, rel=0.01)
    assert high == pytest.approx(3.41e23, rel=0.01)


def test_stated_device_hours_are_priced_without_a_utilization():
    choice = Choice(usd_per_hour=2.0)
    card = cost("8xH100-hours", choice=choice)
    assert card.today.usd.value == pytest.approx(16.0)
    assert card.today.usd.is_exact
    assert not card.subject.compute.is_exact


def test_operations_are_priced_on_the_chip_and_in_the_place_asked_for():
    france = cost("1e28 FLOP", chip="H100", region="FR")
    assert france.site.chip == "H100 SXM"
    assert france.site.region == "France"
    world = cost("1e28 FLOP", chip="H100")
    assert france.today.co2e_kg.value < world.today.co2e_kg.value / 5
    assert france.today.usd.value == pytest.approx(world.today.usd.value)


def test_a_preset_is_a_whole_site():
    card = cost("1e28 FLOP", site=preset("article-2021"))
    assert card.today.usd.value == pytest.approx(1.245e11, rel=1e-3)
    with pytest.raises(OptionError, match="leave out chip"):
        cost("1e28 FLOP", site=preset("today"), chip="H100")
    with pytest.raises(OptionError, match="differ"):
        cost("1e28 FLOP", region="FR", choice=Choice(region="DE"))


def test_dollars_of_another_year_move_every_bill():
    card = cost("NASNet-A")
    later = card.in_year(2023)
    assert later.rented.usd_year == later.today.usd_year == 2023
    assert later.rented.usd.value == pytest.approx(card.rented.usd.value * 118.1261 / 109.9583)
    with pytest.raises(OptionError, match="2001 to 2025"):
        card.in_year(1958)


def test_a_date_before_the_chip_existed_is_refused():
    with pytest.raises(OptionError, match="released on"):
        cost("1e20 FLOP", chip="H100", choice=Choice(date="2015"))


def test_every_published_system_has_a_card_or_a_reason():
    made, refused = 0, 0
    for item in systems()[::40]:
        try:
            card = cost(item.name)
        except EvidenceError as error:
            assert "neither its training compute" in str(error)
            refused += 1
            continue
        assert card.today.usd.value > 0
        assert len(str(card).splitlines()) <= 12
        made += 1
    assert made > 20
    assert refused > 0


def test_the_record_is_plain_json_with_schema_version_digest_and_sources():
    record = json.loads(json.dumps(cost("GPT-3").to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.card/1"
    assert len(record["data_digest"]) == 16
    assert record["then"]["rented"]["usd"]["low"] < record["then"]["rented"]["usd"]["high"]
    assert all(item["source"]["title"] for item in record["published"])
    assert record["sources"]


def test_the_table_is_tidy_and_holds_what_the_card_says():
    card = cost("NASNet-A")
    table = card.table()
    assert table.columns == ["bill", "quantity", "estimate", "low", "high", "level", "unit"]
    row = table.filter((table["bill"] == "rented") & (table["quantity"] == "usd"))
    assert row["estimate"][0] == pytest.approx(card.rented.usd.value)
    assert (table["low"] <= table["high"]).all()


def test_the_pair_of_the_article_grows_by_its_three_factors():
    pair = side_by_side(cost("AlexNet"), cost("NASNet-A"))
    record = json.loads(json.dumps(pair.to_dict(), allow_nan=False))["decomposition"]
    assert record["total"] == pytest.approx(1095, rel=1e-3)
    assert record["chip_rate"] == pytest.approx(6.03, abs=0.005)
    assert record["count"] == 250
    assert record["time"] == pytest.approx(0.727, abs=5e-4)
    product = record["chip_rate"] * record["count"] * record["time"]
    assert product == pytest.approx(record["total"], rel=1e-14)


def test_what_two_cards_share_cancels_in_their_ratio():
    one, ten = cost("1e20 FLOP"), cost("1e21 FLOP")
    ratio = side_by_side(one, ten).ratios["usd"]
    low, high = ratio.interval(0.9)
    assert low == pytest.approx(10.0)
    assert high == pytest.approx(10.0)


def test_a_pair_without_chips_has_a_reason_instead_of_a_decomposition():
    record = side_by_side(cost("AlexNet"), cost("1e28 FLOP")).to_dict()
    assert record["decomposition"] is None
    assert "1e28 FLOP" in record["decomposition_missing"]


def write(path, **stated):
    path.write_text(json.dumps(stated), encoding="utf-8")
    return str(path)


def test_a_run_file_is_priced_and_its_measured_energy_kept(tmp_path):
    run = write(tmp_path / "run.json", name="ours", compute_flop=1e18, chip="V100", chip_count=4,
                duration_s=36000, energy_kwh=12.5, date="2021-05-01")  # fmt: skip
    card = cost(run)
    assert card.subject.compute.value == 1e18
    assert card.subject.capacity.device_hours == pytest.approx(40)
    assert card.subject.energy_kwh.value == 12.5
    assert "measured" in str(card)


def test_a_metered_run_is_a_run_file_too(tmp_path):
    run = write(tmp_path / "metered.json", schema="costlaw-metered/1", name="m", elapsed_s=3600.0,
                model_flop=2e15, started="2026-03-01T10:00:00", energy_kwh=0.03,
                energy_low_kwh=0.02, energy_high_kwh=0.05)  # fmt: skip
    found = subject_of(run)
    assert found.compute.value == 2e15
    assert found.energy_kwh.interval(0.9) == pytest.approx((0.02, 0.05), rel=0.01)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "expected one run"),
        ("{", "not JSON"),
        ('{"compute_flop": -1}', "compute_flop"),
        ('{"compute_flop": "much"}', "compute_flop"),
        ('{"name": "empty"}', "states neither"),
    ],
)
def test_a_broken_run_file_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        cost(str(path))


def test_a_run_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        cost(str(tmp_path / "absent.json"))


def test_a_run_with_a_time_and_no_chip_asks_for_one(tmp_path):
    run = write(tmp_path / "run.json", name="timed", duration_s=100)
    with pytest.raises(EvidenceError, match="--chip"):
        cost(run)
