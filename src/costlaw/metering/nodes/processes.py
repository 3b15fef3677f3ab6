"""Processor time: of this process with its children, and of the machine or container.

A process's own time is counted by the kernel to the nanosecond; children that were waited for are
in the parent's counters, living ones are found in ``/proc`` at most every 10 s, because walking it
is what makes other meters slow (190 ms in 20 s for one of them). Source: ``proc(5)``.

On a system without ``/proc`` only this process and its finished children are seen.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from costlaw.metering.nodes.limits import CGROUP, PROC, cgroup_folders

WALK_EVERY_S = 10.0
WALK_COST_SHARE = 2000.0  # a walk that takes 10 ms is repeated after 20 s at the earliest
_TICKS_PER_S = float(os.sysconf("SC_CLK_TCK")) if hasattr(os, "sysconf") else 100.0


class ProcessTree:
    """Processor time of this process and everything that it started.

    Parameters
    ----------
    proc : Path
        The ``/proc`` folder.
    """

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._children: dict[int, int] = {}  # process number -> start tick, against reuse
        self._walk_after_s = float("-inf")
        self._orphans: dict[int, float] = {}  # process number -> its time at the last look
        self._gone_s = 0.0  # time of orphans that ended: nobody of ours waits for them
        self._highest_s = 0.0

    def cpu_s(self, now_s: float, *, walk: bool = False) -> float:
        """Return processor seconds used so far; never falls.

        Parameters
        ----------
        now_s : float
            Awake time [s].
        walk : bool
            Look for new children now, even if the last walk is recent.
        """
        if walk or now_s >= self._walk_after_s:
            began = time.perf_counter()
            self._look_for_children()
            cost = time.perf_counter() - began
            self._walk_after_s = now_s + max(WALK_EVERY_S, cost * WALK_COST_SHARE)
        times = os.times()
        total = time.process_time() + times.children_user + times.children_system + self._gone_s
        total += sum(self._time_of(pid, start) for pid, start in list(self._children.items()))
        self._highest_s = max(self._highest_s, total)
        return self._highest_s

    def living_children(self) -> list[int]:
        """Return the numbers of our processes that still run, orphans included."""
        self._look_for_children()
        return sorted(self._children)

    def _look_for_children(self) -> None:
        """Find living descendants, and those found earlier whose parents have ended."""
        found = self._find_children()
        orphans = {pid: s for pid, s in self._survivors().items() if pid not in found}
        for pid, start in orphans.items():
            self._orphans.setdefault(pid, self._time_of(pid, start))
        self._children = found | orphans
        for pid in [pid for pid in self._orphans if pid not in self._children]:
            self._gone_s += self._orphans.pop(pid)

    def _survivors(self) -> dict[int, int]:
        alive = {pid: self._stat(pid) for pid in self._children}
        return {
            pid: start
            for pid, start in self._children.items()
            if (stat := alive[pid]) is not None and stat[0] == start
        }

    def _find_children(self) -> dict[int, int]:
        found: dict[int, int] = {}
        queue = [os.getpid()]
        while queue:
            for pid in self._children_of(queue.pop()):
                stat = self._stat(pid)
                if stat is not None and pid not in found:
                    found[pid] = stat[0]
                    queue.append(pid)
        return found

    def _children_of(self, pid: int) -> list[int]:
        found: list[int] = []
        try:
            for task in (self._proc / str(pid) / "task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, ValueError):
            return found
        return found

    def _stat(self, pid: int) -> tuple[int, float] | None:
        """Return (start tick, processor seconds with waited-for children) of a process."""
        try:
            text = (self._proc / str(pid) / "stat").read_text()
        except OSError:
            return None
        fields = text.rpartition(")")[2].split()
        if len(fields) < 20 or fields[0] == "Z":
            return None  # a zombie's time is counted when it is waited for
        return int(fields[19]), sum(int(field) for field in fields[11:15]) / _TICKS_PER_S

    def _time_of(self, pid: int, start: int) -> float:
        stat = self._stat(pid)
        if stat is None or stat[0] != start:
            return self._orphans.get(pid, 0.0)  # of an orphan that ended, what was last seen
        if pid in self._orphans:
            self._orphans[pid] = stat[1]
        return stat[1]


class MachineTime:
    """Busy processor seconds of what we were given: the container, else the machine."""

    def __init__(self, *, contained: bool, proc: Path = PROC, cgroup: Path = CGROUP) -> None:
        self._files: list[tuple[Path, str]] = []
        if contained:
            for folder in cgroup_folders(cgroup, proc)[:1]:
                self._files += [(folder / "cpu.stat", "v2"), (folder / "cpuacct.usage", "v1")]
        self._files.append((proc / "stat", "machine"))
        self._files = [(file, kind) for file, kind in self._files if file.exists()]
        self.covers = "nothing" if not self._files else (
            "machine" if self._files[0][1] == "machine" else "container"
        )  # fmt: skip

    def busy_s(self) -> float | None:
        """Return busy processor seconds since boot, or None where nothing says."""
        for file, kind in self._files:
            try:
                text = file.read_text()
            except OSError:
                continue
            if kind == "v1":
                return int(text) * 1e-9
            if kind == "v2":
                return int(text.split("usage_usec", 1)[1].split()[0]) * 1e-6
            ticks = [int(field) for field in text.split("\n", 1)[0].split()[1:9]]
            return (sum(ticks) - ticks[3] - ticks[4]) / _TICKS_PER_S  # less idle and iowait
        return None
