"""Sensors that work, wrap, stand still, disappear or are forbidden: files and a driver stand in."""

from __future__ import annotations

import inspect
import os
import pickle
import runpy
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pynvml
import pytest

from costlaw.exceptions import ProbeError
from costlaw.metering import Meter, recover
from costlaw.metering.clocks import Clock
from costlaw.metering.nodes.limits import Allocation
from costlaw.metering.probes.catalogue import default_openers, given_openers, try_open
from costlaw.metering.probes.nvidia import Nvidia
from costlaw.metering.probes.probe import FACTOR
from costlaw.metering.probes.processor import IDLE_SHARE, ProcessorLoad, find_rated_power
from costlaw.metering.probes.rapl import Rapl
from costlaw.metering.probes.replay import Replay
from costlaw.metering.sampler import Sampler
from costlaw.metering.summary import summarise

sys.path.insert(0, str(Path(__file__).parent))
from fake_nvml import Board, FakeNvml

# -- RAPL ------------------------------------------------------------------------------------------


def write_zone(root: Path, name: str, label: str, microjoules: int, span: int = 10**9) -> Path:
    zone = root / name
    zone.mkdir(parents=True)
    (zone / "name").write_text(label + "\n")
    (zone / "max_energy_range_uj").write_text(f"{span}\n")
    (zone / "energy_uj").write_text(f"{microjoules}\n")
    return zone / "energy_uj"


@pytest.fixture
def powercap(tmp_path):
    """Two packages, one with its memory; sub-zones and platform zones that must be left out."""
    root = tmp_path / "powercap"
    files = {
        "package-0": write_zone(root, "intel-rapl:0", "package-0", 999_000_000),
        "package-1": write_zone(root, "intel-rapl:1", "package-1", 0),
        "dram": write_zone(root, "intel-rapl:0:1", "dram", 5_000_000),
    }
    write_zone(root, "intel-rapl:0:0", "core", 7)
    write_zone(root, "intel-rapl:2", "psys", 7)
    write_zone(root, "intel-rapl-mmio:0", "package-0", 999_000_000)
    return root, files


def test_each_package_and_each_memory_is_counted_once(powercap):
    root, _ = powercap
    channels = Rapl(root).channels
    assert [(c.key, c.component, c.tier) for c in channels] == [
        ("rapl:package-0", "processor", "A"),
        ("rapl:dram-0", "memory", "A"),
        ("rapl:package-1", "processor", "A"),
    ]


def test_a_counter_that_wraps_goes_on(powercap):
    root, files = powercap
    probe = Rapl(root)
    for microjoules in (999_999_999, 4_000_000, 9_000_000):
        files["package-0"].write_text(str(microjoules))
        found = probe.read(0.0)
    assert found["rapl:package-0"] == pytest.approx(0.999999 + 4.000001 + 5.0, abs=1e-6)


def test_a_counter_that_stands_still_is_no_longer_trusted(powercap):
    root, files = powercap
    probe = Rapl(root)
    for now in range(12):
        files["package-1"].write_text(str(1000 * now))
        probe.read(float(now))
    stalled = {event.channel for event in probe.drain_events() if event.event == "stalled"}
    assert stalled == {"rapl:package-0", "rapl:dram-0"}


def test_a_zone_that_goes_away_is_said_and_the_others_go_on(powercap):
    root, files = powercap
    probe = Rapl(root)
    shutil.rmtree(files["package-1"].parent)
    assert set(probe.read(1.0)) == {"rapl:package-0", "rapl:dram-0"}
    assert [(e.channel, e.event) for e in probe.drain_events()] == [("rapl:package-1", "lost")]


