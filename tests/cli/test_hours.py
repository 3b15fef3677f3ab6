"""Tables with hours only: every refusal names the way on, and the way on gives a price."""

import json

import numpy as np
import pytest

from costlaw.hardware import chip


@pytest.fixture
def hours(tmp_path):
    random = np.random.default_rng(3)
    lines = ["exp,gpu_hours,val_acc,seed,comment\n"]
    for k in range(7):
        held = 0.4 * 2.6**k
        error = 0.06 + 0.25 * held**-0.15
        for seed in (0, 1):
            shown = 100 * (1 - error * np.exp(0.01 * random.normal()))
            lines.append(f"r{k},{held:.2f},{shown:.2f}%,{seed},{'nan' if seed else 'ok'}\n")
    (tmp_path / "hours.csv").write_text("".join(lines))


def test_hours_without_a_chip_are_refused_with_the_options_that_help(costlaw, hours):
    refused = costlaw("forecast", "hours.csv", "--error", "20%")
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    for way in ("--chip A100", "a column chip", "costlaw compare hours.csv --along device_hours"):
        assert way in refused.stderr
    along = costlaw("compare", "hours.csv", "--along", "device_hours", "--error", "20%")
    assert along.returncode == 0 and "device-hours for 20" in along.stdout


def test_hours_on_a_chip_are_priced_by_the_hour(costlaw, hours):
    done = costlaw("forecast", "hours.csv", "--error", "20%", "--chip", "A100", "--json")
    record = json.loads(done.stdout)
    hour = 3600 * chip("A100 SXM4 40 GB").peak("bf16")
    device_hours = record["cost"]["device_hours"]["estimate"]
    assert device_hours == pytest.approx(record["compute"]["estimate"] / hour, rel=1e-9)
    assert record["fit"]["measure"] == "hardware burden by the hour"
    card = costlaw("forecast", "hours.csv", "--error", "20%", "--chip", "A100")
    assert "\n  burden      " in card.stdout and "no count of operations" in card.stderr


def test_the_chip_of_the_runs_and_the_chip_of_the_price_may_differ(costlaw, hours):
    asked = ("forecast", "hours.csv", "--error", "20%", "--ran-on", "A100", "--json")
    here, there = (json.loads(costlaw(*asked, "--chip", name).stdout) for name in ("A100", "H100"))
    rate = chip("H100 SXM").peak("bf16") / chip("A100 SXM4 40 GB").peak("bf16")
    spent = [one["cost"]["device_hours"]["estimate"] for one in (here, there)]
    assert here["compute"] == there["compute"] and spent[0] == pytest.approx(rate * spent[1])


def test_every_verb_takes_the_chip(costlaw, hours, tmp_path):
    assert "hardware burden by the hour" in costlaw("fit", "hours.csv", "--chip", "A100").stdout
    assert "along hardware_burden_flop" in costlaw("compare", "hours.csv", "--chip", "A100").stdout
    plan = costlaw("plan", "hours.csv", "--error", "20%", "--budget", "500", "--chip", "A100",
                   "--region", "FR", "--json")  # fmt: skip
    sites = {item["site"] for item in json.loads(plan.stdout)["choices"]}
    assert "A100 SXM4 40 GB, FR" in sites and "h100-us" in sites
    memo = costlaw("report", "hours.csv", "--error", "20%", "--chip", "A100", "--md", "memo.md")
    assert memo.returncode == 0
    assert "no count of operations" in (tmp_path / "memo.md").read_text()


def test_parameters_and_tokens_alone_are_refused_with_the_product_that_helps(costlaw, tmp_path):
    rows = [f"r{k},{5 * 2**k}M,{100 * 2**k}M,{1.7 + 4.4 * 1.4**-k:.3f}\n" for k in range(7)]
    (tmp_path / "lm.csv").write_text("run,params,tokens,val_loss\n" + "".join(rows))
    refused = costlaw("forecast", "lm.csv", "--error", "2.0")
    assert '--column "compute_flop=6 * PARAMETERS * EXAMPLES"' in refused.stderr
    done = costlaw("forecast", "lm.csv", "--error", "2.1", "--column",
                   "compute_flop=6 * params * tokens")  # fmt: skip
    assert done.returncode == 0 and "compute = 6 * params * tokens" in done.stdout


def test_a_chip_and_a_region_take_the_place_of_a_site(costlaw):
    both = costlaw("forecast", "imagenet", "--error", "8%", "--chip", "H100", "--site", "today")
    assert both.returncode == 2 and 'site "today" is complete' in both.stderr
    done = costlaw("forecast", "imagenet", "--error", "8%", "--region", "FR", "--json")
    assert json.loads(done.stdout)["cost"]["site"]["region"] == "France"
