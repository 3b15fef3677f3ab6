"""Waterfalls: bars that add up to the total, with every interval drawn."""

import math
import struct
import xml.etree.ElementTree as ET

import pytest

from costlaw.cards import cost, side_by_side
from costlaw.cli import main
from costlaw.decomposition import decompose, hardware_trends
from costlaw.figures import decomposition_figure, growth_figure, hardware_figure

vl_convert = pytest.importorskip("vl_convert")


@pytest.fixture(scope="module")
def grown():
    return side_by_side(cost("AlexNet"), cost("NASNet-A")).growth


@pytest.mark.parametrize(("width", "theme"), [(320, "dark"), (800, "light")])
def test_every_waterfall_compiles_and_is_never_wider_than_asked(grown, width, theme):
    for spec in (
        growth_figure(grown, width=width, theme=theme),
        decomposition_figure(decompose("imagenet"), width=width, theme=theme),
        hardware_figure(hardware_trends(), width=width, theme=theme),
    ):
        svg = ET.fromstring(vl_convert.vegalite_to_svg(spec))
        assert width - 40 <= float(svg.get("width")) <= width


def test_nothing_sticks_out_of_a_narrow_picture(grown):
    for spec in (
        growth_figure(grown, width=340),
        hardware_figure(hardware_trends(), width=340),
        decomposition_figure(decompose("squad"), width=340),
    ):
        data = vl_convert.vegalite_to_png(spec)
        assert struct.unpack(">I", data[16:20])[0] <= 340


def test_shares_are_ticked_by_what_they_are():
    panel = decomposition_figure(decompose("squad"))["vconcat"][1]
    assert "125 %" in panel["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]


def test_the_bars_of_a_pair_start_where_the_one_above_ends(grown):
    (panel,) = growth_figure(grown)["vconcat"]
    bars = [layer["encoding"] for layer in panel["layer"] if layer["mark"]["type"] == "rect"]
    spans = [(bar["x"]["value"], bar["x2"]["value"]) for bar in bars]
    chips, count, time, total = spans
    assert count[0] == pytest.approx(chips[1], abs=0.02)
    assert time[1] == pytest.approx(count[1], abs=0.02)  # time fell: its bar runs back
    assert total == (pytest.approx(chips[0], abs=0.02), pytest.approx(time[0], abs=0.02))


def test_a_total_is_printed_in_full(grown):
    assert "hardware burden ×1,096" in str(growth_figure(grown))


def test_shares_stand_beside_what_others_published():
    panel = decomposition_figure(decompose("imagenet"))["vconcat"][1]
    studies = {
        row["study"]
        for layer in panel["layer"]
        for row in layer["data"]["values"]
        if "study" in row
    }
    assert studies == {"Erdil & Besiroglu 2022", "Ho et al. 2024"}


def test_the_factors_of_the_chips_multiply_to_their_rate():
    found = hardware_trends()
    first, last = found.generations[0], found.generations[-1]
    logs = [math.log10(last.factors[name] / first.factors[name]) for name in last.factors]
    assert sum(logs) == pytest.approx(math.log10(last.rate / first.rate))


@pytest.mark.parametrize("words", [
    ("decompose", "imagenet"), ("decompose", "hardware"), ("cost", "AlexNet", "--vs", "NASNet-A"),
])  # fmt: skip
def test_the_commands_draw(words, tmp_path, capfd):
    path = tmp_path / "picture.svg"
    with pytest.raises(SystemExit) as leave:
        main([*words, "--figure", str(path)])
    assert not leave.value.code
    assert path.read_text().startswith("<svg")
    capfd.readouterr()


def test_growth_that_is_not_known_is_not_drawn(tmp_path, capfd):
    with pytest.raises(SystemExit) as leave:
        main(["cost", "AlexNet", "--vs", "Chinchilla", "--figure", str(tmp_path / "p.svg")])
    assert leave.value.code == 3
    assert "nothing to draw" in capfd.readouterr().err
