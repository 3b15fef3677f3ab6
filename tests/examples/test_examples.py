"""Every example runs as it stands, is short and prints something; notebooks run to their end."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
SHORTER = {"train_and_log": ["--runs", "1"]}  # nine networks take ten seconds
NEEDS = {"train_and_log": "sklearn", "metered_law": "torch"}
KEPT = {"metered_law": {"costlaw-runs"}, "own_task": {"costlaw-lab"}}  # readings, and a ledger


def test_there_are_eight_to_twelve_scripts_and_two_notebooks():
    assert 8 <= len(SCRIPTS) <= 12
    assert len(NOTEBOOKS) == 2


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_runs_and_is_short(path, tmp_path):
    assert len(path.read_text().splitlines()) <= 60
    if path.stem in NEEDS:
        pytest.importorskip(NEEDS[path.stem])
    done = subprocess.run(
        [sys.executable, str(path), *SHORTER.get(path.stem, [])], cwd=tmp_path,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip()
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= KEPT.get(path.stem, set()), "an example leaves nothing else behind"


def test_the_tutorials_runs_are_those_of_the_example():
    page = (ROOT / "docs" / "tutorial.md").read_text()
    text = (ROOT / "examples" / "own_runs.py").read_text()
    for row in page.split('```csv title="runs.csv"\n')[1].split("```")[0].splitlines()[1:]:
        name, error, compute, *_ = row.split(",")
        assert f'("{name}", {error}, {compute})' in text


def test_the_notebooks_are_kept_without_output():
    import json

    for path in NOTEBOOKS:
        cells = json.loads(path.read_text())["cells"]
        assert not [cell for cell in cells if cell.get("outputs")], path.name


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_end_to_end(path):
    pytest.importorskip("nbmake")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbmake", str(path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
