"""``costlaw lifecycle`` at the real command: answers, JSON, pictures and bad input."""

import json
from types import SimpleNamespace

import pytest

from costlaw.cli import main


@pytest.fixture
def run(capfd):
    """Return a function that runs ``costlaw …`` and says its exit code and what it printed."""

    def called(*words):
        with pytest.raises(SystemExit) as leave:
            main(list(words))
        printed = capfd.readouterr()
        return SimpleNamespace(code=int(leave.value.code or 0), out=printed.out, err=printed.err)

    return called


def test_a_life_prints_its_parts_and_which_is_larger(run):
    done = run("lifecycle", "GPT-3", "--uses", "10 billion/day", "--years", "2")
    assert done.code == 0
    for word in ("programme", "training", "running", "total", "larger"):
        assert word in done.out
    assert len(done.out.splitlines()) <= 12


def test_json_of_a_life_adds_up(run):
    done = run("lifecycle", "3e23 FLOP", "--per-use", "350 GFLOP", "--uses", "1e12", "--retrain",
               "1 year", "--json")  # fmt: skip
    record = json.loads(done.out)
    assert record["schema"] == "costlaw.lifecycle/1"
    for currency, parts in record["parts"].items():
        total = sum(part["estimate"] for part in parts.values())
        assert total == pytest.approx(record["total"][currency]["estimate"])


def test_strategies_are_compared_and_drawn(run, tmp_path):
    path = tmp_path / "even.svg"
    done = run("lifecycle", "GPT-3", "--uses", "1e12", "--strategy", "int8", "--strategy",
               "distillation", "--figure", str(path), "--json")  # fmt: skip
    record = json.loads(done.out)
    assert {item["strategy"]["name"] for item in record["strategies"]} == {"int8", "distilled-half"}
    assert path.read_text().startswith("<svg")


def test_at_equal_error_distillation_is_charged_for_its_error(run):
    plain, even = (
        json.loads(run("lifecycle", "GPT-3", "--uses", "1e12", "--strategy", "distillation",
                       "--json", *more).out)["strategies"][0]
        for more in ((), ("--equal-error", "9"))
    )  # fmt: skip
    assert even["total"]["estimate"] > plain["total"]["estimate"]
    assert even["strategy"]["ratios"]["error"]["estimate"] == 1


def test_the_map_is_drawn(run, tmp_path):
    path = tmp_path / "map.svg"
    done = run("lifecycle", "GPT-3", "--uses", "1e12", "--map", "--figure", str(path), "--json")
    assert json.loads(done.out)["schema"] == "costlaw.dominance-map/1"
    assert "training costs more" in path.read_text()


def test_a_size_is_answered_with_the_size_that_uses_ask_for(run):
    done = run("lifecycle", "13 billion parameters", "--uses", "2 trillion", "--json")
    record = json.loads(done.out)
    assert record["schema"] == "costlaw.sizing/1"
    assert record["saved_share"] == pytest.approx(0.174, abs=0.001)


@pytest.mark.parametrize(
    ("arguments", "needle"),
    [
        (("1e20 FLOP", "--uses", "1e9"), "--per-use"),
        (("GPT-3", "--uses", "many"), "2e12 or 10 million/day"),
        (("GPT-3", "--uses", "5/fortnight"), "/day, /week"),
        (("GPT-3", "--uses", "-4"), "above 0"),
        (("GPT-3", "--uses", "1e9", "--years", "0"), "service life"),
        (("GPT-3", "--uses", "1e9", "--strategy", "magic"), 'unknown strategy "magic"'),
        (("GPT-3", "--uses", "1e9", "--map", "--currency", "EUR"), "usd"),
        (("GPT-3", "--uses", "1e9", "--figure", "x.svg"), "--map"),
        (("GPT-3", "--uses", "1e9", "--strategy", "all", "--currency", "EUR"), "unknown currency"),
        (("13 billion parameters", "--uses", "1e300"), "uses = 1e+300"),
        (("GPT-3", "--uses", "1e9", "--years", "inf"), "service life"),
        (("GPT-3", "--uses", "1e9", "--retrain", "0"), "time between trainings"),
        (("GPT-3", "--uses", "1e9", "--serving-utilization", "2"), "Write 0.02"),
        (("GPT-3", "--uses", "1e9", "--equal-error", "-1"), "cost exponent"),
        (("GPT-3", "--uses", "1e9", "--site", "today", "--chip", "H100"), "--site"),
        (("GPT-99x", "--uses", "1e9"), "unknown system"),
        (("0 parameters", "--uses", "1e9"), "above 0"),
    ],
)
def test_bad_input_gets_one_line_and_code_two(run, arguments, needle):
    done = run("lifecycle", *arguments)
    assert done.code == 2
    assert needle in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_a_table_that_is_not_there_is_named(run):
    done = run("lifecycle", "GPT-3", "--uses", "1e9", "--strategies", "no.csv")
    assert done.code == 1
    assert "no.csv" in done.err
