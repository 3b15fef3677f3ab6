"""Tell learning curves from separate runs: many checkpoints of one network are not many runs.

Inside a schedule that lowers the learning rate towards its end, a checkpoint is worse than a run
of that length would have been (Hoffmann et al. 2022), so it never counts as one: of every curve
the last point is kept. A table that holds one curve only may be read as that run's own course,
unless its schedule is known to decay. It fits nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from costlaw.exceptions import EvidenceError
from costlaw.runs.table import Runs

SEPARATE, CURVE = "separate runs", "learning curve"
HORIZON_FREE = ("constant", "none", "fixed", "inverse_sqrt", "rsqrt")  # not made for one length
DECAYS = ("cosine", "linear", "poly", "exp", "step", "decay", "wsd", "one_cycle", "onecycle",
          "warmup_stable", "cooldown", "anneal")  # fmt: skip
LOWERED = 0.9  # share of its largest learning rate under which a curve has begun to decay
ALONG = ("step", "examples", "compute_flop", "hardware_burden_flop", "duration_s", "epochs")


@dataclass(frozen=True, kw_only=True)
class Separated:
    """Runs that may be fitted, and how they were told apart.

    Parameters
    ----------
    runs : Runs
        One row a run; or the checkpoints of one curve.
    kind : str
        ``separate runs`` or ``learning curve``.
    curves, left_out : int
        Learning curves found; checkpoints left out.
    schedule : str
        ``decaying``, ``independent of length`` or ``not stated``.
    """

    runs: Runs
    kind: str
    curves: int = 0
    left_out: int = 0
    schedule: str = "not stated"


def separate(runs: Runs) -> Separated:
    """Return the runs of a table, checkpoints told apart.

    Parameters
    ----------
    runs : Runs
        A user's own runs, with or without ``curve``, ``step``, ``schedule``, ``learning_rate``.

    Returns
    -------
    Separated
        The decision stands in its runs' notes as well.

    Raises
    ------
    EvidenceError
        If all rows are checkpoints of one run inside a decaying schedule.

    Examples
    --------
    >>> rows = [{"name": "big" if d > 3 else "small", "curve": "b" if d > 3 else "a", "step": d,
    ...          "error": 1 / d, "compute_flop": d * 1e18} for d in (1.0, 2.0, 3.0, 4.0, 5.0)]
    >>> told = separate(Runs.from_records(rows))
    >>> told.kind, len(told.runs), told.left_out
    ('separate runs', 2, 3)
    """
    labels = curve_labels(runs)
    names, counts = np.unique(labels[labels != ""], return_counts=True)
    if not (counts > 1).any():
        return Separated(runs=runs, kind=SEPARATE)
    schedule = _schedule(runs, labels)
    if names.size == 1 and (labels != "").all():
        return _one_curve(runs, labels, schedule)
    last = _last_of_each(runs, labels)
    left = len(runs) - int(last.sum())
    note = (
        f"{names.size} learning curves: the last checkpoint of each is its run; {left:,} earlier "
        f"checkpoints are not runs of that length and were left out (schedule: {schedule})"
    )
    kept = runs.keep(last)
    frame = kept.frame.drop([name for name in ("curve", "step") if name in kept.frame.columns])
    return Separated(
        runs=replace(kept, frame=frame, notes=(*kept.notes, note)), kind=SEPARATE,
        curves=int(names.size), left_out=left, schedule=schedule,
    )  # fmt: skip


def own_apart(runs: Runs) -> Runs:
    """Return own runs with learning curves told apart from runs; published results as they are."""
    return separate(runs).runs if runs.benchmark.name == "own runs" else runs


def curve_labels(runs: Runs) -> np.ndarray:
    """Return the curve that each row belongs to, empty where it is a run of its own.

    By the column ``curve``; else by a name that repeats at different steps, examples or compute
    with no seed to tell its rows apart; else by a count of steps that starts again.
    """
    if runs.has("curve"):
        return np.array(runs.texts("curve"), dtype=object)
    none = np.full(len(runs), "", dtype=object)
    along = next((name for name in ALONG if runs.has(name)), None)
    if along is None:
        return none
    amounts = runs.numbers(along)
    named = not runs.choices or any(choice.column == "name" for choice in runs.choices)
    if named:
        keys = [f"{name}\t{seed}" for name, seed in zip(runs.texts("name"), runs.texts("seed"),
                                                        strict=True)]  # fmt: skip
        codes = np.unique(np.array(keys, dtype=str), return_inverse=True)[1]
        pairs = np.unique(np.column_stack([codes, np.nan_to_num(amounts, nan=-1.0)]), axis=0)
        several = np.bincount(pairs[:, 0].astype(int))[codes] > 2  # two rows may be two settings
        return np.where(several, np.array(runs.texts("name"), dtype=object), none)
    if along != "step" or not np.isfinite(amounts).all():
        return none
    number = np.cumsum(np.diff(amounts, prepend=amounts[0]) < 0)
    return np.array([f"curve {index + 1}" for index in number], dtype=object)


def _one_curve(runs: Runs, labels: np.ndarray, schedule: str) -> Separated:
    """Return the course of one run, or refuse where its schedule decays."""
    count, name = len(runs), str(labels[0])
    if schedule == "decaying":
        raise EvidenceError(
            f'{runs.origin}: one run ("{name}") with {count:,} checkpoints inside a decaying '
            "schedule; they are not runs of that length, so there is one run; a law needs at least "
            "3. Add runs that ended at other lengths, or a curve at a constant rate."
        )
    note = (
        f'one learning curve ("{name}", {count:,} checkpoints): the law describes this run\'s own '
        "course"
    )
    if schedule == "not stated":
        note += (
            "; its schedule is not stated, and if the rate decays towards the end a shorter run "
            "would have ended lower than its checkpoints"
        )
    frame = runs.frame.with_columns(pl.lit(name).alias("curve"))
    return Separated(
        runs=replace(runs, frame=frame, notes=(*runs.notes, note)), kind=CURVE, curves=1,
        schedule=schedule,
    )  # fmt: skip


def is_curve(runs: Runs) -> bool:
    """Return whether a table that was told apart is one learning curve."""
    labels = set(runs.texts("curve"))
    return len(runs) > 1 and len(labels) == 1 and "" not in labels


def _schedule(runs: Runs, labels: np.ndarray) -> str:
    """Return whether any curve's schedule decays, from its name or from the rate's own course."""
    words = {re.sub(r"[^a-z]+", "_", text.casefold()) for text in runs.texts("schedule") if text}
    if words:
        if any(mark in word for word in words for mark in DECAYS):
            return "decaying"
        known = all(any(mark in word for mark in HORIZON_FREE) for word in words)
        return "independent of length" if known else "not stated"
    rate = runs.numbers("learning_rate")
    if not np.isfinite(rate).any():
        return "not stated"
    along = _along(runs)
    for label in np.unique(labels[labels != ""].astype(str)):
        here = np.flatnonzero(labels == label)
        course = rate[here[np.argsort(along[here], kind="stable")]]
        course = course[np.isfinite(course)]
        if course.size > 1 and course[-1] < LOWERED * course.max():
            return "decaying"
    return "independent of length"


def _along(runs: Runs) -> np.ndarray:
    name = next((name for name in ALONG if runs.has(name)), "error")
    return runs.numbers(name)


def _last_of_each(runs: Runs, labels: np.ndarray) -> np.ndarray:
    """Return which rows are the last of their curve, or no checkpoint at all."""
    seeds = np.array(runs.texts("seed"), dtype=object)
    keys = np.array([f"{label}\t{seed}" for label, seed in zip(labels, seeds, strict=True)])
    codes = np.unique(keys, return_inverse=True)[1]
    order = np.lexsort((np.nan_to_num(_along(runs), nan=-np.inf), codes))
    ends = np.append(np.diff(codes[order]) > 0, True)
    last = np.asarray(labels == "")
    last[order[ends]] = True
    return last
