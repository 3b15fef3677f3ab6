"""Stores that the tools themselves wrote, held against the same runs as a plain table."""

import runpy
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from costlaw.exceptions import ColumnError, DataError, OptionError, UnknownName
from costlaw.trackers import READERS, import_runs
from costlaw.trackers.catalogue import find_reader
from costlaw.trackers.place import Place
from costlaw.verbs import evidence_of, fit, forecast

HERE = Path(__file__).parent / "recordings"
PLAN = runpy.run_path(str(HERE / "settings.py"))
FLOAT32 = 1.5e-7  # relative step of the 32-bit numbers that TensorBoard keeps

# store, its reader, tolerance of one number, options
LOGGED = [
    ("mlflow/mlflow.db", "mlflow-database", 0, {}),
    ("wandb", "wandb-offline", 0, {}),
    ("tensorboard/torch", "tensorboard", FLOAT32, {}),
    ("tensorboard/keras", "tensorboard", FLOAT32, {}),
    ("optuna/optuna.db", "optuna-database", 0, {}),
    ("optuna/optuna.journal", "optuna-journal", 0, {}),
]
TRAINED = [
    ("hugging_face", "huggingface", "eval_loss", "total_flos", {}),
    ("lightning", "lightning", "val_loss", "train_flops", {}),
    ("keras", "keras", "val_loss", "train_flops", {"metric": "val_loss"}),
]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The settings' runs as a CSV file."""
    return PLAN["write_csv"](tmp_path_factory.mktemp("plain") / "runs.csv")


def same_coefficients(ours, theirs, *, rel):
    """Every coefficient with both ends of its interval; the order of rows moves the last digits."""
    assert ours.n == theirs.n
    assert len(ours.rows()) >= 2
    for one, other in zip(ours.rows(), theirs.rows(), strict=True):
        assert one[0] == other[0]
        assert one[1:4] == pytest.approx(other[1:4], rel=max(rel, 1e-9), nan_ok=True)


@pytest.mark.parametrize(("store", "reader", "tolerance", "options"), LOGGED, ids=str)
def test_a_store_gives_the_coefficients_of_the_same_runs_as_csv(
    plain, store, reader, tolerance, options
):
    runs = import_runs(HERE / store, **options)
    assert find_reader(Place(str(HERE / store))).name == reader
    expected = import_runs(plain)
    order = np.argsort(runs.numbers("compute_flop"))
    for column in ("error", "compute_flop"):
        assert runs.numbers(column)[order] == pytest.approx(
            expected.numbers(column), rel=tolerance, abs=0
        )
    same_coefficients(fit(HERE / store, **options), fit(plain), rel=100 * tolerance)


@pytest.mark.parametrize(("store", "reader", "error", "compute", "options"), TRAINED)
def test_a_log_says_what_the_library_itself_returned(store, reader, error, compute, options):
    expected = pl.read_csv(HERE / store / "expected.csv").sort(compute)
    runs = import_runs(HERE / store, **options)
    assert find_reader(Place(str(HERE / store))).name == reader
    order = np.argsort(runs.numbers("compute_flop"))
    assert runs.benchmark.error_unit == "nats"
    assert runs.numbers("error")[order] == pytest.approx(expected[error].to_numpy(), rel=1e-6)
    assert runs.numbers("compute_flop")[order].tolist() == expected[compute].to_list()
    assert [runs.texts("name")[place] for place in order] == expected["name"].to_list()
    if "parameters" in expected.columns:
        assert runs.numbers("parameters")[order].tolist() == expected["parameters"].to_list()


@pytest.mark.parametrize(("store", "reader", "error", "compute", "options"), TRAINED)
def test_coefficients_of_a_training_log_are_those_of_its_values_as_csv(
    tmp_path, store, reader, error, compute, options
):
    table = pl.read_csv(HERE / store / "expected.csv").select("name", error, compute)
    table.write_csv(tmp_path / "runs.csv")
    same_coefficients(fit(HERE / store, **options), fit(tmp_path / "runs.csv"), rel=1e-4)


