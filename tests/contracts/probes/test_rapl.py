"""The RAPL probe over a powercap folder of ours."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from costlaw.exceptions import ProbeError
from costlaw.metering import Meter
from costlaw.metering.nodes.limits import Allocation
from costlaw.metering.probes.processor import ProcessorLoad
from costlaw.metering.probes.rapl import Rapl
from costlaw.metering.records.session import Session
from costlaw.metering.summary import summarise

sys.path.insert(0, str(Path(__file__).parent))
from sensors import powercap, write_proc

SPAN_UJ = 1_000_000  # max_energy_range_uj of the folder: the counter takes SPAN_UJ + 1 values


def set_counter(root: Path, zone: str, energy_uj: int) -> None:
    (root / f"intel-rapl:{zone}" / "energy_uj").write_text(f"{energy_uj}\n")


def test_a_counter_that_wraps_is_counted_through(tmp_path):
    root = powercap(tmp_path, rapl_0=("package-0", 990_000))
    probe = Rapl(root)
    probe.read(0.0)
    set_counter(root, "0", 10_000)
    assert probe.read(1.0)["rapl:package-0"] == pytest.approx((20_000 + 1) * 1e-6)
    total = 20_001
    for step in range(1, 8):  # 0.4 J a second: a wrap every 2.5 s
        total += 400_000
        set_counter(root, "0", (10_000 + 400_000 * step) % (SPAN_UJ + 1))
        found = probe.read(1.0 + step)["rapl:package-0"]
    assert found == pytest.approx(total * 1e-6)


def test_packages_and_memory_are_read_and_what_lies_inside_a_package_is_not(tmp_path):
    root = powercap(
        tmp_path,
        rapl_0=("package-0", 0),
        rapl_1=("package-1", 0),
        rapl_0_0=("core", 0),
        rapl_0_1=("uncore", 0),
        rapl_0_2=("dram", 0),
        rapl_1_0=("dram", 0),
        rapl_2=("psys", 0),
    )
    again = tmp_path / "intel-rapl-mmio:0"  # the same package through another door
    again.mkdir()
    (again / "name").write_text("package-0\n")
    (again / "energy_uj").write_text("0\n")
    found = {(channel.key, channel.component) for channel in Rapl(root).channels}
    assert found == {
        ("rapl:package-0", "processor"),
        ("rapl:package-1", "processor"),
        ("rapl:dram-0", "memory"),
        ("rapl:dram-1", "memory"),
    }


@pytest.fixture
def forbid(monkeypatch):
    """Refuse to read the counters of some folders, as the kernel does to all but root."""
    refused: set[Path] = set()
    read_text = Path.read_text

    def guarded(path: Path, *args, **kwargs) -> str:
        if path.name == "energy_uj" and path.parent in refused:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read_text(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", guarded)
    return refused


def test_a_missing_permission_is_said_with_its_cause_and_what_to_do(tmp_path, forbid):
    root = powercap(tmp_path, rapl_0=("package-0", 0), rapl_0_0=("dram", 0))
    forbid.update(root.iterdir())
    with pytest.raises(ProbeError, match=r"2 RAPL counters .* CVE-2020-8694.* Ask the admin"):
        Rapl(root)


def test_a_permission_that_is_taken_away_in_a_run_is_a_lost_sensor(tmp_path, forbid):
    root = powercap(tmp_path, rapl_0=("package-0", 0))
    probe = Rapl(root)
    probe.read(0.0)
    set_counter(root, "0", 500)
    forbid.update(root.iterdir())
    assert probe.read(1.0) == {}
    assert "Permission denied" in probe.drain_events()[0].text


@pytest.mark.parametrize("energy", ["", "not a number\n"])
def test_a_counter_that_says_nothing_readable_is_no_sensor(tmp_path, energy):
    root = powercap(tmp_path, rapl_0=("package-0", 0))
    (root / "intel-rapl:0" / "energy_uj").write_text(energy)
    with pytest.raises(ProbeError, match="holds no RAPL package"):
        Rapl(root)


def test_no_folder_is_an_answer(tmp_path):
    with pytest.raises(ProbeError, match="no RAPL on this machine"):
        Rapl(tmp_path / "powercap")


def test_a_counter_that_stands_still_is_not_trusted_after_10_s(tmp_path):
    root = powercap(tmp_path, rapl_0=("package-0", 77))
    probe = Rapl(root)
    for now in range(10):
        probe.read(float(now))
    assert probe.drain_events() == []
    probe.read(10.0)
    probe.read(11.0)
    events = probe.drain_events()
    assert [event.event for event in events] == ["stalled"]


def test_a_run_over_a_dead_counter_is_given_the_load_and_says_so(tmp_path):
    """From the sensor to the figure: 12 s of a counter at rest beside 12 s of busy processors."""
    rapl = Rapl(powercap(tmp_path / "cap", rapl_0=("package-0", 77)))
    ours = Allocation(processors=4, machine_processors=4)
    load = ProcessorLoad(ours, proc=write_proc(tmp_path / "proc"))
    channels = [channel.to_dict() for probe in (rapl, load) for channel in probe.channels]
    session = Session({"kind": "start", "t": 0.0, "channels": channels})
    for now in range(13):
        write_proc(tmp_path / "proc", busy_s=4.0 * now)
        energy = rapl.read(float(now)) | load.read(float(now))
        record = {"kind": "sample", "t": float(now), "e": energy}
        if now == 0:
            record |= {"kind": "open", "w": 1, "name": "n", "unix": 0.0}
        session.feed(record)
        for event in rapl.drain_events():
            said = {"channel": event.channel, "event": event.event, "text": event.text}
            session.feed({"kind": "event", "t": float(now), **said})
    found = summarise(session, session.windows[1])
    # 4 processors = 4 cores (2 threads a core give 0.5, the allocation says 1): 47.5 W at full load
    assert found.figures[0].energy_kwh == pytest.approx(12 * 4 * 190 / 16 / 3.6e6)
    assert found.figures[0].tier == "C"
    assert any("stood still for 10 s" in note for note in found.notes)


def test_a_counter_of_the_whole_machine_is_shared_by_what_we_were_given(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "costlaw.metering.sampler.find_allocation",
        lambda: Allocation(processors=2, machine_processors=8, origin="SLURM"),
    )
    root = powercap(tmp_path / "cap", rapl_0=("package-0", 0))
    with Meter("ours", folder=tmp_path, probes=[Rapl(root)], live=False) as m:
        set_counter(root, "0", 800_000)
    (figure, *_) = m.result.figures
    assert figure.energy_kwh == pytest.approx(0.2 / 3.6e6)
    assert "our 25 % of the machine (SLURM)" in figure.method
