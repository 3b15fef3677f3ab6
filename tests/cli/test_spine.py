"""The main job at the real command: a published benchmark, or own runs, to a priced forecast."""

import json
import subprocess
import sys

import pytest


def answer(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_imagenet_at_five_percent_is_a_card_on_stdout_and_notes_on_stderr(costlaw):
    done = costlaw("forecast", "imagenet", "--error", "5%")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("what an error of 5.0 % takes")
    for word in ("compute", "device-hours", "$", "kWh" if "kWh" in done.stdout else "GWh", "CO2e"):
        assert word in done.stdout
    assert len(done.stdout.splitlines()) <= 12
    assert "note:" in done.stderr and "note:" not in done.stdout
    assert "\x1b[" not in done.stdout + done.stderr


def test_json_is_versioned_and_every_quantity_has_an_interval(costlaw):
    record = answer(costlaw("forecast", "imagenet", "--error", "5%", "--json"))
    assert record["schema"] == "costlaw.forecast/1"
    for quantity in ("device_hours", "usd", "energy_kwh", "co2e_kg"):
        value = record["cost"][quantity]
        assert value["low"] < value["estimate"] < value["high"]
        assert value["level"] == 0.9
    assert record["fit"]["n"] > 30 and record["sources"]


def test_the_articles_own_number_and_its_dollars(costlaw):
    record = answer(
        costlaw("forecast", "imagenet", "--error", "5%", "--edition", "v1",
                "--site", "article-2021", "--json")
    )  # fmt: skip
    assert record["log10_flop"] == pytest.approx(28.06, abs=0.006)
    assert f"{record['cost']['usd']['estimate']:.1e}" == "1.4e+11"
    assert record["evidence"] == "beyond back-tested reach"


@pytest.mark.parametrize(("name", "error"), [("coco", "30%"), ("squad", "5%"), ("conll", "5%")])
def test_the_other_benchmarks_are_answered(costlaw, name, error):
    record = answer(costlaw("forecast", name, "--error", error, "--json"))
    assert record["benchmark"] == name and record["log10_flop"] > 20


def test_translation_is_refused_where_compute_explains_nothing(costlaw):
    for words in (["wmt14-en-de", "--edition", "v1"], ["wmt14-en-fr"]):
        done = costlaw("forecast", *words, "--error", "50%")
        assert done.returncode == 3
        assert "not told apart from zero" in done.stderr and done.stdout == ""
    done = costlaw("forecast", "wmt14-en-fr", "--error", "50%", "--edition", "v1")
    assert done.returncode == 0
    assert "BLEU" in done.stderr


def test_an_unbounded_end_is_null_with_a_reason(costlaw):
    record = answer(
        costlaw(
            "forecast", "coco", "--error", "5%", "--edition", "v1", "--law", "exponential", "--json"
        )
    )
    assert record["compute"]["high"] is None
    assert "never get there" in record["compute"]["unbounded"]


def test_strict_refuses_past_the_back_tested_reach(costlaw):
    words = ("forecast", "imagenet", "--error", "5%", "--edition", "v1")
    assert costlaw(*words).returncode == 0
    done = costlaw(*words, "--strict")
    assert done.returncode == 3
    assert "back-tests held up to" in done.stderr


def test_a_combination_without_data_names_those_that_exist(costlaw):
    done = costlaw("fit", "squad", "--edition", "v2", "--measure", "network-operations")
    assert done.returncode == 3
    assert "v2 hardware-burden" in done.stderr


def test_fit_prints_what_the_authors_printed(costlaw):
    record = answer(
        costlaw("fit", "imagenet", "--edition", "v2", "--measure", "network-operations", "--json")
    )
    assert record["n"] == 77
    assert round(record["coefficients"]["slope"], 4) == 0.0836
    assert round(record["r_squared"], 3) == 0.720


def test_help_loads_none_of_the_heavy_libraries():
    code = (
        "import sys; from costlaw.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'polars', 'rich', 'altair'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_picture_is_written_and_its_path_said(costlaw, tmp_path):
    done = costlaw("forecast", "imagenet", "--error", "5%", "--figure", "picture.html")
    assert done.returncode == 0
    assert "picture.html" in done.stderr
    assert (tmp_path / "picture.html").stat().st_size > 10_000
