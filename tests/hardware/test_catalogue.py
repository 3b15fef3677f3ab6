import csv
from importlib.resources import files

import pytest

from costlaw.exceptions import OptionError, UnknownName
from costlaw.hardware import FORMATS, chip, chips


def table(name: str) -> list[dict[str, str]]:
    with (files("costlaw.hardware") / "data" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_there_are_at_least_200_chips_back_to_the_gtx_580():
    assert len(chips()) >= 200
    assert chip("GeForce GTX 580").peak("fp32") == pytest.approx(1.581e12, rel=1e-3)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Tesla V100 PCIe 32 GB", "V100 PCIe 32 GB"),
        ("NVIDIA Tesla V100-PCIE-32GB", "V100 PCIe 32 GB"),
        ("GeForce RTX 2080 Ti", "RTX 2080 Ti"),
        ("1080Ti", "GTX 1080 Ti"),
        ("TITAN-V", "Titan V"),
        ("Cloud TPU v3", "TPU v3 board"),
        ("Tesla K40", "K40c"),
        ("Intel Core i7 i7-7700K", "Intel Core i7-7700K"),
    ],
)
def test_the_spellings_of_papers_find_their_chip(written, name):
    assert chip(written).name == name


def test_titan_x_is_resolved_by_the_day_of_its_use_and_refused_after_both_were_sold():
    assert chip("Titan X", year=2015).name == "GTX TITAN X"
    assert chip("Titan X", year="2016-07-31").name == "GTX TITAN X"
    with pytest.raises(OptionError, match=r"name of 2 chips: GTX TITAN X .* TITAN X Pascal"):
        chip("Titan X", year=2017)


def test_a_tpu_that_may_be_chip_board_or_core_is_refused_with_the_choices():
    with pytest.raises(OptionError, match=r"TPU v2 board.*TPU v2 chip.*TPU v2 core"):
        chip("TPU v2")


def test_an_unknown_chip_gets_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean"):
        chip("H100 SMX")


def test_a_format_the_chip_does_not_state_is_refused_never_infinite():
    with pytest.raises(UnknownName, match="fp8"):
        chip("GTX 580").peak("fp8")


def test_rates_are_dense_so_no_chip_doubles_from_fp16_to_itself_with_sparsity():
    assert chip("H100 SXM").peak("bf16") == pytest.approx(989.4e12, rel=1e-3)
    assert chip("A100 SXM4 80 GB").peak("bf16") == pytest.approx(312e12, rel=1e-3)


@pytest.mark.parametrize("name", ["chips.csv", "rates.csv", "prices.csv", "aliases.csv"])
def test_every_row_names_a_known_source_and_a_known_chip(name):
    sources = {row["source"] for row in table("sources.csv")}
    known = {row["chip"] for row in table("chips.csv")}
    for row in table(name):
        assert row["source"] in sources
        assert row["chip"] in known


def test_numbers_are_positive_and_formats_are_the_known_ones():
    for item in chips():
        assert item.peak_flop_per_s
        assert set(item.peak_flop_per_s) <= set(FORMATS)
        assert all(0 < rate < 1e18 for rate in item.peak_flop_per_s.values())
        assert item.power_w is None or 0 < item.power_w < 3000
        assert all(price.price_usd > 0 for price in item.prices)


def test_the_codebook_describes_every_column():
    described = {(row["table"], row["column"]) for row in table("codebook.csv")}
    for name in ("chips.csv", "rates.csv", "prices.csv", "aliases.csv", "sources.csv"):
        for column in table(name)[0]:
            assert (name, column) in described
