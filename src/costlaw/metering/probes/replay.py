"""Replay: a recorded sensor, so that every path can be tested without the device.

A script is a list of (seconds, {channel: joules}) points; between points energy is interpolated, a
channel that is absent from a point has disappeared. This is the only probe that is told its
answers, and its channels say "replayed".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from costlaw.metering.probes.probe import Channel, Probe, ProbeEvent

Point = tuple[float, dict[str, float]]


class Replay(Probe):
    """Plays recorded energies back.

    Parameters
    ----------
    channels : sequence of Channel
        What was recorded.
    points : sequence of (float, dict)
        Seconds since opening [s] and energy of each channel since opening [J].
    """

    name = "replay"

    def __init__(self, channels: Sequence[Channel], points: Sequence[Point]) -> None:
        super().__init__()
        self.channels = tuple(channels)
        self._points = sorted(points, key=lambda point: point[0])
        self._start_s: float | None = None
        self._lost: set[str] = set()
        self._elapsed_s = 0.0

    @classmethod
    def from_file(cls, path: Path) -> Replay:
        """Read a recording: one JSON object with ``channels`` and ``points``."""
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        channels = [Channel(**channel) for channel in record["channels"]]
        return cls(channels, [(point["t"], point["e"]) for point in record["points"]])

    def read(self, now_s: float) -> dict[str, float]:
        """Return the recorded energies at the time since the first read [J]."""
        if self._start_s is None:
            self._start_s = now_s
        elapsed = self._elapsed_s = max(now_s - self._start_s, self._elapsed_s)
        found = {}
        for channel in self.channels:
            energy = self._energy(channel.key, elapsed)
            if energy is None:
                if channel.key not in self._lost:
                    self._lost.add(channel.key)
                    text = f"{channel.key} disappeared {elapsed:.1f} s after the start"
                    self._events.append(ProbeEvent(channel=channel.key, event="lost", text=text))
                continue
            found[channel.key] = energy
        return found

    def _energy(self, key: str, elapsed: float) -> float | None:
        """Return the interpolated energy [J], or None where the channel is gone."""
        before = [point for point in self._points if point[0] <= elapsed]
        after = [point for point in self._points if point[0] > elapsed]
        if not before or key in self._lost or key not in before[-1][1]:
            return None
        left_s, left_j = before[-1][0], before[-1][1][key]
        if not after or key not in after[0][1]:
            return left_j
        share = (elapsed - left_s) / (after[0][0] - left_s)
        return left_j + share * (after[0][1][key] - left_j)
