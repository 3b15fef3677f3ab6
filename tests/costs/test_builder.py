import pytest

from costlaw.costs import Choice, price, site_for
from costlaw.costs.carbon import grid, region_codes, resolve_region
from costlaw.exceptions import OptionError, UnknownName


def test_at_least_two_hundred_countries_and_the_large_clouds_are_covered():
    codes = region_codes()
    assert sum(len(code) == 3 for code in codes) >= 200
    assert sum(code.startswith("gcp/") for code in codes) >= 35
    for name in ("aws/us-east-1", "aws/eu-west-3", "azure/westeurope", "azure/japaneast"):
        assert resolve_region(name) in codes


def test_no_region_means_the_spread_of_the_world_not_a_country():
    low, high = grid().intensity.interval(0.9)
    assert low < 0.15
    assert high > 0.65
    assert grid("world").code == "world"


def test_an_old_datum_is_wider_than_a_fresh_one():
    fresh, old = (grid("US-CA", year=year).intensity.interval(0.9) for year in (2016, 2025))
    assert old[1] / old[0] > 1.3 * fresh[1] / fresh[0]


def test_an_unknown_region_is_refused_with_a_suggestion():
    with pytest.raises(UnknownName, match="france"):
        site_for("H100 SXM", Choice(region="Frnace"))


def test_a_site_in_france_emits_less_than_one_in_poland():
    emitted = [
        price(1e24, site_for("H100 SXM", Choice(region=r))).co2e_kg.value for r in ("FR", "PL")
    ]
    assert emitted[0] < emitted[1] / 5


def test_a_number_format_that_the_chip_lacks_is_refused():
    with pytest.raises(UnknownName, match="fp8"):
        site_for("A100 SXM4 80 GB", Choice(number_format="fp8"))


def test_a_date_before_the_chip_existed_is_refused():
    with pytest.raises(OptionError, match="released on"):
        site_for("H100 SXM", Choice(date="2015-01-01"))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(utilization=40.0), "Write 0.4"),
        (Choice(pue=0.9), "at least 1"),
        (Choice(usd_per_hour=-1.0), "> 0"),
        (Choice(programme=0.5), "at least"),
        (Choice(date="yesterday"), "ISO date"),
        (Choice(commitment="spot"), "on-demand"),
    ],
)
def test_values_outside_their_range_are_refused(choice, message):
    with pytest.raises(OptionError, match=message):
        site_for("H100 SXM", choice)


def test_what_is_stated_is_exact():
    site = site_for("H100 SXM", Choice(utilization=0.4, pue=1.1, usd_per_hour=2.0, programme=1.0))
    assert all(site.inputs[label].is_exact for label in ("utilization", "PUE", "price"))
    assert site.programme.is_exact
