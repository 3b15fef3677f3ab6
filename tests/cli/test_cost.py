import json

import pytest

from costlaw.cli import main


def code(*arguments):
    with pytest.raises(SystemExit) as leave:
        main(["cost", *arguments])
    return int(leave.value.code or 0)


def test_the_pair_of_the_article_in_json(capfd):
    assert code("AlexNet", "--vs", "NASNet-A", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    assert {"total", "chip_rate", "count", "time"} <= set(record["decomposition"])
    assert record["decomposition"]["total"] == pytest.approx(1095, rel=1e-3)


def test_an_amount_on_a_chip_in_a_place(capfd):
    assert code("1e28 FLOP", "--chip", "H100", "--region", "FR", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    assert record["today"]["site"]["region"] == "France"
    assert record["today"]["usd"]["low"] < record["today"]["usd"]["high"]


def test_the_band_over_readings(capfd):
    assert code("1e28 FLOP", "--readings") == 0
    captured = capfd.readouterr()
    assert "band: $15 billion" in captured.out
    assert "88 times" in captured.err


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        (["AlexNett"], 2, "Did you mean AlexNet"),
        (["3 weeks on 2 GPUs"], 2, "names no chip"),
        (["1e15 FLOP/s"], 2, "That is a rate"),
        (["-3 FLOP"], 2, "No such option"),
        (["--", "-3 FLOP"], 2, "above 0"),
        (["AlexNet", "--region", "Atlantis"], 2, "unknown region"),
        (["1e20 FLOP", "--chip", "A100", "--number-format", "fp8"], 2, "number format"),
        (["1e20 FLOP", "--chip", "H100", "--date", "2015"], 2, "released on"),
        (["1e20 FLOP", "--utilization", "40"], 2, "Write 0.4"),
        (["1e20 FLOP", "--usd-year", "1958"], 2, "2001 to 2025"),
        (["1e20 FLOP", "--site", "today", "--chip", "H100"], 2, "leave out chip"),
        (["XLM"], 3, "neither its training compute"),
        (["absent.json"], 1, "cannot be read"),
    ],
)
def test_bad_input_has_its_exit_code_and_says_what_to_do(capfd, arguments, expected, message):
    assert code(*arguments) == expected
    captured = capfd.readouterr()
    assert message in captured.err
    assert captured.out == ""
