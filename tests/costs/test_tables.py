import importlib.util
from importlib import resources
from pathlib import Path

from costlaw.costs.tables import rows, source

TABLES = (
    "grids.csv", "places.csv", "utilization.csv", "price_index.csv", "constants.csv",
    "carbon_free.csv",
)  # fmt: skip


def test_every_row_has_a_known_source():
    for name in TABLES:
        for row in rows(name):
            assert source(row["source_id"]).title, (name, row)


def test_every_column_is_in_the_codebook():
    listed = {(row["table"], row["column"]) for row in rows("codebook.csv")}
    for name in (*TABLES, "sources.csv"):
        assert {(name, column) for column in rows(name)[0]} <= listed
    on_disk = {e.name for e in resources.files("costlaw.costs").joinpath("data").iterdir()}
    assert {table for table, _ in listed} | {"codebook.csv"} == on_disk


def test_values_lie_in_their_allowed_ranges():
    for row in rows("grids.csv"):
        assert 0 < float(row["kg_co2e_per_kwh"]) < 1.5, row
    for row in rows("utilization.csv"):
        assert 0 < float(row["utilization"]) < 1, row
    for row in rows("constants.csv"):
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row
    names = [(row["code"], row["year"]) for row in rows("grids.csv")]
    assert len(names) == len(set(names))


def test_every_alias_leads_to_a_grid():
    codes = {row["code"] for row in rows("grids.csv")}
    for row in rows("places.csv"):
        assert row["code"] in codes, row


def test_no_grid_is_free_of_carbon():
    for row in rows("grids.csv"):
        assert float(row["kg_co2e_per_kwh"]) > 0, row


def test_the_build_script_leaves_out_a_grid_that_its_source_rounded_to_nothing():
    path = Path(__file__).parents[2] / "scripts" / "build_costs_data.py"
    spec = importlib.util.spec_from_file_location("build_costs_data", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.is_rounded_away("0") and script.is_rounded_away("0.0")
    assert not script.is_rounded_away("") and not script.is_rounded_away("2")
