"""What a study of the lab found: lines to draw, numbers with intervals, and what to know first.

Shared by the ladder, the crossing, the shifts and meta-learning. Numbers say how they were had, as
in ``lab.theory``: measured here, published by others, or following by arithmetic.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t as student

from costlaw.lab.theory.result import Answer
from costlaw.sources import Source
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

LEVEL = 0.95  # as in lab.theory, whose answers these are
OURS = Source(title="Networks trained by the lab", obtained="measured", locator="costlaw.lab")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Points of one series, with intervals over seeds.

    Parameters
    ----------
    name : str
        What it is.
    x, y : tuple of float
        Coordinates.
    low, high : tuple of float
        Ends of the intervals; as y where there is one seed.
    joined : bool
        Whether the points belong on a line.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    joined: bool = True

    @classmethod
    def of(cls, name: str, x: Sequence[float], values: Any, *, joined: bool = True) -> Line:
        """Return means over seeds (last axis) with Student's interval on their logs.

        Examples
        --------
        >>> [round(y, 3) for y in Line.of("a", [1.0], np.array([[0.1, 0.1, 0.1]])).y]
        [0.1]
        """
        rows = np.asarray(values, float)
        ends = [geometric_interval(row) for row in rows]
        return cls(name=name, x=tuple(float(v) for v in x), y=tuple(e[0] for e in ends),
                   low=tuple(e[1] for e in ends), high=tuple(e[2] for e in ends),
                   joined=joined)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture: what its axes are, and its lines."""

    title: str
    x_name: str
    y_name: str
    lines: tuple[Line, ...]
    percent: bool = True
    x_percent: bool = False


def geometric_interval(values: Any, level: float = LEVEL) -> tuple[float, float, float]:
    """Return the geometric mean over seeds and Student's interval on the logs.

    Examples
    --------
    >>> [round(v, 3) for v in geometric_interval(np.array([0.1, 0.2]))]
    [0.141, 0.002, 11.561]
    """
    logs = np.log(np.maximum(np.asarray(values, float), 1e-12))
    middle = float(logs.mean())
    if logs.size < 2:
        return math.exp(middle), math.exp(middle), math.exp(middle)
    half = float(student.ppf(0.5 + level / 2, logs.size - 1) * logs.std(ddof=1))
    half /= math.sqrt(logs.size)
    return math.exp(middle), math.exp(middle - half), math.exp(min(middle + half, 700))


def slope_interval(x: Any, y: Any, level: float = LEVEL) -> tuple[float, float, float]:
    """Return the fall of log y per log x: the mean over seeds of each seed's slope, and interval.

    Parameters
    ----------
    x : ndarray of shape (m,) or (m, seeds)
        Resource.
    y : ndarray of shape (m, seeds)
        Error.

    Examples
    --------
    >>> x = np.array([1.0, 4.0, 16.0])
    >>> [round(v, 3) for v in slope_interval(x, np.outer(x**-0.5, [1.0, 2.0]))]
    [0.5, 0.5, 0.5]
    """
    logs = np.log(np.asarray(y, float))
    across = np.log(np.asarray(x, float))
    across = np.broadcast_to(across[:, None] if across.ndim == 1 else across, logs.shape)
    away = across - across.mean(axis=0)
    falls = -(away * logs).sum(axis=0) / (away**2).sum(axis=0)
    middle = float(falls.mean())
    if falls.size < 2:
        return middle, -math.inf, math.inf
    half = float(student.ppf(0.5 + level / 2, falls.size - 1) * falls.std(ddof=1))
    half /= math.sqrt(falls.size)
    return middle, middle - half, middle + half


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """What one study found.

    Parameters
    ----------
    study, title : str
        Short name, and what it shows.
    answers : tuple of Answer
        Numbers, the most important first.
    panels : tuple of Panel
        What is drawn.
    notes : tuple of str
        What must be known before quoting them.
    seeds, first_seed : int
        Repetitions [count].
    cpu_s : float
        Processor time that it took here [s].
    settings : dict
        Sizes, examples and epochs used.
    sources : tuple of Source
        Data and papers behind it.
    """

    study: str
    title: str
    answers: tuple[Answer, ...]
    panels: tuple[Panel, ...]
    notes: tuple[str, ...]
    seeds: int
    first_seed: int
    cpu_s: float
    settings: dict[str, Any] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()

    def answer(self, quantity: str) -> Answer:
        """Return one answer by its quantity (KeyError if there is none)."""
        return {answer.quantity: answer for answer in self.answers}[quantity]

    def line(self, name: str) -> Line:
        """Return one line by its name, from the first panel that has it (KeyError if none)."""
        found = {line.name: line for panel in reversed(self.panels) for line in panel.lines}
        return found[name]

    def table(self) -> pl.DataFrame:
        """Return the answers: quantity, estimate, low, high, level, unit, how."""
        import polars as pl

        rows = [(a.quantity, a.estimate, a.low, a.high, a.level, a.unit, a.how)
                for a in self.answers]  # fmt: skip
        kinds = {"quantity": pl.String, "estimate": pl.Float64, "low": pl.Float64,
                 "high": pl.Float64, "level": pl.Float64, "unit": pl.String,
                 "how": pl.String}  # fmt: skip
        return pl.DataFrame(rows, schema=kinds, orient="row")

    def points(self) -> pl.DataFrame:
        """Return every point: panel, line, x, y, low, high."""
        import polars as pl

        rows = [
            (panel.title, line.name, x, y, low, high)
            for panel in self.panels for line in panel.lines
            for x, y, low, high in zip(line.x, line.y, line.low or line.y, line.high or line.y,
                                       strict=True)
        ]  # fmt: skip
        names = ["panel", "line", "x", "y", "low", "high"]
        return pl.DataFrame(rows, schema=names, orient="row")

    @property
    def digest(self) -> str:
        """Digest of all points at six digits (16 hex digits)."""
        text = ";".join(
            f"{line.name}:{x:.5e}:{y:.5e}"
            for panel in self.panels for line in panel.lines
            for x, y in zip(line.x, line.y, strict=True)
        )  # fmt: skip
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; what is never reached or has no end is null."""
        return {
            "schema": f"costlaw.{self.study}/1",
            "version": __version__,
            "data_digest": self.digest,
            "title": self.title,
            "settings": self.settings,
            "seeds": self.seeds,
            "first_seed": self.first_seed,
            "cpu_s": round(self.cpu_s, 2),
            "answers": [_plain(row) for row in self.table().to_dicts()],
            "points": [_plain(row) for row in self.points().to_dicts()],
            "notes": list(self.notes),
            "sources": [source.to_dict() for source in self.sources],
        }

    def __repr__(self) -> str:
        head = f"Findings {self.study}, {self.seeds} seeds"
        return f"{head}: {self.answers[0].quantity} {self.answers[0]}" if self.answers else head

    def __str__(self) -> str:
        """Return the card: title, up to eight answers, two notes."""
        shown = self.answers[:8]
        width = max((len(answer.quantity) for answer in shown), default=1)
        lines = [f"{self.title} ({self.seeds} seeds, {self.cpu_s:.1f} CPU s)"]
        lines += [f"  {answer.quantity:{width}}  {answer}" for answer in shown]
        lines += [f"  note: {note}" for note in self.notes[:2]]
        if len(self.answers) > len(shown):
            lines.append(f"  and {len(self.answers) - len(shown)} more: --json")
        return "\n".join(lines)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }
