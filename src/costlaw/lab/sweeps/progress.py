"""How far a sweep is, and what it takes to the end: time, CPU, energy, dollars.

What a trial will take is read off the finished ones: CPU seconds = a + b·examples +
c·examples·size, each ≥ 0, by least squares on relative errors; the median where there are fewer
than four. Its interval goes as far as the answer with a term in size² does, and no less than the
spread of the finished ones. How far off that was is measured by ``benchmarks/sweep_forecast.py``
(docs/lab.md): up to eight times too low before the 20th of 48 trials, and the interval is too
narrow where cost grows otherwise than the formula. Before the first trial is finished nothing is
known, and nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.lab.sweeps.budget import Spent
from costlaw.lab.sweeps.state import State, TrialState
from costlaw.lab.trial import Trial
from costlaw.units import format_number

Array = NDArray[np.float64]
FEW = 4


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a sweep is.

    Parameters
    ----------
    trials, finished, failed, running, waiting : int
        Trials [count].
    spent, wasted : Spent
        What all attempts used, and the part that was done again or failed.
    left : Spent or None
        What the rest will take; None before anything is known.
    left_factor : float
        Half width of its 80 % interval, as a factor.
    finish_s : float or None
        Wall time to the end [s].
    spent_usd, left_usd : float or None
        The same in dollars, where the sweep states a price [USD].
    """

    trials: int
    finished: int
    failed: int
    running: int
    waiting: int
    spent: Spent
    wasted: Spent
    left: Spent | None = None
    left_factor: float = 1.0
    finish_s: float | None = None
    spent_usd: float | None = None
    left_usd: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        record = dict(vars(self))
        for name in ("spent", "wasted", "left"):
            record[name] = None if record[name] is None else record[name].to_dict()
        return record

    def __str__(self) -> str:
        done = f"{self.finished}/{self.trials} trials"
        if self.running:
            done += f", {self.running} running"
        if self.failed:
            done += f", {self.failed} failed"
        text = f"{done}; spent {_amount(self.spent, self.spent_usd)}"
        if self.wasted.cpu_s >= 0.1:
            text += f" ({seconds(self.wasted.cpu_s)} of it done again or failed)"
        if self.left is None or not (self.waiting or self.running):
            return text
        finish = f"{seconds(self.finish_s)}, " if self.finish_s is not None else ""
        return (f"{text}; to finish {finish}{_amount(self.left, self.left_usd)} "
                f"(80 %: ×/÷ {self.left_factor:.2g})")  # fmt: skip


def _amount(spent: Spent, usd: float | None) -> str:
    text = f"{seconds(spent.cpu_s)} of CPU"
    if spent.energy_kwh > 0:
        text += f", {format_number(spent.energy_kwh * 1000)} Wh"
    if usd is not None:
        text += f", ${format_number(usd)}" if usd > 0 else ", $0"
    return text


def seconds(value: float | None) -> str:
    """Return a time so that it can be said aloud.

    Examples
    --------
    >>> seconds(3.21), seconds(200), seconds(9000)
    ('3.2 s', '3.3 min', '2.5 h')
    """
    if value is None:
        return "unknown"
    if value < 100:
        return f"{value:.2g} s" if value >= 1 else f"{value:.1f} s"
    return f"{value / 60:.1f} min" if value < 6000 else f"{value / 3600:.1f} h"


def expected_cpu_s(finished: list[TrialState], trials: list[Trial]) -> tuple[list[float], float]:
    """Return expected CPU seconds of trials, and the half width of their sum's 80 % interval in ln.

    Parameters
    ----------
    finished : list of TrialState
        At least one that is finished.
    trials : list of Trial
        What is asked for; at least one.
    """
    used = np.array([max(state.last_spent.cpu_s, 1e-3) for state in finished])
    if len(finished) < FEW:
        return [float(np.median(used))] * len(trials), 1.3
    known = [state.trial for state in finished]
    ahead, fitted = _additive(known, used, terms=2)(trials), _additive(known, used, terms=2)(known)
    steeper = _additive(known, used, terms=3)(trials)
    rest = np.log(used / fitted)
    spread = float(rest.std(ddof=1)) * float(np.sqrt((ahead**2).sum()) / ahead.sum())
    apart = abs(float(np.log(steeper.sum() / ahead.sum())))
    return [float(value) for value in ahead], max(1.2816 * spread, apart, 0.05)


def _additive(known: list[Trial], used: Array, *, terms: int) -> Callable[[list[Trial]], Array]:
    """Return CPU seconds as a non-negative sum of 1, examples, examples·size, …, fitted."""

    def table(trials: list[Trial]) -> Array:
        rows = [[1.0, *(t.examples * float(t.size) ** k for k in range(terms))] for t in trials]
        return np.array(rows)

    relative = table(known) / used[:, None]
    scale = np.linalg.norm(relative, axis=0)
    from scipy.optimize import nnls  # slow to import, and needed here only

    weights, _ = nnls(relative / scale, np.ones(len(used)))
    return lambda trials: np.asarray(table(trials) @ (weights / scale))


def progress(
    state: State, *, slots: int = 1, running_s: dict[str, float] | None = None
) -> Progress:
    """Return how far a sweep is.

    Parameters
    ----------
    state : State
        The ledger's.
    slots : int
        Trials that run side by side [count].
    running_s : dict of str to float, optional
        How long the running ones have been at it [s].
    """
    running_s = running_s or {}
    finished, waiting = state.of_status("finished"), state.of_status("waiting", "running")
    left, factor, finish_s = None, 1.0, None
    if finished and waiting:
        expected, half = expected_cpu_s(finished, [one.trial for one in waiting])
        rest = [max(value - running_s.get(one.trial.key, 0.0), 0.1 * value)
                for value, one in zip(expected, waiting, strict=True)]  # fmt: skip
        known = sum((one.last_spent for one in finished), Spent())
        per_cpu_s = known.energy_kwh / known.cpu_s if known.cpu_s else 0.0
        slower = known.elapsed_s / known.cpu_s if known.cpu_s else 1.0
        total = sum(rest)
        left = Spent(elapsed_s=total * slower, cpu_s=total, energy_kwh=total * per_cpu_s)
        factor = math.exp(half)
        finish_s = max(total * slower / slots, max(rest) * slower)
    budget = state.sweep.budget
    return Progress(
        trials=len(state.wanted), finished=len(finished), failed=len(state.of_status("failed")),
        running=len(state.of_status("running")), waiting=len(state.of_status("waiting")),
        spent=state.spent, wasted=state.wasted, left=left, left_factor=factor, finish_s=finish_s,
        spent_usd=budget.usd_of(state.spent), left_usd=budget.usd_of(left) if left else None,
    )  # fmt: skip
