"""One sampler per process: reads every sensor once, for all open windows, and writes it down.

Windows are views onto the same running totals, so nested and concurrent windows cost nothing and
never start a second thread. The user's first step waits for the quick probes only; a slow one is
opened by the sampler's own thread.

It reads, adds and writes; what the totals mean is ``summary``'s business.
"""

from __future__ import annotations

import os
import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from costlaw.metering.clocks import Clock, ClockWatch
from costlaw.metering.nodes.host import host_name, outer_meter, python_version, system_name
from costlaw.metering.nodes.limits import find_allocation
from costlaw.metering.nodes.processes import ProcessTree
from costlaw.metering.nodes.ranks import Election, find_rank
from costlaw.metering.probes.catalogue import Opener, try_open
from costlaw.metering.probes.probe import Absence, Probe
from costlaw.metering.records.journal import SCHEMA, Journal, say, write_interval_s
from costlaw.metering.records.session import Mark, Record, Session, Window
from costlaw.metering.tallies import Tally

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
WORTH_A_SYNC_S = 1.0
SLOW_OPEN_S = 5.0  # a window that ends earlier waits so long, at most, for a slow probe


ELSEWHERE = "left to another process of this job on this node; merge the files for the node's total"


@dataclass
class _Candidate:
    """A sensor that another rank of this job may be reading."""

    opener: Opener
    probe: Probe | None = None  # opened once, then only its claim is tried again
    late: bool = True
    refused: bool = False  # somebody else reads it: what it used before is theirs


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
        self._waiting: list[_Candidate] = []
        self._before_j: dict[str, float] = {}  # what a sensor had counted when we took it over
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
                self._try(_Candidate(opener=opener, late=False))

    # -- beginning ---------------------------------------------------------------------------------

    def _start_record(self, rank: Any, absent: Sequence[Absence]) -> Record:
        allocation = find_allocation()
        return {
            "kind": "start",
            "schema": SCHEMA,
            "t": 0.0,
            "pid": self.pid,
            "metered_by": outer_meter(),
            "host": host_name(),
            "boot": _boot_id(),
            "boot_s": self.clock.boot_s(),
            "unix": self.clock.unix_s(),
            "interval_s": self.interval_s,
            "os": system_name(),
            "python": python_version(),
            "command": shlex.join(sys.argv[:1]),
            "rank": rank.to_dict() if rank else None,
            "allocation": {
                "processors": allocation.processors,
                "machine_processors": allocation.machine_processors,
                "share": allocation.share,
                "origin": allocation.origin,
                "host": host_name(),
                "mask": f"{allocation.mask:x}" if allocation.mask else None,
            },
            "channels": [],
            "absent": [{"probe": a.probe, "reason": a.reason} for a in absent],
        }

    def _try(self, candidate: _Candidate) -> None:
        """Open a sensor and become its reader, or wait for another rank to let go of it."""
        first = candidate.probe is None and not candidate.refused
        if self._election.may_claim(self.now_s()):
            if candidate.probe is None:
                candidate.probe, absence = try_open(candidate.opener)
                if absence is not None:
                    self._say_absent(absence)
                    return
            with self._lock:
                if self._claim(candidate):
                    return
        else:
            candidate.late = True
        if first:
            self._say_absent(Absence(probe=candidate.opener.name, reason=ELSEWHERE))
        with self._lock:
            self._waiting.append(candidate)

    def _claim(self, candidate: _Candidate) -> bool:
        """Read a sensor from now on; False if another process of the job does."""
        probe = candidate.probe
        if probe is None:
            return False
        keys = ",".join(sorted(channel.key for channel in probe.channels))
        if not self._election.claim(f"{candidate.opener.name}|{keys}"):
            candidate.refused = True
            return False
        counted = probe.read(self.clock.awake_s())
        if candidate.refused:
            self._before_j.update(counted)
        self._probes.append(probe)
        late = candidate.late and not candidate.refused
        channels = [channel.to_dict() | {"late": late} for channel in probe.channels]
        self._record({"kind": "channels", "t": self.now_s(), "channels": channels})
        if candidate.refused:
            text = f"{probe.name} is read here from {self.now_s():.1f} s on: its reader ended"
            self._record({"kind": "note", "t": self.now_s(), "text": text})
        return True

    def _say_absent(self, absence: Absence) -> None:
        said = [{"probe": absence.probe, "reason": absence.reason}]
        with self._lock:
            self._record({"kind": "channels", "t": self.now_s(), "channels": [], "absent": said})

    def _try_waiting(self) -> None:
        """Try again to become the reader of sensors that another rank held."""
        if not self._waiting or self.now_s() < self._next_claim_s:
            return
        self._next_claim_s = self.now_s() + max(self.interval_s, 1.0)
        waiting, self._waiting = self._waiting, []
        for candidate in waiting:
            self._try(candidate)

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

    def close_window(self, number: int, reason: str, *, wait: bool = True) -> None:
        """End a window with a last sample; ``wait`` for sensors that are still being opened."""
        if number not in self.tallies:
            return
        if wait and not self._opened_slow.is_set():
            self._opened_slow.wait(SLOW_OPEN_S)
        with self._lock:
            if number not in self.tallies:
                return
            self.sample(write=False)
            if left_out := self.tallies[number].not_numbers:
                self.note(f"{left_out} reported numbers were not finite and are left out", number)
            record = {
                "kind": "close",
                "number": number,
                "reason": reason,
                "unix": self.clock.unix_s(),
                **self._reading(),
                **self._reports({number}),
            }
            self._record(record, number=number)
            window, journal = self.window(number), self._journals[self.folders[number]]
            # the disk itself is asked only for what took a while: a metered call may be very short
            journal.sync(self.now_s(), force=window.last.t - window.opened.t > WORTH_A_SYNC_S)
            # the totals live on with whoever holds the window; a million calls leave nothing here
            del self.tallies[number], self.folders[number], self.session.windows[number]
            if not self.tallies:
                self._wake.set()

    def window(self, number: int) -> Window:
        """Return the totals of an open window."""
        return self.session.windows[number]

    def describe(self, number: int, settings: Record) -> None:
        """Add what became known of an open window after it was opened."""
        with self._lock:
            record = {"kind": "settings", "t": self.now_s(), "w": number, "settings": settings}
            self._record(record, number=number)

    def report_late(self, window: Window, folder: Path, error: float) -> None:
        """Add an error to a window that has ended, such as one evaluated after the training."""
        with self._lock:
            mark = Mark(
                t=window.last.t, step=window.steps, examples=window.examples, error=error,
                model_flop=window.model_flop,
            )  # fmt: skip
            window.add_mark(mark)
            told = [mark.t, mark.step, mark.examples, mark.error, mark.model_flop]
            record = {"kind": "late", "t": self.now_s(), "number": window.number, "mark": told}
            if folder in self._journals:
                self._journals[folder].write(record)

    def path_of(self, number: int) -> str | None:
        """Return the file that an open window is written to."""
        path = self._journals[self.folders[number]].path
        return None if path is None else str(path)

    def note(self, text: str, number: int | None = None) -> None:
        """Write a remark down: of one open window, or of the whole process."""
        with self._lock:
            record: Record = {"kind": "note", "t": self.now_s(), "text": text}
            if number in self.tallies:
                record["w"] = number
            self._record(record, number=record.get("w"))

    # -- sampling ----------------------------------------------------------------------------------

    def now_s(self) -> float:
        """Return awake time since the sampler started [s]."""
        return self.clock.awake_s() - self._start_s

    def _reading(self) -> Record:
        awake = self.clock.awake_s()
        energy: dict[str, float] = {}
        for probe in self._probes:
            for key, joules in probe.read(awake).items():
                energy[key] = joules - self._before_j.get(key, 0.0)
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

    def sample(self, *, write: bool = True, force: bool = False) -> None:
        """Read every sensor now, and write the reading down where it is due, or by ``force``."""
        with self._lock:
            for text in self._watch.check():
                self._record({"kind": "note", "t": self.now_s(), "text": text})
            before_s = self.session.now.t
            reading = self._reading()
            gap = reading["t"] - before_s
            if self.tallies and gap > 10 * self.interval_s + 5 and self._thread is not None:
                text = f"no sample for {gap:.0f} s: the process was stopped or starved"
                self._record({"kind": "note", "t": reading["t"], "text": text})
            due = force or (write and self._is_due(reading["t"]))
            reports = self._reports(set(self.tallies)) if due else {}
            self._record({"kind": "sample", **reading, **reports}, write=due)
            if due:
                self._written_s = reading["t"]
            for observer in list(self.observers):
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
            self._try(_Candidate(opener=opener))  # not under the lock: the user never waits for it
        self._opened_slow.set()
        while not self._wake.wait(self.interval_s):
            self.sample()
            self._try_waiting()
        with self._lock:
            if self.tallies:  # a window opened while the thread was going home
                self._thread = None
                self._ensure_thread()

    def finish(self, reason: str) -> None:
        """Close every open window and every file."""
        with self._lock:
            for number in list(self.tallies):
                self.close_window(number, reason, wait=False)
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
