"""A W&B project read by W&B's own client from a local stand-in (see ``stand_in``)."""

import runpy
import time
from pathlib import Path

import pytest

from costlaw.exceptions import DataError, OptionError
from costlaw.trackers import import_runs
from costlaw.verbs import fit

pytest.importorskip("wandb")

HERE = Path(__file__).parent
PLAN = runpy.run_path(str(HERE / "recordings" / "settings.py"))
STAND_IN = runpy.run_path(str(HERE / "stand_in.py"))
RUNS = [*PLAN["RUNS"], STAND_IN["BAD"], STAND_IN["GOING"]]


@pytest.fixture(scope="module")
def server():
    with STAND_IN["serving"](RUNS, PLAN["curve"]) as (address, asked):
        yield address, asked


@pytest.fixture
def project(server, monkeypatch):
    monkeypatch.setenv("WANDB_BASE_URL", server[0])
    monkeypatch.setenv("WANDB_API_KEY", STAND_IN["KEY"])
    return "wandb://team/sweep"


def test_a_project_gives_the_coefficients_of_the_same_runs_as_csv(project, tmp_path):
    runs = import_runs(project)
    plain = PLAN["write_csv"](tmp_path / "runs.csv")
    assert runs.numbers("compute_flop").tolist() == [r["train_flops"] for r in PLAN["RUNS"]]
    for one, other in zip(fit(runs).rows(), fit(plain).rows(), strict=True):
        assert one == pytest.approx(other, nan_ok=True)
    notes = " | ".join(runs.notes)
    assert "1 run did not come to its end and was left out, such as going" in notes
    assert "val/error ends as nan: 1 run (diverged)" in notes
    assert runs.numbers("parameters").tolist() == [r["parameters"] for r in PLAN["RUNS"]]


def test_pages_are_followed_and_a_curve_is_asked_for_only_where_it_is_wanted(
    project, server, monkeypatch
):
    import costlaw.trackers.readers.wandb_api as reader

    monkeypatch.setattr(reader, "PAGE", 3)
    runs = import_runs(project, points="curve")
    assert len(runs) == 9 * PLAN["POINTS"]  # the diverged run had finite points before
    bodies = [body for path, _, body in server[1] if path == "/graphql"]
    assert sum(b"runs(" in body for body in bodies) >= 4


def test_a_wrong_key_and_a_wrong_project_are_refused_without_the_key(project, monkeypatch):
    with pytest.raises(DataError, match="no such project") as refusal:
        import_runs("wandb://team/swept")
    wrong = "f" * 40
    monkeypatch.setenv("WANDB_API_KEY", wrong)
    with pytest.raises(DataError, match="wrong or missing key") as refusal:
        import_runs(project)
    assert wrong not in str(refusal.value)
    assert STAND_IN["KEY"] not in str(refusal.value)


def test_a_server_that_is_not_there_is_refused_at_once(monkeypatch):
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", STAND_IN["KEY"])
    began = time.monotonic()
    with pytest.raises(DataError, match="cannot be reached"):
        import_runs("wandb://team/sweep")
    assert time.monotonic() - began < 20
    with pytest.raises(OptionError, match="an entity and a project"):
        import_runs("wandb://team")
