"""What is never added to the average grid, kinds of utilization, price history, number formats."""

import pytest

from costlaw.costs import Choice, price_history, site_for
from costlaw.costs.carbon import grid
from costlaw.costs.rent import rent
from costlaw.costs.utilization import published, running_utilization, utilization
from costlaw.exceptions import OptionError, UnknownName
from costlaw.hardware import chip


@pytest.mark.parametrize(("name", "word"), [("marginal", "one more kWh"),
                                            ("market-based", "certificates")])  # fmt: skip
def test_other_ways_of_counting_carbon_are_named_and_refused(name, word):
    with pytest.raises(OptionError, match=word):
        site_for("H100 SXM", Choice(region="FR", accounting=name))
    with pytest.raises(OptionError, match="location-average"):
        grid("FR", accounting="guessed")


def test_a_providers_claim_stands_beside_the_average_and_changes_nothing():
    place = grid("gcp/europe-north1")
    assert "carbon-free" in place.claim and "market-based" in place.claim
    site = site_for("TPU v5e", Choice(region="gcp/europe-north1"))
    assert place.claim in site.caveats
    assert site.carbon_intensity_kg_per_kwh.value == place.intensity.value
    assert grid("FR").claim == ""


def test_utilization_is_told_apart_by_kind_and_year():
    assert len(published(kind="language")) + len(published(kind="other")) == len(published())
    assert utilization(kind="language").value != utilization(kind="other").value
    assert utilization(2021, kind="language").value != utilization(2023, kind="language").value
    with pytest.raises(UnknownName, match="language"):
        utilization(kind="speech")


def test_running_uses_less_of_a_device_than_training():
    low, high = running_utilization().interval(0.9)
    assert 0 < low < running_utilization().value < utilization().value < high < 1


def test_prices_have_a_history_by_vendor_location_and_commitment():
    v100 = chip("V100 SXM2 16 GB")
    seen = price_history(v100, kind="on-demand")
    assert [row["date"] for row in seen] == sorted(row["date"] for row in seen)
    assert len({row["vendor"] for row in seen}) >= 2
    assert all(row["source"] for row in seen)
    placed = [row for row in price_history(v100) if row["location"]]
    assert placed
    one = placed[0]["location"]
    assert {row["location"] for row in price_history(v100, location=one)} >= {one}
    then = price_history(v100, kind="on-demand", usd_year=2024)[0]
    assert then["price_usd"] != then["price_usd_then"] == seen[0]["price_usd"]


def test_a_vendor_or_place_that_never_asked_a_price_is_refused_with_those_that_did():
    v100 = chip("V100 SXM2 16 GB")
    with pytest.raises(UnknownName, match="Known"):
        price_history(v100, vendor="nobody")
    with pytest.raises(UnknownName, match="Known"):
        rent(v100, location="Atlantis")
    with pytest.raises(UnknownName, match="purchase"):
        price_history(v100, kind="lease")


@pytest.mark.parametrize("form", ["bf16 sparse", "fp8-sparse", "sparse"])
def test_a_sparse_rate_is_refused_with_the_dense_one(form):
    with pytest.raises(OptionError, match=r"skipped.*dense"):
        site_for("H100 SXM", Choice(number_format=form))
