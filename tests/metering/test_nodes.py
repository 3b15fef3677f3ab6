"""What we were given of a machine, and whose processor time it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from costlaw.metering.nodes.limits import cgroup_folders, find_allocation
from costlaw.metering.nodes.processes import MachineTime, ProcessTree
from costlaw.metering.nodes.ranks import Election, Rank, find_rank
from costlaw.metering.probes.processor import find_rated_power

PRESENT = float(os.cpu_count() or 1)
NO_SLURM: dict[str, str] = {}


def write_group(tmp_path, lines, **files):
    """Write a /proc and a cgroup folder; files are named with __ for a folder's end."""
    proc, cgroup = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text("\n".join(lines) + "\n")
    (proc / "meminfo").write_text("MemTotal:       16000000 kB\n")
    cgroup.mkdir()
    for name, text in files.items():
        file = cgroup / name.replace("__", "/").replace("DOT", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return {"cgroup": cgroup, "proc": proc}


def test_a_container_of_half_a_processor_and_one_gigabyte_is_recognised(tmp_path):
    places = write_group(
        tmp_path, ["0::/"], cpuDOTmax="50000 100000", memoryDOTmax="1000000000"
    )  # fmt: skip
    found = find_allocation(NO_SLURM, **places)
    assert (found.processors, found.origin) == (0.5, "cgroup")
    assert found.memory_gb == pytest.approx(1.0)
    assert found.share == pytest.approx(0.5 / PRESENT)


def test_the_tightest_limit_of_nested_groups_holds(tmp_path):
    places = write_group(
        tmp_path,
        ["0::/slice/job"],
        slice__cpuDOTmax="30000 100000",
        slice__job__cpuDOTmax="max 100000",
        slice__job__memoryDOTmax="max",
    )
    assert find_allocation(NO_SLURM, **places).processors == pytest.approx(0.3)
    assert [folder.name for folder in cgroup_folders(**places)][:2] == ["job", "slice"]


def test_version_1_of_the_control_groups_is_read_too(tmp_path):
    places = write_group(
        tmp_path,
        ["5:cpu,cpuacct:/job", "4:memory:/job"],
        **{
            "cpu,cpuacct__job__cpuDOTcfs_quota_us": "25000",
            "cpu,cpuacct__job__cpuDOTcfs_period_us": "100000",
            "memory__job__memoryDOTlimit_in_bytes": str(2 * 10**9),
        },
    )
    found = find_allocation(NO_SLURM, **places)
    assert (found.processors, found.memory_gb) == (0.25, pytest.approx(2.0))


def test_no_limit_is_the_whole_machine(tmp_path):
    places = write_group(
        tmp_path,
        ["0::/", "4:memory:/"],
        cpuDOTmax="max 100000",
        memory__memoryDOTlimit_in_bytes=str(0x7FFFFFFFFFFFF000),
    )
    found = find_allocation(NO_SLURM, **places)
    affinity = len(os.sched_getaffinity(0))
    assert found.processors == affinity
    if affinity == PRESENT:
        assert (found.origin, found.place) == ("whole machine", "")
        assert found.memory_gb == pytest.approx(16.384)


def test_slurm_says_it_before_anything_else(tmp_path):
    places = write_group(tmp_path, ["0::/"], cpuDOTmax="50000 100000")
    environment = {"SLURM_CPUS_ON_NODE": "1", "SLURM_MEM_PER_NODE": "4096"}
    found = find_allocation(environment, **places)
    assert (found.processors, found.origin) == (1.0, "SLURM")
    assert found.memory_gb == pytest.approx(4096 * 2**20 / 1e9)


@pytest.mark.skipif(PRESENT < 2, reason="one processor cannot be divided")
def test_an_affinity_mask_is_a_limit_and_is_told_apart_by_its_bits():
    code = (
        "import os\nfrom costlaw.metering.nodes.limits import find_allocation\n"
        "one = min(os.sched_getaffinity(0)); os.sched_setaffinity(0, {one})\n"
        "found = find_allocation({})\n"
        "print(found.processors, found.origin, found.mask == 1 << one, found.place)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("1.0 affinity True @")


@pytest.mark.parametrize(
    ("environment", "launcher", "rank", "local"),
    [
        ({"RANK": "5", "LOCAL_RANK": "1", "WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4",
          "TORCHELASTIC_RUN_ID": "x"}, "torchrun", 5, 1),
        ({"SLURM_PROCID": "3", "SLURM_LOCALID": "3", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "77"},
         "SLURM", 3, 3),
        ({"OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_LOCAL_RANK": "0",
          "OMPI_COMM_WORLD_SIZE": "2"}, "Open MPI", 0, 0),
        ({"PMI_RANK": "1", "MPI_LOCALRANKID": "1", "PMI_SIZE": "2"}, "MPICH", 1, 1),
    ],
)  # fmt: skip
def test_each_launcher_is_recognised(environment, launcher, rank, local):
    found = find_rank(environment)
    assert (found.launcher, found.rank, found.local_rank) == (launcher, rank, local)


@pytest.mark.parametrize(
    "environment",
    [{}, {"RANK": "0"}, {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}, {"SLURM_JOB_ID": "7"}],
)
def test_a_process_of_its_own_has_no_rank(environment):
    assert find_rank(environment) is None


def test_one_of_two_ranks_reads_a_sensor_and_its_end_frees_it(tmp_path):
    def rank(number: int) -> Rank:
        return Rank(
            launcher="torchrun", job="j", rank=number, local_rank=number, world_size=2, node_size=2
        )

    first, second = (Election(rank(n), tmp_path) for n in (0, 1))
    other_job = Election(
        Rank(launcher="SLURM", job="k", rank=1, local_rank=1, world_size=2, node_size=2), tmp_path
    )
    assert first.claim("RAPL")
    assert not second.claim("RAPL")
    assert second.claim("NVIDIA")
    assert other_job.claim("RAPL")
    first.release()
    assert second.claim("RAPL")
    for election in (second, other_job):
        election.release()


def test_other_ranks_leave_the_sensors_to_local_rank_0_for_a_second(tmp_path):
    late = Election(
        Rank(launcher="t", job="j", rank=1, local_rank=1, world_size=2, node_size=2), tmp_path
    )
    assert [late.may_claim(t) for t in (0.0, 0.9, 1.1)] == [False, False, True]


def test_a_folder_for_locks_that_cannot_be_made_lets_every_rank_read(tmp_path):
    (tmp_path / "file").write_text("")
    rank = Rank(launcher="t", job="j", rank=1, local_rank=1, world_size=2, node_size=2)
    assert Election(rank, tmp_path / "file" / "locks").claim("RAPL")


# -- processor time --------------------------------------------------------------------------------

BURN = "import time\nwhile time.process_time() < {}: pass\n"


def test_a_childs_time_is_counted_while_it_lives_and_after_it_was_waited_for():
    tree = ProcessTree()
    before = tree.cpu_s(0.0)
    child = subprocess.Popen(
        [sys.executable, "-c", BURN.format(0.5) + "print('done', flush=True)\ntime.sleep(30)"],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    living = tree.cpu_s(0.0, walk=True) - before
    assert living > 0.4
    assert child.pid in tree.living_children()
    child.kill()
    child.communicate()
    after = tree.cpu_s(0.0, walk=True) - before
    assert living <= after < living + 0.5  # once, not twice


def test_a_daemon_that_outlives_its_parent_is_counted_and_hides_nothing_after_its_end(tmp_path):
    go = tmp_path / "go"
    grandchild = (
        f"import os\n{BURN.format(0.3)}print('done', flush=True)\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.02)\n"
    )
    code = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {grandchild!r}], stdin=subprocess.DEVNULL)\n"
        "sys.stdin.readline()\n"
    )
    tree = ProcessTree()
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        tree.cpu_s(0.0, walk=True)  # found while its parent lives
        parent.stdin.close()
        parent.wait()
        with_orphan = tree.cpu_s(0.0, walk=True)
        assert len(tree.living_children()) == 1
        go.touch()
    for _ in range(500):
        if not tree.living_children():
            break
        time.sleep(0.02)
    assert tree.living_children() == []
    ended = tree.cpu_s(0.0, walk=True)
    assert ended >= with_orphan > 0.3
    began = time.process_time()
    while time.process_time() < began + 0.2:
        pass
    assert tree.cpu_s(0.0, walk=True) - ended > 0.19


