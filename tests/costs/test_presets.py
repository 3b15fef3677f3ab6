import pytest

from costlaw.costs import PRESET_NAMES, preset, price
from costlaw.exceptions import UnknownName
from costlaw.units import KG_PER_POUND

# arXiv 1906.02243, Table 3, Transformer-base: 8 P100, 12 h, 41 USD, 26 lb; peak 9,526 GFLOP/s
STRUBELL_FLOP = 8 * 12 * 3600 * 9.526e12


def test_article_constants_follow_from_strubells_transformer_base_row():
    site = preset("article-2021")
    assert site.flop_per_usd == pytest.approx(STRUBELL_FLOP / 41, rel=1e-12)
    assert site.flop_per_usd == pytest.approx(8.03e16, rel=1e-3)
    assert KG_PER_POUND * site.flop_per_kg == pytest.approx(STRUBELL_FLOP / 26, rel=1e-12)
    assert 1.24e17 < KG_PER_POUND * site.flop_per_kg < 1.30e17


def test_the_articles_five_percent_costs_a_hundred_billion_dollars():
    bill = price(10**28.06, preset("article-2021"))
    assert f"{bill.usd.value:.1e}" == "1.4e+11"
    assert bill.usd.is_exact


def test_authors_constants_are_exact():
    site = preset("authors-2022")
    assert site.flop_per_usd == pytest.approx(14_130e9 * 3600 / 0.74, rel=1e-14)
    assert KG_PER_POUND * site.flop_per_kg == pytest.approx(349_756_347_991_684_000, rel=1e-14)
    assert any("derivation is unknown" in caveat for caveat in site.caveats)


def test_today_has_an_interval_on_everything_unknown_and_says_that_the_place_is():
    site = preset("today")
    assert site.peak_flop_per_s.value == pytest.approx(989.4e12)
    for label in ("utilization", "price", "power", "PUE", "grid"):
        low, high = site.inputs[label].interval(0.9)
        assert low < site.inputs[label].value < high, label
    assert "no region given" in site.caveats[0]
    assert site.as_of >= "2025"


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_every_input_of_every_preset_is_sourced(name):
    site = preset(name)
    for label, quantity in site.inputs.items():
        assert quantity.sources, label
        assert all(cited.title for cited in quantity.sources)


def test_an_unknown_preset_suggests_a_known_one():
    with pytest.raises(UnknownName, match="article-2021"):
        preset("artcle-2021")
