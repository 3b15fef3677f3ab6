"""A forecast as a picture: what it shows, and what a file of it holds."""

import builtins
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest

from costlaw.exceptions import MissingExtra, OptionError, OutputError
from costlaw.figures import check_figure_path, forecast_figure, save_figure
from costlaw.figures.frame import Frame, compute_extent, decade_ticks, error_extent, log_ticks
from costlaw.figures.labels import around, landmarks, place, text_box
from costlaw.figures.wording import power_text, short_mass, short_number
from costlaw.runs import Runs
from costlaw.verbs import forecast

vl_convert = pytest.importorskip("vl_convert")


@pytest.fixture(scope="module")
def imagenet():
    return forecast("imagenet", 0.05)


@pytest.fixture(scope="module")
def article():
    return forecast("imagenet", 0.05, edition="v1", site="article-2021")


@pytest.fixture(scope="module")
def own():
    errors = [0.40, 0.33, 0.25, 0.21, 0.16, 0.13]
    records = [{"name": f"r{i}", "error": e, "compute_flop": 10.0 ** (18 + i)}
               for i, e in enumerate(errors)]  # fmt: skip
    return forecast(Runs.from_records(records), 0.1)


def layers_of(panel, kind):
    return [layer for layer in panel["layer"] if layer["mark"]["type"] == kind]


def texts_of(panel):
    found = []
    for layer in layers_of(panel, "text"):
        text = layer["mark"]["text"]
        found.extend(text if isinstance(text, list) else [text])
    return found


def shown_points(panel):
    rows = layers_of(panel, "point")[0]["data"]["values"]
    return sorted((round(r["x"], 6), round(r["y"], 6)) for r in rows)


def test_every_run_is_a_point_at_its_compute_and_error(imagenet):
    panel = forecast_figure(imagenet)["vconcat"][1]
    runs = imagenet.runs
    expected = zip(np.log10(runs.numbers("compute_flop")), np.log10(runs.numbers("error")),
                   strict=True)  # fmt: skip
    assert shown_points(panel) == sorted((round(x, 6), round(y, 6)) for x, y in expected)


def test_the_line_over_time_passes_the_best_result_of_each_year(imagenet):
    panel = forecast_figure(imagenet)["vconcat"][0]
    line = layers_of(panel, "line")[0]["data"]["values"]
    years, errors = imagenet.runs.numbers("year"), imagenet.runs.numbers("error")
    best = {year: errors[years == year].min() for year in np.unique(years)}
    assert {row["x"]: pytest.approx(10 ** row["y"]) for row in line} == best


def test_runs_without_years_get_the_lower_panel_alone(own):
    assert len(forecast_figure(own)["vconcat"]) == 1


def test_the_ticks_turn_compute_into_dollars_and_carbon_at_the_site(article):
    panel = forecast_figure(article, width=900)["vconcat"][1]
    axis = layers_of(panel, "point")[0]["encoding"]["x"]["axis"]
    rows = json.loads(axis["labelExpr"].split("[indexof")[0])
    flop, dollars, carbon = rows[axis["values"].index(28)]
    per = article.site.per_flop
    assert flop == "10²⁸"
    assert dollars == f"${short_number(1e28 * per['usd'].value)}"
    assert carbon == short_mass(1e28 * per["co2e_kg"].value)


def test_grey_begins_where_the_back_tested_evidence_ends(article, imagenet):
    spec = forecast_figure(article)["vconcat"][1]
    grounds = [layer["encoding"] for layer in layers_of(spec, "rect")]
    width, span = spec["width"], layers_of(spec, "point")[0]["encoding"]["x"]["scale"]["domain"]
    column = (np.log10(article.evidence_end) - span[0]) / (span[1] - span[0]) * width
    grey = grounds[0]
    assert grey["x"]["value"] == pytest.approx(column, abs=0.01)
    assert grey["x2"]["value"] == width
    assert "beyond back-tested reach" in texts_of(spec)


