"""Many processes, many machines, one total: a node's energy is counted once, nodes are summed.

Files of one machine (same host, same boot) are laid over each other on the clock that they share.
Where several cover the same sensor at the same time, one of them counts, so ranks that elected a
reader, ranks that did not, and two meters in one job all come out right. The node's energy is then
shared between its processes by processor time.

Moments that no process covered are not filled in: they are counted and said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
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
from costlaw.units import format_share

LONGEST_HOLE_S = 5.0
Span = tuple[float, float, float]  # from [s], to [s], energy [J]


@dataclass
class _Trace:
    """One process's file on its machine's clock: what each sensor used while a window was open."""

    session: Session
    times_s: list[float] = field(default_factory=list)
    spans: dict[str, list[Span]] = field(default_factory=dict)
    _last: dict[str, tuple[float, float]] = field(default_factory=dict)
    _open: set[int] = field(default_factory=set)

    def add(self, record: Record) -> None:
        """Add a reading; the time between two windows is not the job's."""
        t = self.session.start["boot_s"] + record["t"] + record.get("slept", 0.0)
        if self._open or record["kind"] == "open":
            self.times_s.append(t)
        for key, joules in record.get("e", {}).items():
            if self._open and key in self._last:
                before_s, before_j = self._last[key]
                self.spans.setdefault(key, []).append((before_s, t, joules - before_j))
            self._last[key] = (t, joules)
        if record["kind"] == "open":
            self._open.add(record["w"])
        elif record["kind"] == "close":
            self._open.discard(record["number"])


def merge(place: str | os.PathLike[str] = FOLDER, *, name: str = "all processes") -> Metered:
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
    return merge_files(files, name=name, origin=str(root))


def merge_files(files: Iterable[Path], *, name: str, origin: str = "") -> Metered:
    """Return what the processes that wrote some files used together; see :func:`merge`."""
    nodes: dict[str, list[_Trace]] = {}
    for file in files:
        trace = _read_trace(file)
        if trace is not None:
            start = trace.session.start
            # one boot is one machine, whatever name each of its containers has
            nodes.setdefault(start.get("boot") or start["host"], []).append(trace)
    if not nodes:
        raise DataError(f"{origin}: no meter file with readings; expected *.jsonl of a meter.")
    notes: list[str] = []
    devices: dict[tuple[str, str], list[EnergyFigure]] = {}
    processes: list[dict[str, Any]] = []
    for traces in nodes.values():
        figures = _node_figures(traces, notes)
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
    for record in records:
        if record["kind"] in {"open", "sample", "close"}:
            trace.add(record)
    return trace if len(trace.times_s) > 1 else None


def _node_figures(traces: list[_Trace], notes: list[str]) -> list[EnergyFigure]:
    """Return the devices of one node, each sensor counted once."""
    channels: dict[str, Record] = {}
    dead: set[str] = set()
    for trace in traces:
        channels.update(trace.session.channels)
        dead |= set(trace.session.stalled)
    spans = {key: [s for t in traces for s in t.spans.get(key, ())] for key in channels}
    figures = []
    for component in ("gpu", "processor", "memory"):
        keys = [
            key
            for key, channel in channels.items()
            if channel["component"] == component and key not in dead and spans[key]
        ]
        if component != "gpu" and keys:
            best = min(channels[key]["tier"] for key in keys)
            keys = [key for key in keys if channels[key]["tier"] == best]
        if keys:
            figures.append(_component_figure([channels[key] for key in keys], spans, traces=traces))
        for key in keys:
            hole_s = once(spans[key], min(t.times_s[0] for t in traces))[1]
            if hole_s > LONGEST_HOLE_S:
                host = traces[0].session.start["host"]
                notes.append(f"{host}: nobody read {key} for {hole_s:.0f} s of the job")
    return figures


