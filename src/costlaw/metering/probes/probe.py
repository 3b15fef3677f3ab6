"""What a sensor is: channels whose energy it accumulates, and what it says when it fails.

The idea of an honest probe ("this machine has no such sensor" is an answer) follows Zeus
(https://ml.energy/zeus). A probe integrates nothing it was not asked to, prices nothing, and never
puts a guess in the place of a missing sensor: it says :class:`Absence`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, Literal

Tier = Literal["A", "B", "C", "D"]
TIERS: dict[str, str] = {
    "A": "energy counter",
    "B": "power samples",
    "C": "load × rated power",
    "D": "time only",
}

# Within ×/÷ this factor with probability 0.9; "not calibrated by us". A and B are set from what
# published validations report: careful NVML readings err 35 % less on average than careless ones
# (arXiv:2312.02741), trackers err by up to 40 % (arXiv:2509.22092). C is wider than B because a
# static rating replaces the sensor; the middle half of rated W/core in data/processors.csv alone
# spans 1.8. All three values are a judgement on that evidence, not a fit to it.
FACTOR: dict[str, float] = {"A": 1.1, "B": 1.4, "C": 2.5}
LEVEL = 0.9


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One thing whose energy is read.

    Parameters
    ----------
    key : str
        Unique on the machine, the same in every process, such as ``"gpu:GPU-1f2e"``.
    component : str
        ``"gpu"``, ``"processor"`` or ``"memory"``.
    tier : str
        A energy counter, B power samples, C load × rated power.
    method : str
        How the figure is made, in words.
    whole : bool
        Whether it covers the whole machine's component (a counter does), not only our allocation.
    label : str
        Name of the device as its maker gives it.
    """

    key: str
    component: str
    tier: Tier
    method: str
    whole: bool = True
    label: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Absence:
    """A sensor that is not here, and why."""

    probe: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProbeEvent:
    """Something that happened to a channel: ``"lost"``, ``"stalled"`` or ``"tier"``."""

    channel: str
    event: Literal["lost", "stalled", "tier"]
    text: str
    tier: Tier | None = None


class Probe(ABC):
    """A sensor: reads the energy that its channels have used since it was opened."""

    name: str = ""

    def __init__(self) -> None:
        self.channels: tuple[Channel, ...] = ()
        self._events: list[ProbeEvent] = []

    @abstractmethod
    def read(self, now_s: float) -> dict[str, float]:
        """Return the energy of each living channel since opening [J], at awake time ``now_s`` [s].

        Never falls, never raises for a sensor that fails: the channel is left out from then on and
        an event says why.
        """

    def close(self) -> None:
        """Give the sensor back; most have nothing to give."""
        self._events.clear()

    def drain_events(self) -> list[ProbeEvent]:
        """Return what happened since the last call, and forget it."""
        events, self._events = self._events, []
        return events


class StallWatch:
    """Says when a counter has stood still for longer than a working one ever does."""

    PATIENCE_S = 10.0  # NVML counters move every 20-100 ms, RAPL every 1 ms

    def __init__(self) -> None:
        self._moved_s: float | None = None

    def stands_still(self, now_s: float, moved: bool) -> bool:
        """Return whether the counter has not moved for ``PATIENCE_S``."""
        if moved or self._moved_s is None:
            self._moved_s = now_s
        return now_s - self._moved_s >= self.PATIENCE_S

    def moved_s(self, now_s: float) -> float:
        """Return when the counter last moved; ``now_s`` if it was never looked at."""
        return now_s if self._moved_s is None else self._moved_s
