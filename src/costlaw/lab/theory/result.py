"""What a theory experiment answers: curves, and numbers that say how they were obtained.

"measured" came out of simulations; "exact" out of a distribution known in closed form and checked
against simulations; "follows" is arithmetic on the others. The three are never mixed silently.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from costlaw.lab.theory.design import Array
from costlaw.lab.theory.slopes import LEVEL
from costlaw.sources import Source
from costlaw.units import format_number, format_share
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

How = Literal["measured", "exact", "follows", "published"]
PERFORMANCE = "performance = 1/RMSE of the excess prediction"
PAPER = Source(
    title="The Computational Limits of Deep Learning",
    year=2020,
    url="https://arxiv.org/abs/2007.05558",
    locator="section 2",
    obtained="recalled",
)
OURS = Source(title="Simulation with a known truth", obtained="measured", locator="costlaw.lab")


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Error of one estimator against examples and compute.

    Parameters
    ----------
    name, title : str
        Short name, and what it is.
    examples, variables : ndarray of shape (m,)
        Examples n and variables p that it pays for [count].
    error : ndarray of shape (m, seeds)
        Root mean squared excess prediction.
    flop : ndarray of shape (m, seeds)
        Operations of fitting, searches included [FLOP].
    how : str
        ``measured`` or ``exact``.
    """

    name: str
    title: str
    examples: Array
    variables: Array
    error: Array
    flop: Array
    how: How = "measured"

    @property
    def performance(self) -> Array:
        """1/RMSE, geometric mean over seeds (m,)."""
        return np.exp(-np.log(self.error).mean(axis=1))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One number of an experiment.

    Parameters
    ----------
    quantity : str
        What it is.
    estimate : float
        Its value [unit].
    low, high : float or None
        Interval over seeds; None for arithmetic without one.
    unit : str
        Unit.
    how : str
        ``measured``, ``exact`` or ``follows``.
    level : float
        Level of the interval.
    seeds : int or None
        Repetitions behind it, where they differ from the experiment's [count].
    """

    quantity: str
    estimate: float
    low: float | None = None
    high: float | None = None
    unit: str = "1"
    how: How = "measured"
    level: float = LEVEL
    seeds: int | None = None

    @classmethod
    def of(
        cls, quantity: str, three: tuple[float, float, float], unit: str = "1", *,
        how: How = "measured", seeds: int | None = None,
    ) -> Answer:  # fmt: skip
        """Return an answer out of (estimate, low, high)."""
        estimate, low, high = three
        return cls(quantity=quantity, estimate=estimate, low=low, high=high, unit=unit, how=how,
                   seeds=seeds)  # fmt: skip

    def __str__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        text = f"{_shown(self.estimate)}{unit}"
        if self.low is not None and self.high is not None:
            text += f" ({format_share(self.level)}: {_shown(self.low)} to {_shown(self.high)})"
        return f"{text} [{self.how}]"


def _shown(value: float) -> str:
    if math.isinf(value):
        return "never"
    return format_number(value, 3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """Curves and answers of one preset.

    Parameters
    ----------
    preset, title : str
        Name and what it shows.
    curves : tuple of Curve
        One an estimator.
    answers : tuple of Answer
        Numbers read off the curves.
    notes : tuple of str
        What must be known before quoting them.
    first_seed, seeds : int
        Seeds used [count].
    cpu_s : float
        CPU time that it took here [s].
    sources : tuple of Source
        What it follows.
    """

    preset: str
    title: str
    curves: tuple[Curve, ...]
    answers: tuple[Answer, ...]
    notes: tuple[str, ...]
    first_seed: int
    seeds: int
    cpu_s: float
    sources: tuple[Source, ...] = field(default=(PAPER, OURS))

    def curve(self, name: str) -> Curve:
        """Return one curve by name (KeyError if there is none)."""
        return {curve.name: curve for curve in self.curves}[name]

    def answer(self, quantity: str) -> Answer:
        """Return one answer by its quantity (KeyError if there is none)."""
        return {answer.quantity: answer for answer in self.answers}[quantity]

    @property
    def digest(self) -> str:
        """Digest of all errors and operation counts, at six digits (16 hex digits)."""
        text = "".join(
            f"{c.name}:{v:.5e};" for c in self.curves for v in (*c.error.flat, *c.flop.flat)
        )
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def table(self) -> pl.DataFrame:
        """Return the answers: quantity, estimate, low, high, level, unit, how, seeds."""
        import polars as pl

        rows = [(a.quantity, a.estimate, a.low, a.high, a.level, a.unit, a.how,
                 a.seeds or self.seeds)
                for a in self.answers]  # fmt: skip
        names = ["quantity", "estimate", "low", "high", "level", "unit", "how", "seeds"]
        return pl.DataFrame(rows, schema=names, orient="row")

    def points(self) -> pl.DataFrame:
        """Return the curves: one row an estimator and size, with mean and spread over seeds."""
        import polars as pl

        rows = []
        for curve in self.curves:
            logs = np.log(curve.error)
            spread = logs.std(axis=1, ddof=1) if logs.shape[1] > 1 else np.zeros(len(logs))
            for i, n in enumerate(curve.examples):
                rows.append((curve.name, float(n), float(curve.variables[i]),
                             float(np.exp(logs[i].mean())), float(spread[i]),
                             float(curve.flop[i].mean()), float(curve.performance[i]),
                             curve.how))  # fmt: skip
        names = ["estimator", "examples", "variables", "rmse", "spread_ln", "flop", "performance",
                 "how"]  # fmt: skip
        return pl.DataFrame(rows, schema=names, orient="row")

    @property
    def sizes(self) -> int:
        """Points on all curves [count]."""
        return sum(len(curve.examples) for curve in self.curves)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an estimate that is never reached is null."""
        return {
            "schema": "costlaw.theory/1",
            "version": __version__,
            "data_digest": self.digest,
            "preset": self.preset,
            "title": self.title,
            "first_seed": self.first_seed,
            "seeds": self.seeds,
            "cpu_s": round(self.cpu_s, 3),
            "performance": PERFORMANCE,
            "answers": [_plain(row) for row in self.table().to_dicts()],
            "points": [_plain(row) for row in self.points().to_dicts()],
            "notes": list(self.notes),
            "sources": [source.to_dict() for source in self.sources],
        }

    def __repr__(self) -> str:
        head = f"Experiment {self.preset}, {self.seeds} seeds"
        return f"{head}: {self.answers[0].quantity} {self.answers[0]}" if self.answers else head

    def __str__(self) -> str:
        """Return the card: title, up to eight answers, two notes."""
        shown = self.answers[:8]
        width = max(len(answer.quantity) for answer in shown)
        lines = [f"{self.title} ({self.seeds} seeds, {self.cpu_s:.1f} CPU s; {PERFORMANCE})"]
        lines += [f"  {answer.quantity:{width}}  {answer}" for answer in shown]
        lines += [f"  note: {note}" for note in self.notes[:2]]
        return "\n".join(lines)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }
