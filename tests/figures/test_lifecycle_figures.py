"""Pictures of the two costs and of break-even."""

import dataclasses
import re
import xml.etree.ElementTree as ET

import pytest

from costlaw.costs import preset
from costlaw.figures import break_even_figure, dominance_figure
from costlaw.figures.labels import Label, text_box
from costlaw.lifecycle import (
    Workload,
    compare_strategies,
    default_strategies,
    dominance_map,
    lifecycle_of,
    strategy_of,
)

vl_convert = pytest.importorskip("vl_convert")
SITE = preset("today")
WORK = Workload.of(training=3e23, per_use=3.5e11, uses_per_year=3e11, service_years=3,
                   retrain_every_years=1.0, name="a network")  # fmt: skip


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (720, "dark")])
def test_both_pictures_compile_and_are_never_wider_than_asked(width, theme):
    for spec in (
        dominance_figure(dominance_map(lifecycle_of(WORK, site=SITE)), width=width, theme=theme),
        break_even_figure(compare_strategies(WORK, default_strategies(), site=SITE),
                          width=width, theme=theme),
    ):  # fmt: skip
        svg = ET.fromstring(vl_convert.vegalite_to_svg(spec))
        assert width - 40 <= float(svg.get("width")) <= width


def test_the_boundary_drawn_is_the_boundary_answered():
    found = dominance_map(lifecycle_of(WORK, site=SITE))
    (panel,) = dominance_figure(found)["vconcat"]
    rows = panel["layer"][0]["data"]["values"]
    for row in rows[::10]:
        edge = found.boundary(10 ** row["y"])
        assert 10 ** row["x"] == pytest.approx(edge.value)
        assert (10 ** row["low"], 10 ** row["high"]) == pytest.approx(edge.interval(0.9))


def test_every_strategy_is_named_with_what_it_does_to_the_error():
    spec = break_even_figure(compare_strategies(WORK, default_strategies(), site=SITE))
    texts = str(spec)
    for item in default_strategies():
        assert item.name in texts
    assert "distilled-half (error ×1.12)" in texts


@pytest.mark.parametrize("width", [374, 720, 1100])
def test_names_of_strategies_stand_clear_of_every_line(width):
    spec = break_even_figure(compare_strategies(WORK, default_strategies(), site=SITE), width=width)
    upper = spec["vconcat"][0]
    lines = [layer for layer in upper["layer"] if layer["mark"]["type"] == "line"]
    (x0, x1), (y0, y1) = (lines[0]["encoding"][axis]["scale"]["domain"] for axis in "xy")
    spots = [((row["x"] - x0) / (x1 - x0) * upper["width"],
              (y1 - row["y"]) / (y1 - y0) * upper["height"])
             for line in lines for row in line["data"]["values"]]  # fmt: skip
    names = {item.name for item in default_strategies()}
    told = [layer for layer in upper["layer"] if layer["mark"].get("text") in names]
    assert {layer["mark"]["text"] for layer in told} == names
    for layer in told if width > 400 else []:  # a phone has room for every name, not beside it
        at = (layer["encoding"][axis]["value"] for axis in "xy")
        mark = layer["mark"]
        left, top, right, bottom = text_box(
            Label(text=mark["text"], x=next(at), y=next(at), align=mark["align"]), mark["fontSize"]
        )
        assert not any(left < x < right and top < y < bottom for x, y in spots), mark["text"]


@pytest.mark.parametrize("width", [320, 374, 720])
def test_the_rule_of_the_uses_asked_for_crosses_no_words(width):
    spec = break_even_figure(compare_strategies(WORK, default_strategies(), site=SITE), width=width)
    lower = spec["vconcat"][1]
    told = [layer for layer in lower["layer"] if layer["mark"]["type"] == "text"]
    rules = [{name: end["value"] for name, end in layer["encoding"].items()}
             for layer in lower["layer"] if layer["mark"].get("strokeDash") == [3, 3]]  # fmt: skip
    assert rules and max(rule["y2"] for rule in rules) > lower["height"]
    for layer in told:
        x, y = (layer["encoding"][axis]["value"] for axis in "xy")
        label = Label(text=layer["mark"]["text"], x=x, y=y, align=layer["mark"]["align"])
        left, top, right, bottom = text_box(label, layer["mark"]["fontSize"])
        assert not any(left < rule["x"] < right and rule["y"] < bottom and top < rule["y2"]
                       for rule in rules), label.text  # fmt: skip


@pytest.mark.parametrize("width", [320, 720])
def test_a_picture_is_as_wide_as_it_was_asked_to_be(width):
    compared = compare_strategies(WORK, default_strategies(), site=SITE)
    drawn = [break_even_figure(compared, width=width),
             dominance_figure(dominance_map(compared.baseline), width=width)]  # fmt: skip
    for spec in drawn:
        found = re.search(r'<svg[^>]* width="([0-9.]+)"', vl_convert.vegalite_to_svg(spec))
        assert float(found[1]) <= width + 1


def test_a_network_that_is_never_trained_again_is_marked_on_the_side_of_its_bill():
    work = dataclasses.replace(WORK, retrain_every_years=None)
    life = lifecycle_of(work, site=SITE)
    found = dominance_map(life)
    running = life.parts("usd")["running"].value / life.total("usd").value
    years = work.service_years
    assert found.running_share(work.uses_per_training.value, years) == pytest.approx(running)
    assert found.to_dict()["retrain_every_years"] is None
    assert "never retrained" in str(found) and "never retrained" in str(dominance_figure(found))


def test_a_single_strategy_is_enough_for_a_picture():
    spec = break_even_figure(compare_strategies(WORK, [strategy_of("int8")], site=SITE))
    assert "pays from the first use" in str(spec)
    assert vl_convert.vegalite_to_svg(spec)


def test_a_notebook_shows_the_card_and_the_picture():
    import costlaw  # the front door names the pictures

    assert costlaw.Lifecycle
    life = lifecycle_of(WORK, site=SITE)
    for result in (dominance_map(life), compare_strategies(WORK, [strategy_of("int8")], site=SITE)):
        shown = result._repr_html_()
        assert "<pre" in shown and "<svg" in shown
    assert "<pre" in life._repr_html_()