def test_walking_the_processes_is_rare():
    tree = ProcessTree()
    walks = []
    tree._find_children = lambda: walks.append(1) or {}
    for now in range(100):
        tree.cpu_s(float(now))
    assert len(walks) <= 10


def test_a_containers_busy_time_is_its_own_and_else_the_machines(tmp_path):
    places = write_group(
        tmp_path, ["0::/"], cpuDOTstat="usage_usec 2500000\nuser_usec 1", cpuDOTmax="max 100000"
    )
    (places["proc"] / "stat").write_text("cpu  100 0 100 500 50 0 0 0 0 0\n")
    ours = MachineTime(contained=True, **places)
    assert (ours.covers, ours.busy_s()) == ("container", 2.5)
    machine = MachineTime(contained=False, **places)
    assert machine.covers == "machine"
    assert machine.busy_s() == pytest.approx(200 / os.sysconf("SC_CLK_TCK"))


@pytest.mark.parametrize(
    ("name", "watts", "known"),
    [
        ("AMD EPYC 7343 16-Core Processor", 190 / 16, True),
        ("Intel(R) Xeon(R) CPU E5-2670 v2 @ 2.50GHz", None, True),
        ("AMD EPYC", 8.6, False),  # says too little: never the first row that looks alike
        ("", 8.6, False),
    ],
)
def test_a_processors_rated_power_is_its_own_or_the_median_servers(tmp_path, name, watts, known):
    (tmp_path / "cpuinfo").write_text(f"model name\t: {name}\n")
    found = find_rated_power(tmp_path)
    assert found.known is known
    if watts is not None:
        assert found.w_per_core == pytest.approx(watts)
