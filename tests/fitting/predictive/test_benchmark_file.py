"""Curves of any file through the extrapolation benchmark: bad ones are named, none stops it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEADER = "domain,task,model,seen_examples,loss,training"
ROOT = Path(__file__).parents[3]


def curve(task: str, losses: list[object], shown: int = 9) -> list[str]:
    return [
        f"D,{task},m,{1000 * 2**place},{loss},{int(place < shown)}"
        for place, loss in enumerate(losses)
    ]


def benchmark(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.extrapolation", "--json", "--curves", str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def test_bad_curves_of_a_file_are_named_and_the_others_scored(tmp_path: Path) -> None:
    fine: list[object] = [0.05 + 0.4 * (2**place) ** -0.3 for place in range(12)]
    holed = [*fine[:5], 0, *fine[6:8], "", *fine[9:]]
    rows = [
        *curve("fine", fine), *curve("holed", holed), *curve("constant", [0.3] * 12),
        *curve("rising", [0.1 + 0.01 * place for place in range(12)]),
        *curve("short", fine, shown=3), *curve("shown", fine, shown=12),
    ]  # fmt: skip
    path = tmp_path / "curves.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    done = benchmark(path)
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout)
    assert (out["curves"], out["left_out"]) == (2, 4)
    notes = "\n".join(out["notes"])
    for task in ("holed", "constant", "rising", "short", "shown"):
        assert f"D / {task} / m: " in notes
    assert "rows dropped: 2" in notes
    assert 0 < out["mean_rmsle"] < 0.2


@pytest.mark.parametrize(
    ("text", "said"),
    [(HEADER, "no curve can be forecast"), ("a,b\n1,2", "no column domain, task, model")],
)
def test_a_file_without_curves_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "curves.csv"
    path.write_text(text + "\n")
    done = benchmark(path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    done = benchmark(tmp_path / "none.csv")
    assert done.returncode == 2
    assert "none.csv" in done.stderr
    assert "Traceback" not in done.stderr
