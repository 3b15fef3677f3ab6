"""One sampler per process: reads every sensor once, for all open windows, and writes it down.

Windows are views onto the same running totals, so nested and concurrent windows cost nothing and
never start a second thread. The user's first step waits for the quick probes only; a slow one is
opened by the sampler's own thread.

It reads, adds and writes; what the totals mean is ``summary``'s business.
"""

from __future__ import annotations

import os
import platform
import shlex
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from costlaw.metering.clocks import Clock, ClockWatch
from costlaw.metering.nodes.limits import find_allocation
from costlaw.metering.nodes.processes import ProcessTree
from costlaw.metering.nodes.ranks import Election, find_rank
from costlaw.metering.probes.catalogue import Opener, try_open
from costlaw.metering.probes.probe import Absence, Probe
from costlaw.metering.records.journal import SCHEMA, Journal, say, write_interval_s
from costlaw.metering.records.session import Record, Session, Window

MOST_PENDING_MARKS = 64
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SLOW_OPEN_S = 5.0  # a window that ends earlier waits so long, at most, for a slow probe


@dataclass
class Tally:
    """What a window's user reports between samples; written by the user's thread only."""

    steps: int = 0
    examples: float = 0.0
    model_flop: float | None = None
    hardware_flop: float | None = None
    marks: list[list[Any]] = field(default_factory=list)

    def counts(self) -> list[Any]:
        """Return the totals as the records hold them."""
        return [self.steps, self.examples, self.model_flop, self.hardware_flop]

    def take_marks(self) -> list[list[Any]]:
        """Return the error reports since the last sample, thinned to a bounded number."""
        marks, self.marks = self.marks, []
        while len(marks) > MOST_PENDING_MARKS:
            marks = [*marks[:-1:2], marks[-1]]
        return marks


