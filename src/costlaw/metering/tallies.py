"""What a window's user reports between two samples: steps, examples, operations, errors.

Written by the user's thread about a million times a second at most, emptied by the sampler's. A
number that is no number (a loss that diverged) never ends a training: it is left out and counted.

It reads no sensor and writes no file.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import Any

MOST_PENDING_MARKS = 64
MOST_UNREAD_MARKS = 512


@dataclass
class Tally:
    """Running reports of one window."""

    steps: int = 0
    examples: float = 0.0
    model_flop: float | None = None
    hardware_flop: float | None = None
    not_numbers: int = 0
    _marks: list[list[Any]] = field(default_factory=list)
    # re-entrant: a signal handler of the same thread may take a sample in the middle of a report
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, count: int, *, examples: Any, model_flop: Any, hardware_flop: Any) -> None:
        """Add steps with their examples [count] and operations [FLOP]."""
        self.steps += count
        if examples is not None and (number := self._number(examples)) is not None:
            self.examples += number
        if model_flop is not None and (number := self._number(model_flop)) is not None:
            self.model_flop = (self.model_flop or 0.0) + number
        if hardware_flop is not None and (number := self._number(hardware_flop)) is not None:
            self.hardware_flop = (self.hardware_flop or 0.0) + number

    def mark(self, t: float, error: Any) -> None:
        """Keep an error that was reported at ``t`` seconds; thin them if nobody takes them."""
        number = self._number(error)
        if number is None:
            return
        with self._lock:
            self._marks.append([t, self.steps, self.examples, number, self.model_flop])
            if len(self._marks) > MOST_UNREAD_MARKS:
                self._marks = thinned(self._marks)

    def _number(self, value: Any) -> float | None:
        number = float(value)
        if math.isfinite(number):
            return number
        self.not_numbers += 1
        return None

    def counts(self) -> list[Any]:
        """Return the totals as the records hold them."""
        return [self.steps, self.examples, self.model_flop, self.hardware_flop]

    def take_marks(self) -> list[list[Any]]:
        """Return the error reports since the last call, thinned to a bounded number."""
        with self._lock:
            marks, self._marks = self._marks, []
        while len(marks) > MOST_PENDING_MARKS:
            marks = thinned(marks)
        return marks


def thinned(marks: list[list[Any]]) -> list[list[Any]]:
    """Return every second mark, and always the last.

    Examples
    --------
    >>> thinned([[1], [2], [3], [4]])
    [[1], [3], [4]]
    """
    return [*marks[:-1:2], marks[-1]]