@contextmanager
def as_nobody():
    """Give up the rights of root for a moment, as an ordinary user has none."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_counters_that_may_not_be_read_are_said_with_whom_to_ask():
    root = Path(tempfile.mkdtemp())
    try:
        root.chmod(0o755)
        write_zone(root, "intel-rapl:0", "package-0", 1).chmod(0o400 if os.getuid() == 0 else 0)
        with as_nobody(), pytest.raises(ProbeError, match="may not be read by this user"):
            Rapl(root)
        with as_nobody():
            opener = next(o for o in default_openers()[0] if o.name == "RAPL")
            assert try_open(opener)[0] is None or os.access("/sys/class/powercap", os.R_OK)
    finally:
        shutil.rmtree(root)


def test_a_machine_without_powercap_says_so(tmp_path):
    with pytest.raises(ProbeError, match="no RAPL on this machine"):
        Rapl(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProbeError, match="holds no RAPL package"):
        Rapl(tmp_path / "empty")


# -- NVIDIA ----------------------------------------------------------------------------------------


def test_the_stand_in_has_the_interface_of_the_vendors_library():
    for name, ours in inspect.getmembers(FakeNvml, inspect.isfunction):
        if name.startswith("nvml"):
            theirs = inspect.signature(getattr(pynvml, name))
            assert list(inspect.signature(ours).parameters)[1:] == list(theirs.parameters), name


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="this machine has a GPU")
def test_the_vendors_own_library_says_that_there_is_no_driver():
    with pytest.raises(ProbeError, match="the NVIDIA driver does not answer: NVML Shared Library"):
        Nvidia()
    assert "NVIDIA" in {absence.probe for absence in default_openers()[1]}


def play(nvml, *, seconds=20.0, step=0.5, environment=None):
    """Read a probe on the driver's clock; return it and the energies read."""
    probe = Nvidia(nvml, environment or {})
    found = {}
    for tick in range(round(seconds / step) + 1):
        nvml.now_s = tick * step
        found.update(probe.read(nvml.now_s))
    return probe, found


def test_counter_and_integrated_power_agree_and_carry_their_tiers():
    nvml = FakeNvml(Board("GPU-a"), Board("GPU-b", counter=False))
    probe, found = play(nvml)
    assert [channel.tier for channel in probe.channels] == ["A", "B"]
    assert found["gpu:GPU-a"] == pytest.approx(300 * 20, rel=0.01)
    assert found["gpu:GPU-b"] == pytest.approx(found["gpu:GPU-a"], rel=0.01)
    probe.close()
    assert nvml.open == 0


def test_what_a_gpu_reads_is_compared_and_kept_as_a_file_that_replays(tmp_path):
    """The benchmark's GPU part, on the stand-in: it has not met a real device."""
    measure = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "meter" / "gpu.py"))
    nvml, file = FakeNvml(Board("GPU-a"), Board("GPU-b", watts=70.0, name="Tesla T4")), None
    file = tmp_path / "gpu.json"

    def load(elapsed):
        nvml.now_s += 0.1

    found = measure["counter_against_power"](
        20.0, file, nvml=nvml, clock=lambda: nvml.now_s, load=load
    )
    assert found["Tesla T4"]["ratio"] == pytest.approx(1.0, abs=0.02)
    replayed = Replay.from_file(file)
    replayed.read(0.0)
    assert replayed.read(10.0)["gpu:GPU-a"] == pytest.approx(3000, rel=0.02)


def test_power_that_changes_is_integrated_by_trapezoids():
    board = Board("GPU-a", counter=False)
    nvml = FakeNvml(board)
    probe = Nvidia(nvml, {})
    for second in range(11):
        board.watts = 100.0 + 20.0 * second
        found = probe.read(float(second))
    assert found["gpu:GPU-a"] == pytest.approx(2000.0)  # the mean of 100 and 300 W for 10 s


def test_a_gpu_that_disappears_keeps_what_it_used_until_then():
    nvml = FakeNvml(Board("GPU-a", lost_s=10.0), Board("GPU-b"))
    probe, found = play(nvml)
    assert found["gpu:GPU-a"] == pytest.approx(300 * 9.5, rel=0.01)
    assert found["gpu:GPU-b"] == pytest.approx(300 * 20, rel=0.01)
    assert [(e.channel, e.event) for e in probe.drain_events()] == [("gpu:GPU-a", "lost")]


def test_a_gpu_counter_that_stands_still_gives_way_to_its_power():
    nvml = FakeNvml(Board("GPU-a", frozen_s=5.0))
    probe, found = play(nvml, seconds=40.0)
    assert found["gpu:GPU-a"] == pytest.approx(300 * 40, rel=0.02)
    assert [(e.event, e.tier) for e in probe.drain_events()] == [("tier", "B")]


