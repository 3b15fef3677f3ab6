"""Readings survive whatever ends a process: real processes, real kills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from costlaw.metering.clocks import Clock
from costlaw.metering.metered import Metered
from costlaw.metering.records.recovery import recover
from costlaw.metering.sampler import Sampler
from costlaw.metering.summary import summarise

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


# -- a real small disk, a real forbidden folder, no network ----------------------------------------

ROOT = pytest.mark.skipif(os.getuid() != 0, reason="needs the rights to mount a small disk")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 16 kB that fills up."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], capture_output=True, check=True)


@ROOT
def test_a_disk_that_is_full_keeps_every_whole_sample_and_goes_on_when_there_is_room(small_disk):
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * 8192)
    code = STEPS.replace("time.sleep(0.02)", "time.sleep(0.01)").replace(
        "interval_s=0.1", "interval_s=0.05"
    )
    child = start(small_disk, code=code)
    for _ in range(600):
        if sum(path.stat().st_size for path in small_disk.glob("*.jsonl")) >= 8192:
            break
        time.sleep(0.05)
    time.sleep(0.3)
    full = only(small_disk)
    assert full.steps > 10
    filler.unlink()
    time.sleep(0.6)
    later = only(small_disk)
    assert later.elapsed_s > full.elapsed_s + 0.5
    assert later.steps > full.steps
    child.kill()
    _, errors = child.communicate(timeout=20)
    assert errors.count("No space left on device") == 1
    assert "nothing before it is lost" in errors


@ROOT
def test_a_folder_that_may_only_be_read_is_said_and_another_is_used(tmp_path):
    folder, spare = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o555)
        spare.chmod(0o777)
        code = (
            "import os, sys, tempfile\nfrom costlaw.metering import meter\n"
            "with meter('imports', folder=sys.argv[2] + '/first', live=False) as m: m.step()\n"
            "os.setgid(65534); os.setuid(65534); tempfile.tempdir = sys.argv[2]\n"
            "with meter('job', folder=sys.argv[1] + '/runs', live=False) as m:\n"
            "    m.step(examples=2)\nprint(m.file)\n"
        )
        words = [sys.executable, "-c", code, str(folder), str(spare)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True)
        assert "Permission denied" in done.stderr
        assert done.stdout.strip().startswith(str(spare))
        assert recover(done.stdout.strip())[0].examples == 2
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(spare)


def test_nothing_is_sent_over_a_network(tmp_path):
    """Every socket that Python would open is told to the interpreter's audit hook first."""
    code = (
        "import sys\nseen = []\n"
        "sys.addaudithook(lambda event, args: seen.append(event)"
        " if event.startswith(('socket.', 'urllib.')) else None)\n"
        "import costlaw\n"
        "with costlaw.meter('quiet', folder=sys.argv[1], live=False) as m:\n"
        "    m.step(examples=1, error=0.5)\n"
        "m.result.to_dict(); costlaw.metering.recover(sys.argv[1])\n"
        "print(seen)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


class JumpingClock(Clock):
    """Awake, boot and calendar time that a test sets."""

    def __init__(self) -> None:
        self.awake, self.boot, self.unix = 100.0, 200.0, 1e9

    def awake_s(self) -> float:
        return self.awake

    def boot_s(self) -> float:
        return self.boot

    def unix_s(self) -> float:
        return self.unix


def test_a_date_that_jumps_in_a_running_process_changes_no_elapsed_time(tmp_path):
    clock = JumpingClock()
    sampler = Sampler([], clock=clock)
    sampler._ensure_thread = lambda: None  # the test takes the samples
    number = sampler.open_window("jump", tmp_path, {})
    window = sampler.window(number)
    clock.awake, clock.boot, clock.unix = 110.0, 210.0, 5e8  # 10 s, and a date long past
    sampler.sample()
    clock.awake, clock.boot, clock.unix = 120.0, 3820.0, 5e8 + 3610  # 10 s awake, an hour asleep
    sampler.sample()
    sampler.close_window(number, "finished")
    sampler.finish("finished")
    live = summarise(sampler.session, window)
    assert (live.elapsed_s, live.suspended_s) == (20.0, 3600.0)
    found = only(tmp_path)
    assert (found.elapsed_s, found.suspended_s) == (20.0, 3600.0)
    assert any("the date was set by" in note for note in found.notes)
    assert any("suspended for 3600 s" in note for note in found.notes)
