"""From every format: a store -> a fit and a forecast equal to those of the same runs as CSV."""

import csv
import json
import runpy
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from costlaw.cli import main
from costlaw.trackers import READERS, import_runs
from costlaw.trackers.catalogue import find_reader
from costlaw.trackers.place import Place
from costlaw.verbs import fit, forecast

HERE = Path(__file__).parent / "recordings"
PLAN = runpy.run_path(str(HERE / "settings.py"))
RUNS, curve = PLAN["RUNS"], PLAN["curve"]
SERVER = runpy.run_path(str(Path(__file__).parent / "mlflow_replay.py"))
FLOAT32 = 1.5e-7


def mlflow_files(folder):
    """A file store as MLflow lays it out (format of version 3.17.2)."""
    home = folder / "mlruns" / "1"
    for number, run in enumerate(RUNS):
        place = home / f"{number:032x}"
        for part in ("metrics/val", "params", "tags"):
            (place / part).mkdir(parents=True)
        (place / "meta.yaml").write_text(
            f"end_time: {2000 + number}\nlifecycle_stage: active\nrun_id: {number:032x}\n"
            f"run_name: {run['name']}\nstart_time: 1000\nstatus: 3\n"
        )
        points = list(curve(run))
        (place / "metrics" / "val" / "error").write_text(
            "".join(f"{1000 + step} {error!r} {step}\n" for step, error, _ in points)
        )
        (place / "metrics" / "train_flops").write_text(
            "".join(f"{1000 + step} {flops!r} {step}\n" for step, _, flops in points)
        )
        (place / "params" / "parameters").write_text(str(run["parameters"]))
    (home / "meta.yaml").write_text("experiment_id: '1'\nname: sweep\nlifecycle_stage: active\n")
    return home.parent


def wandb_table(folder):
    """W&B's export of the table of runs."""
    headers = ["Name", "State", "Runtime", "parameters", "val/error", "train_flops"]
    rows = [[r["name"], "finished", 60, r["parameters"], r["error"], r["train_flops"]]
            for r in RUNS]  # fmt: skip
    return written(folder / "export.csv", rows, headers)


def written(path, rows, headers):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def learning_curve(folder):
    """What scikit-learn's ``learning_curve`` returned, saved with numpy."""
    path = folder / "curve.npz"
    np.savez(path, train_sizes=np.array([r["parameters"] for r in RUNS]),
             test_scores=np.array([[1 - r["error"]] for r in RUNS]),
             train_flops=np.array([r["train_flops"] for r in RUNS]))  # fmt: skip
    return path


def frame():
    return pl.DataFrame(RUNS)


def parquet(folder):
    frame().write_parquet(folder / "runs.parquet")
    return folder / "runs.parquet"


def json_lines(folder):
    frame().write_ndjson(folder / "runs.jsonl")
    return folder / "runs.jsonl"


def joined(folder):
    """Errors in one file, what a meter saw in another."""
    return written(folder / "errors.csv", [[r["name"], r["error"], r["train_flops"]] for r in RUNS],
                   ["name", "val_error", "train_flops"])  # fmt: skip


MADE = {
    "mlflow-files": mlflow_files, "wandb-csv": wandb_table, "learning-curve": learning_curve,
    "parquet": parquet, "json lines": json_lines,
}  # fmt: skip
RECORDED = {
    "mlflow-database": HERE / "mlflow" / "mlflow.db", "wandb-offline": HERE / "wandb",
    "tensorboard": HERE / "tensorboard" / "torch", "optuna-database": HERE / "optuna" / "optuna.db",
    "optuna-journal": HERE / "optuna" / "optuna.journal",
}  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return PLAN["write_csv"](tmp_path_factory.mktemp("plain") / "runs.csv")


def same(source, plain, *, rel, **options):
    ours, theirs = fit(source, **options), fit(plain)
    assert ours.n == theirs.n == len(RUNS)
    for one, other in zip(ours.rows(), theirs.rows(), strict=True):
        assert one[1:4] == pytest.approx(other[1:4], rel=max(100 * rel, 1e-9), nan_ok=True)
    one = forecast(source, "20%", law="power", **options)
    other = forecast(plain, "20%", law="power")
    loose = max(10 * rel, 1e-9)
    assert one.answer.point_log10 == pytest.approx(other.answer.point_log10, rel=loose)
    assert one.cost.usd.value == pytest.approx(other.cost.usd.value, rel=max(1e3 * rel, 1e-6))


