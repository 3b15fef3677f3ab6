"""Many processes, many machines, one total: a node's energy is counted once, nodes are summed.

Files of one machine (same host, same boot) are laid over each other on the clock that they share.
Where several cover the same sensor at the same time, one of them counts, so ranks that elected a
reader, ranks that did not, and two meters in one job all come out right. The node's energy is then
shared between its processes by processor time.

Moments that no process covered are not filled in: they are counted and said.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from costlaw.exceptions import DataError
from costlaw.metering.clocks import iso_date
from costlaw.metering.metered import JOULES_PER_KWH, EnergyFigure, Metered, figure_of
from costlaw.metering.records.journal import FOLDER
from costlaw.metering.records.recovery import meter_files, read_records, read_session
from costlaw.metering.records.session import Record, Session
from costlaw.metering.summary import add_scopes, summarise

LONGEST_HOLE_S = 5.0


@dataclass
class _Trace:
    """One process's file on its machine's clock."""

    session: Session
    times_s: list[float] = field(default_factory=list)
    energy_j: dict[str, list[float]] = field(default_factory=dict)
    key_times_s: dict[str, list[float]] = field(default_factory=dict)

    def add(self, record: Record, zero_s: float) -> None:
        """Add a reading."""
        t = zero_s + record["t"] + record.get("slept", 0.0)
        self.times_s.append(t)
        for key, joules in record.get("e", {}).items():
            self.key_times_s.setdefault(key, []).append(t)
            self.energy_j.setdefault(key, []).append(joules)

    def used(self, key: str, since_s: float) -> float:
        """Return the energy of a channel from ``since_s`` to this trace's end [J]."""
        times, joules = self.key_times_s[key], self.energy_j[key]
        place = bisect_right(times, since_s)
        if place == 0:
            return joules[-1] - joules[0]
        if place == len(times):
            return 0.0
        share = (since_s - times[place - 1]) / (times[place] - times[place - 1])
        at = joules[place - 1] + share * (joules[place] - joules[place - 1])
        return joules[-1] - at


def merge(place: str | os.PathLike[str] = FOLDER, *, name: str = "merged") -> Metered:
    """Return what all processes of a job used together.

    Parameters
    ----------
    place : path
        Folder of the job's meter files; subfolders are searched too.
    name : str
        Name of the sum.

    Raises
    ------
    DataError
        If there is no meter file.
    """
    root = Path(place)
    files = sorted(root.rglob("*.jsonl")) if root.is_dir() else meter_files(root)
    nodes: dict[tuple[str, str], list[_Trace]] = {}
    for file in files:
        trace = _read_trace(file)
        if trace is not None:
            start = trace.session.start
            nodes.setdefault((start["host"], start.get("boot", "")), []).append(trace)
    if not nodes:
        raise DataError(f"{root}: no meter file with readings; expected *.jsonl of a meter.")
    notes: list[str] = []
    devices: dict[tuple[str, str], list[EnergyFigure]] = {}
    processes: list[dict[str, Any]] = []
    for node, traces in nodes.items():
        figures = _node_figures(node[0], traces, notes)
        for figure in figures:
            devices.setdefault((figure.component, figure.tier), []).append(figure)
        total = sum(figure.energy_kwh for figure in figures)
        processes += _share(traces, add_scopes(figures)[-1].energy_kwh if total else None)
    figures = [
        figure_of(
            component,
            tier,
            energy_kwh=sum(figure.energy_kwh for figure in parts),
            method=(f"{len(parts)} nodes: " if len(parts) > 1 else "") + parts[0].method,
        )
        for (component, tier), parts in devices.items()
    ]  # fmt: skip
    return _total(name, nodes, figures=figures, told=(processes, notes))


def _read_trace(file: Path) -> _Trace | None:
    session, _ = read_session(file)
    if session is None or not session.windows:
        return None
    trace = _Trace(session=session)
    records, _ = read_records(file)
    zero_s = session.start["boot_s"]
    for record in records:
        if record["kind"] in {"open", "sample", "close"}:
            trace.add(record, zero_s)
    return trace if len(trace.times_s) > 1 else None


