"""What the records of one process add up to: the same arithmetic live and after a crash.

A session is a fold over records (``journal``): the sampler feeds it as it writes them, recovery
feeds it the lines it finds. So a recovered reading is the live one, up to the last record.

It keeps running totals only: memory stays bounded however long a run is (a learning curve of at
most 4,096 marks is thinned by halves, its ends are kept).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST_MARKS = 4096
MOST_NOTES = 100
Record = dict[str, Any]


@dataclass(kw_only=True)
class Reading:
    """Totals of a process at one moment since its sampler started."""

    t: float  # awake time since the sampler started [s]
    energy_j: dict[str, float] = field(default_factory=dict)
    cpu_s: float = 0.0
    suspended_s: float = 0.0


@dataclass(kw_only=True)
class Mark:
    """An error that the run reported, and what it had used by then."""

    t: float
    step: int
    examples: float
    error: float
    model_flop: float | None = None


@dataclass(kw_only=True)
class Window:
    """One metered span, open or closed."""

    number: int
    name: str
    opened_unix_s: float
    opened: Reading
    last: Reading
    settings: Record = field(default_factory=dict)
    steps: int = 0
    examples: float = 0.0
    model_flop: float | None = None
    hardware_flop: float | None = None
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reason: str | None = None

    def add_mark(self, mark: Mark) -> None:
        """Keep an error report; thin the middle of the curve when it grows too long."""
        self.marks.append(mark)
        if len(self.marks) > MOST_MARKS:
            self.marks = [self.marks[0], *self.marks[1:-1:2], self.marks[-1]]


class Session:
    """Running totals of one process's sampler.

    Parameters
    ----------
    start : dict
        The ``start`` record.
    """

    def __init__(self, start: Record) -> None:
        self.start = start
        self.channels: dict[str, Record] = {}
        self.since_s: dict[str, float] = {}
        self.absent: list[Record] = list(start.get("absent", ()))
        self.stalled: dict[str, float] = {}
        self.lost: dict[str, float] = {}
        self.notes: list[str] = []
        self.windows: dict[int, Window] = {}
        self.now = Reading(t=0.0)
        self.ended: str | None = None
        self._add_channels(start.get("channels", ()), 0.0)

    def _add_channels(self, channels: Any, t: float) -> None:
        for channel in channels:
            self.channels[channel["key"]] = dict(channel)
            self.since_s.setdefault(channel["key"], channel.get("since", t))

    def feed(self, record: Record) -> None:
        """Add one record; kinds that a later version may write are passed over."""
        handler = getattr(self, f"_on_{record.get('kind', '')}", None)
        if handler is not None:
            handler(record)

    def _advance(self, record: Record) -> None:
        energy = {**self.now.energy_j, **record.get("e", {})}
        self.now = Reading(
            t=record["t"],
            energy_j=energy,
            cpu_s=record.get("cpu", self.now.cpu_s),
            suspended_s=record.get("slept", self.now.suspended_s),
        )

    def _on_open(self, record: Record) -> None:
        self._advance(record)
        number = record["w"]
        self.windows[number] = Window(
            number=number,
            name=record["name"],
            opened_unix_s=record["unix"],
            opened=self.now,
            last=self.now,
            settings=record.get("settings", {}),
        )

    def _on_sample(self, record: Record) -> None:
        self._advance(record)
        for window in self.windows.values():
            if window.reason is None:
                window.last = self.now
        for number, counts in record.get("w", {}).items():
            self._count(int(number), counts)
        for number, t, step, examples, error, flop in record.get("marks", ()):
            self.windows[number].add_mark(
                Mark(t=t, step=step, examples=examples, error=error, model_flop=flop)
            )

    def _count(self, number: int, counts: list[Any]) -> None:
        window = self.windows[number]
        window.steps, window.examples, window.model_flop, window.hardware_flop = counts

    def _on_close(self, record: Record) -> None:
        self._on_sample(record)
        self.windows[record["number"]].reason = record["reason"]

    def _on_settings(self, record: Record) -> None:
        window = self.windows[record["w"]]
        window.settings = window.settings | record["settings"]

    def _on_late(self, record: Record) -> None:
        """Take an error that was found out after its window had ended."""
        window = self.windows.get(record["number"])
        if window is not None:
            t, step, examples, error, flop = record["mark"]
            window.add_mark(Mark(t=t, step=step, examples=examples, error=error, model_flop=flop))

    def _on_channels(self, record: Record) -> None:
        self._add_channels(record["channels"], record["t"])
        self.absent += record.get("absent", [])

    def _on_event(self, record: Record) -> None:
        key, what = record["channel"], record["event"]
        if what == "stalled":
            self.stalled[key] = record["t"]
        elif what == "lost":
            self.lost[key] = record["t"]
        elif what == "tier" and key in self.channels:
            self.channels[key]["tier"] = record["tier"]
        self._note(record["text"])

    def _on_note(self, record: Record) -> None:
        """Keep a remark: of one window where it names one, else of the whole process."""
        window = self.windows.get(record.get("w", 0))
        if window is None:
            self._note(record["text"])
        elif record["text"] not in window.notes and len(window.notes) < MOST_NOTES:
            window.notes.append(record["text"])

    def _note(self, text: str) -> None:
        if text not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(text)

    def _on_end(self, record: Record) -> None:
        self.ended = record.get("reason", "finished")
