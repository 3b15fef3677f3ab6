import dataclasses

import pytest

from costlaw.cards import figure, published_figures
from costlaw.cards.equivalents import equivalent
from costlaw.cards.tables import rows, source
from costlaw.estimates import Estimate
from costlaw.exceptions import DataError, UnknownName


def test_every_row_has_a_known_source_and_every_recipe_its_factors():
    for table in ("recipes.csv", "factors.csv", "equivalents.csv"):
        for row in rows(table):
            assert source(row["source_id"]).title, row
    recipes = [row["recipe"] for row in rows("recipes.csv")]
    assert len(recipes) == len(set(recipes))
    assert {row["recipe"] for row in rows("factors.csv")} == set(recipes)


def test_the_codebook_names_every_column():
    known = {(row["table"], row["column"]) for row in rows("codebook.csv")}
    for table in ("recipes.csv", "factors.csv", "equivalents.csv", "readings.csv", "sources.csv"):
        assert {(table, column) for column in rows(table)[0]} == {k for k in known if k[0] == table}


def test_units_that_do_not_close_are_refused():
    broken = dataclasses.replace(figure("gpt3-compute"), unit="kWh")
    with pytest.raises(DataError, match='the factors give "FLOP"'):
        _ = broken.derived


def test_an_unknown_recipe_suggests_a_known_one():
    with pytest.raises(UnknownName, match="gpt3-compute"):
        figure("gpt3-computes")


def test_a_bound_and_a_decade_are_held_as_what_they_are():
    assert figure("nasnet-growth").relation == "more-than"
    assert figure("nasnet-growth").agrees
    assert not dataclasses.replace(figure("nasnet-growth"), published=1200.0).agrees
    assert figure("article-lb").agrees
    assert not dataclasses.replace(figure("article-lb"), published=1e11).agrees


def test_a_miss_says_why():
    for item in published_figures():
        assert item.expected in {"agrees", "misses"}
        assert item.note or item.expected == "agrees", item.recipe


def test_the_equivalent_is_the_one_nearest_to_ten():
    found = equivalent("co2e_kg", Estimate.exact(5e10, "kg CO2e"))
    assert found.name == "months of New York City"
    assert found.number == pytest.approx(10.6, abs=0.1)
    assert equivalent("usd", Estimate.exact(5.0, "USD")) is None
