"""Gather what a stream of logged runs says into sparse columns, in bounded memory.

Only cells whose name means something (or was named by the caller) are kept, one last value a run;
curves are thinned to points spread evenly in log step. Faults, unfinished runs and oddities are
counted, not silently dropped. Which column is the error is decided in ``choosing``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from costlaw.trackers.formats.scalars import number
from costlaw.trackers.logged import Fault, LoggedRun, Points, Trace, Value
from costlaw.trackers.meaning import meaning

CURVE_POINTS = 64  # points kept of one curve, evenly in log step
DIRECTION_SAMPLE = 200  # runs whose first point is looked at
MOST_NAMES = 10_000  # names without meaning that are remembered for messages


@dataclass(kw_only=True)
class Collected:
    """Sparse columns of a store."""

    names: list[str] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)
    durations: list[float | None] = field(default_factory=list)
    last_steps: list[float] = field(default_factory=list)
    cells: dict[str, dict[int, Value]] = field(default_factory=dict)
    metrics: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    firsts: dict[str, dict[int, float]] = field(default_factory=dict)
    points: dict[str, dict[int, Points]] = field(default_factory=dict)
    other_names: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)
    run_notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def headers(self) -> list[str]:
        """Every name seen that was kept, metrics first."""
        return sorted(self.metrics) + sorted(self.settings - self.metrics)

    def numbers_of(self, header: str) -> dict[int, float]:
        """Return the cells of a column that are numbers."""
        found = {}
        for row, cell in self.cells.get(header, {}).items():
            value = number(cell) if isinstance(cell, str) else float(cell)
            if value is not None:
                found[row] = value
        return found


def collect(
    stream: Iterable[LoggedRun | Fault], *, named: frozenset[str], points: str, unfinished: bool
) -> Collected:
    """Gather a stream of runs.

    Parameters
    ----------
    stream : iterable of LoggedRun or Fault
        What a reader yields.
    named : frozenset of str
        Metrics and settings that the caller named.
    points : str
        ``last`` (one row a run), ``curve`` (points of every curve) or ``auto`` (points only if
        the store holds one run).
    unfinished : bool
        Whether runs that did not come to their end count.

    Returns
    -------
    Collected
    """
    table = Collected()
    for item in stream:
        if isinstance(item, Fault):
            table.faults.append(item)
            continue
        table.run_notes += item.notes
        if item.finished is False and not unfinished:
            table.unfinished.append(item.name)
            continue
        curves = points == "curve" or (points == "auto" and len(table) == 0)
        _add(table, item, named=named, curves=curves)
    if points == "auto" and len(table) != 1:
        table.points.clear()
    return table


def _add(table: Collected, run: LoggedRun, *, named: frozenset[str], curves: bool) -> None:
    row = len(table)
    table.names.append(run.name)
    table.identities.append(run.identity)
    table.durations.append(run.duration_s)
    table.last_steps.append(max((trace.step for trace in run.traces.values()), default=0.0))
    for header, cell in run.settings.items():
        if header in run.traces:
            table.repeated[header] += 1
        elif _kept(table, header, named):
            table.settings.add(header)
            table.cells.setdefault(header, {})[row] = cell
    for header, trace in run.traces.items():
        if not _kept(table, header, named):
            continue
        table.metrics.add(header)
        table.cells.setdefault(header, {})[row] = trace.last
        table.repeated[header] += trace.repeated
        if curves or row < DIRECTION_SAMPLE:
            _add_points(table, header, trace, curves=curves)


def _kept(table: Collected, header: str, named: frozenset[str]) -> bool:
    if header in named or meaning(header) is not None:
        return True
    if len(table.other_names) < MOST_NAMES:
        table.other_names.add(header)
    return False


def _add_points(table: Collected, header: str, trace: Trace, *, curves: bool) -> None:
    row = len(table) - 1
    steps, values = trace.load()
    finite = np.flatnonzero(np.isfinite(values))
    if finite.size > 1:
        table.firsts.setdefault(header, {})[row] = float(values[finite[0]])
    if curves and finite.size:
        table.points.setdefault(header, {})[row] = thin(steps, values)


def thin(steps: np.ndarray, values: np.ndarray, most: int = CURVE_POINTS) -> Points:
    """Return at most ``most`` points, evenly in log step, the last one always among them.

    Examples
    --------
    >>> x, y = thin(np.arange(1, 1001.0), np.arange(1000.0), most=4)
    >>> x.tolist()
    [1.0, 10.0, 100.0, 1000.0]
    """
    if steps.size <= most:
        return steps, values
    low = max(float(steps[0]), 1.0)
    if not math.isfinite(low) or steps[-1] <= low:
        picked = np.linspace(0, steps.size - 1, most).astype(int)
    else:
        wanted = np.geomspace(low, steps[-1], most)
        picked = np.searchsorted(steps, wanted * (1 + 1e-12), side="right") - 1
    picked = np.unique(np.clip(np.append(picked, steps.size - 1), 0, steps.size - 1))
    return steps[picked], values[picked]
