"""What a runner is: it takes orders and says how they ended. It keeps no truth and no budget."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from costlaw.lab.runners.order import Order, Report


class RunnerGone(Exception):
    """The place where attempts run has gone as a whole: a cluster lost its head."""


class Runner(ABC):
    """Runs attempts somewhere."""

    name: ClassVar[str]

    @abstractmethod
    def free(self) -> int:
        """Return how many orders it takes now."""

    @abstractmethod
    def start(self, order: Order) -> None:
        """Take an order."""

    @abstractmethod
    def wait(self, timeout_s: float) -> list[Report]:
        """Return the reports of attempts that ended, waiting at most so long for one [s]."""

    @abstractmethod
    def end(self, key: str) -> None:
        """End a running attempt at once; no report of it comes any more."""

    @abstractmethod
    def running_s(self, key: str) -> float:
        """Return for how long an attempt has really been running [s]; 0 while it waits."""

    @abstractmethod
    def close(self) -> None:
        """End everything that still runs, at once."""

    def without_a_place(self) -> list[tuple[str, str]]:
        """Return keys that no living node could ever take, each with the reason."""
        return []

    def is_gone(self) -> bool:
        """Return whether the place where attempts run has gone as a whole."""
        return False

    def describe(self) -> str:
        """Return what it runs on, in words."""
        return self.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
