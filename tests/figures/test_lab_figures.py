"""The lab's pictures: every width and theme compiles, and says what its numbers mean."""

import json

import pytest

from costlaw.figures import save_figure, scale_figure, theory_figure
from costlaw.lab.scale import read_scale, scale_sweep
from costlaw.lab.sweeps import run_sweep
from costlaw.lab.theory import theory


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    sweep = scale_sweep("teacher-student", sizes=[2, 4, 8, 16], examples=[64, 128, 256, 512],
                        settings={"epochs": 3, "least_steps": 50})  # fmt: skip
    return read_scale(run_sweep(sweep, tmp_path_factory.mktemp("scale"), workers=2))


@pytest.fixture(scope="module")
def descent():
    return theory("interpolation", seeds=2)


@pytest.mark.parametrize(("width", "theme"), [(720, "light"), (374, "dark")])
def test_every_width_and_theme_compiles(scaled, descent, tmp_path, width, theme):
    for name, figure, result in (
        ("scale", scale_figure, scaled),
        ("theory", theory_figure, descent),
    ):
        path = tmp_path / f"{name}.svg"
        save_figure(figure(result, width=width, theme=theme), str(path))
        assert path.read_text().startswith("<svg")


def test_the_theory_prints_what_performance_is(descent):
    text = json.dumps(theory_figure(descent), ensure_ascii=False)
    assert "performance = 1/RMSE of the excess prediction" in text


def test_the_scale_picture_shows_the_held_out_cell_and_its_verdict(scaled):
    said = scale_figure(scaled)["description"]
    assert f"largest cell from {scaled.held_out.cells} smaller ones" in said
    assert ("OUTSIDE" in said) != scaled.held_out.is_inside