def test_every_choice_says_what_was_taken_and_why():
    runs = import_runs(HERE / "tensorboard" / "keras")
    reasons = {choice.column: (choice.header, choice.reason) for choice in runs.choices}
    assert reasons["error"][0] == "validation/epoch_error"
    assert "read as" in reasons["error"][1]
    assert reasons["compute_flop"][0] == "train/train_flops"


def test_what_is_left_out_is_said():
    runs = import_runs(HERE / "mlflow" / "mlflow.db")
    notes = " | ".join(runs.notes)
    assert "2 runs did not come to their end and were left out, such as going" in notes
    assert "val/error ends as nan: 1 run (diverged)" in notes
    assert "train_loss set aside" in notes
    assert "deleted" not in runs.texts("name")
    with_them = import_runs(HERE / "mlflow" / "mlflow.db", unfinished=True)
    assert set(with_them.texts("name")) - set(runs.texts("name")) == {"going", "broke"}


def test_hugging_face_says_what_its_count_leaves_out():
    runs = import_runs(HERE / "hugging_face")
    assert any("leaves out attention over the sequence" in note for note in runs.notes)
    assert runs.measure.startswith("6 × input elements")


def test_two_metrics_that_could_be_the_error_are_refused_with_the_option():
    with pytest.raises(ColumnError, match=r'"val_accuracy", "val_loss" all look like error.*--met'):
        import_runs(HERE / "keras")
    assert import_runs(HERE / "keras", metric="val_accuracy").benchmark.is_fraction
    with pytest.raises(UnknownName, match="val_loss"):
        import_runs(HERE / "keras", metric="val_los")


def test_one_run_gives_the_points_of_its_curve():
    runs = import_runs(HERE / "lightning" / "width-8" / "metrics.csv")
    assert len(runs) == 4  # one a validation
    assert runs.numbers("step").tolist() == [12, 24, 36, 48]
    assert runs.numbers("compute_flop").tolist() == [6.0 * 99 * 384 * n for n in (1, 2, 3, 4)]
    assert any("one network seen many times" in note for note in runs.notes)


def test_a_total_known_only_at_the_end_is_shared_out_along_the_curve_and_said():
    runs = import_runs(HERE / "hugging_face" / "width-4", points="curve")
    steps, compute = runs.numbers("step"), runs.numbers("compute_flop")
    assert compute == pytest.approx(24385536.0 * steps / 84)
    assert any("shared out in proportion to the step" in note for note in runs.notes)


def test_checkpoints_of_one_folder_are_one_run():
    assert len(import_runs(HERE / "hugging_face", points="last")) == 4
    states = list((HERE / "hugging_face").rglob("trainer_state.json"))
    assert len(states) == 12


def test_a_forecast_comes_straight_from_a_store(plain):
    ours = forecast(HERE / "mlflow" / "mlflow.db", "10%", law="power")
    theirs = forecast(plain, "10%", law="power")
    assert ours.answer.point_log10 == pytest.approx(theirs.answer.point_log10, rel=1e-12)


def test_a_folder_of_several_stores_is_refused_and_a_reader_can_be_named():
    with pytest.raises(DataError, match=r"holds stores of .*wandb-offline.*--from"):
        import_runs(HERE)
    assert len(import_runs(HERE, reader="wandb-offline")) == 8
    with pytest.raises(UnknownName, match="Did you mean keras"):
        import_runs(HERE, reader="kers")


def test_options_of_stores_are_refused_for_benchmarks():
    with pytest.raises(OptionError, match="belong to stores"):
        evidence_of("imagenet", metric="top1")
    assert len(evidence_of("imagenet", metric=None, points="auto", reader="auto")) > 20


def test_every_reader_has_a_file_and_a_name_of_its_own():
    from costlaw.trackers.catalogue import make_reader

    for name in READERS:
        reader = make_reader(name)
        assert reader.name == name
        assert reader.title
