"""The tools themselves, started and written to in the test: heavy, so a job of their own.

    make test-trackers

A real MLflow server with runs logged by its client; W&B's offline runs, torch's TensorBoard writer,
Optuna's two storages, and what Hugging Face, Lightning and Keras write while they train, all made
now and held against what the library itself returned.
"""

import importlib.util
import os
import runpy
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from costlaw.trackers import import_runs
from costlaw.trackers.writing import log_answer, numbers_of
from costlaw.verbs import fit, forecast

HERE = Path(__file__).parent / "recordings"
PLAN = runpy.run_path(str(HERE / "settings.py"))
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return PLAN["write_csv"](tmp_path_factory.mktemp("plain") / "runs.csv")


def as_csv(store, plain, *, rel=1e-9):
    ours, theirs = fit(store), fit(plain)
    assert ours.n == theirs.n
    for one, other in zip(ours.rows(), theirs.rows(), strict=True):
        assert one[1:4] == pytest.approx(other[1:4], rel=rel, nan_ok=True)


def test_a_real_mlflow_server_is_read_and_written(plain, tmp_path):
    pytest.importorskip("mlflow.server")
    recipe = runpy.run_path(str(HERE / "make_mlflow_server.py"))
    with recipe["real_server"](tmp_path) as address:
        recipe["log_runs"](address)
        as_csv(address, plain)
        assert len(import_runs(address, points="curve")) >= 8 * PLAN["POINTS"]
        answer = forecast(address, "23%")
        from mlflow import MlflowClient

        run = log_answer(answer, f"mlflow:{address}", experiment="answers")
        found = MlflowClient(tracking_uri=address).get_run(run)
        assert found.data.metrics == pytest.approx(numbers_of(answer), rel=1e-12)
        names = [item.path for item in MlflowClient(address).list_artifacts(run, "costlaw")]
        assert sorted(names) == ["costlaw/answer.json", "costlaw/card.txt"]


@pytest.mark.parametrize("kind", ["database", "files"])
def test_mlflows_local_stores_made_now(plain, tmp_path, kind):
    pytest.importorskip("mlflow")
    as_csv(runpy.run_path(str(HERE / "make_mlflow.py"))["make"](tmp_path, kind), plain)


def test_wandbs_offline_runs_made_now(plain, tmp_path):
    pytest.importorskip("wandb")
    as_csv(runpy.run_path(str(HERE / "make_wandb.py"))["make"](tmp_path), plain)


def test_tensorboard_written_by_torch_and_by_its_own_encoder_now(plain, tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("tensorboard")
    recipe = runpy.run_path(str(HERE / "make_tensorboard.py"))
    as_csv(recipe["make"](tmp_path / "torch"), plain, rel=1e-4)
    as_csv(recipe["make_keras_layout"](tmp_path / "keras"), plain, rel=1e-4)


@pytest.mark.parametrize("kind", ["database", "journal"])
@pytest.mark.parametrize(("direction", "metric"), [("minimize", "val_error"), ("maximize", "acc")])
def test_optunas_studies_made_now(plain, tmp_path, kind, direction, metric):
    pytest.importorskip("optuna")
    recipe = runpy.run_path(str(HERE / "make_optuna.py"))
    as_csv(recipe["make"](tmp_path, kind, direction=direction, metric=metric), plain)


@pytest.mark.parametrize(
    ("kind", "library", "error", "compute", "options"),
    [
        ("hugging_face", "transformers", "eval_loss", "total_flos", {}),
        ("lightning", "lightning", "val_loss", "train_flops", {}),
        ("keras", "keras", "val_loss", "train_flops", {"metric": "val_loss"}),
    ],
)
def test_what_a_library_writes_while_it_trains_is_what_it_returned(
    tmp_path, kind, library, error, compute, options
):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    code = (
        "import pathlib, runpy, sys\n"
        f"recipe = runpy.run_path({str(HERE / 'make_trained.py')!r})\n"
        f"recipe['make_{kind}'](pathlib.Path(sys.argv[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True,
                          text=True, check=False, timeout=600,
                          env={**os.environ, "KERAS_BACKEND": "torch"})  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    expected = pl.read_csv(tmp_path / "expected.csv").sort(compute)
    runs = import_runs(tmp_path, reader=kind.replace("_", ""), **options)
    assert sorted(runs.numbers("compute_flop")) == pytest.approx(expected[compute].to_list())
    assert sorted(runs.numbers("error")) == pytest.approx(sorted(expected[error]), rel=1e-5)


def test_codecarbons_file_made_now_is_joined(tmp_path):
    if importlib.util.find_spec("codecarbon") is None:
        pytest.skip("codecarbon is not installed")
    code = (
        "import pathlib, runpy, sys\n"
        f"recipe = runpy.run_path({str(HERE / 'make_codecarbon.py')!r})\n"
        "recipe['make'](pathlib.Path(sys.argv[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True,
                          text=True, check=False, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (tmp_path / "runs.csv").write_text(
        "name,val_error,train_flops\nnet-0,0.5,1e15\nnet-1,0.4,4e15\n"
    )
    runs = import_runs(tmp_path / "runs.csv", join=[tmp_path / "emissions.csv"])
    assert (runs.numbers("energy_kwh") > 0).all()
