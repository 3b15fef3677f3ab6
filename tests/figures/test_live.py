"""The live picture draws what the still one draws, and moves to what another target would draw."""

import pytest

from costlaw.figures import (
    error_steps,
    forecast_figure,
    is_address,
    link_points,
    live_forecast_figure,
    target_rows,
)
from costlaw.figures.steps import MOST
from costlaw.forecasting import at_error
from costlaw.verbs import forecast


@pytest.fixture(scope="module")
def drawn():
    return forecast("imagenet", "5%")


def layers_of(spec):
    return [layer for panel in spec["vconcat"] for layer in panel["layer"]]


def test_a_live_picture_holds_the_same_axes_runs_and_bands(drawn):
    still, live = forecast_figure(drawn), live_forecast_figure(drawn)
    fixed = [layer for layer in layers_of(live) if "name" not in layer["data"]]
    assert all(layer in layers_of(still) for layer in fixed)
    assert [p["width"] for p in live["vconcat"]] == [p["width"] for p in still["vconcat"]]
    assert "title" not in live


def test_the_rows_of_the_drawn_target_are_those_in_the_picture(drawn):
    live = live_forecast_figure(drawn, width=400, theme="dark")
    tables = {layer["data"]["name"]: layer["data"]["values"] for layer in layers_of(live)
              if "name" in layer["data"]}  # fmt: skip
    assert target_rows(drawn, drawn, width=400, theme="dark") == tables


def test_a_moved_target_is_the_forecast_of_that_target(drawn):
    moved, made = at_error(drawn, 0.07), forecast("imagenet", "7%")
    assert moved.cost.to_dict() == made.cost.to_dict()
    assert moved.compute_next.to_dict() == made.compute_next.to_dict()
    rows = target_rows(drawn, moved)
    text = rows["answer-text"][-1]["text"]
    assert text[1] == "$2.6 million" or text[1].startswith("$")
    assert rows["target-rule"][0]["y"] < target_rows(drawn, drawn)["target-rule"][0]["y"]


def test_a_target_below_the_panel_is_an_arrow_at_its_edge_and_covers_nothing(drawn):
    rows = target_rows(drawn, at_error(drawn, 0.02))
    heights = [panel["height"] for panel in live_forecast_figure(drawn)["vconcat"]]
    for name, height in zip(("time", "target"), heights, strict=True):
        assert rows[f"{name}-rule"] == []
        assert {row["text"] for row in rows[f"{name}-text"]} == {"↓ target 2.0 %"}
        assert all(0 < row["y"] < height for row in rows[f"{name}-text"])
    assert not any(rows[f"answer-{kind}"] for kind in ("rule", "text", "point"))


def test_points_lie_over_lines_so_that_a_pointer_meets_them(drawn):
    for spec in (live_forecast_figure(drawn), forecast_figure(drawn)):
        for panel in spec["vconcat"]:
            marks = [layer["mark"]["type"] for layer in panel["layer"]]
            runs = next(place for place, layer in enumerate(panel["layer"])
                        if "tooltip" in layer["encoding"])  # fmt: skip
            assert "line" not in marks[runs:]


def test_only_addresses_of_pages_become_links(drawn):
    live = live_forecast_figure(drawn)
    run = next(iter(drawn.runs))
    for address, taken in (("https://arxiv.org/abs/1", True), ("javascript:alert(1)", False),
                           ("data:text/html,x", False), ("//evil.example", False)):  # fmt: skip
        linked = link_points(live, {(run.name, run.error): address})
        found = [row["opens"] for layer in layers_of(linked) for row in layer["data"]["values"]
                 if "opens" in row]  # fmt: skip
        assert bool(found) is taken
        assert is_address(address) is taken


@pytest.mark.parametrize(("low", "high"), [(0.018, 0.4), (0.0001, 0.9), (1.9, 3.4), (2.31, 2.33)])
def test_a_handle_has_enough_stops_and_not_too_many(low, high):
    steps = error_steps(low, high)
    assert 15 <= len(steps) <= MOST
    assert steps == sorted(steps, reverse=True)
    assert low <= steps[-1]
    assert steps[0] <= high
