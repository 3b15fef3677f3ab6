"""Influence: what one published result moves when it is left out.

The leave-one-out range of the cost exponent and of log10 FLOP at a target, and the results that
make its ends. It shows how few papers carry a number; it is no interval, and does not replace one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.audit.lines import points, through
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.literature import published_runs


@dataclass(frozen=True, kw_only=True)
class Influence:
    """The line through a scatter, whole and without each result in turn.

    Parameters
    ----------
    benchmark, edition, measure : str
        Which scatter.
    error : float
        Target (fraction).
    exponent, log10_flop : float
        Cost exponent and log10 compute at the target [log10 FLOP], all results in.
    without : tuple of (str, float, float)
        Network left out, exponent and log10 compute then; most influential first.
    """

    benchmark: str
    edition: str
    measure: str
    error: float
    exponent: float
    log10_flop: float
    without: tuple[tuple[str, float, float], ...]

    @property
    def exponent_range(self) -> tuple[float, float]:
        """Smallest and largest cost exponent with one result left out."""
        found = [item[1] for item in self.without]
        return min(found), max(found)

    @property
    def log10_flop_range(self) -> tuple[float, float]:
        """Smallest and largest log10 compute at the target with one result left out."""
        found = [item[2] for item in self.without]
        return min(found), max(found)

    def __str__(self) -> str:
        low, high = self.exponent_range
        left, right = self.log10_flop_range
        lines = [
            f"{self.benchmark}, edition {self.edition}, {self.measure}: cost exponent "
            f"{self.exponent:.2f} (one left out: {low:.2f} to {high:.2f}); log10 FLOP at "
            f"{100 * self.error:g} %: {self.log10_flop:.2f} ({left:.2f} to {right:.2f})"
        ]
        lines += [
            f"  without {name}: {exponent:.2f}, {compute:.2f}"
            for name, exponent, compute in self.without[:5]
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": {"name": "costlaw/influence", "version": 1},
            "benchmark": self.benchmark,
            "edition": self.edition,
            "measure": self.measure,
            "target_error": self.error,
            "cost_exponent": self.exponent,
            "cost_exponent_range": list(self.exponent_range),
            "log10_flop": self.log10_flop,
            "log10_flop_range": list(self.log10_flop_range),
            "without": [
                {"network": name, "cost_exponent": exponent, "log10_flop": compute}
                for name, exponent, compute in self.without
            ],
        }


def influence(
    benchmark: str, error: float, *, edition: str = "v2", measure: str = "hardware-burden"
) -> Influence:
    """Return what leaving out each result moves, error regressed on compute.

    Raises
    ------
    OptionError
        If the target is outside (0, 1).
    EvidenceError
        If fewer than 4 results state the measure.

    Examples
    --------
    >>> found = influence("imagenet", 0.05, edition="v1")
    >>> [round(end, 1) for end in found.exponent_range + found.log10_flop_range]
    [11.4, 16.4, 26.9, 29.5]
    """
    if not 0.0 < error < 1.0:
        raise OptionError(f"error = {error}: expected a fraction between 0 and 1.")
    runs = published_runs(benchmark, edition, measure)
    if len(runs) < 4:
        raise EvidenceError(f"{runs.origin}: {len(runs)} results; leaving one out needs 4.")
    x, y = points(runs)
    target = -math.log10(error)
    whole = through(x, y)
    moved = []
    for number, name in enumerate(runs.texts("name")):
        kept = np.arange(len(runs)) != number
        line = through(x[kept], y[kept])
        moved.append((name, line.cost_exponent, line.where(target)))
    moved.sort(key=lambda item: -abs(item[2] - whole.where(target)))
    return Influence(
        benchmark=runs.benchmark.name,
        edition=edition,
        measure=measure,
        error=error,
        exponent=whole.cost_exponent,
        log10_flop=whole.where(target),
        without=tuple(moved),
    )
