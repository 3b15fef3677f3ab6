"""A hardware burden is capacity: its price takes the ratio of two utilizations, never one."""

import numpy as np
import pytest

from costlaw.costs import Choice, contributions, preset, price, site_for
from costlaw.costs.utilization import utilization_of_burdens
from costlaw.estimates import Estimate
from costlaw.forecasting import place_for
from costlaw.literature import published_runs
from costlaw.runs import Runs
from costlaw.verbs import forecast

BURDEN = 1e24  # FLOP


def burdens() -> Runs:
    return published_runs("imagenet", "v2", "hardware-burden")


def test_runs_and_site_used_alike_hold_the_same_peak_hours() -> None:
    site = site_for("H100 SXM", Choice(region="FR", utilization=0.4)).for_burden(
        Estimate.exact(0.4, "")
    )
    hours = BURDEN / (site.peak_flop_per_s.value * 3600)
    assert price(BURDEN, site).device_hours.value == pytest.approx(hours, rel=1e-9)


def test_a_site_used_twice_as_well_needs_half_the_hours() -> None:
    full = site_for("H100 SXM", Choice(region="FR", utilization=0.8))
    half = site_for("H100 SXM", Choice(region="FR", utilization=0.4))
    used = Estimate.exact(0.4, "")
    ratio = price(BURDEN, half.for_burden(used)).usd.value / price(
        BURDEN, full.for_burden(used)
    ).usd.value  # fmt: skip
    assert ratio == pytest.approx(2.0, rel=1e-9)


def test_a_site_that_prices_at_its_peak_takes_a_burden_as_it_is() -> None:
    for name in ("article-2021", "authors-2022"):
        site = preset(name)
        assert place_for(burdens(), site) is site


def test_operations_are_divided_by_the_utilization_of_the_site_alone() -> None:
    counted = published_runs("imagenet", "v2", "network-operations")
    assert place_for(counted, preset("today")).used_before is None


def test_how_well_the_runs_were_used_is_as_uncertain_as_how_well_the_site_will_be() -> None:
    placed = place_for(burdens(), preset("today"))
    assert placed.used_before is not None
    ratio = np.log(placed.used_before.draws / placed.utilization.draws)
    assert abs(np.median(ratio)) < 0.1
    assert abs(np.corrcoef(placed.used_before.draws, placed.utilization.draws)[0, 1]) < 0.1


def test_shares_of_the_width_name_the_seventh_input_and_add_to_one() -> None:
    shares = contributions(BURDEN, place_for(burdens(), preset("today")))
    for parts in shares.values():
        assert sum(parts.values()) == pytest.approx(1.0)
        assert parts["utilization of the runs"] > 0.05
    assert "utilization of the runs" not in contributions(BURDEN, preset("today"))["usd"]


def test_a_forecast_of_published_burdens_is_priced_as_capacity() -> None:
    found = forecast("imagenet", "5%", site="today")
    assert found.site.used_before is not None
    peak = found.site.peak_flop_per_s.value
    at_peak = found.compute.value / (peak * 3600)
    assert found.cost.device_hours.value == pytest.approx(at_peak, rel=0.15)
    assert "used as well as the runs were" in str(found)


def test_a_burden_of_own_runs_without_operations_is_capacity_too() -> None:
    rows = [
        {"name": f"{n}", "error": 0.3 * 0.8**n, "hardware_burden_flop": 1e18 * 4**n}
        for n in range(6)
    ]
    assert place_for(Runs.from_records(rows), preset("today")).used_before is not None
    for row in rows:
        row["compute_flop"] = 0.3 * float(row["hardware_burden_flop"])
    assert place_for(Runs.from_records(rows), preset("today")).used_before is None


def test_the_input_can_be_frozen_and_is_written_down() -> None:
    placed = preset("today").for_burden(utilization_of_burdens())
    frozen = placed.frozen("utilization of the runs")
    assert frozen.used_before is not None
    assert frozen.used_before.is_exact
    assert "utilization of the runs" in placed.to_dict()["inputs"]
    assert "utilization of the runs" not in preset("today").to_dict()["inputs"]
