"""RAPL: the processor's own energy counters, through the kernel's powercap files.

Covers the package (and the memory, where the chip counts it), not the board, the power supply or
the fans. The counters wrap at ``max_energy_range_uj`` and have been readable by root only since
CVE-2020-8694. Source: kernel documentation, ``Documentation/power/powercap/powercap.rst``.

Sub-zones (cores, uncore) are inside the package and are left out; so is ``psys``, which covers
the platform on some laptops only.
"""

from __future__ import annotations

from pathlib import Path

from costlaw.exceptions import ProbeError
from costlaw.metering.probes.probe import Channel, Probe, ProbeEvent, StallWatch

POWERCAP = Path("/sys/class/powercap")
JOULES = 1e-6  # the files count microjoules


class _Counter:
    """One energy file that wraps."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "energy_uj"
        span = folder / "max_energy_range_uj"
        self._last = int(self._file.read_text())
        self._span = int(span.read_text()) if span.exists() else 0
        self.total_j = 0.0
        self.watch = StallWatch()
        self.stalled = False

    def advance(self) -> bool:
        """Add what was used since the last look; return whether the counter moved."""
        now = int(self._file.read_text())
        step = now - self._last
        if step < 0:
            step = step + self._span + 1 if self._span else 0
        self._last = now
        self.total_j += step * JOULES
        return step != 0


class Rapl(Probe):
    """Package and memory counters of every socket.

    Parameters
    ----------
    root : Path
        Folder of the powercap zones.

    Raises
    ------
    ProbeError
        If there are no zones, or none may be read.
    """

    name = "RAPL"

    def __init__(self, root: Path = POWERCAP) -> None:
        super().__init__()
        self._counters: dict[str, _Counter] = {}
        channels: list[Channel] = []
        denied = 0
        for zone, kind, key in _zones(root):
            try:
                self._counters[key] = _Counter(zone)
            except PermissionError:
                denied += 1
                continue
            except (OSError, ValueError):
                continue
            what = "package" if kind == "processor" else "memory"
            channels.append(
                Channel(key=key, component=kind, tier="A", method=f"RAPL {what} counter")
            )
        self.channels = tuple(channels)
        if not channels:
            raise ProbeError(_absence(root, denied))

    def read(self, now_s: float) -> dict[str, float]:
        """Return the energy of each zone since opening [J]."""
        found = {}
        for key, counter in list(self._counters.items()):
            try:
                moved = counter.advance()
            except (OSError, ValueError) as problem:
                del self._counters[key]
                self._events.append(
                    ProbeEvent(channel=key, event="lost", text=f"{key} cannot be read: {problem}")
                )
                continue
            if not counter.stalled and counter.watch.stands_still(now_s, moved):
                counter.stalled = True
                text = f"{key} has stood still for {StallWatch.PATIENCE_S:.0f} s: not trusted"
                self._events.append(ProbeEvent(channel=key, event="stalled", text=text))
            found[key] = counter.total_j
        return found


def _zones(root: Path) -> list[tuple[Path, str, str]]:
    """Return (folder, component, key) of each package and each memory zone."""
    found, seen = [], set()
    for zone in sorted(root.glob("*rapl*:*"), key=lambda zone: ("mmio" in zone.name, zone.name)):
        try:
            label = (zone / "name").read_text().strip()
        except OSError:
            continue
        place = zone.name.split(":", 1)[1]
        if label.startswith("package"):
            kind, key = "processor", f"rapl:{label}"
        elif label == "dram":
            kind, key = "memory", f"rapl:dram-{place.split(':')[0]}"
        else:
            continue
        if key not in seen:  # intel-rapl and intel-rapl-mmio may show one package twice
            seen.add(key)
            found.append((zone, kind, key))
    return found


def _absence(root: Path, denied: int) -> str:
    if denied:
        return (
            f"{denied} RAPL counters under {root} may not be read by this user (root only since "
            "CVE-2020-8694). Ask the administrator for read access to energy_uj."
        )
    if root.is_dir():
        return f"{root} holds no RAPL package: the processor or the virtual machine has none."
    return f"{root} does not exist: no RAPL on this machine (usual in virtual machines)."
