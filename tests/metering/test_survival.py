"""Readings survive whatever ends a process: real processes, real kills."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from costlaw.metering.metered import Metered
from costlaw.metering.records.recovery import recover

STEPS = """
import time, sys
from costlaw.metering import meter
with meter("job", folder=sys.argv[1], interval_s=0.1, live=False) as m:
    print("ready", flush=True)
    for i in range(600):
        time.sleep(0.02)
        m.step(examples=10, error=1 / (i + 2))
        if len(sys.argv) > 2 and i == 20:
            raise ValueError("by hand")
"""


def start(folder: Path, *words: str, code: str = STEPS) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready"
    return child


def only(folder: Path) -> Metered:
    found = recover(folder)
    assert len(found) == 1
    return found[0]


def wait_for_lines(folder: Path, lines: int) -> None:
    for _ in range(200):
        text = "".join(path.read_text() for path in folder.glob("*.jsonl"))
        if text.count("\n") >= lines:
            return
        time.sleep(0.05)
    pytest.fail("the meter wrote nothing for 10 s")


@pytest.mark.parametrize(
    ("number", "ended"), [(signal.SIGKILL, "cut off"), (signal.SIGTERM, "SIGTERM")]
)
def test_a_killed_process_keeps_every_reading_up_to_its_last_sample(tmp_path, number, ended):
    child = start(tmp_path)
    began = time.monotonic()
    wait_for_lines(tmp_path, 12)
    child.send_signal(number)
    lived = time.monotonic() - began
    child.communicate(timeout=20)
    assert child.returncode == -number, "the signal must still do what it would have done"
    found = only(tmp_path)
    assert found.ended == ended
    assert abs(found.elapsed_s - lived) < 0.6
    assert found.steps > 10
    assert found.examples == 10 * found.steps
    assert found.error is not None
    assert found.energy_kwh is None or found.energy_kwh > 0


def test_an_exception_keeps_every_reading_and_still_reaches_the_user(tmp_path):
    child = start(tmp_path, "raise")
    _, errors = child.communicate(timeout=20)
    assert child.returncode == 1
    assert "ValueError: by hand" in errors
    found = only(tmp_path)
    assert found.ended == "exception ValueError"
    assert found.steps == 21


def test_an_uncaught_exception_outside_a_block_is_named(tmp_path):
    code = (
        "import sys\nfrom costlaw.metering import Meter\n"
        "m = Meter('bare', folder=sys.argv[1], live=False).start()\nm.step(examples=5)\n"
        "print('ready', flush=True)\nraise KeyError('lost')\n"
    )
    child = start(tmp_path, code=code)
    child.communicate(timeout=20)
    found = only(tmp_path)
    assert found.ended == "exception KeyError"
    assert found.examples == 5


def test_a_handler_of_the_user_runs_after_the_last_reading(tmp_path):
    code = (
        "import signal, sys, time\nfrom costlaw.metering import meter\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "with meter('job', folder=sys.argv[1], interval_s=0.1, live=False) as m:\n"
        "    m.step(examples=3)\n    print('ready', flush=True)\n    time.sleep(20)\n"
    )
    child = start(tmp_path, code=code)
    child.terminate()
    child.communicate(timeout=20)
    assert child.returncode == 7
    found = only(tmp_path)
    assert found.examples == 3
    assert "SIGTERM received" in found.notes


def test_a_full_disk_is_said_once_and_never_ends_the_training(tmp_path):
    """The kernel refuses to grow the file, as a full disk does."""
    code = STEPS.replace(
        "import time, sys",
        "import time, sys, resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))",
    ).replace("range(600)", "range(120)")
    child = start(tmp_path, code=code)
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 0
    assert errors.count("cannot write to") == 1
    assert only(tmp_path).steps > 10


def test_nothing_is_lost_when_the_disk_has_room_again(tmp_path):
    code = (
        "import resource, signal, sys, time\nfrom costlaw.metering import meter\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "hard = resource.RLIM_INFINITY\n"
        "with meter('job', folder=sys.argv[1], interval_s=0.05, live=False) as m:\n"
        "    print('ready', flush=True)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))\n"
        "    for i in range(40):\n        time.sleep(0.05); m.step(examples=1, error=0.5)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "    time.sleep(0.2)\n"
    )
    child = start(tmp_path, code=code)
    _, errors = child.communicate(timeout=30)
    assert "works again" in errors
    found = only(tmp_path)
    assert (found.ended, found.steps) == ("finished", 40)


def test_a_forbidden_folder_is_said_and_another_is_used(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "spare").mkdir()
    code = (
        "import sys, tempfile\ntempfile.tempdir = sys.argv[2]\n"
        "from costlaw.metering import meter\n"
        "with meter('job', folder=sys.argv[1], live=False) as m:\n    m.step(examples=2)\n"
        "print(m.file)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "file" / "runs"), str(tmp_path / "spare")],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "cannot write in" in child.stderr
    assert only(Path(child.stdout.strip())).examples == 2


def test_a_stopped_process_keeps_metering_when_it_goes_on(tmp_path):
    child = start(tmp_path)
    wait_for_lines(tmp_path, 4)
    child.send_signal(signal.SIGSTOP)
    time.sleep(1.0)
    before = only(tmp_path).elapsed_s
    child.send_signal(signal.SIGCONT)
    wait_for_lines(tmp_path, 18)
    child.kill()
    child.communicate(timeout=20)
    assert only(tmp_path).elapsed_s > before + 1.0


def test_a_forked_child_never_writes_into_its_parents_file(tmp_path):
    code = (
        "import os, sys, time\nfrom costlaw.metering import meter\n"
        "with meter('parent', folder=sys.argv[1], interval_s=0.1, live=False) as m:\n"
        "    m.step(examples=1)\n    pid = os.fork()\n"
        "    if pid == 0:\n        m.step(examples=100)\n        sys.exit(0)\n"
        "    os.waitpid(pid, 0)\n    m.step(examples=1)\nprint('ready', flush=True)\n"
    )
    child = start(tmp_path, code=code)
    child.communicate(timeout=20)
    assert child.returncode == 0
    found = only(tmp_path)
    assert found.examples == 2
    assert found.ended == "finished"


def test_a_file_with_torn_and_strange_lines_is_read_as_far_as_it_goes(tmp_path):
    child = start(tmp_path, "raise")
    child.communicate(timeout=20)
    path = next(tmp_path.glob("*.jsonl"))
    strange = '\n{"kind":"sample","t":\n[1]\n{"kind":"later version"}\n\0\0\n'
    path.write_text(path.read_text()[:-40] + strange)
    found = only(tmp_path)
    assert found.steps >= 1
    assert any("were skipped" in note for note in found.notes)
