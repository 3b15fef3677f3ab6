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
        (["Self Organizing System"], 3, "neither its training compute"),
        (["absent.json"], 1, "cannot be read"),
    ],
)
def test_bad_input_has_its_exit_code_and_says_what_to_do(capfd, arguments, expected, message):
    assert code(*arguments) == expected
    captured = capfd.readouterr()
    assert message in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("amount", "device_hours"),
    [
        (["5 PF-days"], None),
        (["8xH100-hours"], 8.0),
        (["3 weeks on 2 V100"], 2 * 21 * 24.0),
        (["2 GTX 580 for 6 days", "--price", "0.1"], 2 * 6 * 24.0),
        (["3 weeks on 2 GPUs", "--chip", "A100 SXM4 80 GB"], 2 * 21 * 24.0),
    ],
)
def test_amounts_as_people_write_them_are_priced(amount, device_hours, capfd):
    assert code(*amount, "--json") == 0
    record = json.loads(capfd.readouterr().out)
    if device_hours is None:
        assert record["compute"]["estimate"] == pytest.approx(5e15 * 86400)
    else:
        assert record["today"]["device_hours"]["estimate"] == pytest.approx(device_hours)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["3 weeks on 2 GPUs"], "--chip"),
        (["1e24 FLOP", "--region", "Frnace"], "Did you mean france"),
        (["1e24 FLOP", "--chip", "A100 SXM4 80 GB", "--number-format", "fp8"], "fp8"),
        (["1e24 FLOP", "--number-format", "fp8 sparse"], "Ask for the dense one: fp8"),
        (["-3 FLOP"], "above 0"),
        (["--", "-3 FLOP"], "above 0"),
        (["0 FLOP"], "above 0"),
        (["5 FLOPS"], "rate × time"),
        (["5 PF-days per chip"], "priced"),
        (["2 V100 for -3 days"], "priced"),
        (["8xH100-parsecs"], "priced"),
        (["1e24 FLOP", "--usd-year", "1990"], "price index covers 2001"),
        (["1e24 FLOP", "--chip", "H100 SXM", "--date", "2015"], "released on"),
        (["1e24 FLOP", "--date", "last year"], "ISO date"),
        (["1e24 FLOP", "--utilization", "40"], "Write 0.4"),
        (["1e24 FLOP", "--pue", "0.9"], "at least 1"),
        (["1e24 FLOP", "--price", "-2"], "> 0"),
        (["1e24 FLOP", "--programme", "0.5"], "at least"),
        (["1e24 FLOP", "--commitment", "spot"], "on-demand"),
        (["1e24 FLOP", "--accounting", "marginal"], "one more kWh"),
        (["1e24 FLOP", "--kind", "speech"], "language"),
        (["1e24 FLOP", "--location", "Atlantis"], "Known"),
        (["H10O", "--history"], "Did you mean"),
    ],
)
def test_bad_input_says_what_to_do_and_leaves_with_two(arguments, said, capfd):
    if arguments[0] == "-3 FLOP":
        arguments = ["--", *arguments]
    assert code(*arguments) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert len([x for x in captured.err.splitlines() if x.startswith(("costlaw:", "Error:"))]) == 1


def test_dollars_of_another_year_are_converted_by_the_index(capfd):
    bills = []
    for extra in ([], ["--usd-year", "2019"]):
        assert code("1e24 FLOP", *extra, "--json") == 0
        bills.append(json.loads(capfd.readouterr().out)["today"])
    assert (bills[0]["usd_year"], bills[1]["usd_year"]) == (2025, 2019)
    assert bills[1]["usd"]["estimate"] != bills[0]["usd"]["estimate"]
    assert bills[1]["co2e_kg"] == bills[0]["co2e_kg"]


@pytest.mark.parametrize("amount", ["1e-300 FLOP", "1e300 FLOP"])
def test_absurd_amounts_are_priced_without_a_fault(amount, capfd):
    assert code(amount) == 0
    assert "today" in capfd.readouterr().out


def test_a_run_file_is_priced(tmp_path, capfd):
    path = tmp_path / "run.json"
    path.write_text('{"name": "mine", "chip": "A100 SXM4 80 GB", "chip_count": 8,'
                    ' "duration_s": 36000, "compute_flop": 1e19}')  # fmt: skip
    assert code(str(path), "--region", "FR", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    assert record["subject"]["kind"] == "run"
    assert record["today"]["usd"]["low"] > 0


def test_the_history_of_prices_in_json(capfd):
    assert code("V100 SXM2 16 GB", "--history", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    assert record["schema"] == "costlaw.price-history/1"
    assert {"date", "vendor", "location", "kind", "price_usd"} <= set(record["prices"][0])


def test_the_band_has_at_least_six_readings_and_the_known_corrections(capfd):
    assert code("1e28 FLOP", "--readings", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    historical = [r for r in record["readings"] if r["usd_year"] < 2022]
    assert len(historical) >= 6
    assert record["band"]["usd"]["low"] < 1e11 < record["band"]["usd"]["high"]
    said = " ".join(record["corrections"])
    for words in ("88 times", "capacity held, not work done", "not the programme"):
        assert words in said
