"""Our own estimates beside the published figures."""

import subprocess
import sys
from pathlib import Path

import pytest

from costlaw.cards import cost, figure, own_estimate, published_figures
from costlaw.units import divide_units

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("item", published_figures(), ids=lambda item: item.recipe)
def test_an_own_estimate_is_in_the_unit_of_its_figure_and_has_an_interval(item):
    found = own_estimate(item)
    if found is None:
        assert item.quantity == "ratio"
        return
    assert divide_units(found.value.unit, item.unit) == ""
    low, high = found.value.interval(0.9)
    assert low < found.value.value < high
    assert found.how


@pytest.mark.parametrize("recipe", ["patterson-t5-mwh", "patterson-t5-t", "patterson-search-t",
                                    "patterson-switch-mwh", "alexnet-burden"])  # fmt: skip
def test_measured_figures_lie_inside_our_interval(recipe):
    item = figure(recipe)
    low, high = own_estimate(item).value.interval(0.9)
    assert low <= item.published <= high


def test_the_first_estimate_of_the_search_lies_far_outside_ours():
    item = figure("strubell-nas-kwh")
    assert own_estimate(item).value.interval(0.9)[1] < item.published / 30


def test_the_page_of_golden_figures_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "scripts/build_golden_table.py", "--check"], cwd=ROOT, check=False
    )
    assert done.returncode == 0, "run: python scripts/build_golden_table.py"


@pytest.mark.parametrize("name", ["AlphaGo Zero", "Evolved Transformer", "GPT-2", "BERT-Base",
                                  "XLM", "ELMo"])  # fmt: skip
def test_a_system_known_by_its_published_cost_has_a_price_of_its_time(name):
    card = cost(name)
    assert card.rented is not None and card.owned is not None
    assert card.published
    assert card.rented.usd.value > card.owned.usd.value


def test_operations_that_leave_the_chips_idle_are_not_believed():
    card = cost("ELMo")
    assert card.subject.compute.value > 1e18
    assert any("its chips could do" in note for note in card.notes)


def test_a_card_without_dollars_in_print_shows_another_published_figure():
    assert "published" in str(cost("NASNet-A"))
