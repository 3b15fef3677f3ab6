"""An answer written back by each tracker's own client, and read again out of its store."""

import json
import math
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import costlaw
from costlaw.exceptions import OptionError, OutputError
from costlaw.trackers.logged import Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.readers.wandb_offline import WandbOffline
from costlaw.trackers.writing import log_answer, numbers_of

HERE = Path(__file__).parent
PLAN = runpy.run_path(str(HERE / "recordings" / "settings.py"))


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    return costlaw.forecast(PLAN["write_csv"](tmp_path_factory.mktemp("x") / "runs.csv"), "23%")


def test_every_finite_number_of_the_table_is_a_metric_and_no_other(answer):
    numbers = numbers_of(answer)
    assert numbers["costlaw/usd"] == answer.cost.usd.value
    low, high = answer.cost.usd.interval(0.9)
    assert numbers["costlaw/usd_low"] == low
    assert numbers.get("costlaw/usd_high", math.inf) == high
    assert numbers["costlaw/compute"] == answer.compute.value
    assert all(map(math.isfinite, numbers.values()))


def test_a_forecast_and_a_cost_are_written_to_mlflow_and_read_back(answer, tmp_path, monkeypatch):
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.chdir(tmp_path)
    from mlflow import MlflowClient

    store = (tmp_path / "mlruns").as_uri()
    run = log_answer(answer, f"mlflow:{store}")
    client = MlflowClient(tracking_uri=store)
    found = client.get_run(run)
    assert found.info.status == "FINISHED"
    assert found.data.metrics == pytest.approx(numbers_of(answer), rel=1e-12)
    kept = list((tmp_path / "mlruns").rglob("answer.json"))
    assert json.loads(kept[0].read_text()) == json.loads(json.dumps(answer.to_dict()))
    assert kept[0].with_name("card.txt").read_text() == f"{answer}\n"
    # a second answer goes to the same run, which stays as it was
    price = costlaw.cost("AlexNet")
    assert log_answer(price, f"mlflow:{store}", run=run) == run
    assert client.get_run(run).data.metrics["costlaw/today/usd"] == price.today.usd.value
    with pytest.raises(OutputError, match="MLflow refuses"):
        log_answer(price, f"mlflow:{store}", run="0" * 32)


def test_a_forecast_is_written_to_wandb_and_read_back(answer, tmp_path):
    pytest.importorskip("wandb")
    code = (
        "import costlaw, sys; from costlaw.trackers import log_answer\n"
        "print(log_answer(costlaw.forecast(sys.argv[1], '23%'), 'wandb:sweep'))"
    )
    plain = PLAN["write_csv"](tmp_path / "runs.csv")
    environment = {"WANDB_MODE": "offline", "WANDB_DIR": str(tmp_path), "WANDB_SILENT": "true"}
    done = subprocess.run(
        [sys.executable, "-c", code, plain], cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=120, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = WandbOffline().logged(Place(str(tmp_path / "wandb")), Wanted())
    assert run.identity == done.stdout.strip()
    assert run.finished
    assert {key: trace.last for key, trace in run.traces.items()} == pytest.approx(
        numbers_of(answer), rel=1e-12
    )
    log = next((tmp_path / "wandb").rglob("*.wandb")).read_bytes()
    assert b"costlaw-answer" in log
    assert b"answer.json" in log


@pytest.mark.parametrize("place", ["http://x", "mlflow:", "wandb:", "neptune:x"])
def test_a_place_that_is_no_tracker_is_refused(answer, place):
    with pytest.raises(OptionError, match="expected mlflow:ADDRESS or wandb"):
        log_answer(answer, place)


def test_a_server_that_is_not_there_and_a_token_in_its_address_are_said_in_one_line(answer):
    with pytest.raises(OutputError, match="cannot be reached") as refusal:
        log_answer(answer, "mlflow:http://me:secret@127.0.0.1:9/")
    assert "secret" not in str(refusal.value)
