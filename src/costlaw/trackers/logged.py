"""What every reader yields: a logged run, its settings, and one trace for each metric.

A trace keeps the last value and can give all points; a reader of a big store gives it a way to
load them instead of the points, so that a run that only its last value is wanted of costs no more.
Nothing is judged here: which trace is the error is decided in ``choosing``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Points = tuple[Array, Array]
Value = str | float


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Trace:
    """One metric of one run.

    Parameters
    ----------
    step : float
        Step of the last value [count].
    last : float
        Value at the last step, as logged: may be NaN or infinite.
    load : callable
        Returns steps and values, sorted, one value a step.
    repeated : int
        Steps that were logged more than once with different values (the later one counts).
    """

    step: float
    last: float
    load: Callable[[], Points]
    repeated: int = 0

    @classmethod
    def of(cls, steps: Iterable[float], values: Iterable[float]) -> Trace:
        """Return a trace of points in the order they were logged.

        Examples
        --------
        >>> trace = Trace.of([0, 2, 1, 2], [0.9, 0.5, 0.7, 0.4])
        >>> trace.last, trace.repeated, trace.load()[1].tolist()
        (0.4, 1, [0.9, 0.7, 0.4])
        """
        x = np.asarray(steps, dtype=np.float64)
        y = np.asarray(values, dtype=np.float64)
        if np.all(x[1:] > x[:-1]):  # as almost every log is
            return cls(step=float(x[-1]), last=float(y[-1]), load=lambda: (x, y))
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
        same = x[1:] == x[:-1]
        differ = same & (y[1:] != y[:-1]) & ~(np.isnan(y[1:]) & np.isnan(y[:-1]))
        keep = np.append(~same, True)
        x, y = x[keep], y[keep]
        return cls(step=float(x[-1]), last=float(y[-1]), load=lambda: (x, y),
                   repeated=int(differ.sum()))  # fmt: skip

    @classmethod
    def single(cls, value: float, step: float = 0.0) -> Trace:
        """Return a trace of one value."""
        return cls.of([step], [value])


class TraceBuilder:
    """Gathers the points of a run's metrics as they come, 16 bytes a point."""

    __slots__ = ("_points",)

    def __init__(self) -> None:
        self._points: dict[str, tuple[array[float], array[float]]] = {}

    def add(self, metric: str, step: float, value: float) -> None:
        """Add one point of a metric."""
        steps, values = self._points.setdefault(metric, (array("d"), array("d")))
        steps.append(step)
        values.append(value)

    def drop(self, metric: str) -> None:
        """Forget a metric."""
        self._points.pop(metric, None)

    def __bool__(self) -> bool:
        return bool(self._points)

    def traces(self) -> dict[str, Trace]:
        """Return one trace a metric."""
        return {key: Trace.of(steps, values) for key, (steps, values) in self._points.items()}


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class LoggedRun:
    """One run as a tracker holds it.

    Parameters
    ----------
    name : str
        Name that a person gave it, or its identity.
    identity : str
        What tells it from every other run of its store.
    settings : mapping
        Settings (hyperparameters, configuration): text or number.
    traces : mapping
        Metrics.
    duration_s : float or None
        Time from start to end by the store's own clock [s].
    finished : bool or None
        Whether the store says that it came to its end; None if the store does not say.
    notes : tuple of str
        What was wrong with its record, and what was kept.
    """

    name: str
    identity: str
    settings: Mapping[str, Value] = field(default_factory=dict)
    traces: Mapping[str, Trace] = field(default_factory=dict)
    duration_s: float | None = None
    finished: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A run that could not be read: where, and why. The others are kept."""

    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the caller wants of a store.

    Parameters
    ----------
    experiment : str or None
        The one experiment, study or project to read, where a store holds several.
    environment : mapping of str to str
        Environment variables that a reader may look at (tokens of a server).
    """

    experiment: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
