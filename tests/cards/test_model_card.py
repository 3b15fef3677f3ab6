"""The emissions block is YAML that the Hub's own reader takes, and its grams are the card's."""

import json

import pytest

import costlaw
from costlaw.cards.model_card import emissions_block

yaml = pytest.importorskip("yaml")


def block(text, **options):
    card = costlaw.cost(text)
    return card, yaml.safe_load(emissions_block(card, **options))["co2_eq_emissions"]


def test_an_amount_is_stated_at_its_site_with_its_interval_and_no_guessed_place():
    card, found = block("8xH100-hours", training_type="fine-tuning")
    assert found["emissions"] == pytest.approx(1000 * card.today.co2e_kg.value, rel=1e-3)
    assert found["hardware_used"] == "8 × H100 SXM"
    assert found["training_type"] == "fine-tuning"
    assert "90 % interval" in found["source"]
    assert "geographical_location" not in found


def test_measured_energy_goes_before_an_estimate(tmp_path):
    run = {"name": "b3", "chip": "H100 SXM", "chip_count": 8, "duration_s": 36000,
           "energy_kwh": 40.0, "compute_flop": 1e21}  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(run))
    card, found = block(str(tmp_path / "run.json"))
    site = (card.owned or card.today).site
    grams = 40.0 * site.pue.value * site.carbon_intensity_kg_per_kwh.value * 1000
    assert found["emissions"] == pytest.approx(grams, rel=0.05)
    assert "measured 40 kWh" in found["source"]


def test_the_hubs_own_card_keeps_the_block():
    hub = pytest.importorskip("huggingface_hub")
    _, found = block("8xH100-hours")
    data = hub.ModelCardData(co2_eq_emissions=found)
    assert yaml.safe_load(data.to_yaml())["co2_eq_emissions"] == found