def _component_figure(
    channels: list[Record], spans: dict[str, list[Span]], *, traces: list[_Trace]
) -> EnergyFigure:
    component, method = channels[0]["component"], channels[0]["method"]
    joules = sum(once(spans[channel["key"]])[0] for channel in channels)
    share = node_share([trace.session.start.get("allocation", {}) for trace in traces])
    if component != "gpu" and share < 1 and all(channel["whole"] for channel in channels):
        joules *= share
        method += f", our {format_share(share)} of the machine"
    return figure_of(
        component,
        max(channel["tier"] for channel in channels),
        energy_kwh=joules / JOULES_PER_KWH,
        method=(f"{len(channels)} × " if len(channels) > 1 else "") + method,
    )


def once(spans: list[Span], since_s: float | None = None) -> tuple[float, float]:
    """Return the energy of overlapping spans with no moment counted twice, and the time bare.

    Parameters
    ----------
    spans : list of (float, float, float)
        From [s], to [s], energy used [J].
    since_s : float or None
        Start of the time that ought to be covered [s]; that of the first span if None.

    Returns
    -------
    tuple of float
        Energy [J] and uncovered time [s].

    Examples
    --------
    >>> once([(0.0, 10.0, 100.0), (5.0, 15.0, 100.0), (20.0, 21.0, 10.0)])
    (160.0, 5.0)
    """
    joules, bare_s, until_s = 0.0, 0.0, since_s
    for start_s, end_s, used_j in sorted(spans):
        until_s = start_s if until_s is None else until_s
        if end_s <= until_s or end_s <= start_s:
            continue
        bare_s += max(start_s - until_s, 0.0)
        joules += used_j * (end_s - max(start_s, until_s)) / (end_s - start_s)
        until_s = end_s
    return joules, bare_s


def node_share(allocations: list[Record]) -> float:
    """Return the share of a node's processors that a job's processes were given together.

    Processes under one limit share it; processor masks are united; limits of different containers
    add.

    Examples
    --------
    >>> half = {"share": 0.5, "machine_processors": 4, "origin": "affinity", "host": "n"}
    >>> node_share([half | {"mask": "3"}, half | {"mask": "c"}]), node_share([half, half])
    (1.0, 0.5)
    """
    masks = 0
    limits: dict[tuple[str, str], float] = {}
    present = max((found.get("machine_processors", 1.0) for found in allocations), default=1.0)
    for found in allocations:
        if found.get("mask"):
            masks |= int(found["mask"], 16)
        else:
            place = (found.get("host", ""), found.get("origin", ""))
            limits[place] = max(limits.get(place, 0.0), found.get("share", 1.0))
    return min(sum(limits.values()) + masks.bit_count() / present, 1.0)


def _workers(traces: list[_Trace]) -> list[_Trace]:
    """Return the processes that work: not a ``costlaw meter`` around others, which has theirs."""
    around = {trace.session.start.get("metered_by") for trace in traces}
    return [trace for trace in traces if trace.session.start["pid"] not in around] or traces


def _share(traces: list[_Trace], energy_kwh: float | None) -> list[dict[str, Any]]:
    """Return each process's share of its node's energy, by processor time."""
    traces = _workers(traces)
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
    nodes: dict[str, list[_Trace]],
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
        cpu_s=sum(_summed(t, "cpu_s") for group in nodes.values() for t in _workers(group)),
        steps=max(int(_summed(trace, "steps")) for trace in traces),
        examples=sum(_summed(trace, "examples") for trace in traces),
        model_flop=flop["model_flop"] or None,
        hardware_flop=flop["hardware_flop"] or None,
        error=max(marks, key=lambda mark: mark.t).error if marks else None,
        ended="merged",
        notes=tuple(notes),
        machine={"nodes": len(nodes), "processes": processes, "gpus": _gpus(nodes)},
        settings=_common([w.settings for t in traces for w in t.session.windows.values()]),
    )


def _gpus(nodes: dict[str, list[_Trace]]) -> list[str]:
    """Return the GPUs of all nodes, each board once."""
    found: dict[tuple[str, str], str] = {}
    for node, traces in nodes.items():
        for trace in traces:
            for key, channel in trace.session.channels.items():
                if channel["component"] == "gpu":
                    found[node, key] = channel["label"]
    return list(found.values())


def _common(settings: list[Any]) -> dict[str, Any]:
    """Return the settings that all windows share."""
    first = settings[0] if settings else {}
    return {k: v for k, v in first.items() if all(other.get(k) == v for other in settings)}