@pytest.mark.parametrize("kind", MADE)
def test_a_made_store_gives_the_coefficients_and_the_price_of_the_same_csv(kind, tmp_path, plain):
    store = MADE[kind](tmp_path)
    if kind in READERS:
        assert find_reader(Place(str(store))).name == kind
    same(store, plain, rel=1e-9)


@pytest.mark.parametrize("kind", RECORDED)
def test_a_recorded_store_gives_the_price_of_the_same_csv(kind, plain):
    same(RECORDED[kind], plain, rel=FLOAT32 if kind == "tensorboard" else 1e-9)


def test_a_server_gives_the_coefficients_and_the_price_of_the_same_csv(plain):
    with SERVER["serving"]() as (address, _):
        same(address, plain, rel=1e-9)


def test_a_dataframe_of_each_library_gives_the_coefficients_of_the_same_csv(plain):
    same(frame(), plain, rel=1e-9)
    same(pytest.importorskip("pandas").DataFrame(RUNS), plain, rel=1e-9)
    same(pytest.importorskip("pyarrow").Table.from_pylist(RUNS), plain, rel=1e-9)


def codecarbon(folder):
    """CodeCarbon's file: the total so far, one row a flush."""
    headers = ["timestamp", "project_name", "run_id", "experiment_id", "duration", "emissions",
               "energy_consumed"]  # fmt: skip
    rows = [["2026-01-01T00:00:00", r["name"], f"id{n}", "", share * 60 * (n + 1), 0.1,
             share * (n + 1)] for n, r in enumerate(RUNS) for share in (0.5, 1.0)]  # fmt: skip
    return written(folder / "emissions.csv", rows, headers)


def zeus(folder):
    """Zeus' window log: one line a window, joules of each GPU."""
    headers = ["start_time", "window_name", "elapsed_time", "gpu0_energy", "gpu1_energy"]
    rows = [[0, r["name"], 60 * (n + 1), 1.8e6 * (n + 1), 1.8e6 * (n + 1)]
            for n, r in enumerate(RUNS)]  # fmt: skip
    return written(folder / "zeus.csv", rows, headers)


@pytest.mark.parametrize("meter", [codecarbon, zeus], ids=["codecarbon", "zeus"])
def test_a_meters_file_joined_adds_energy_and_moves_no_coefficient(meter, tmp_path, plain):
    store, readings = joined(tmp_path), meter(tmp_path)
    runs = import_runs(store, join=[readings])
    assert runs.numbers("energy_kwh") == pytest.approx(np.arange(1.0, 9.0))
    assert runs.numbers("duration_s") == pytest.approx(60.0 * np.arange(1, 9))
    assert any("joined to 8 of 8 runs" in note for note in runs.notes)
    same(store, plain, rel=1e-9, join=(readings,))


def test_the_command_line_prices_a_store_as_it_prices_the_csv(plain, tmp_path, capsys):
    answers = []
    for source in (mlflow_files(tmp_path), plain):
        with pytest.raises(SystemExit) as leave:
            main(["forecast", str(source), "--error", "23%", "--json"])
        assert leave.value.code == 0
        answers.append(json.loads(capsys.readouterr().out))
    ours, theirs = answers
    assert ours["log10_flop"] == pytest.approx(theirs["log10_flop"])
    assert ours["cost"]["usd"]["estimate"] == pytest.approx(theirs["cost"]["usd"]["estimate"])


def test_every_reader_is_held_against_a_csv_somewhere():
    here = {*MADE, *RECORDED, "mlflow-server", "codecarbon", "zeus", "table"}
    others = {"wandb-api": "test_wandb_api.py", "huggingface": "test_recordings.py",
              "lightning": "test_recordings.py", "keras": "test_recordings.py"}  # fmt: skip
    assert set(READERS) <= here | set(others)
    for name in others.values():
        assert "as_csv" in (Path(__file__).parent / name).read_text()


def test_a_folder_of_a_store_may_be_moved_and_read_again(tmp_path, plain):
    store = mlflow_files(tmp_path)
    shutil.move(store, tmp_path / "elsewhere")
    same(tmp_path / "elsewhere", plain, rel=1e-9)


def test_codecarbons_own_file_is_joined_by_the_name_of_its_project(tmp_path):
    store = written(tmp_path / "errors.csv", [["net-0", 0.5, 1e15], ["net-1", 0.4, 4e15]],
                    ["name", "val_error", "train_flops"])  # fmt: skip
    runs = import_runs(store, join=[HERE / "codecarbon" / "emissions.csv"])
    with (HERE / "codecarbon" / "emissions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert runs.numbers("energy_kwh").tolist() == [float(row["energy_consumed"]) for row in rows]
    assert runs.numbers("duration_s").tolist() == [float(row["duration"]) for row in rows]
