"""Many processes, one total: elections, takeovers, containers and nodes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from costlaw.exceptions import DataError
from costlaw.metering import meter, recover, recover_runs
from costlaw.metering.records.merging import merge

# A sensor of the whole node at 100 W, the same for every process of this machine.
RANK = """
import sys, time
from costlaw.metering import meter
from costlaw.metering.clocks import Clock
from costlaw.metering.probes.probe import Channel, Probe

class Node(Probe):
    name = "node"
    def __init__(self):
        super().__init__()
        what = dict(component="processor", tier="A", method="100 W", whole=True)
        self.channels = (Channel(key="rapl:package-0", **what),)
        self.zero = None
    def read(self, now_s):
        self.zero = now_s if self.zero is None else self.zero
        return {"rapl:package-0": 100.0 * (now_s - self.zero)}

import costlaw.metering.sampler, costlaw.metering.summary
if len(sys.argv) > 3:  # all ranks begin together, as a launcher's rendezvous makes them
    print("imported", flush=True)
    sys.stdin.readline()
with meter("job", folder=sys.argv[1], interval_s=0.1, live=False, probes=[Node()]) as m:
    print("ready", flush=True)
    end = time.monotonic() + float(sys.argv[2])
    while time.monotonic() < end:
        m.step(examples=1, model_flop=1e6, error=0.5)
        time.sleep(0.02)
"""
WATTS = 100.0


def start_rank(folder: Path, number: int, *, size: int = 4, seconds: float = 3.0, wait=False):
    environment = os.environ | {
        "RANK": str(number), "LOCAL_RANK": str(number), "WORLD_SIZE": str(size),
        "LOCAL_WORLD_SIZE": str(size), "TORCHELASTIC_RUN_ID": folder.name + str(os.getpid()),
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-c", RANK, str(folder), str(seconds), *(["wait"] if wait else [])],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    return child


def finish(children) -> None:
    for child in children:
        child.communicate(timeout=30)


def watts_of(found) -> float:
    device = next(f for f in found.figures if (f.scope, f.component) == ("device", "processor"))
    return device.energy_kwh * 3.6e6 / found.elapsed_s


def test_four_ranks_on_one_node_count_it_once(tmp_path):
    ranks = [start_rank(tmp_path, number, wait=True) for number in range(4)]
    for rank in ranks:
        rank.stdout.readline()
    for rank in ranks:
        rank.stdin.write(b"go\n")
        rank.stdin.flush()
    finish(ranks)
    alone = recover(tmp_path)
    readers = [found for found in alone if found.energy_kwh is not None]
    assert len(alone) == 4
    assert len(readers) == 1
    for found in alone:
        if found is not readers[0]:
            assert "merge the files" in found.absent[-1]["reason"]
    total = merge(tmp_path)
    ratio = watts_of(total) / WATTS
    late = 0.3 / total.elapsed_s  # on a busy machine the reader is not the first to begin
    assert 0.98 - late < ratio < 1.02
    assert total.examples == sum(found.examples for found in alone)
    assert total.model_flop == pytest.approx(1e6 * total.examples)
    shares = [process["share"] for process in total.machine["processes"]]
    assert sum(shares) == pytest.approx(1.0)
    machine = next(f for f in total.figures if (f.scope, f.component) == ("machine", "all"))
    parts = [process["energy_kwh"] for process in total.machine["processes"]]
    assert sum(parts) == pytest.approx(machine.energy_kwh)


def test_when_the_reader_is_killed_another_rank_takes_over_within_two_seconds(tmp_path):
    first = start_rank(tmp_path, 0, size=2, seconds=30)
    first.stdout.readline()
    second = start_rank(tmp_path, 1, size=2, seconds=6.0)
    second.stdout.readline()
    time.sleep(2.0)
    first.send_signal(signal.SIGKILL)
    finish([first, second])
    reading = [found for found in recover(tmp_path) if found.energy_kwh is not None]
    assert len(reading) == 2
    assert any("is read here from" in note for found in reading for note in found.notes)
    total = merge(tmp_path)
    bare_s = total.elapsed_s - watts_of(total) * total.elapsed_s / WATTS
    assert 0.0 <= bare_s < 2.0
    assert total.energy_kwh is not None


def rewrite(file: Path, target: Path, **changes) -> None:
    """Copy a meter file with another beginning."""
    lines = file.read_text().splitlines()
    start = json.loads(lines[0]) | changes
    target.write_text("\n".join([json.dumps(start), *lines[1:]]) + "\n")


@pytest.fixture(scope="module")
def one_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    child = subprocess.Popen(
        [sys.executable, "-c", RANK, str(folder), "1.0"], stdout=subprocess.PIPE
    )
    finish([child])
    return next(folder.glob("*.jsonl"))


def test_nodes_are_summed_and_containers_of_one_node_are_not(tmp_path, one_file):
    one = merge(one_file).energy_kwh
    rewrite(one_file, tmp_path / "a.jsonl")
    rewrite(one_file, tmp_path / "b.jsonl", host="container-2", pid=2)  # the same boot
    assert merge(tmp_path).energy_kwh == pytest.approx(one)
    rewrite(one_file, tmp_path / "c.jsonl", host="other", boot="another-boot")
    two = merge(tmp_path)
    assert two.energy_kwh == pytest.approx(2 * one)
    assert two.machine["nodes"] == 2


def test_files_in_folders_of_each_node_are_found(tmp_path, one_file):
    for node in ("n1", "n2"):
        (tmp_path / node).mkdir()
        rewrite(one_file, tmp_path / node / "x.jsonl", host=node, boot=node)
    assert merge(tmp_path).machine["nodes"] == 2


def test_a_merged_node_is_shared_by_what_the_job_was_given(tmp_path, one_file):
    start = json.loads(one_file.read_text().splitlines()[0])
    quarter = start["allocation"] | {"share": 0.25, "origin": "SLURM", "mask": None}
    for name in "ab":
        rewrite(one_file, tmp_path / f"{name}.jsonl", allocation=quarter, pid=ord(name))
    total = merge(tmp_path)
    assert watts_of(total) == pytest.approx(0.25 * WATTS, rel=0.03)
    assert "our 25 % of the machine" in total.figures[0].method


def test_the_time_between_two_windows_is_not_the_jobs(tmp_path):
    code = RANK.split("with meter", maxsplit=1)[0] + (
        "probe = Node()\nfrom costlaw.metering.sampler import Sampler\n"
        "from costlaw.metering.probes.catalogue import given_openers\n"
        "from pathlib import Path\nsampler = Sampler(given_openers([probe]), interval_s=0.1)\n"
        "for name in ('a', 'b'):\n"
        "    number = sampler.open_window(name, Path(sys.argv[1]), {})\n"
        "    time.sleep(0.5)\n    sampler.close_window(number, 'finished')\n    time.sleep(1.0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=30)
    joules = next(f for f in merge(tmp_path).figures if f.component == "processor").energy_kwh
    assert joules * 3.6e6 == pytest.approx(2 * 0.5 * WATTS, rel=0.1)


def test_a_time_that_nobody_read_is_said(tmp_path, one_file):
    rewrite(one_file, tmp_path / "a.jsonl")
    start = json.loads(one_file.read_text().splitlines()[0])
    rewrite(one_file, tmp_path / "b.jsonl", boot_s=start["boot_s"] + 61.0)
    assert any("nobody read rapl:package-0 for 6" in note for note in merge(tmp_path).notes)


def test_a_folder_without_readings_is_refused(tmp_path):
    with pytest.raises(DataError, match="no meter file with readings"):
        merge(tmp_path)


def test_two_meters_of_one_second_and_one_process_have_a_file_each(tmp_path):
    files = set()
    for _ in range(3):
        with meter("same", folder=tmp_path, live=False, probes=[]) as m:
            m.step(examples=1)
        files.add(m.file)
    assert len(files) == 3
    assert len(recover(tmp_path)) == 3


TORCHRUN = """
import os, sys, time
from costlaw.metering import meter
with meter("ddp", folder=sys.argv[1], interval_s=0.2, live=False) as m:
    end = time.monotonic() + 4.0
    while time.monotonic() < end:
        sum(i * i for i in range(20000))
        m.step(examples=4, model_flop=1e6)
    if int(os.environ["RANK"]) == 0:
        m.report(error=0.25)
