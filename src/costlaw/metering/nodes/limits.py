"""How much of this machine we were given: processors and memory, by SLURM, cgroup or affinity.

Read from SLURM's own variables first, then the container's limits (cgroup v2 ``cpu.max`` and
``memory.max``, v1 ``cpu.cfs_quota_us`` and ``memory.limit_in_bytes``; kernel documentation,
``admin-guide/cgroup-v2.rst``), then the affinity mask. The limits are an allocation, not a use.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from costlaw.metering.nodes.host import host_name

CGROUP = Path("/sys/fs/cgroup")
PROC = Path("/proc")
_UNLIMITED_BYTES = 1 << 60  # cgroup v1 writes a huge number where there is no limit


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """What we were given of the machine.

    Parameters
    ----------
    processors, machine_processors : float
        Logical processors allowed and present [count].
    cores_per_processor : float
        Physical cores per logical processor (0.5 with two threads a core).
    memory_gb, machine_memory_gb : float or None
        Memory allowed and present [10⁹ B].
    origin : str
        Who set the limit: ``"SLURM"``, ``"cgroup"``, ``"affinity"`` or ``"whole machine"``.
    mask : int
        The processors that the affinity mask allows, a bit each; 0 if it is not the limit.
    """

    processors: float
    machine_processors: float
    cores_per_processor: float = 1.0
    memory_gb: float | None = None
    machine_memory_gb: float | None = None
    origin: str = "whole machine"
    mask: int = 0

    @property
    def place(self) -> str:
        """What tells this allocation from others of the machine; empty if it is all of it."""
        if self.origin == "cgroup":
            return f"@{host_name()}"  # each container has its own name
        return f"@{self.mask:x}" if self.mask else ""

    @property
    def share(self) -> float:
        """Share of the machine's processors that is ours, in (0, 1]."""
        return min(self.processors / self.machine_processors, 1.0)


def find_allocation(
    environment: Mapping[str, str] | None = None,
    *,
    cgroup: Path = CGROUP,
    proc: Path = PROC,
) -> Allocation:
    """Return what we were given of this machine.

    Examples
    --------
    >>> find_allocation({"SLURM_CPUS_ON_NODE": "1"}).origin
    'SLURM'
    """
    environment = os.environ if environment is None else environment
    present = float(os.cpu_count() or 1)
    processors, origin = _processors(environment, cgroup_folders(cgroup, proc), present)
    total_gb = _machine_memory_gb(proc)
    limit_gb = _memory_limit_gb(environment, cgroup_folders(cgroup, proc))
    ours = None if total_gb is None else min(limit_gb or total_gb, total_gb)
    if ours is not None and limit_gb is None:
        ours *= processors / present  # no memory limit: memory goes with the processors
    return Allocation(
        processors=processors,
        machine_processors=max(present, processors),
        cores_per_processor=_cores_per_processor(proc),
        memory_gb=ours,
        machine_memory_gb=total_gb,
        origin=origin,
        mask=_mask() if origin == "affinity" else 0,
    )


def _processors(
    environment: Mapping[str, str], folders: list[Path], present: float
) -> tuple[float, str]:
    slurm = environment.get("SLURM_CPUS_ON_NODE", "")
    if slurm.isdigit() and int(slurm) > 0:
        return min(float(slurm), present), "SLURM"
    quotas = [quota for folder in folders if (quota := _quota(folder)) is not None]
    affinity = float(present)
    if hasattr(os, "sched_getaffinity"):
        affinity = float(len(os.sched_getaffinity(0)))
    least = min([*quotas, affinity, present])
    if quotas and min(quotas) <= least < present:
        return least, "cgroup"
    return (least, "affinity") if least < present else (present, "whole machine")


def _mask() -> int:
    return sum(1 << number for number in os.sched_getaffinity(0))


def cgroup_folders(cgroup: Path = CGROUP, proc: Path = PROC) -> list[Path]:
    """Return the folders of our own control group and of its parents, own first."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return []
    folders: list[Path] = []
    for line in lines:
        number, controllers, place = line.split(":", 2)
        if number == "0":
            tops = [cgroup]
        elif {"cpu", "cpuacct", "memory"} & set(controllers.split(",")):
            tops = [cgroup / name for name in (controllers, *controllers.split(","))]
        else:
            continue
        for top in tops:
            own = top / place.lstrip("/")
            inside = [own, *own.parents]
            folders += [folder for folder in inside if folder == top or top in folder.parents]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _quota(folder: Path) -> float | None:
    """Return how many processors a control group may use, or None without a limit."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        elif (folder / "cpu.cfs_quota_us").exists():
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        else:
            return None
        return None if quota in {"max", "-1"} else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _memory_limit_gb(environment: Mapping[str, str], folders: list[Path]) -> float | None:
    slurm = environment.get("SLURM_MEM_PER_NODE", "")
    if slurm.isdigit() and int(slurm) > 0:
        return int(slurm) * 2**20 / 1e9
    limits = []
    for folder in folders:
        for name in ("memory.max", "memory.limit_in_bytes"):
            try:
                limits.append(int((folder / name).read_text()))
            except (OSError, ValueError):
                continue
    real = [limit for limit in limits if 0 < limit < _UNLIMITED_BYTES]
    return min(real) / 1e9 if real else None


def _machine_memory_gb(proc: Path) -> float | None:
    try:
        for line in (proc / "meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                return int(line.split()[1]) * 1024 / 1e9
    except (OSError, ValueError, IndexError):
        return None
    return None


def _cores_per_processor(proc: Path) -> float:
    """Return physical cores per logical processor; 1 where the machine does not say."""
    try:
        text = (proc / "cpuinfo").read_text()
    except OSError:
        return 1.0
    found: dict[str, int] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in {"cpu cores", "siblings"} and value.strip().isdigit():
            found.setdefault(key.strip(), int(value))
    cores, siblings = found.get("cpu cores", 0), found.get("siblings", 0)
    return cores / siblings if cores and siblings >= cores else 1.0
