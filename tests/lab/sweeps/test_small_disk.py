"""A disk of 260 MB that a sweep, its neighbour, or both fill: a real file system, in memory."""

import contextlib
import subprocess

import faulty
import pytest
from watching import events, make_sweep, until, written

from costlaw.lab.sweeps import resume_sweep, run_sweep, sweep_result

ROOM_MB = 260
SLOW = {"kind": "Slow", "sizes": [1, 2], "examples": [100]}


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}000000", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no small disk could be made: {error}")
    if done.returncode:
        pytest.skip(f"no small disk could be made: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return outcomes(run_sweep(make_sweep(**SLOW), tmp_path_factory.mktemp("slow"), workers=2))


def outcomes(result):
    return {one.trial.size: one.outcome.to_dict() for one in result.finished}


def fill(path, size_mb):
    """Write what a neighbour on the same disk would, as far as it goes."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        for _ in range(size_mb):
            file.write(bytes(1_000_000))


def test_a_trial_that_leaves_too_little_is_ended_and_the_rest_goes_on(small_disk):
    folder = small_disk / "sweep"
    result = run_sweep(make_sweep(sizes=[faulty.HUGE, faulty.WELL]), folder, workers=2)
    assert [one.trial.size for one in result.finished] == [faulty.WELL]
    (failed,) = result.failed
    assert failed.reason == "disk full"
    assert "the disk has under 100 MB left and" in failed.message
    assert not list((folder / "trials" / failed.trial.key).glob("*.bin"))
    assert not result.state.stopped


def crowded(disk, started, tmp_path, megabytes):
    """Run a sweep on a disk that a neighbour fills meanwhile: its folder, exit code and words."""
    folder = disk / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    run = started("run", description, "--folder", folder, "--workers", 2)
    until(lambda: events(folder, "begun"))
    fill(disk / "neighbour.bin", megabytes)
    out, said = run.communicate(timeout=60)
    return folder, run.returncode, out, said


def test_a_disk_that_others_filled_stops_the_sweep_and_it_goes_on_when_there_is_room(
    small_disk, started, tmp_path, undisturbed
):
    folder, code, out, said = crowded(small_disk, started, tmp_path, 200)
    assert code == 4, said
    assert "the disk has under 100 MB left" in out
    assert not sweep_result(folder).is_complete
    assert not sweep_result(folder).failed  # nobody's fault
    (small_disk / "neighbour.bin").unlink()
    assert outcomes(resume_sweep(folder, workers=2)) == undisturbed


def test_a_disk_without_one_byte_left_loses_nothing_that_was_finished(
    small_disk, started, tmp_path, undisturbed
):
    folder, code, out, said = crowded(small_disk, started, tmp_path, ROOM_MB)
    assert code in (1, 4), said
    assert "Traceback" not in said
    assert "No space left on device" in out + said or "the disk has under 100 MB left" in out
    (small_disk / "neighbour.bin").unlink()
    assert outcomes(resume_sweep(folder, workers=2, again=True)) == undisturbed