"""


@pytest.mark.slow
def test_four_processes_of_torchrun_itself_are_one_run_on_this_machines_own_sensors(tmp_path):
    pytest.importorskip("torch")
    script = tmp_path / "train.py"
    script.write_text(TORCHRUN)
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=4",
             str(script), str(tmp_path / "runs")]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=300,
                   env=os.environ | {"OMP_NUM_THREADS": "1"})  # fmt: skip
    found = recover(tmp_path / "runs")
    assert len(found) == 4
    assert {span.machine["rank"]["launcher"] for span in found} == {"torchrun"}
    runs = recover_runs(tmp_path / "runs")
    assert len(runs) == 1
    total = merge(tmp_path / "runs")
    assert total.examples == sum(span.examples for span in found)
    readers = [span for span in found if span.energy_kwh]
    assert len(readers) == 1
    rate = total.energy_kwh / total.elapsed_s
    assert rate == pytest.approx(readers[0].energy_kwh / readers[0].elapsed_s, rel=0.2)


def test_a_meter_around_a_metered_training_counts_nothing_twice(tmp_path):
    inner = (
        "import sys, time\nfrom costlaw.metering import meter\n"
        "with meter('inner', folder=sys.argv[1], interval_s=0.1, live=False) as m:\n"
        "    while time.process_time() < 1.0: sum(range(1000))\n"
        "    m.step(examples=8, error=0.25, model_flop=1e9)\n"
    )
    words = [sys.executable, "-m", "costlaw", "meter", "--dir", str(tmp_path), "--quiet", "--",
             sys.executable, "-c", inner, str(tmp_path)]  # fmt: skip
    rank = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "around"}
    subprocess.run(words, check=True, timeout=60, env=os.environ | rank)
    assert len(recover(tmp_path)) == 2
    total = merge(tmp_path)
    assert 0.9 < total.cpu_s < 1.6
    assert [process["share"] for process in total.machine["processes"]] == [1.0]
    assert len(recover_runs(tmp_path)) == 1


def test_a_port_that_is_taken_is_said_before_the_command_runs(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = [sys.executable, "-m", "costlaw", "meter", "--dir", str(tmp_path / "runs"),
                 "--prometheus", port, "--", "touch", str(tmp_path / "ran")]  # fmt: skip
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"--prometheus {port}: the port cannot be opened" in done.stderr
    assert not (tmp_path / "ran").exists()