def test_a_driver_that_was_loaded_again_takes_nothing_back():
    nvml = FakeNvml(Board("GPU-a", reload_s=10.0))
    _, found = play(nvml)
    assert found["gpu:GPU-a"] == pytest.approx(300 * 19.5, rel=0.02)


@pytest.mark.parametrize(
    ("wanted", "read"),
    [
        ("1", ["gpu:GPU-b1"]),
        ("2,0", ["gpu:GPU-c2", "gpu:GPU-a0"]),
        ("0,9,1", ["gpu:GPU-a0"]),  # as CUDA does, the list ends where it makes no sense
        ("GPU-b", ["gpu:GPU-b1"]),
        ("MIG-GPU-c2/3/0", ["gpu:GPU-c2"]),
        ("1,1", ["gpu:GPU-b1"]),
    ],
)
def test_only_the_gpus_of_this_job_are_read(wanted, read):
    boards = [Board("GPU-a0"), Board("GPU-b1"), Board("GPU-c2", slices=True)]
    probe = Nvidia(FakeNvml(*boards), {"CUDA_VISIBLE_DEVICES": wanted})
    assert [channel.key for channel in probe.channels] == read
    if "MIG" in wanted:
        assert "whole board" in probe.channels[0].method


@pytest.mark.parametrize("wanted", ["", "-1", "none"])
def test_a_job_without_gpus_reads_none(wanted):
    with pytest.raises(ProbeError, match="that this job may use"):
        Nvidia(FakeNvml(Board("GPU-a")), {"CUDA_VISIBLE_DEVICES": wanted})


def test_a_gpu_that_the_jobs_group_forbids_does_not_shift_the_others():
    boards = [Board("GPU-a", forbidden=True), Board("GPU-b"), Board("GPU-c")]
    probe = Nvidia(FakeNvml(*boards), {"CUDA_VISIBLE_DEVICES": "0"})
    assert [channel.key for channel in probe.channels] == ["gpu:GPU-b"]