def _node_figures(host: str, traces: list[_Trace], notes: list[str]) -> list[EnergyFigure]:
    """Return the devices of one node, each sensor counted once."""
    channels: dict[str, Record] = {}
    dead: set[str] = set()
    for trace in traces:
        channels.update(trace.session.channels)
        dead |= set(trace.session.stalled)
    figures = []
    for component in ("gpu", "processor", "memory"):
        keys = [k for k, c in channels.items() if c["component"] == component and k not in dead]
        if component != "gpu" and keys:
            best = min(channels[key]["tier"] for key in keys)
            keys = [key for key in keys if channels[key]["tier"] == best]
        joules = 0.0
        for key in keys:
            used, hole_s = _once(key, traces)
            joules += used
            if hole_s > LONGEST_HOLE_S:
                notes.append(f"{host}: nobody read {key} for {hole_s:.0f} s between two processes")
        if keys and any(key in trace.energy_j for key in keys for trace in traces):
            tier = max(channels[key]["tier"] for key in keys)
            method = channels[keys[0]]["method"]
            figures.append(
                figure_of(component, tier, energy_kwh=joules / JOULES_PER_KWH, method=method)
            )
    return figures


def _once(key: str, traces: list[_Trace]) -> tuple[float, float]:
    """Return a sensor's energy over the union of the traces [J], and the time left bare [s]."""
    having = sorted(
        (trace for trace in traces if len(trace.energy_j.get(key, ())) > 1),
        key=lambda trace: trace.key_times_s[key][0],
    )
    joules, hole_s, until_s = 0.0, 0.0, float("-inf")
    for trace in having:
        first_s, last_s = trace.key_times_s[key][0], trace.key_times_s[key][-1]
        if last_s <= until_s:
            continue
        if first_s > until_s > float("-inf"):
            hole_s += first_s - until_s
        joules += trace.used(key, max(until_s, first_s))
        until_s = last_s
    return joules, hole_s


def _share(traces: list[_Trace], energy_kwh: float | None) -> list[dict[str, Any]]:
    """Return each process's share of its node's energy, by processor time."""
    used = [_summed(trace, "cpu_s") for trace in traces]
    total = sum(used)
    return [
        {
            "host": trace.session.start["host"],
            "pid": trace.session.start["pid"],
            "rank": (trace.session.start.get("rank") or {}).get("rank"),
            "cpu_s": cpu_s,
            "share": cpu_s / total if total else 1 / len(traces),
            "energy_kwh": None
            if energy_kwh is None
            else energy_kwh * (cpu_s / total if total else 1 / len(traces)),
        }
        for trace, cpu_s in zip(traces, used, strict=True)
    ]


def _outer(trace: _Trace) -> list[Metered]:
    """Return the windows of a process that lie inside no other."""
    windows = list(trace.session.windows.values())
    outer = [
        w
        for w in windows
        if not any(
            o is not w
            and o.opened.t <= w.opened.t
            and o.last.t >= w.last.t
            and (o.opened.t, -o.last.t, o.number) < (w.opened.t, -w.last.t, w.number)
            for o in windows
        )
    ]
    return [summarise(trace.session, window) for window in outer]


def _summed(trace: _Trace, quantity: str) -> float:
    return sum(getattr(metered, quantity) or 0.0 for metered in _outer(trace))


def _total(
    name: str,
    nodes: dict[tuple[str, str], list[_Trace]],
    *,
    figures: list[EnergyFigure],
    told: tuple[list[dict[str, Any]], list[str]],
) -> Metered:
    traces = [trace for group in nodes.values() for trace in group]
    spans = [
        max(t.times_s[-1] for t in group) - min(t.times_s[0] for t in group)
        for group in nodes.values()
    ]
    marks = [m for trace in traces for w in trace.session.windows.values() for m in w.marks]
    flop = {q: sum(_summed(t, q) for t in traces) for q in ("model_flop", "hardware_flop")}
    pues = {w.settings.get("pue") for t in traces for w in t.session.windows.values()} - {None}
    processes, notes = told
    return Metered(
        name=name,
        started=iso_date(min(t.session.start["unix"] for t in traces)),
        elapsed_s=max(spans),
        figures=tuple(add_scopes(figures, pues.pop() if len(pues) == 1 else None)),
        cpu_s=sum(_summed(trace, "cpu_s") for trace in traces),
        steps=max(int(_summed(trace, "steps")) for trace in traces),
        examples=sum(_summed(trace, "examples") for trace in traces),
        model_flop=flop["model_flop"] or None,
        hardware_flop=flop["hardware_flop"] or None,
        error=max(marks, key=lambda mark: mark.t).error if marks else None,
        ended="merged",
        notes=tuple(notes),
        machine={"nodes": len(nodes), "processes": processes},
    )
