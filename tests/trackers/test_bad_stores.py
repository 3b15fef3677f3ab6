"""Bad input: what is wrong is said in one line, the good runs are kept, no token is ever
printed.
"""

import builtins
import csv
import json
import os
import runpy
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from costlaw.cli import main
from costlaw.exceptions import ColumnError, CostlawError, DataError
from costlaw.trackers import import_runs
from costlaw.trackers.collecting import collect
from costlaw.trackers.logged import LoggedRun, Trace

HERE = Path(__file__).parent
PLAN = runpy.run_path(str(HERE / "recordings" / "settings.py"))
REPLAY = runpy.run_path(str(HERE / "mlflow_replay.py"))
EVENTS = HERE / "recordings" / "tensorboard" / "torch"


def lightning(folder, runs):
    """Logs of several runs: name -> rows of step, val_error, train_flops."""
    for name, rows in runs.items():
        (folder / name).mkdir(parents=True)
        with (folder / name / "metrics.csv").open("w", newline="") as file:
            csv.writer(file).writerows([["step", "val_error", "train_flops"], *rows])
    return folder


def falling(best, compute):
    return [[9, best * 2, compute / 4], [19, best, compute]]


def test_half_written_event_files_keep_their_good_points_and_the_other_runs(tmp_path):
    for folder in sorted(EVENTS.iterdir())[:4]:
        (tmp_path / folder.name).mkdir()
        for path in folder.rglob("*tfevents*"):
            (tmp_path / folder.name / path.name).write_bytes(path.read_bytes())
    cut = next((tmp_path / "net-1").glob("*.1700000003.*"), None) or max(
        (tmp_path / "net-1").iterdir(), key=lambda path: path.stat().st_size
    )
    cut.write_bytes(cut.read_bytes()[:-20])
    empty = tmp_path / "net-9" / "events.out.tfevents.1.host"
    empty.parent.mkdir()
    empty.write_bytes(b"")
    runs = import_runs(tmp_path)
    assert len(runs) == 4
    notes = " | ".join(runs.notes)
    assert "half-written, or still written" in notes
    assert "1 could not be read and were left out, such as net-9" in notes


def test_a_run_in_progress_is_left_out_and_can_be_taken():
    store = HERE / "recordings" / "mlflow" / "mlflow.db"
    assert "going" not in import_runs(store).texts("name")
    assert "going" in import_runs(store, unfinished=True).texts("name")


def test_a_last_line_without_its_end_is_left_out(tmp_path):
    store = lightning(tmp_path / "logs", {f"v{n}": falling(0.5 - n / 10, 1e15 * 4**n)
                                          for n in range(4)})  # fmt: skip
    with (store / "v2" / "metrics.csv").open("a") as file:
        file.write("29,0.0")
    runs = import_runs(store)
    assert runs.numbers("error").tolist() == pytest.approx([0.5, 0.4, 0.3, 0.2])
    assert any("half-written" in note for note in runs.notes)


def test_nan_and_infinity_leave_their_run_out_and_are_said(tmp_path):
    store = lightning(tmp_path / "logs", {
        "good": falling(0.4, 1e15), "better": falling(0.3, 4e15),
        "diverged": [[9, 0.5, 1e15], [19, "nan", 2e15]],
        "burst": [[9, 0.5, 1e15], [19, "inf", 2e15]],
    })  # fmt: skip
    runs = import_runs(store)
    assert sorted(runs.texts("name")) == ["better", "good"]
    assert any("left out, val_error ends as inf or nan: 2 runs" in note for note in runs.notes)


def test_a_metric_that_rises_where_it_should_fall_is_refused_with_the_way_out(tmp_path):
    store = lightning(tmp_path / "logs", {f"v{n}": [[9, 0.2, 1e15], [19, 0.5 + n / 10, 2e15]]
                                          for n in range(3)})  # fmt: skip
    with pytest.raises(DataError, match=r'"val_error" rises .* in 3 of 3 runs.*--error-unit'):
        import_runs(store)
    assert len(import_runs(store, error_unit="accuracy")) == 3


def test_one_run_that_goes_the_wrong_way_is_kept_and_said(tmp_path):
    store = lightning(tmp_path / "logs", {
        "a": falling(0.4, 1e15), "b": falling(0.3, 4e15), "odd": [[9, 0.2, 1e15], [19, 0.25, 2e15]],
    })  # fmt: skip
    runs = import_runs(store)
    assert len(runs) == 3
    assert any("val_error rises in 1 run (odd)" in note for note in runs.notes)


def test_compute_that_shrinks_is_refused(tmp_path):
    store = lightning(tmp_path / "logs", {f"v{n}": [[9, 0.4, 4e15], [19, 0.3, 1e15]]
                                          for n in range(2)})  # fmt: skip
    with pytest.raises(DataError, match=r'"train_flops" falls.*the total so far'):
        import_runs(store)


def test_two_metrics_of_one_name_are_told_apart_or_counted(tmp_path):
    path = tmp_path / "a" / "metrics.csv"
    path.parent.mkdir()
    path.write_text("step,val_error,val_error,train_flops\n0,0.5,0.6,1e15\n1,0.4,0.5,2e15\n")
    with pytest.raises(ColumnError, match=r'"val_error", "val_error \(2\)" all look like error'):
        import_runs(path, points="last")
    runs = import_runs(path, points="last", metric="val_error (2)")
    assert runs.numbers("error").tolist() == [0.5]
    twice = tmp_path / "b" / "metrics.csv"
    twice.parent.mkdir()
    twice.write_text("step,val_error,train_flops\n0,0.5,1e15\n1,0.4,2e15\n1,0.3,2e15\n")
    runs = import_runs(twice, points="last")
    assert runs.numbers("error").tolist() == [0.3]
    assert any("logged twice under one name and step, the later taken" in n for n in runs.notes)


