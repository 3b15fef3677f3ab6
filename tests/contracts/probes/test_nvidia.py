"""The NVIDIA probe against the vendor's interface: a fake module, and a fake driver below it."""

from __future__ import annotations

import ctypes
import inspect
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from costlaw.exceptions import MissingExtra, ProbeError
from costlaw.metering import Meter
from costlaw.metering.probes import catalogue, nvidia
from costlaw.metering.probes.nvidia import Nvidia

sys.path.insert(0, str(Path(__file__).parent))
from sensors import Board, FakeNvml

DRIVER = Path(__file__).with_name("driver.c")


def keys(probe: Nvidia) -> list[str]:
    return [channel.key for channel in probe.channels]


def test_the_fake_vendor_module_has_the_signatures_of_the_real_one():
    pynvml = pytest.importorskip("pynvml")
    fake = FakeNvml()
    names = [name for name in dir(fake) if name.startswith("nvml")]
    assert len(names) == 9
    for name in names:
        ours, theirs = (inspect.signature(getattr(m, name)) for m in (fake, pynvml))
        assert list(ours.parameters) == list(theirs.parameters), name
    assert issubclass(pynvml.NVMLError_GpuIsLost, pynvml.NVMLError)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (None, ["gpu:GPU-a", "gpu:GPU-b", "gpu:GPU-c"]),
        ("2,0", ["gpu:GPU-c", "gpu:GPU-a"]),
        ("GPU-b", ["gpu:GPU-b"]),
        ("1,9,2", ["gpu:GPU-b"]),  # CUDA stops at the first that does not exist
        ("0,0", ["gpu:GPU-a"]),
        ("MIG-GPU-b/3/0", ["gpu:GPU-b"]),
    ],
)
def test_only_the_gpus_that_the_job_may_use_are_read(wanted, expected):
    environment = {} if wanted is None else {"CUDA_VISIBLE_DEVICES": wanted}
    vendor = FakeNvml(Board("GPU-a"), Board("GPU-b"), Board("GPU-c"))
    assert keys(Nvidia(vendor, environment)) == expected


@pytest.mark.parametrize("wanted", ["-1", ""])
def test_a_job_that_hides_all_gpus_has_none(wanted):
    with pytest.raises(ProbeError, match="no NVIDIA GPU that this job may use"):
        Nvidia(FakeNvml(Board()), {"CUDA_VISIBLE_DEVICES": wanted})


def test_a_board_that_the_control_group_forbids_is_passed_over():
    forbidden = Board("GPU-a")
    forbidden.failing = 4
    assert keys(Nvidia(FakeNvml(forbidden, Board("GPU-b")), {})) == ["gpu:GPU-b"]


def test_a_driver_that_does_not_answer_is_an_answer():
    with pytest.raises(ProbeError, match="does not answer: GPU is lost"):
        Nvidia(FakeNvml(Board(), driver=False), {})


def test_a_missing_vendor_module_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(MissingExtra, match=r"costlaw\[meter\]"):
        Nvidia()


def test_a_slice_of_a_gpu_is_said_to_be_read_as_its_whole_board():
    probe = Nvidia(FakeNvml(Board(mig=True)), {})
    assert probe.channels[0].method.endswith("whole board of a MIG slice")


def test_a_counter_that_starts_again_after_a_driver_reload_loses_one_step_only():
    board = Board()
    probe = Nvidia(FakeNvml(board), {})
    readings = []
    for now, energy_mj in enumerate((7_001_000, 7_002_000, 500, 1500)):
        board.energy_mj = energy_mj
        readings.append(probe.read(float(now))["gpu:GPU-a"])
    assert readings == pytest.approx([1.0, 2.0, 2.0, 3.0])


def test_a_counter_that_stands_still_gives_way_to_power_and_the_time_still_is_filled():
    board = Board()
    board.power_mw = 250_000
    probe = Nvidia(FakeNvml(board), {})
    for now in range(10):
        assert probe.read(float(now))["gpu:GPU-a"] == 0.0
    assert probe.read(10.0)["gpu:GPU-a"] == pytest.approx(2500)  # 10 s at 250 W
    (event,) = probe.drain_events()
    assert (event.event, event.tier) == ("tier", "B")
    assert probe.read(12.0)["gpu:GPU-a"] == pytest.approx(3000)
    board.energy_mj += 10**9  # the counter wakes up: not counted on top
    assert probe.read(13.0)["gpu:GPU-a"] == pytest.approx(3250)


def test_a_gpu_that_disappears_in_a_run_keeps_its_energy_and_the_other_goes_on(tmp_path, capsys):
    lost, kept = Board("GPU-a"), Board("GPU-b")
    probe = Nvidia(FakeNvml(lost, kept), {})
    with Meter("run", folder=tmp_path, probes=[probe], interval_s=0.05, live=False) as m:
        lost.energy_mj += 36_000
        kept.energy_mj += 36_000
        time.sleep(0.2)
        lost.failing = 15
        time.sleep(0.2)
        kept.energy_mj += 36_000
    assert m.result.energy_kwh == pytest.approx(3 * 36 / 3.6e6, rel=1e-6)
    assert m.result.tier == "A"
    assert any("Replay 100 disappeared" in note for note in m.result.notes)
    assert capsys.readouterr().err.count("disappeared") == 1


def test_a_gpu_without_its_processor_gives_no_figure_for_the_machine(tmp_path):
    board = Board()
    probe = Nvidia(FakeNvml(board), {})
    with Meter("run", folder=tmp_path, probes=[probe], live=False) as m:
        board.energy_mj += 1000
    assert m.result.headline.scope == "device"


# -- the vendor's own module over a driver of ours, through the C interface ------------------------


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Compile a library with NVML's C interface and let the vendor's module load it."""
    pynvml = pytest.importorskip("pynvml")
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    library = tmp_path / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, DRIVER], check=True, timeout=60)
    loaded = ctypes.CDLL(str(library))
    loaded.fake_set.argtypes = [ctypes.c_int, ctypes.c_ulonglong, ctypes.c_uint, ctypes.c_int]
    monkeypatch.setattr(pynvml, "nvmlLib", loaded)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    return loaded


def test_the_vendors_module_over_a_driver_reads_counter_and_power(driver):
    probe = Nvidia(environment={})
    assert [(c.key, c.label, c.tier) for c in probe.channels] == [
        ("gpu:GPU-0", "Fake Board", "A"),
        ("gpu:GPU-1", "Fake Board", "B"),  # this one has no counter
    ]
    probe.read(0.0)
    driver.fake_set(0, 5000, 0, 0)
    driver.fake_set(1, 0, 200_000, 0)
    assert probe.read(1.0) == pytest.approx({"gpu:GPU-0": 5.0, "gpu:GPU-1": 100.0})
    driver.fake_set(0, 9000, 0, 15)
    assert list(probe.read(2.0)) == ["gpu:GPU-1"]
    assert "GPU is lost" in probe.drain_events()[0].text
    probe.close()


def test_a_machine_that_shows_a_driver_is_read_from_the_samplers_own_thread(
    driver, tmp_path, monkeypatch
):
    trace = tmp_path / "nvidiactl"
    trace.touch()
    monkeypatch.setattr(nvidia, "DRIVER_TRACES", (str(trace),))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    openers, absent = catalogue.default_openers()
    assert [opener.name for opener in openers if opener.slow] == ["NVIDIA"]
    assert absent == []
    probe, absence = catalogue.try_open(openers[-1])
    assert absence is None
    assert keys(probe) == ["gpu:GPU-0", "gpu:GPU-1"]
    probe.close()