class SetClock(Clock):
    """A clock that a test sets; the machine never sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def awake_s(self) -> float:
        return self.now

    def boot_s(self) -> float:
        return self.now

    def unix_s(self) -> float:
        return 1.7e9 + self.now


def test_a_lost_gpu_is_in_the_file_and_in_the_result(tmp_path, capsys):
    nvml, clock = FakeNvml(Board("GPU-a", lost_s=10.0)), SetClock()
    sampler = Sampler(given_openers([Nvidia(nvml, {})]), clock=clock)
    sampler._ensure_thread = lambda: None  # the test takes the samples
    number = sampler.open_window("lost", tmp_path, {})
    window = sampler.window(number)
    for tick in range(1, 21):
        nvml.now_s = clock.now = float(tick)
        sampler.sample()
    sampler.close_window(number, "finished")
    found = summarise(sampler.session, window)
    sampler.finish("finished")
    assert found.figures[0].energy_kwh * 3.6e6 == pytest.approx(300 * 9, rel=0.02)
    assert any("disappeared" in note for note in found.notes)
    assert recover(tmp_path)[0].energy_kwh == pytest.approx(found.energy_kwh)
    assert "its energy until then is kept" in capsys.readouterr().err


def test_thirty_days_at_one_hertz_stay_small_on_disk_and_in_memory(tmp_path, monkeypatch):
    """The real sampler on a clock that runs ahead: every record that 30 days would write."""
    monkeypatch.setattr(os, "fsync", lambda file: None)  # 45,000 of them are another test's time
    nvml, clock = FakeNvml(Board("GPU-a")), SetClock()
    sampler = Sampler(given_openers([Nvidia(nvml, {})]), clock=clock)
    sampler._ensure_thread = lambda: None
    sampler._tree.cpu_s = lambda now_s, walk=False: now_s  # the time of this machine is not asked
    number = sampler.open_window("long", tmp_path, {})
    window, tally = sampler.window(number), sampler.tallies[number]
    written, held = 0, []
    while clock.now < 30 * 86400:
        nvml.now_s = clock.now = clock.now + max(1.0, min(1e-3 * clock.now, 60.0))
        tally.add(100, examples=6400, model_flop=1e12, hardware_flop=1e12)
        tally.mark(sampler.now_s(), 1 / (1 + clock.now))
        sampler.sample()
        written += 1
        if written in {20_000, 40_000}:
            held.append(len(pickle.dumps((sampler.session.__dict__, tally.counts()))))
    sampler.close_window(number, "finished")
    sampler.finish("finished")
    size = next(tmp_path.glob("*.jsonl")).stat().st_size
    assert written < 60_000
    assert size < 20e6
    assert max(held) < 300_000  # the curve is thinned to 4,096 marks, nothing else grows
    assert summarise(sampler.session, window).elapsed_s == pytest.approx(30 * 86400, rel=1e-3)
    found = recover(tmp_path)[0]
    assert found.energy_kwh == pytest.approx(0.3 * 720, rel=0.01)
    assert found.steps == 100 * written


# -- load × rated power ----------------------------------------------------------------------------


def write_proc(root: Path, *, busy_ticks: int = 0, name: str = "AMD EPYC 7343 16-Core") -> Path:
    (root / "self").mkdir(parents=True, exist_ok=True)
    (root / "cpuinfo").write_text(f"model name\t: {name}\n")
    (root / "stat").write_text(f"cpu  {busy_ticks} 0 0 1000 0 0 0 0 0 0\n")
    return root


def test_load_times_rated_power_is_the_formula(tmp_path):
    proc = write_proc(tmp_path)
    given = Allocation(processors=4, machine_processors=4, cores_per_processor=0.5, memory_gb=16.0)
    probe = ProcessorLoad(given, proc)
    probe.read(0.0)
    ticks = os.sysconf("SC_CLK_TCK")
    write_proc(tmp_path, busy_ticks=20 * ticks)  # 20 busy seconds of the 40 in 10 s
    found = probe.read(10.0)
    rated = 2 * 190 / 16
    assert found["load:processor"] == pytest.approx(rated * (IDLE_SHARE + 0.7 * 0.5) * 10)
    assert found["load:memory"] == pytest.approx(16 * 0.3725 * 10)
    assert {channel.tier for channel in probe.channels} == {"C"}


def test_an_idle_processor_still_draws_its_idle_share(tmp_path):
    probe = ProcessorLoad(Allocation(processors=2, machine_processors=2), write_proc(tmp_path))
    probe.read(0.0)
    rated = 2 * find_rated_power(tmp_path).w_per_core
    assert probe.read(10.0)["load:processor"] == pytest.approx(rated * IDLE_SHARE * 10, rel=0.2)


def test_where_nothing_says_how_busy_the_processors_are_the_probe_is_absent(tmp_path):
    (tmp_path / "self").mkdir()
    with pytest.raises(ProbeError, match="says how busy"):
        ProcessorLoad(Allocation(processors=1, machine_processors=1), tmp_path)


# -- replay and intervals --------------------------------------------------------------------------


def test_a_recording_is_played_back_from_its_file(tmp_path):
    file = tmp_path / "gpu.json"
    file.write_text(
        '{"channels": [{"key": "gpu:a", "component": "gpu", "tier": "A", "method": "recorded"}],'
        ' "points": [{"t": 0, "e": {"gpu:a": 0}}, {"t": 10, "e": {"gpu:a": 3000}}]}'
    )
    probe = Replay.from_file(file)
    assert [probe.read(now)["gpu:a"] for now in (100.0, 105.0, 110.0)] == [0.0, 1500.0, 3000.0]


@pytest.mark.parametrize(("tier", "factor"), [("A", 1.1), ("B", 1.4), ("C", 2.5)])
def test_each_tier_has_the_interval_that_it_promises(tmp_path, tier, factor):
    assert FACTOR[tier] == factor
    from costlaw.metering.probes.probe import Channel

    channel = Channel(key="gpu:a", component="gpu", tier=tier, method="replayed")
    probe = Replay([channel], [(0.0, {"gpu:a": 0.0}), (0.01, {"gpu:a": 3.6e6})])
    with Meter("tier", folder=tmp_path, probes=[probe], live=False) as m:
        import time

        time.sleep(0.03)
    figure = m.result.headline
    assert figure.energy_kwh / figure.low_kwh == pytest.approx(factor)
    assert figure.high_kwh / figure.energy_kwh == pytest.approx(factor)
    assert "not calibrated by us" in str(m.result)
