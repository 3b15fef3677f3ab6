"""Properties that every price keeps: linear, unit-free, monotone, additive, counted once."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlaw.costs import QUANTITIES, Choice, preset, price, price_many, site_for
from costlaw.costs.energy import water
from costlaw.estimates import Estimate
from costlaw.units import parse_compute

SITE = preset("today")
FIELDS = {
    "peak_flop_per_s": -1, "utilization": -1, "usd_per_hour": 1, "power_kw": 1, "pue": 1,
    "carbon_intensity_kg_per_kwh": 1,
}  # fmt: skip
MOVED_BY = {
    "device_hours": {"peak_flop_per_s", "utilization"},
    "usd": {"peak_flop_per_s", "utilization", "usd_per_hour"},
    "energy_kwh": {"peak_flop_per_s", "utilization", "power_kw", "pue"},
    "co2e_kg": {"peak_flop_per_s", "utilization", "power_kw", "pue",
                "carbon_intensity_kg_per_kwh"},
}  # fmt: skip
amounts = st.floats(min_value=1e6, max_value=1e35)
factors = st.floats(min_value=1e-6, max_value=1e6)


@settings(max_examples=30, deadline=None)
@given(amount=amounts, factor=factors)
def test_cost_is_linear_in_compute_in_every_quantity(amount, factor):
    one, more = price(amount, SITE), price(amount * factor, SITE)
    for name, quantity in one.quantities.items():
        np.testing.assert_allclose(more.quantities[name].draws, factor * quantity.draws, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(first=amounts, second=amounts)
def test_the_price_of_a_sum_is_the_sum_of_prices(first, second):
    whole = price(first + second, SITE)
    for name in QUANTITIES:
        parts = price(first, SITE).quantities[name] + price(second, SITE).quantities[name]
        np.testing.assert_allclose(whole.quantities[name].draws, parts.draws, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(amount=st.floats(min_value=1e-3, max_value=1e6))
def test_the_unit_in_which_an_amount_is_written_does_not_matter(amount):
    texts = {"EFLOP": 1.0, "PFLOP": 1e3, "TFLOP": 1e6, "FLOP": 1e18, "PF-days": 1e3 / 86400}
    bills = [price(parse_compute(f"{amount * factor!r} {unit}"), SITE).usd.value
             for unit, factor in texts.items()]  # fmt: skip
    np.testing.assert_allclose(bills, bills[0], rtol=1e-9)


@pytest.mark.parametrize("field", list(FIELDS))
@settings(max_examples=10, deadline=None)
@given(factor=st.floats(min_value=1.01, max_value=1.7))
def test_a_cost_moves_with_each_input_one_way_and_with_no_other(field, factor):
    held = getattr(SITE, field)
    draws = held.draws * factor if field != "utilization" else held.draws / factor
    step = factor if field != "utilization" else 1 / factor
    moved = dataclasses.replace(SITE, **{field: Estimate(draws=draws, unit=held.unit)})
    before, after = price(1e22, SITE), price(1e22, moved)
    for quantity, movers in MOVED_BY.items():
        ratio = after.quantities[quantity].draws / before.quantities[quantity].draws
        expected = step ** FIELDS[field] if field in movers else 1.0
        np.testing.assert_allclose(ratio, expected, rtol=1e-9)


def test_the_whole_is_the_product_of_its_inputs_each_once():
    site = SITE.frozen()
    bill = price(1e22, site)
    i = {label: quantity.value for label, quantity in site.inputs.items()}
    hours = 1e22 / (i["peak rate"] * i["utilization"] * 3600)
    assert bill.co2e_kg.value == pytest.approx(hours * i["power"] * i["PUE"] * i["grid"])


def test_embodied_carbon_and_the_programme_are_never_inside_the_bill():
    bare = dataclasses.replace(SITE, embodied_kg_per_hour=None, water_litre_per_kwh=None,
                               programme=Estimate.exact(1.0, ""))  # fmt: skip
    for name in QUANTITIES:
        np.testing.assert_array_equal(
            price(1e22, bare).quantities[name].draws, price(1e22, SITE).quantities[name].draws
        )


def test_the_interconnect_enters_an_owned_hour_once():
    from costlaw.costs.ownership import hourly_capital
    from costlaw.costs.tables import constant
    from costlaw.hardware import chip

    device = chip("H100 SXM")
    share = constant("own.interconnect_share").value
    one = hourly_capital(Estimate.exact(1.0, "USD/device"), device).value
    overhead, fall = constant("own.overhead.other").value, constant("own.depreciation").value
    expected = overhead / (1 - share) * fall * np.log(10) / 8766
    assert one == pytest.approx(expected)


def test_many_amounts_at_one_site_are_priced_as_one_by_one():
    amounts = np.geomspace(1e18, 1e28, 7)
    many = price_many(amounts, SITE)
    for name in QUANTITIES:
        np.testing.assert_allclose(
            many[name][:, 1], [price(float(a), SITE).quantities[name].value for a in amounts]
        )


@settings(max_examples=20, deadline=None)
@given(
    amount=st.floats(min_value=1e15, max_value=1e28), factor=st.floats(min_value=1.0, max_value=1e3)
)
def test_uncertain_amounts_priced_together_agree_with_single_bills(amount, factor):
    many = price_many(np.array([amount]), SITE, factors=np.array([factor]))
    about = Estimate.spread("compute:stated", median=amount, factor=factor, unit="FLOP")
    bill = price(about, SITE)
    for name in QUANTITIES:
        low, high = bill.quantities[name].interval(0.9)
        expected = [low, bill.quantities[name].value, high]
        np.testing.assert_allclose(many[name][0], expected, rtol=2e-3)


def test_water_is_counted_at_the_power_station_and_on_site_with_the_it_share():
    for facility in (1.0, 1.6):
        found = water(Estimate.exact(facility, "")).value
        assert found == pytest.approx(3.142 + 0.55 / facility)
    bill = price(1e22, site_for("H100 SXM", Choice(pue=1.17)))
    assert bill.water_litre.value == pytest.approx(bill.energy_kwh.value * (3.142 + 0.55 / 1.17))


def test_the_water_of_gpt_3_is_that_of_its_source():
    # Li et al. 2023: 1,287 MWh of IT energy, PUE 1.17: 0.7 million L on site, 5.4 million in all
    it_kwh = 1_287_000.0
    litres = it_kwh * 1.17 * water(Estimate.exact(1.17, "")).value
    assert litres == pytest.approx(5.4e6, rel=0.01)
    assert it_kwh * 0.55 == pytest.approx(7e5, rel=0.02)
