"""The one interface of the readers: recognise a place, and yield its logged runs.

A reader knows one format and nothing of laws, units or which metric is meant. What it yields is
turned into a table in ``importing``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from costlaw.trackers.logged import Fault, LoggedRun, Wanted
from costlaw.trackers.place import Place


class Reader(ABC):
    """One format.

    ``name`` is what ``--from`` takes, ``title`` is for people, ``measure`` says how the format's
    compute is counted where it counts compute itself, ``caveats`` what that leaves out.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    measure: ClassVar[str] = "compute as given"
    caveats: ClassVar[tuple[str, ...]] = ()
    supplement: ClassVar[bool] = False  # a meter's file: energy and time, never an error

    @abstractmethod
    def sniff(self, place: Place) -> bool:
        """Return whether a place is of this format, by its first bytes, names and headers."""

    @abstractmethod
    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the runs of a place, one in memory at a time.

        Raises
        ------
        DataError
            If the place as a whole cannot be read.
        """

    def directions(self) -> dict[str, str]:
        """Return ``minimize`` or ``maximize`` for each objective that the store declares."""
        return {}

    def remarks(self) -> tuple[str, ...]:
        """Return what there is to say about the store after reading it."""
        return ()
