"""Stand-ins for devices: a vendor library, a powercap folder and a /proc that tests set."""

from __future__ import annotations

import json
import os
from pathlib import Path

from costlaw.metering.nodes.limits import Allocation
from costlaw.metering.probes.nvidia import Nvidia
from costlaw.metering.probes.probe import Channel
from costlaw.metering.probes.processor import ProcessorLoad
from costlaw.metering.probes.rapl import Rapl
from costlaw.metering.probes.replay import Replay


class NVMLError(Exception):
    """As the vendor's: carries a number."""

    def __init__(self, value: int) -> None:
        self.value = value
        super().__init__({3: "Not Supported", 4: "No Permission", 15: "GPU is lost"}[value])


class Board:
    """One GPU of the fake vendor library."""

    def __init__(self, uuid: str = "GPU-a", *, counter: bool = True, mig: bool = False) -> None:
        self.uuid, self.name, self.mig = uuid, "Replay 100", mig
        self.counter, self.energy_mj, self.power_mw = counter, 7_000_000, 0
        self.failing = 0


class FakeNvml:
    """The part of ``pynvml`` that is used, over boards that a test sets."""

    NVMLError = NVMLError

    def __init__(self, *boards: Board, driver: bool = True) -> None:
        self.boards, self.driver, self.shut = boards, driver, 0

    def nvmlInit(self):
        if not self.driver:
            raise NVMLError(15)

    def nvmlShutdown(self):
        self.shut += 1
        if self.shut > 1:
            raise NVMLError(3)

    def nvmlDeviceGetCount(self):
        return len(self.boards)

    def nvmlDeviceGetHandleByIndex(self, index):
        return self._alive(self.boards[index])

    def nvmlDeviceGetName(self, handle):
        return handle.name

    def nvmlDeviceGetUUID(self, handle):
        return handle.uuid

    def nvmlDeviceGetMigMode(self, device):
        return [int(device.mig), int(device.mig)]

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        if not handle.counter:
            raise NVMLError(3)
        return self._alive(handle).energy_mj

    def nvmlDeviceGetPowerUsage(self, handle):
        return self._alive(handle).power_mw

    @staticmethod
    def _alive(board):
        if board.failing:
            raise NVMLError(board.failing)
        return board


def powercap(root: Path, **zones: tuple[str, int]) -> Path:
    """Write a powercap folder: zone (``_`` for ``:``) = (name, energy in µJ)."""
    for zone, (name, energy_uj) in zones.items():
        folder = root / zone.replace("_", ":").replace("rapl", "intel-rapl", 1)
        folder.mkdir(parents=True)
        (folder / "name").write_text(name + "\n")
        (folder / "energy_uj").write_text(f"{energy_uj}\n")
        (folder / "max_energy_range_uj").write_text("1000000\n")
    return root


def write_proc(root: Path, *, busy_s: float = 0.0, cores: int = 2) -> Path:
    """Write the files of /proc that the load probe reads."""
    ticks = int(busy_s * os.sysconf("SC_CLK_TCK"))
    root.mkdir(exist_ok=True)
    (root / "stat").write_text(f"cpu  {ticks} 0 0 1000 50 0 0 0 0 0\ncpu0 0 0 0 0\n")
    (root / "cpuinfo").write_text(
        f"model name\t: AMD EPYC 7343 16-Core Processor\ncpu cores\t: {cores}\n"
        f"siblings\t: {2 * cores}\n"
    )
    (root / "meminfo").write_text("MemTotal:       10000000 kB\n")
    return root


class GpuCounter:
    """An NVIDIA board with an energy counter."""

    def __init__(self, folder: Path) -> None:
        self.board = Board()
        self.probe = Nvidia(FakeNvml(self.board), {})
        self.watched = "gpu:GPU-a"

    def use(self, seconds: float, joules: float) -> float:
        self.board.energy_mj += round(joules * 1000)
        return joules

    def vanish(self) -> None:
        self.board.failing = 15


class GpuPower(GpuCounter):
    """An older NVIDIA board: power only."""

    def __init__(self, folder: Path) -> None:
        self.board = Board(counter=False)
        self.probe = Nvidia(FakeNvml(self.board), {})
        self.watched = "gpu:GPU-a"

    def use(self, seconds: float, joules: float) -> float:
        before, self.board.power_mw = self.board.power_mw, round(joules / seconds * 1000)
        return 0.5 * (before + self.board.power_mw) / 1000 * seconds  # a trapezoid


class Powercap:
    """A socket with RAPL."""

    def __init__(self, folder: Path) -> None:
        self.zone = powercap(folder, rapl_0=("package-0", 5000)) / "intel-rapl:0"
        self.probe = Rapl(folder)
        self.watched = "rapl:package-0"

    def use(self, seconds: float, joules: float) -> float:
        file = self.zone / "energy_uj"
        file.write_text(str((int(file.read_text()) + round(joules * 1e6)) % 1_000_001))
        return joules

    def vanish(self) -> None:
        (self.zone / "energy_uj").unlink()


class Load:
    """Processors without a sensor: 4 cores of an EPYC 7343, 190 W for 16 cores."""

    FULL_W, IDLE_W = 4 * 190 / 16, 0.3 * 4 * 190 / 16

    def __init__(self, folder: Path) -> None:
        self.folder, self.busy_s = write_proc(folder / "proc"), 0.0
        ours = Allocation(processors=4, machine_processors=4)
        self.probe = ProcessorLoad(ours, proc=self.folder)
        self.watched = "load:processor"

    def use(self, seconds: float, joules: float) -> float:
        load = min(joules / 10, 1.0)  # any load will do: a share between 0 and 1
        self.busy_s += load * 4 * seconds
        write_proc(self.folder, busy_s=self.busy_s)
        return seconds * (self.IDLE_W + (self.FULL_W - self.IDLE_W) * load)


class Recording:
    """A recorded sensor, played back from a file."""

    def __init__(self, folder: Path) -> None:
        self.file, self.total_j, self.t = folder / "recording.json", 0.0, 0.0
        self.points: list[dict] = [{"t": 0.0, "e": {"gpu:r": 0.0}}]
        self.channel = Channel(key="gpu:r", component="gpu", tier="A", method="replayed")
        self.watched = "gpu:r"
        self.probe = self._played()

    def _played(self) -> Replay:
        record = {"channels": [self.channel.to_dict()], "points": self.points}
        self.file.write_text(json.dumps(record))
        return Replay.from_file(self.file)

    def use(self, seconds: float, joules: float) -> float:
        self.t, self.total_j = self.t + seconds, self.total_j + joules
        self.points.append({"t": self.t, "e": {"gpu:r": self.total_j}})
        self.probe._points = self._played()._points
        return joules

    def vanish(self) -> None:
        self.points.append({"t": self.t, "e": {}})
        self.probe._points = self._played()._points