def test_an_interval_that_leaves_the_picture_says_where_it_ends(article):
    _, high = article.compute.interval(0.9)
    panel = forecast_figure(article)["vconcat"][1]
    assert f"to {power_text(round(np.log10(high)))}" in texts_of(panel)


def test_the_bands_are_those_of_the_forecast_and_lie_around_the_line(article):
    panel = forecast_figure(article)["vconcat"][1]
    next_90, law_90, law_50 = layers_of(panel, "area")
    x = np.array([row["x"] for row in law_90["data"]["values"]])
    low, high = article.bands(10.0**x).law[0.9]
    drawn = np.array([(row["low"], row["high"]) for row in law_90["data"]["values"]])
    inside = (drawn[:, 0] > drawn[:, 0].min()) & (drawn[:, 1] < drawn[:, 1].max())
    assert inside.sum() > 20
    assert np.allclose(10 ** drawn[inside], np.c_[low, high][inside])
    narrow = np.array([(row["low"], row["high"]) for row in law_50["data"]["values"]])
    assert (narrow[:, 0] >= drawn[:, 0]).all() and (narrow[:, 1] <= drawn[:, 1]).all()
    assert len(next_90["data"]["values"]) == len(x)


@pytest.mark.parametrize("width", [320, 390, 720, 900])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_compiles_and_is_never_wider_than_asked(own, article, width, theme):
    for result in (own, article):
        svg = ET.fromstring(vl_convert.vegalite_to_svg(forecast_figure(result, width=width,
                                                                       theme=theme)))  # fmt: skip
        assert width - 40 <= float(svg.get("width")) <= width


@pytest.mark.parametrize("width", [320, 390, 900])
def test_no_name_of_a_system_covers_another_name_or_a_point(width):
    random = np.random.default_rng(5)
    spots = [(float(x), float(y)) for x, y in random.uniform(0, (width, 200), size=(40, 2))]
    names = [(f"System {i}", *spot) for i, spot in enumerate(spots)]
    taken = [around(*spot) for spot in spots]
    placed = place(names, room=(width, 200), taken=taken, size=11, most=40)
    boxes = [text_box(label, 11) for label in placed]
    assert len(boxes) >= 5
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :] + taken:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or \
                other[3] <= one[1]  # fmt: skip


def test_landmarks_begin_with_the_lowest_error_then_the_largest_run():
    x, error = np.array([1.0, 2.0, 3.0, 4.0, 4.0]), np.array([0.4, 0.35, 0.1, 0.3, 0.2])
    assert landmarks(x, error) == [2, 4, 0, 1]


def test_an_unbounded_interval_or_a_far_answer_keeps_the_domain_finite():
    runs = np.array([18.0, 22.0])
    assert np.isfinite(compute_extent(runs, 25.0, (20.0, np.inf))).all()
    assert compute_extent(runs, 299.0, (20.0, np.inf))[1] <= 307


def test_ticks_are_few_and_round():
    for span in ((17.6, 31.5), (18.0, 18.9), (-3.0, 120.0)):
        ticks = decade_ticks(span, 7)
        assert 1 < len(ticks) <= 7 and all(span[0] <= t <= span[1] for t in ticks)
    low, high = error_extent(np.array([0.054, 0.088]), 0.05, ceiling=1.0)
    assert len(log_ticks((low, high))) >= 4


def test_a_frame_turns_data_into_pixels_from_top_left():
    frame = Frame(width=100, height=50, x=(0.0, 10.0), y=(-1.0, 0.0))
    assert (frame.across(5.0), frame.down(0.0), frame.down(-1.0)) == (50.0, 0.0, 50.0)


