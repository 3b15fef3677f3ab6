"""Tier C: processor load × rated power, and memory × W/GB, where no sensor can be read.

Power = rated power of the cores we were given × (idle share + (1 − idle share) × load). An unknown
processor gets the median server core of ``data/processors.csv``, never the first row whose name
looks alike. Sources: Green Algorithms (CC BY 4.0) for rated powers and 0.3725 W/GB of memory;
Barroso, Clidaras, Hölzle, "The Datacenter as a Computer" (2013), section 5, for a server's idle
share of about 0.3 (recalled).

It sees no fans, disks or power supply (see ``metered`` for the rest of a machine), and knows no
clock frequency.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from costlaw.exceptions import ProbeError
from costlaw.metering.nodes.limits import PROC, Allocation, find_allocation
from costlaw.metering.nodes.processes import MachineTime, ProcessTree
from costlaw.metering.probes.probe import Channel, Probe

TABLE = Path(__file__).parent.parent / "data" / "processors.csv"
UNKNOWN_W_PER_CORE = 8.6  # median of the 40 server processors in the table; middle half 6.7-11.9
MEMORY_W_PER_GB = 0.3725  # Green Algorithms v3, reference value "memoryPower"
IDLE_SHARE = 0.3  # Barroso et al. 2013, section 5: about 30 % of peak (recalled)


@dataclass(frozen=True, kw_only=True)
class RatedPower:
    """Rated power per physical core and where it comes from."""

    name: str
    w_per_core: float
    known: bool


def find_rated_power(proc: Path = PROC, table: Path = TABLE) -> RatedPower:
    """Return the rated power of this machine's processor, or of the median server core."""
    name = processor_name(proc)
    wanted = _words(name)
    best, words = None, 0  # "E5-2670 v2" must not be taken for "E5-2670": most words win
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ours = _words(row["name"])
            if ours <= wanted and len(ours) > words and any(c.isdigit() for c in row["name"]):
                best, words = float(row["rated_power_w"]) / float(row["cores"]), len(ours)
    if best is None:
        name = name or "unknown processor"
        return RatedPower(name=name, w_per_core=UNKNOWN_W_PER_CORE, known=False)
    return RatedPower(name=name, w_per_core=best, known=True)


def processor_name(proc: Path = PROC) -> str:
    """Return the processor's name as the kernel gives it, or an empty text."""
    try:
        for line in (proc / "cpuinfo").read_text().splitlines():
            if line.startswith(("model name", "Model\t", "Hardware")):
                return line.partition(":")[2].strip()
    except OSError:
        return ""
    return ""


def _words(name: str) -> set[str]:
    cleaned = re.sub(r"\((?:R|TM|tm|r)\)|@.*$", " ", name)
    return {word.casefold() for word in re.split(r"[\s,]+", cleaned) if word}


class ProcessorLoad(Probe):
    """Load of the processors we were given × their rated power, and memory × W/GB.

    Parameters
    ----------
    allocation : Allocation or None
        What we were given; found if None.
    proc : Path
        The ``/proc`` folder.

    Raises
    ------
    ProbeError
        If nothing on this system says how busy the processors are.
    """

    name = "processor load"

    def __init__(self, allocation: Allocation | None = None, proc: Path = PROC) -> None:
        super().__init__()
        self._allocation = allocation or find_allocation(proc=proc)
        self._machine = MachineTime(contained=self._allocation.origin == "cgroup", proc=proc)
        if self._machine.busy_s() is None:
            raise ProbeError(f"nothing under {proc} says how busy the processors are.")
        self._tree = ProcessTree(proc)
        place = self._allocation.place
        self._keys = (f"load:processor{place}", f"load:memory{place}")
        self.rated = find_rated_power(proc)
        cores = self._allocation.processors * self._allocation.cores_per_processor
        self._rated_w = cores * self.rated.w_per_core
        self._memory_w = (self._allocation.memory_gb or 0.0) * MEMORY_W_PER_GB
        self._last: tuple[float, float, float] | None = None
        self._total = {self._keys[0]: 0.0}
        channels = [self._processor_channel(cores)]
        if self._memory_w:
            self._total[self._keys[1]] = 0.0
            channels.append(
                Channel(
                    key=self._keys[1], component="memory", tier="C", whole=False,
                    method=f"{self._allocation.memory_gb:.0f} GB × {MEMORY_W_PER_GB} W/GB",
                )
            )  # fmt: skip
        self.channels = tuple(channels)

    def _processor_channel(self, cores: float) -> Channel:
        known = "rated" if self.rated.known else "median server core, this one is not in the table:"
        return Channel(
            key=self._keys[0],
            component="processor",
            tier="C",
            whole=False,
            label=self.rated.name,
            method=f"load × {cores:g} cores × {known} {self.rated.w_per_core:.1f} W",
        )

    def read(self, now_s: float) -> dict[str, float]:
        """Return the modelled energy of processors and memory since opening [J]."""
        busy = self._machine.busy_s()
        own = self._tree.cpu_s(now_s)
        if busy is None:
            busy = self._last[1] if self._last else 0.0
        if self._last is not None:
            before_s, before_busy, before_own = self._last
            span = max(now_s - before_s, 0.0)
            worked = busy - before_busy
            if self._allocation.origin in {"SLURM", "affinity"}:
                worked *= self._allocation.share  # the machine's load, by our share of it
            used = max(worked, own - before_own)
            ceiling = self._allocation.processors * span
            load = min(used / ceiling, 1.0) if ceiling else 0.0
            watts = self._rated_w * (IDLE_SHARE + (1 - IDLE_SHARE) * load)
            self._total[self._keys[0]] += watts * span
            if self._memory_w:
                self._total[self._keys[1]] += self._memory_w * span
        self._last = (now_s, busy, own)
        return dict(self._total)
