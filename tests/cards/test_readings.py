import json

import pytest

from costlaw.cards import band
from costlaw.cards.readings import reading_sites


def test_one_amount_has_a_band_over_at_least_six_readings():
    found = band(1e28)
    assert len(found.costs) >= 6
    low, high = found.span("usd", historical=True)
    assert low == pytest.approx(1.6e10, rel=0.05)
    assert high == pytest.approx(4.9e11, rel=0.05)
    low, high = (end / 1e9 for end in found.span("co2e_kg", historical=True))
    assert low == pytest.approx(2.9, abs=0.05)  # Mt
    assert high == pytest.approx(37.8, abs=0.1)


def test_the_articles_dollars_lie_in_the_band_of_its_time():
    low, high = band(1e28).span("usd", historical=True)
    assert low < 1e11 < high


def test_every_reading_says_what_it_takes_for_granted_and_is_sourced():
    for site in reading_sites():
        assert site.title
        for label, quantity in site.inputs.items():
            assert quantity.sources, (site.name, label)


def test_the_record_is_plain_json_and_names_the_corrections():
    record = json.loads(json.dumps(band(1e28).to_dict(), allow_nan=False))
    assert len(record["readings"]) >= 6
    assert any("88 times" in text for text in record["corrections"])
    assert record["band"]["usd"]["low"] < record["band"]["usd"]["high"]
