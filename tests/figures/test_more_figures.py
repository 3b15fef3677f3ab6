"""Pictures of a fit, of an expected year, of parameters per example, and of own runs."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from costlaw.audit import over_time
from costlaw.cli import main
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.figures import (
    fit_figure,
    forecast_figure,
    over_time_figure,
    parameters_figure,
    save_figure,
)
from costlaw.figures.frame import Frame, error_ticks
from costlaw.figures.time_panel import year_ticks
from costlaw.literature import systems
from costlaw.runs import Runs
from costlaw.verbs import fit, forecast

vl_convert = pytest.importorskip("vl_convert")


def of_kind(panel, kind):
    return [layer for layer in panel["layer"] if layer["mark"]["type"] == kind]


def all_texts(spec):
    found = []
    for panel in spec["vconcat"]:
        for layer in of_kind(panel, "text"):
            text = layer["mark"]["text"]
            found += text if isinstance(text, list) else [text]
    return found


@pytest.fixture(scope="module")
def squad():
    return over_time("squad", 0.05)


@pytest.mark.parametrize("width", [320, 390, 900])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_picture_compiles_and_is_never_wider_than_asked(squad, width, theme):
    for spec in (
        fit_figure(fit("imagenet"), width=width, theme=theme),
        over_time_figure(squad, width=width, theme=theme),
        parameters_figure(systems(), width=width, theme=theme),
    ):
        svg = ET.fromstring(vl_convert.vegalite_to_svg(spec))
        assert width - 40 <= float(svg.get("width")) <= width


def test_a_fit_is_drawn_with_every_run_and_its_exponent():
    result = fit("imagenet")
    spec = fit_figure(result)
    rows = of_kind(spec["vconcat"][1], "point")[0]["data"]["values"]
    assert sorted(row["x"] for row in rows) == sorted(result.evidence.x.tolist())
    assert f"power {result.cost_exponent:.1f} of 1/error" in " ".join(spec["title"]["subtitle"])


def test_a_fit_that_carries_nothing_says_so_in_its_picture():
    result = fit("wmt14-en-de")
    assert result.verdict != "ok"
    assert "verdict: the exponent is not told apart" in " ".join(
        fit_figure(result)["title"]["subtitle"]
    )


def test_own_runs_answered_by_the_pool_have_two_bands_and_no_line_before_the_first_run():
    errors = [0.288, 0.24, 0.201, 0.169, 0.15, 0.14]
    runs = Runs.from_records([{"name": f"r{i}", "error": e, "compute_flop": 10.0 ** (17 + i / 2)}
                              for i, e in enumerate(errors)])  # fmt: skip
    result = forecast(runs, 0.135)
    assert result.fit.law == "pool"
    panel = forecast_figure(result)["vconcat"][0]
    assert len(of_kind(panel, "area")) == 2
    for layer in [*of_kind(panel, "area"), *of_kind(panel, "line")]:
        assert all(row["x"] >= 17 - 1e-9 for row in layer["data"]["values"])
    assert "median" in all_texts({"vconcat": [panel]})


def test_the_line_over_time_passes_the_target_in_the_expected_year(squad):
    panel = over_time_figure(squad)["vconcat"][0]
    rows = [row for layer in of_kind(panel, "line") for row in layer["data"]["values"]]
    order = np.argsort([row["x"] for row in rows])
    years, logs = np.array([(rows[i]["x"], rows[i]["y"]) for i in order]).T
    assert np.interp(squad.year, years, logs) == pytest.approx(math.log10(0.05))
    assert f"{squad.year:.1f}" in all_texts({"vconcat": [panel]})


def test_grey_over_time_begins_after_the_last_dated_result(squad):
    panel = over_time_figure(squad)["vconcat"][0]
    span = of_kind(panel, "point")[0]["encoding"]["x"]["scale"]["domain"]
    left = of_kind(panel, "rect")[0]["encoding"]["x"]["value"] / panel["width"]
    assert span[0] + left * (span[1] - span[0]) == pytest.approx(squad.last_year + 0.25, abs=0.01)


def test_an_expected_year_without_an_upper_end_is_drawn_with_an_arrow():
    weak = Runs.from_records([{"name": f"r{i}", "error": e, "year": 2015 + i}
                              for i, e in enumerate([0.4, 0.2, 0.45, 0.21, 0.3])])  # fmt: skip
    from costlaw.audit.over_time import _line

    expected = _line(weak, 0.1, level=0.9)
    assert math.isinf(expected.high)
    assert "unbounded" in all_texts(over_time_figure(expected))


def test_every_system_with_both_counts_is_one_point_at_its_ratio():
    known = [s for s in systems() if s.parameters_per_example]
    panel = parameters_figure(systems())["vconcat"][0]
    rows = [row for layer in of_kind(panel, "point") for row in layer["data"]["values"]
            if "group" in row]  # fmt: skip
    assert sorted(round(row["y"], 9) for row in rows) == sorted(
        round(math.log10(s.parameters_per_example), 9) for s in known
    )


def test_the_articles_systems_are_named():
    texts = all_texts(parameters_figure(systems(), width=900))
    assert {"AlexNet", "NASNet-A", "Noisy Student", "Perceptron Mark I"} <= set(texts)


def test_a_median_stands_only_where_a_year_has_enough_systems():
    few = [s for s in systems() if s.year < 1995]
    panel = parameters_figure(few)["vconcat"][0]
    assert all(not layer["data"]["values"] for layer in of_kind(panel, "line"))
    with pytest.raises(EvidenceError, match="expected 2"):
        parameters_figure(few[:1])


def test_ticks_keep_their_distance():
    for height in (120, 190, 330):
        frame = Frame(width=300, height=height, x=(0.0, 1.0), y=(-1.14, -0.37))
        rows = [frame.down(t) for t in error_ticks(frame)]
        assert len(rows) >= 3 and np.abs(np.diff(rows)).min() >= 16
    years = year_ticks(Frame(width=330, height=1, x=(1949.0, 2027.0), y=(0.0, 1.0)))
    assert all(year % 10 == 0 for year in years) and len(years) <= 9


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "imagenet"],
        ["audit", "--over-time", "imagenet"],
        ["forecast", "squad", "--error=9%"],
    ],
)
def test_commands_write_the_picture_they_are_asked_for(arguments, tmp_path, capsys):
    target = tmp_path / "p.svg"
    with pytest.raises(SystemExit) as leave:
        main([*arguments, "--figure", str(target)])
    assert leave.value.code == 0
    assert f"figure written: {target}" in capsys.readouterr().err
    assert re.match(r"<svg", target.read_text())


def test_the_systems_are_drawn_by_literature_draw(tmp_path, capsys):
    with pytest.raises(SystemExit) as leave:
        main(["literature", "draw", str(tmp_path / "p.svg")])
    assert leave.value.code == 0 and (tmp_path / "p.svg").exists()
    with pytest.raises(SystemExit) as leave:
        main(["audit", "--figure", str(tmp_path / "q.svg")])
    assert leave.value.code == 2 and "--over-time" in capsys.readouterr().err


def test_a_target_is_named_as_it_was_asked_for():
    errors = [0.20, 0.19, 0.177, 0.170]
    flops = [1e20, 1.3e20, 1.9e20, 2.5e20]
    pairs = zip(errors, flops, strict=True)
    runs = Runs.from_records([{"name": "r", "error": e, "compute_flop": c} for e, c in pairs])
    shown = {target: forecast(runs, target).shown_error for target in (0.165, 0.16, 0.1625)}
    assert shown == {0.165: "16.5 %", 0.16: "16 %", 0.1625: "16.25 %"}


def test_a_name_with_markup_stays_text_in_the_page(tmp_path):
    name = "<img src=x onerror=alert(1)></script>"
    errors = [0.40, 0.33, 0.25, 0.21, 0.16, 0.13]
    runs = Runs.from_records([{"name": name, "error": e, "compute_flop": 10.0 ** (18 + i)}
                              for i, e in enumerate(errors)])  # fmt: skip
    page = save_figure(fit_figure(fit(runs)), tmp_path / "a.html").read_text()
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert "<img" not in outside and "&lt;img" in outside and page.count("</script>") == 2


def test_a_law_of_own_runs_is_drawn_and_a_law_of_several_inputs_is_refused():
    rows = [{"name": f"r{i}", "error": 0.03 + 0.4 * 10 ** (-0.12 * i),
             "parameters": 10.0 ** (6 + i / 3), "examples": 10.0 ** (8 + (i % 4) / 2),
             "compute_flop": 10.0 ** (17 + i / 2)}
            for i in range(12)]  # fmt: skip
    drawn = fit_figure(fit(Runs.from_records(rows), law="power-irreducible"), width=374)
    assert drawn["usermeta"]["width"] == 374
    assert "irreducible" in " ".join(drawn["title"]["text"])
    with pytest.raises(OptionError, match="several inputs"):
        fit_figure(fit(Runs.from_records(rows), law="joint"))
