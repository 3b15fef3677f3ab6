"""The clocks of a meter: awake time, time with suspends, and the date.

Elapsed time is counted on a clock that nobody can set and that stops while the machine sleeps, so
that a clock jump or a closed lid never lengthens a run. The date only names the run. Sources:
Linux ``clock_gettime(2)`` (MONOTONIC does not count suspended time, BOOTTIME does).

This module measures no energy.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's own clocks; tests hand in another one."""

    def awake_s(self) -> float:
        """Return seconds on the monotonic clock, suspended time left out."""
        return time.monotonic()

    def boot_s(self) -> float:
        """Return seconds on the clock that also counts suspended time."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def unix_s(self) -> float:
        """Return the date as seconds since 1970; may jump."""
        return time.time()


class ClockWatch:
    """Says when the date was set, or the machine slept, since the last look."""

    JUMP_S = 1.0  # ordinary slewing by a time daemon stays below 1 s between two samples

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._awake, self._boot, self._unix = self._look()
        self.suspended_s = 0.0

    def _look(self) -> tuple[float, float, float]:
        return self._clock.awake_s(), self._clock.boot_s(), self._clock.unix_s()

    def check(self) -> list[str]:
        """Return what happened to the clocks since the last call, in words."""
        awake, boot, unix = self._look()
        slept = (boot - self._boot) - (awake - self._awake)
        stepped = (unix - self._unix) - (boot - self._boot)
        self._awake, self._boot, self._unix = awake, boot, unix
        said = []
        if slept > self.JUMP_S:
            self.suspended_s += slept
            said.append(f"the machine was suspended for {slept:.0f} s; that time is not counted")
        if abs(stepped) > self.JUMP_S:
            said.append(f"the date was set by {stepped:+.0f} s; elapsed time is not affected")
        return said


def iso_date(unix_s: float) -> str:
    """Return a date as text in UTC.

    Examples
    --------
    >>> iso_date(0.0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