def test_two_runs_of_one_name_stay_two_runs():
    item = [
        LoggedRun(
            name="same", identity=f"id{n}", settings={"train_flops": 1e15 * (n + 1)},
            traces={"val_error": Trace.single(0.5 - n / 10)},
        ) for n in range(2)
    ]  # fmt: skip
    table = collect(item, named=frozenset(), points="last", unfinished=False)
    assert table.names == ["same", "same"]
    assert len(table) == 2


def refused(capsys, *words):
    with pytest.raises(SystemExit) as leave:
        main([str(word) for word in words])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1, shown.err
    return leave.value.code, shown.err


def test_a_server_that_is_not_there_is_one_line(capsys):
    code, message = refused(capsys, "forecast", "http://127.0.0.1:9", "--error", "5%")
    assert code == 1
    assert "cannot be reached" in message


def test_a_wrong_token_is_refused_and_never_printed(capsys, monkeypatch):
    wrong = "wrong-token-8f2c"
    with REPLAY["serving"](token=REPLAY["TOKEN"]) as (address, asked):
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", wrong)
        code, message = refused(capsys, "import", address)
        assert code == 1
        assert "wrong or missing token" in message
        inside = address.replace("http://", "http://someone:secret-91@")
        _, message = refused(capsys, "import", inside)
        assert not [word for word in (wrong, "secret-91", REPLAY["TOKEN"]) if word in message]
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", REPLAY["TOKEN"])
        runs = import_runs(address)
        assert len(runs) == 8
        record = json.dumps([runs.origin, *runs.notes, *(s.cite() for s in runs.sources)])
        assert REPLAY["TOKEN"] not in record
        assert REPLAY["TOKEN"] not in " ".join(asked)


def test_what_answers_but_is_no_mlflow_server_is_said(capsys):
    with REPLAY["serving"]() as (address, _):
        code, message = refused(capsys, "import", address, "--experiment", "other")
    assert code == 2
    assert "unknown experiment" in message


@pytest.fixture
def forbidden(monkeypatch):
    """Files that this user may not read, whoever runs the tests (root may read everything)."""
    names = set()

    def deny(path):
        if Path(path).name in names:
            raise PermissionError(13, "Permission denied", str(path))

    plain, plain_path, plain_scan = builtins.open, Path.open, os.scandir
    monkeypatch.setattr(builtins, "open", lambda p, *a, **k: deny(str(p)) or plain(p, *a, **k))
    monkeypatch.setattr(Path, "open", lambda p, *a, **k: deny(p) or plain_path(p, *a, **k))
    monkeypatch.setattr(os, "scandir", lambda p=".": deny(str(p)) or plain_scan(p))
    return names


def test_a_file_that_may_not_be_read_is_one_line_and_the_other_runs_stay(
    tmp_path, forbidden, capsys
):
    plain = PLAN["write_csv"](tmp_path / "runs.csv")
    forbidden.add("runs.csv")
    code, message = refused(capsys, "import", plain)
    assert code == 1
    assert "ermission denied" in message
    logs = {f"v{n}": falling(0.5 - n / 10, 1e15 * 4**n) for n in range(3)}
    store = lightning(tmp_path / "logs", logs)
    (store / "v1" / "metrics.csv").rename(store / "v1" / "kept")
    (store / "v1" / "metrics.csv").symlink_to(store / "v1" / "gone")  # a link that leads nowhere
    runs = import_runs(store)
    assert len(runs) == 2
    assert any("1 could not be read and were left out, such as v1" in note for note in runs.notes)


def test_a_folder_that_may_not_be_listed_is_one_line(tmp_path, forbidden, capsys):
    (tmp_path / "closed").mkdir()
    forbidden.add("closed")
    code, message = refused(capsys, "import", tmp_path / "closed")
    assert code == 1
    assert "permission denied" in message


def test_a_store_of_many_runs_takes_memory_by_its_runs_not_by_its_points():
    points, count = 1000, 5000

    def load():
        return np.arange(1.0, points + 1), np.linspace(1.0, 0.1, points)

    stream = (
        LoggedRun(name=f"r{n}", identity=f"r{n}", settings={"train_flops": 1e15 + n},
                  traces={"val_error": Trace(step=points, last=0.1 + 1e-6 * n, load=load)})
        for n in range(count)
    )  # fmt: skip
    tracemalloc.start()
    table = collect(stream, named=frozenset(), points="last", unfinished=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(table) == count
    assert peak < 1500 * count  # bytes a run; a thousand points would be 16,000


@pytest.mark.parametrize("text", ["", "\0" * 5000, "{", "a,b\n", "step,val_error\n" * 3])
def test_any_file_is_a_table_or_refused_in_one_line(tmp_path, capsys, text):
    for name in ("metrics.csv", "trainer_state.json", "x.wandb", "mlflow.db", "events.tfevents.1"):
        path = tmp_path / name
        path.write_text(text)
        try:
            import_runs(path)
        except CostlawError as refusal:
            assert len(str(refusal)) > 20
            assert "Traceback" not in str(refusal)


def test_a_lightning_log_that_starts_with_its_epoch_is_no_keras_log(tmp_path):
    (tmp_path / "metrics.csv").write_text("epoch,step,val_error,train_flops\n0,9,0.5,1e15\n")
    assert import_runs(tmp_path, points="last").numbers("error").tolist() == [0.5]
