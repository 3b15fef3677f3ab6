"""Tier D: no sensor at all. Time is still a reading; energy is said to be absent, never zero."""

from __future__ import annotations

from costlaw.metering.probes.probe import Probe


class TimeOnly(Probe):
    """Reads nothing: the meter still counts time, steps and operations."""

    name = "time only"

    def read(self, now_s: float) -> dict[str, float]:
        """Return no energy: there is no sensor."""
        return {}
