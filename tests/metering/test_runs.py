"""Metered spans as the runs that fit and forecast take: a law and a price out of a few of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import costlaw
from costlaw.exceptions import DataError, EvidenceError, OptionError, UnknownName
from costlaw.intake import runs_of
from costlaw.metering import Meter, is_meter_place, meter, recover, recover_runs
from costlaw.metering.capacity import utilization
from costlaw.metering.metered import Metered

# k-nearest means on the unit interval: trainings whose error falls with their examples
TRAIN = """
import random, sys
import costlaw

def train(examples, folder):
    draw = random.Random(examples)
    with costlaw.meter(f"n{examples}", folder=folder, live=False, chip="H100 SXM") as m:
        total = [0.0] * 64
        for _ in range(examples):
            total[draw.randrange(64)] += draw.gauss(0.0, 1.0)
        m.step(examples=examples, error=0.9 * examples ** -0.25, model_flop=1e15 * examples)
    return m

runs = [train(16 * 2**k, sys.argv[1]) for k in range(8)]
print(costlaw.forecast([m.run for m in runs], "5%", law="power").answer.point_log10)
print(costlaw.forecast(runs, "5%").cost.usd.value)
print(costlaw.fit([m.result for m in runs]).n)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the folder of eight metered trainings and what the library said of them."""
    folder = tmp_path_factory.mktemp("trained")
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return folder, done.stdout.split()


def test_a_few_metered_runs_give_a_law_and_a_price_for_the_next_point_at_once(trained):
    folder, (compute, dollars, fitted) = trained
    # error = 0.9 n^-0.25 reaches 0.05 at n = 18^4; compute = 1e15 n
    assert float(compute) == pytest.approx(20.02, abs=0.01)
    assert float(dollars) > 0
    assert int(fitted) == 8
    again = costlaw.forecast(folder, "5%", law="power")
    assert again.answer.point_log10 == pytest.approx(float(compute))


def test_the_command_line_takes_the_meters_folder_as_it_is(trained):
    folder, (compute, _, _) = trained
    words = [sys.executable, "-m", "costlaw", "forecast", str(folder), "--error", "5%", "--json"]
    words += ["--law", "power"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    assert f"{float(compute):.6f}" in done.stdout
    assert json.loads(done.stdout)["schema"]


def test_a_metered_run_knows_its_time_its_burden_and_its_examples(trained):
    folder, _ = trained
    runs = recover_runs(folder)
    row = runs.frame.sort("examples").row(0, named=True)
    assert (row["name"], row["examples"], row["compute_flop"]) == ("n16", 16.0, 1.6e16)
    assert row["hardware_burden_flop"] == pytest.approx(66.9e12 * row["duration_s"], rel=0.01)
    assert is_meter_place(folder)
    assert not is_meter_place(folder / "none")


def test_columns_and_metrics_make_no_sense_for_metered_runs(trained):
    folder, _ = trained
    with pytest.raises(OptionError, match="whose columns are known"):
        runs_of(str(folder), metric="loss")


def test_spans_without_an_error_are_left_out_and_counted(tmp_path):
    with meter("whole", folder=tmp_path, live=False) as whole, whole.window("part") as part:
        part.step(examples=1, error=0.5, model_flop=1e9)
    runs = recover_runs(tmp_path)
    assert (len(runs), runs.notes) == (1, ("1 metered spans without an error left out",))


def test_no_error_anywhere_is_refused_with_what_to_call(tmp_path):
    with meter("mute", folder=tmp_path, live=False) as m:
        m.step(examples=1)
    with pytest.raises(DataError, match=r"m\.step\(error="):
        recover_runs(tmp_path)


def test_losses_are_losses_and_are_not_mixed_with_errors(tmp_path):
    with meter("a", folder=tmp_path, live=False, error_unit="nats", seed=7) as a:
        a.step(examples=1, error=2.5, model_flop=1e9)
    assert recover_runs(tmp_path).benchmark.error_unit == "nats"
    assert "2.5 (loss)" in str(a.result)
    assert recover_runs(tmp_path).frame["seed"].to_list() == ["7"]
    with meter("b", folder=tmp_path, live=False) as b:
        b.step(examples=1, error=0.5, model_flop=1e9)
    with pytest.raises(DataError, match="some a loss"):
        recover_runs(tmp_path)


def write_rank(folder, rank, *, unix, examples):
    """Write the file that one rank of a torchrun job leaves."""
    start = {"kind": "start", "schema": "costlaw-meter/1", "t": 0.0, "pid": 10 + rank, "host": "n",
             "boot": "b", "boot_s": unix, "unix": unix, "channels": [], "absent": [],
             "allocation": {}, "rank": {"launcher": "torchrun", "job": "j", "rank": rank,
                                        "local_rank": rank, "world_size": 2,
                                        "node_size": 2}}  # fmt: skip
    counts = {"1": [10, examples, 1e12 * examples, 1e12 * examples]}
    marks = [[1, 9.0, 10, examples, 0.25 + rank / 100, 1e12 * examples]]
    lines = [
        start,
        {"kind": "open", "w": 1, "name": "ddp", "unix": unix, "settings": {"parameters": 5.0},
         "t": 0.0, "e": {}, "cpu": 0.0},
        {"kind": "close", "number": 1, "reason": "finished", "unix": unix + 10, "t": 10.0, "e": {},
         "cpu": 9.0, "w": counts, "marks": marks if rank == 0 else []},
    ]  # fmt: skip
    text = "\n".join(json.dumps(line, separators=(",", ":")) for line in lines) + "\n"
    (folder / f"{unix}-{rank}.jsonl").write_text(text)


def test_the_ranks_of_one_job_are_one_run_and_a_rank_that_comes_back_begins_another(tmp_path):
    for unix, examples in ((1.7e9, 100.0), (1.7e9 + 60, 300.0)):
        for rank in (0, 1):
            write_rank(tmp_path, rank, unix=unix, examples=examples)
    runs = recover_runs(tmp_path).frame
    assert runs["examples"].to_list() == [200.0, 600.0]
    assert runs["compute_flop"].to_list() == [2e14, 6e14]
    assert runs["name"].to_list() == ["ddp", "ddp"]
    assert runs["parameters"].to_list() == [5.0, 5.0]
    assert len(recover(tmp_path)) == 4


# -- utilization -----------------------------------------------------------------------------------


def span(**known):
    start = {"name": "a", "started": "2025-01-01T00:00:00Z", "elapsed_s": 100.0}
    return Metered(**start, **known)


def test_utilization_is_model_flop_over_the_dense_peak_of_the_chips_that_were_read():
    gpus = ["NVIDIA H100 80GB HBM3"] * 8
    found = span(model_flop=0.4 * 8 * 989.4e12 * 100, machine={"gpus": gpus})
    assert found.utilization.value == pytest.approx(0.4, rel=1e-3)
    assert "40.0 % of 8 × H100 SXM at its dense bf16 peak" in str(found)
    assert found.hardware_burden_flop == pytest.approx(8 * 66.9e12 * 100, rel=0.01)
    assert found.to_dict()["chip_count"] == 8


def test_a_chip_that_is_not_in_the_table_has_no_utilization():
    assert span(model_flop=1e18, machine={"gpus": ["NVIDIA Unheard 1"]}).utilization is None
    assert span(model_flop=1e18).utilization is None
    mixed = span(model_flop=1e18, machine={"gpus": ["Tesla T4", "NVIDIA H100 80GB HBM3"]})
    assert (mixed.utilization, mixed.hardware_burden_flop) == (None, None)


def test_the_format_asked_for_wins_and_above_1_says_that_something_is_wrong():
    found = span(model_flop=1e17, settings={"chip": "H100 SXM", "number_format": "fp32"})
    assert found.utilization.number_format == "fp32"
    assert utilization(found, "bf16").value == pytest.approx(1e15 / 989.4e12, rel=1e-3)
    assert "above 1" in str(found.utilization)


def test_a_chip_or_format_that_does_not_exist_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(UnknownName, match="H100"):
        Meter("x", folder=tmp_path, chip="H1000")
    with pytest.raises(UnknownName, match="number format"):
        Meter("x", folder=tmp_path, number_format="fp7")
    with pytest.raises(OptionError, match="chip_count"):
        Meter("x", folder=tmp_path, chip="T4", chip_count=0)
    with pytest.raises(OptionError, match="error_unit"):
        Meter("x", folder=tmp_path, error_unit="percent")


def test_a_card_prices_a_metered_run_that_knows_its_chip(tmp_path):
    with meter("priced", folder=tmp_path / "m", live=False, chip="H100 SXM") as m:
        m.step(examples=8, error=0.3, model_flop=1e18)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(m.result.to_dict()))
    card = costlaw.cost(str(file))
    assert card.subject.chip.name == "H100 SXM"
    assert card.today.usd.value > 0


def test_scikit_learn_is_metered_by_its_time(tmp_path):
    """No operations are invented for it: the run carries time, and its compute is absent."""
    pytest.importorskip("torch")
    linear = pytest.importorskip("sklearn.linear_model")
    with meter("sklearn", folder=tmp_path, live=False) as m:
        network = linear.LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
        m.step(examples=4, error=1 - 0.9 * network.score([[0.0], [3.0]], [0, 1]))
    assert (m.run.compute_flop, m.run.duration_s > 0) == (None, True)
    with pytest.raises(EvidenceError):
        costlaw.fit([m.run] * 3)
    from costlaw.metering.flop import count_flop

    with pytest.raises(OptionError, match="metered by their time only"):
        count_flop(network, [[0.0]])


def test_the_example_trains_meters_and_prices_the_next_point(tmp_path):
    pytest.importorskip("torch")
    example = Path(__file__).parents[2] / "examples" / "metered_law.py"
    done = subprocess.run(
        [sys.executable, str(example), "runs"], cwd=tmp_path, capture_output=True, text=True,
        timeout=300, check=True,
    )  # fmt: skip
    assert done.stdout.count("steps'") == 7
    assert "money" in done.stdout
    first = recover_runs(tmp_path / "runs").frame.sort("compute_flop").row(0, named=True)
    # 3 passes of 2·64·(32·128 + 128) less the input's gradient, 25 steps
    assert first["compute_flop"] == 25 * 2 * 64 * (2 * 32 * 128 + 3 * 128)