def test_svg_and_png_are_what_their_suffix_says(own, tmp_path):
    spec = forecast_figure(own)
    svg = save_figure(spec, tmp_path / "a.svg").read_text()
    assert ET.fromstring(svg).tag.endswith("svg") and "10²⁰" in svg
    assert save_figure(spec, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_png_writes_raised_digits_flat_where_no_font_has_them(own, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr("costlaw.figures.saving._draws_raised_digits", lambda: False)

    def keep(spec, **_):
        drawn.append(json.dumps(spec, ensure_ascii=False))
        return b""

    monkeypatch.setattr(vl_convert, "vegalite_to_png", keep)
    save_figure(forecast_figure(own), tmp_path / "a.png")
    assert "10^20" in drawn[0] and not re.search("[⁰⁴⁵⁶⁷⁸⁹]", drawn[0])


class Addresses(HTMLParser):
    """Collects every attribute by which a page could ask for something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [v for k, v in attrs if k in {"src", "href", "srcset", "data", "action"}]


def test_the_page_asks_no_host_for_anything_and_forbids_it_too(own, tmp_path):
    narrow = forecast_figure(own, width=374)
    page = save_figure(forecast_figure(own), tmp_path / "a.html", narrow=narrow).read_text()
    addresses = Addresses()
    addresses.feed(page)
    assert [a for a in addresses.found if not (a or "").startswith(("#", "data:"))] == []
    assert "default-src 'none'" in page and "cdn" not in page.split("<script>")[0]
    specs = json.loads(re.search(r"^const specs = (.*);$", page, re.M)[1].replace("<\\/", "</"))
    assert [spec["usermeta"]["width"] for spec in specs] == [374, 720]
    bundle = page.split("<script>")[1].split("</script>")[0]
    assert bundle.replace("<\\/script", "</script") == vl_convert.javascript_bundle()
    assert page.count("</script>") == 2


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.svg.txt"])
def test_an_unknown_suffix_is_refused_before_anything_is_drawn(name, tmp_path):
    with pytest.raises(OptionError, match=r"\.svg, \.png, \.html"):
        check_figure_path(tmp_path / name)


def test_a_folder_that_is_not_there_is_refused(own, tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        save_figure(forecast_figure(own), tmp_path / "none" / "a.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_keeps_the_old_file_and_leaves_no_other(own, tmp_path, monkeypatch):
    target = tmp_path / "a.svg"
    target.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OutputError, match="No space left"):
        save_figure(forecast_figure(own), target)
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"] and target.read_text() == "old"


def test_without_the_converter_the_extra_is_named(monkeypatch, tmp_path):
    real = builtins.__import__

    def absent(name, *args, **more):
        if name == "vl_convert":
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtra, match=r"costlaw\[figures\]"):
        check_figure_path(tmp_path / "a.svg")


def test_unknown_theme_and_impossible_width_are_refused(own):
    with pytest.raises(OptionError, match="light or dark"):
        forecast_figure(own, theme="sepia")
    with pytest.raises(OptionError, match="at least 320"):
        forecast_figure(own, width=100)


def test_the_command_writes_the_picture_and_says_so_on_stderr(tmp_path, capsys):
    from costlaw.cli import main

    target = tmp_path / "p.svg"
    with pytest.raises(SystemExit) as leave:
        main(["forecast", "imagenet", "--error", "5%", "--json", "--figure", str(target)])
    out, err = capsys.readouterr()
    assert leave.value.code == 0 and json.loads(out)["schema"] == "costlaw.forecast/1"
    assert f"figure written: {target}" in err and target.exists()


def test_the_command_refuses_a_bad_path_before_it_forecasts(tmp_path, capsys):
    from costlaw.cli import main

    with pytest.raises(SystemExit) as leave:
        main(["forecast", "imagenet", "--error", "5%", "--figure", str(tmp_path / "p.pdf")])
    out, err = capsys.readouterr()
    assert leave.value.code == 2 and out == "" and err.count("\n") == 1


def test_the_same_picture_is_the_same_file_however_many_were_drawn_before(imagenet):
    pytest.importorskip("vl_convert")
    from costlaw.figures import svg_text

    spec = forecast_figure(imagenet)
    assert svg_text(spec) == svg_text(spec)
