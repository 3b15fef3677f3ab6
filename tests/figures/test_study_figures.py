"""Pictures of the lab: strategies and studies, light and dark, wide and narrow."""

import json

import pytest

from costlaw.figures.study import study_figure
from costlaw.lab.findings import Findings, Line, Panel
from costlaw.lab.shift.published import published_shift


def study():
    lines = (
        Line.of("one", [1e9, 1e10], [[0.2, 0.21], [0.1, 0.11]]),
        Line(name="two", x=(1e9,), y=(0.3,)),
    )
    panel = Panel(title="Error", x_name="FLOP", y_name="error", lines=lines)
    return Findings(study="made-up", title="A study", answers=(), panels=(panel,), notes=("a",),
                    seeds=2, first_seed=0, cpu_s=0.0)  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [374, 720])
def test_a_study_is_drawn_with_every_line_named(theme, width):
    for found in (study(), published_shift()):
        spec = study_figure(found, width=width, theme=theme)
        text = json.dumps(spec)
        for panel in found.panels:
            assert all(f'"text": "{line.name}"' in text for line in panel.lines)
        assert spec["usermeta"]["width"] == width