class Sampler:
    """Reads the sensors of this process's machine while a window is open.

    Parameters
    ----------
    openers : sequence of Opener
        Probes to try.
    absent : sequence of Absence
        Probes that are plainly not here.
    interval_s : float
        Time between samples [s].
    clock : Clock or None
        The machine's own if None.
    """

    def __init__(
        self,
        openers: Sequence[Opener],
        absent: Sequence[Absence] = (),
        *,
        interval_s: float = 1.0,
        clock: Clock | None = None,
    ) -> None:
        self.pid = os.getpid()
        self.clock = clock or Clock()
        self.interval_s = interval_s
        self.observers: list[Callable[[Sampler], None]] = []
        self.tallies: dict[int, Tally] = {}
        self.folders: dict[int, Path] = {}
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._opened_slow = threading.Event()
        self._start_s = self.clock.awake_s()
        self._watch = ClockWatch(self.clock)
        self._tree = ProcessTree()
        self._probes: list[Probe] = []
        rank = find_rank()
        self._election = Election(rank)
        self._waiting: list[Opener] = []
        self._journals: dict[Path, Journal] = {}
        self._written_s = float("-inf")
        self._next_number = 1
        self._next_claim_s = 0.0
        self._slow = [opener for opener in openers if opener.slow]
        if not self._slow:
            self._opened_slow.set()
        self.session = Session(self._start_record(rank, absent))
        for opener in openers:
            if not opener.slow:
                self._open_probe(opener)

    # -- beginning ---------------------------------------------------------------------------------

    def _start_record(self, rank: Any, absent: Sequence[Absence]) -> Record:
        allocation = find_allocation()
        return {
            "kind": "start",
            "schema": SCHEMA,
            "t": 0.0,
            "pid": self.pid,
            "host": socket.gethostname(),
            "boot": _boot_id(),
            "boot_s": self.clock.boot_s(),
            "unix": self.clock.unix_s(),
            "interval_s": self.interval_s,
            "os": platform.system(),
            "python": platform.python_version(),
            "command": shlex.join(sys.argv[:1]),
            "rank": rank.to_dict() if rank else None,
            "allocation": {
                "processors": allocation.processors,
                "machine_processors": allocation.machine_processors,
                "share": allocation.share,
                "origin": allocation.origin,
            },
            "channels": [],
            "absent": [{"probe": a.probe, "reason": a.reason} for a in absent],
        }

    def _open_probe(self, opener: Opener, *, late: bool = False) -> None:
        """Open a probe, if this process is the one that reads it here; say what came of it."""
        if not self._election.may_claim(self.now_s()):
            self._waiting.append(opener)
            return
        probe, absence = try_open(opener)
        if probe is None:
            if absence is not None:
                self._record(
                    {
                        "kind": "channels",
                        "t": self.now_s(),
                        "channels": [],
                        "absent": [{"probe": absence.probe, "reason": absence.reason}],
                    }
                )
            return  # fmt: skip
        keys = ",".join(sorted(channel.key for channel in probe.channels))
        if not self._election.claim(f"{opener.name}|{keys}"):
            probe.close()
            self._waiting.append(opener)
            return
        probe.read(self.clock.awake_s())
        self._probes.append(probe)
        channels = [channel.to_dict() | {"late": late} for channel in probe.channels]
        self._record({"kind": "channels", "t": self.now_s(), "channels": channels})

    def _open_waiting(self) -> None:
        """Try again to become the reader of sensors that another rank held."""
        if not self._waiting or self.now_s() < self._next_claim_s:
            return
        self._next_claim_s = self.now_s() + max(self.interval_s, 1.0)
        waiting, self._waiting = self._waiting, []
        for opener in waiting:
            self._open_probe(opener)

    @property
    def reads_elsewhere(self) -> list[str]:
        """Names of the sensors that another rank of this job reads on this node."""
        return [opener.name for opener in self._waiting]

    # -- windows -----------------------------------------------------------------------------------

    def open_window(self, name: str, folder: Path, settings: Record) -> int:
        """Begin a window; return its number."""
        with self._lock:
            number = self._next_number
            self._next_number += 1
            self.tallies[number] = Tally()
            self.folders[number] = folder
            self._journal(folder)
            self._record(
                {"kind": "open", "w": number, "name": name, "unix": self.clock.unix_s(),
                 "settings": settings, **self._reading()},
                number=number,
            )  # fmt: skip
            self._ensure_thread()
            return number

    def close_window(self, number: int, reason: str) -> None:
        """End a window with a last sample."""
        if number not in self.tallies:
            return
        if not self._opened_slow.is_set():
            self._opened_slow.wait(SLOW_OPEN_S)
        with self._lock:
            if number not in self.tallies:
                return
            self.sample(write=False)
            record = {
                "kind": "close",
                "number": number,
                "reason": reason,
                "unix": self.clock.unix_s(),
                **self._reading(),
                **self._reports({number}),
            }
            self._record(record, number=number)  # fmt: skip
            journal = self._journals[self.folders[number]]
            journal.sync(self.now_s(), force=True)
            del self.tallies[number]
            if not self.tallies:
                self._wake.set()

    def window(self, number: int) -> Window:
        """Return the totals of a window."""
        return self.session.windows[number]

    def path_of(self, number: int) -> str | None:
        """Return the file that a window is written to."""
        path = self._journals[self.folders[number]].path
        return None if path is None else str(path)

    def add_settings(self, number: int, settings: Record) -> None:
        """Add to what is known of a window (parameters, chip, …)."""
        with self._lock:
            self._record({"kind": "settings", "w": number, "settings": settings}, number=number)

    def note(self, text: str) -> None:
        """Write a remark down."""
        with self._lock:
            self._record({"kind": "note", "t": self.now_s(), "text": text})

    # -- sampling ----------------------------------------------------------------------------------

    def now_s(self) -> float:
        """Return awake time since the sampler started [s]."""
        return self.clock.awake_s() - self._start_s

    def _reading(self) -> Record:
        awake = self.clock.awake_s()
        energy: dict[str, float] = {}
        for probe in self._probes:
            energy.update(probe.read(awake))
            for event in probe.drain_events():
                self._record(
                    {
                        "kind": "event",
                        "t": awake - self._start_s,
                        "tier": event.tier,
                        "channel": event.channel,
                        "event": event.event,
                        "text": event.text,
                    }
                )
                say(event.text)  # fmt: skip
        reading: Record = {
            "t": round(awake - self._start_s, 6),
            "e": {key: round(joules, 6) for key, joules in energy.items()},
            "cpu": round(self._tree.cpu_s(awake), 6),
        }
        if self._watch.suspended_s:
            reading["slept"] = round(self._watch.suspended_s, 3)
        return reading

    def _reports(self, numbers: set[int]) -> Record:
        counts = {str(n): self.tallies[n].counts() for n in numbers if n in self.tallies}
        marks = [[n, *mark] for n in numbers if n in self.tallies
                 for mark in self.tallies[n].take_marks()]  # fmt: skip
        return {"w": counts, "marks": marks}

    def sample(self, *, write: bool = True) -> None:
        """Read every sensor now, and write the reading down where it is due."""
        with self._lock:
            for text in self._watch.check():
                self._record({"kind": "note", "t": self.now_s(), "text": text})
            before_s = self.session.now.t
            reading = self._reading()
            gap = reading["t"] - before_s
            if self.tallies and gap > 10 * self.interval_s + 5 and self._thread is not None:
                text = f"no sample for {gap:.0f} s: the process was stopped or starved"
                self._record({"kind": "note", "t": reading["t"], "text": text})
            self._open_waiting()
            due = write and self._is_due(reading["t"])
            reports = self._reports(set(self.tallies)) if due else {}
            self._record({"kind": "sample", **reading, **reports}, write=due)
            if due:
                self._written_s = reading["t"]
            for observer in self.observers:
                observer(self)

    def _is_due(self, t: float) -> bool:
        if not self.tallies:
            return False
        elapsed = t - min(self.session.windows[n].opened.t for n in self.tallies)
        wait = write_interval_s(elapsed, self.interval_s)
        return t - self._written_s >= wait - 0.5 * self.interval_s

    def _journal(self, folder: Path) -> Journal:
        if folder not in self._journals:
            journal = Journal(folder, self.clock.unix_s())
            self._journals[folder] = journal
            start = self.session.start | {
                "channels": [
                    channel | {"since": self.session.since_s[key]}
                    for key, channel in self.session.channels.items()
                ],
                "absent": self.session.absent,
            }
            journal.write(start)
        return self._journals[folder]

    def _record(self, record: Record, *, number: int | None = None, write: bool = True) -> None:
        """Feed a record to the totals and write it to every journal that it belongs in."""
        self.session.feed(record)
        if not write:
            return
        for folder, journal in self._journals.items():
            if number is None or folder == self.folders[number]:
                journal.write(_only_in(record, folder, self.folders))
                journal.sync(self.now_s())

    # -- the thread --------------------------------------------------------------------------------

    def _ensure_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._wake.clear()
            self._thread = threading.Thread(target=self._loop, name="costlaw-meter", daemon=True)
            self._thread.start()

    def _loop(self) -> None:
        slow, self._slow = self._slow, []
        for opener in slow:
            with self._lock:
                self._open_probe(opener, late=True)
        self._opened_slow.set()
        while not self._wake.wait(self.interval_s):
            self.sample()
        with self._lock:
            if self.tallies:  # a window opened while the thread was going home
                self._thread = None
                self._ensure_thread()

    def finish(self, reason: str) -> None:
        """Close every open window and every file."""
        with self._lock:
            for number in list(self.tallies):
                self.close_window(number, reason)
            self._record({"kind": "end", "t": self.now_s(), "reason": reason})
            self._wake.set()
            for journal in self._journals.values():
                journal.close()
            for probe in self._probes:
                probe.close()
            self._probes = []
            self._election.release()

    def forget_after_fork(self) -> None:
        """Let go of the parent's files and claims in a forked child, and touch nothing else."""
        self._lock = threading.RLock()
        self.tallies.clear()
        self._election.release()
        for journal in self._journals.values():
            journal.close()


def _only_in(record: Record, folder: Path, folders: dict[int, Path]) -> Record:
    """Return the record with the windows of one folder only."""
    if "w" not in record or not isinstance(record["w"], dict):
        return record
    counts = {n: c for n, c in record["w"].items() if folders[int(n)] == folder}
    marks = [mark for mark in record["marks"] if folders[mark[0]] == folder]
    return record | {"w": counts, "marks": marks}


def _boot_id() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
