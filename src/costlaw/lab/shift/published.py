"""Published networks under natural shift: ImageNetV2 and ObjectNet, fitted as laws.

For each network the error on ImageNet and under the shift (Recht et al. 2019; Barbu et al. 2019;
the testbed of Taori et al. 2020; OpenCLIP's released networks). Two questions: by how much does the
error under shift fall when the error at home is halved, and how do both fall with the operations of
a pass? Intervals are bootstrapped over groups of networks that share training data or code.
"""

from __future__ import annotations

import csv
import time
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from costlaw.lab.findings import LEVEL, Findings, Line, Panel
from costlaw.lab.theory.result import Answer
from costlaw.sources import Source

RESAMPLES = 1000
SHIFTS = {"ImageNetV2": ("error", "error_v2"), "ObjectNet": ("error_on_objectnet_classes",
                                                             "error_objectnet")}  # fmt: skip


@cache
def source_of(source_id: str) -> Source:
    """Return a source of the lab's tables by its name (KeyError if there is none)."""
    text = files("costlaw.lab").joinpath("data", "sources.csv").read_text(encoding="utf-8")
    rows = {row["source_id"]: row for row in csv.DictReader(text.splitlines())}
    row = dict(rows[source_id])
    del row["source_id"]
    fields: dict[str, Any] = {**row, "year": int(row["year"])}
    return Source(**fields)


@cache
def pairs() -> tuple[dict[str, Any], ...]:
    """Return the rows of ``shift_pairs.csv``, numbers as numbers, empty cells as None."""
    text = files("costlaw.lab").joinpath("data", "shift_pairs.csv").read_text(encoding="utf-8")
    texts = {"collection", "name", "group", "source_id"}
    return tuple(
        {key: value if key in texts else float(value) if value else None
         for key, value in row.items()}
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def published_shift(*, seed: int = 0) -> Findings:
    """Fit the published pairs.

    Examples
    --------
    >>> published_shift().answers[0].quantity
    'ImageNetV2: points lost (testbed, mean)'
    """
    began = time.process_time()
    answers, lines = [], []
    bed = [row for row in pairs() if row["collection"] == "imagenet-testbed"]
    for name, (home, away) in SHIFTS.items():
        x, y, groups = _columns(bed, home, away)
        lost = float((y - x).mean())
        answers.append(_published(f"{name}: points lost (testbed, mean)",
                                  _means(y - x, groups, seed), lost))  # fmt: skip
        slope, ends = _slope(np.log(x), np.log(y), groups=groups, seed=seed)
        three = tuple(0.5**value for value in (slope, ends[1], ends[0]))
        answers.append(_published(f"{name}: error left when the error at home is halved",
                                  three[1:], three[0]))  # fmt: skip
        lines.append(Line(name=name, x=tuple(x), y=tuple(y), joined=False))
    answers += _by_operations(seed)
    return Findings(
        study="shift-published",
        title="Published networks at home and under natural shift",
        answers=tuple(answers),
        panels=(Panel(title="Error under shift against error at home, testbed",
                      x_name="error on ImageNet (of the same classes)",
                      y_name="error under the shift", lines=tuple(lines), x_percent=True),),
        notes=(
            "a collection of networks is no random sample; intervals are over groups of them",
            "operations are of one pass, not of training; within groups of equal training data",
        ),
        seeds=1, first_seed=seed, cpu_s=time.process_time() - began,
        sources=tuple(source_of(s) for s in ("imagenet-testbed", "openclip", "recht-2019",
                                             "barbu-2019")),
    )  # fmt: skip


def _published(quantity: str, ends: Any, estimate: float) -> Answer:
    return Answer(quantity=quantity, estimate=estimate, low=float(ends[0]), high=float(ends[1]),
                  how="published", level=LEVEL)  # fmt: skip


def _columns(rows: Any, *names: str) -> tuple[Any, ...]:
    """Return columns of the rows that have them all, and the groups."""
    kept = [row for row in rows if all(row[name] is not None for name in names)]
    numbers = [np.array([row[name] for row in kept]) for name in names]
    return (*numbers, np.array([row["group"] for row in kept]))


def _by_operations(seed: int) -> list[Answer]:
    """Return the exponents of error over operations of a pass, at home and under shift."""
    rows = [row for row in pairs() if row["collection"] == "openclip"]
    found = []
    for title, column in (("ImageNet", "error"), ("ImageNetV2", "error_v2"),
                          ("ObjectNet", "error_objectnet")):  # fmt: skip
        flop, error, groups = _columns(rows, "flop_per_pass", column)
        slope, ends = _slope(np.log(flop), np.log(error), groups=groups, seed=seed, within=True)
        found.append(_published(f"OpenCLIP, exponent over operations of a pass: {title}",
                                (-ends[1], -ends[0]), -slope))  # fmt: skip
    return found


def _slope(
    x: Any, y: Any, *, groups: Any, seed: int, within: bool = False
) -> tuple[float, tuple[float, float]]:
    """Return the least-squares slope and its interval, groups drawn with replacement."""
    names, which = np.unique(groups, return_inverse=True)
    if within:
        counts = np.bincount(which)
        x = x - (np.bincount(which, x) / counts)[which]
        y = y - (np.bincount(which, y) / counts)[which]
    random = np.random.default_rng([seed, 23])
    slopes = []
    for draw in range(RESAMPLES + 1):
        times = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        weight = (times if draw else np.ones(len(names)))[which]
        if weight.sum() < 3:
            continue
        middle = 0.0 if within else np.average(x, weights=weight)
        level = 0.0 if within else np.average(y, weights=weight)
        spread = (weight * (x - middle) ** 2).sum()
        if spread > 0:
            slopes.append((weight * (x - middle) * (y - level)).sum() / spread)
    low, high = np.quantile(slopes[1:], [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(slopes[0]), (float(low), float(high))


def _means(values: Any, groups: Any, seed: int) -> tuple[float, float]:
    names, which = np.unique(groups, return_inverse=True)
    random = np.random.default_rng([seed, 29])
    found = []
    for _ in range(RESAMPLES):
        times = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))[which]
        found.append(np.average(values, weights=times) if times.sum() else np.nan)
    low, high = np.nanquantile(found, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)
