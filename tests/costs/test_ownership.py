import pytest

from costlaw.costs import Choice, owned, price, site_for
from costlaw.costs.ownership import electricity, hourly_capital
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError, OptionError
from costlaw.hardware import chip, likely_chip

# Epoch AI, training-cost-trends, model_costs_updated.csv (2026): amortised chips and energy [USD]
EPOCH = {
    "AlphaStar": ("2019-10-30", 405_504, 174_716),
    "Noisy Student": ("2019-11-11", 147_456, 63_533),
}


@pytest.mark.parametrize("name", EPOCH)
def test_owned_hours_agree_with_the_published_amortised_costs(name):
    date, hours, published = EPOCH[name]
    site = site_for(likely_chip("TPU v3", date)[0], Choice(date=date, commitment="own"))
    bill = (site.usd_per_hour * hours).convert(1.0, "USD")
    assert bill.value == pytest.approx(published, rel=0.05)
    low, high = bill.interval(0.9)
    assert low < published < high


def test_pue_and_electricity_enter_the_price_of_an_owned_hour_once():
    device = chip("GTX 580")
    power = Estimate.exact(0.4, "kW/device")
    bills = [owned(device, power_kw=power, pue=Estimate.exact(p, "")).usd_per_hour for p in (1, 2)]
    current = 0.4 * electricity(2010).value
    assert bills[1].value - bills[0].value == pytest.approx(current)
    capital = hourly_capital(Estimate.exact(499.0, "USD/device"), device).value
    assert bills[0].value == pytest.approx(capital + current)


def test_server_overhead_and_interconnect_are_counted_once():
    one = hourly_capital(Estimate.exact(1000.0, "USD/device"), chip("GTX 580")).value
    assert one == pytest.approx(1000 * 1.64 / 0.81 * 0.14 * 2.302585093 / 8766, rel=1e-9)


def test_owning_is_cheaper_than_renting_on_demand():
    dear, cheap = (
        price(1e22, site_for("A100 SXM4 80 GB", Choice(date="2023", commitment=c))).usd.value
        for c in ("on-demand", "own")
    )
    assert cheap < dear


def test_a_chip_that_nobody_priced_cannot_be_owned():
    with pytest.raises(DataError, match="no purchase price"):
        site_for("TITAN X Pascal", Choice(commitment="own"))
    with pytest.raises(OptionError, match="own"):
        site_for("H100 SXM", Choice(commitment="leasehold"))
