"""``costlaw import``: what it prints, writes and refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from costlaw.runs import read_runs

STORES = Path(__file__).parents[1] / "trackers" / "recordings"


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "costlaw", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_it_prints_what_was_taken_and_why_and_notes_go_to_stderr():
    found = run("import", STORES / "mlflow" / "mlflow.db")
    assert found.returncode == 0
    assert "8 runs from mlflow.db" in found.stdout
    assert "compute_flop: train_flops" in found.stdout
    assert "note: 2 runs did not come to their end" in found.stderr


def test_a_written_table_is_read_back_with_the_same_runs(tmp_path):
    for number, (store, options) in enumerate(
        [("wandb", ()), ("lightning", ()), ("keras", ("--metric", "val_accuracy"))]
    ):
        suffix = (".csv", ".parquet", ".jsonl")[number]
        out = tmp_path / f"runs{suffix}"
        found = run("import", STORES / store, *options, "--out", out, "--json")
        assert found.returncode == 0, found.stderr
        record = json.loads(found.stdout)
        assert record["schema"] == "costlaw.runs/1"
        back = read_runs(out)
        assert back.numbers("error").tolist() == [item["error"] for item in record["runs"]]
        assert back.numbers("compute_flop").tolist() == [
            item["compute_flop"] for item in record["runs"]
        ]
        assert back.benchmark.error_unit == record["error_unit"]


def test_an_existing_file_is_kept_unless_told(tmp_path):
    out = tmp_path / "runs.csv"
    out.write_text("mine")
    refused = run("import", STORES / "wandb", "--out", out)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert out.read_text() == "mine"
    assert run("import", STORES / "wandb", "--out", out, "--force").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["import", STORES / "absent"], 1, "no such file or folder"),
        (["import", STORES / "keras"], 1, '--metric "val_accuracy"'),
        (["import", STORES / "wandb", "--from", "mlfow-files"], 2, "Did you mean mlflow-files"),
        (["import", STORES / "wandb", "--points", "some"], 2, "expected auto, last, curve"),
        (["forecast", "imagenet", "--error", "5%", "--metric", "x"], 2, "belong to stores"),
    ],
)
def test_a_refusal_has_its_code_and_its_way_out(arguments, code, message):
    found = run(*arguments)
    assert found.returncode == code
    assert message in found.stderr
    assert found.stdout == ""
    assert "Traceback" not in found.stderr


def test_a_forecast_comes_from_a_store_in_one_command():
    found = run("forecast", STORES / "mlflow" / "mlflow.db", "--error", "20%", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["schema"].startswith("costlaw.forecast/")
