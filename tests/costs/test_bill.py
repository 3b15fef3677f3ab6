import json

import numpy as np
import pytest

from costlaw.costs import INPUTS, contributions, preset, price, price_many
from costlaw.estimates import DRAWS, Estimate
from costlaw.exceptions import OptionError, UnitError, UnknownName


def uncertain(median=1e24, factor=10.0):
    return Estimate.spread("a forecast", median=median, factor=factor, unit="FLOP")


def test_cost_is_linear_in_compute():
    one, three = (price(amount, preset("today")) for amount in (1e22, 3e22))
    for name, quantity in one.quantities.items():
        np.testing.assert_allclose(three.quantities[name].draws, 3 * quantity.draws, rtol=1e-12)


def test_units_of_the_bill_are_those_of_its_quantities():
    bill = price(1e22, preset("today"))
    assert [q.unit for q in bill.quantities.values()] == [
        "device-hour", "USD", "kWh", "kg CO2e", "kg CO2e", "L",
    ]  # fmt: skip


def test_pue_and_power_are_counted_once():
    site = preset("today").frozen()
    bill = price(1e22, site)
    hours = 1e22 / (site.peak_flop_per_s.value * site.utilization.value * 3600)
    assert bill.device_hours.value == pytest.approx(hours)
    assert bill.energy_kwh.value == pytest.approx(hours * site.power_kw.value * site.pue.value)
    assert bill.usd.value == pytest.approx(hours * site.usd_per_hour.value)


def test_never_stays_unbounded_in_the_bill():
    draws = np.full(DRAWS, 1e24)
    draws[:200] = np.inf
    bill = price(Estimate(draws=draws, unit="FLOP"), preset("today"))
    assert bill.usd.never == pytest.approx(0.1)
    record = bill.to_dict()["usd"]
    assert record["high"] is None
    assert "never" in record["unbounded"]


def test_many_prices_equal_single_prices():
    site, amounts = preset("today"), np.array([1e18, 1e24])
    many = price_many(amounts, site)
    for i, amount in enumerate(amounts):
        bill = price(float(amount), site)
        for name in many:
            low, high = bill.quantities[name].interval(0.9)
            expected = [low, bill.quantities[name].value, high]
            np.testing.assert_allclose(many[name][i], expected, rtol=1e-9)


def test_contributions_add_to_one_and_follow_what_is_frozen():
    site = preset("today")
    shares = contributions(uncertain(), site)
    for quantity, by_input in shares.items():
        assert sum(by_input.values()) == pytest.approx(1.0), quantity
    assert shares["usd"]["compute"] > 0.5
    held = contributions(uncertain(), site.frozen("utilization", "price"))
    assert held["usd"] == pytest.approx(
        {"compute": 1.0, "peak rate": 0.0, "utilization": 0.0, "price": 0.0}
    )


def test_shares_match_known_variances():
    site = preset("today").frozen()
    wide = Estimate.spread("w", median=2.0, factor=3.0, unit="USD/device-hour")
    import dataclasses

    site = dataclasses.replace(site, usd_per_hour=wide)
    share = contributions(uncertain(factor=9.0), site)["usd"]
    assert share["compute"] == pytest.approx(0.8, abs=0.03)  # log 9 is twice log 3: 4 to 1


def test_freezing_everything_leaves_exact_costs():
    bill = price(1e22, preset("today").frozen())
    assert all(bill.quantities[name].is_exact for name in ("usd", "energy_kwh", "co2e_kg"))
    with pytest.raises(UnknownName, match="utilization"):
        preset("today").frozen("utilisation")
    assert len(INPUTS) == 6


def test_a_bill_converts_to_dollars_of_another_year():
    bill = price(1e22, preset("article-2021"))
    assert bill.in_year(2023).usd.value / bill.usd.value == pytest.approx(118.1261 / 110.7917)
    assert bill.in_year(2023).usd_year == 2023
    with pytest.raises(OptionError, match="2001 to 2025"):
        bill.in_year(1958)


def test_the_record_is_plain_json_with_schema_version_and_digest():
    record = json.loads(json.dumps(price(uncertain(), preset("today")).to_dict()))
    assert record["schema"] == "costlaw.cost/1"
    assert len(record["data_digest"]) == 16
    assert record["site"]["sources"]


def test_card_and_table_agree():
    bill = price(uncertain(), preset("today"))
    assert len(str(bill).splitlines()) <= 12
    table = bill.table()
    assert table.columns == ["quantity", "estimate", "low", "high", "level", "unit"]
    assert (table["low"] <= table["estimate"]).all()


@pytest.mark.parametrize("amount", [0.0, -1.0, float("nan")])
def test_an_impossible_amount_is_refused(amount):
    with pytest.raises(OptionError):
        price(amount, preset("today"))


def test_a_rate_is_not_an_amount():
    with pytest.raises(UnitError, match="FLOP"):
        price(Estimate.exact(1e15, "FLOP/s"), preset("today"))
