"""Bad input to the lab: one clear line, the exit code, no traceback, nothing half-written."""

import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from costlaw.cli import main

SWEEP = 'name = "a"\ntask = "teacher-student"\nsizes = [4]\nexamples = [100]\n'


class Done(NamedTuple):
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def lab(tmp_path, monkeypatch, capsys):
    """Return a function that runs ``costlaw lab …`` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["lab", *map(str, words)])
        return Done(left.value.code, *capsys.readouterr())

    return run


def without(library, words, folder):
    """Run ``costlaw lab …`` where a library is not installed."""
    code = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
from costlaw.cli import main
main(["lab", *{list(words)!r}])
"""
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True,
                          timeout=120, env=os.environ, check=False)  # fmt: skip


def refused(done, code, *said):
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("costlaw:", "Error:"))]
    assert len(lines) == 1
    for word in said:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["scale", "fashion-mnits"], 2, ["unknown task", "Did you mean fashion-mnist"]),
        (["scale", "teacher-student", "--sizes", "4"], 2, ["1 sizes; expected at least 3"]),
        (["scale", "teacher-student", "--sizes", "4,x"], 2, ["expected whole numbers"]),
        (["scale", "teacher-student", "--sizes", "4,8,9999"], 2, ["8 of 24 trials cannot be run"]),
        (["scale", "teacher-student", "--set", "epoch=3"], 2, ["unknown setting"]),
        (["scale", "teacher-student", "--seeds", "0"], 2, ["seeds = 0"]),
        (["scale", "teacher-student", "--cpu-hours", "0"], 2, ["cpu_hours = 0", "above zero"]),
        (["scale", "teacher-student", "--usd", "5"], 2, ["usd_per_cpu_hour"]),
        (["scale", "teacher-student", "--figure", "a.gif"], 2, ["a.gif"]),
        (["scale", "teacher-student", "--runner", "rya"], 2, ["Did you mean ray"]),
        (["scale", "teacher-student", "--address", "h:1"], 2, ["use --runner ray"]),
        (["run", "absent.toml"], 1, ["absent.toml: no such file"]),
        (["resume", "nowhere"], 1, ["nowhere: no ledger.jsonl here"]),
        (["status", "nowhere"], 1, ["nowhere: no ledger.jsonl here"]),
        (["scael"], 2, ["Did you mean scale"]),
    ],
)
def test_bad_input_gets_one_line_and_leaves_nothing(lab, tmp_path, words, code, said):
    refused(lab(*words), code, *said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "library", "extra"),
    [
        (["scale", "fashion-mnist"], "torch", "costlaw[lab]"),
        (["scale", "teacher-student", "--runner", "ray"], "ray", "costlaw[ray]"),
    ],
)
def test_a_missing_extra_is_named_before_anything_is_run(tmp_path, words, library, extra):
    refused(without(library, words, tmp_path), 1, f'pip install "{extra}"')
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_said(lab, tmp_path):
    (tmp_path / "a.toml").write_text(SWEEP)
    (tmp_path / "file").write_text("")
    refused(lab("run", "a.toml", "--folder", "file/in"), 1, "file/in: cannot be made")


def test_a_sweep_that_only_failed_leaves_with_1_and_partly_with_4(lab, tmp_path):
    (tmp_path / "own.py").write_text(
        "from costlaw.lab.tasks import Outcome, Task\n"
        "class Odd(Task):\n"
        "    name, version = 'odd', '1'\n"
        "    def train(self, trial, *, folder, stop):\n"
        "        if trial.size % 2: raise ValueError('odd')\n"
        "    def evaluate(self, trained, trial):\n"
        "        return Outcome(error=0.5, loss=1, parameters=1, examples=1, epochs=1,\n"
        "                       training_flop=1e6, flop_per_pass=1)\n"
    )
    for sizes, code in (("[1, 3]", 1), ("[1, 2]", 4), ("[2, 4]", 0)):
        text = SWEEP.replace("teacher-student", "own.py:Odd").replace("[4]", sizes)
        (tmp_path / "a.toml").write_text(text)
        done = lab("run", "a.toml", "--folder", f"sweep{code}", "--workers", "1")
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
