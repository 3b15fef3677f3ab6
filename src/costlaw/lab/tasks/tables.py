"""Tables: tumours by their cells' measurements, tissues by their genes, flights by their schedule.

Breast cancer (Wolberg et al. 1993, with scikit-learn) is small and easy; gene expression has 6,830
variables for 57 cell lines; flights are many and drift with the season. Who is judged by what: a
third of the tumours and cell lines, drawn once; for flights ones of the same months, with as many
late as punctual ones throughout, so that chance is one half.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from costlaw.lab.data_sets.packages import package
from costlaw.lab.extras import need
from costlaw.lab.strategies import STRATEGIES, Made
from costlaw.lab.tasks.classification import (
    check_classifier,
    judge,
    kept,
    standardised,
    train_classifier,
)
from costlaw.lab.tasks.task import Outcome, Task
from costlaw.lab.training.problem import Problem
from costlaw.lab.trial import Trial
from costlaw.sources import Source

SPLIT_SEED = 20071
TEST_FLIGHTS = 20_000
WOLBERG = Source(
    title="Breast Cancer Wisconsin (Diagnostic), as packaged with scikit-learn",
    year=1993,
    url="https://doi.org/10.24432/C5DW2B",
    obtained="read",
    licence="CC-BY-4.0",
)


def tumours() -> Problem:
    """Return 569 tumours: 30 measurements of cell nuclei, benign or malignant."""
    need("sklearn", purpose='the task "breast-cancer"')
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    learned, judged = _thirds(found.target)
    inputs = standardised(found.data[learned], found.data[judged])
    return Problem(
        name="breast-cancer", inputs=inputs[0], labels=found.target[learned].astype(np.int64),
        test_inputs=inputs[1], test_labels=found.target[judged].astype(np.int64), classes=2,
        names=tuple(str(name) for name in found.feature_names), sources=(WOLBERG,),
    )  # fmt: skip


def tissues() -> Problem:
    """Return 57 cell lines: 6,830 genes, eight tissues."""
    from costlaw.lab.data_sets.genes import genes

    found = genes()
    names, labels = np.unique(found["tissue"], return_inverse=True)
    learned, judged = _thirds(labels)
    inputs = standardised(found["expression"][learned], found["expression"][judged])
    return Problem(
        name="gene-expression", inputs=inputs[0], labels=labels[learned].astype(np.int64),
        test_inputs=inputs[1], test_labels=labels[judged].astype(np.int64), classes=len(names),
        sources=(package("gene-expression").source,),
    )  # fmt: skip


def departures() -> Problem:
    """Return flights of all months: schedule, carrier and route; late or not."""
    from costlaw.lab.data_sets.flights import flights

    found = flights()
    inputs, names = flight_inputs(found)
    chosen = balanced(found["late"], seed=SPLIT_SEED)
    judged, learned = chosen[:TEST_FLIGHTS], chosen[TEST_FLIGHTS:]
    labels = found["late"].astype(np.int64)
    return Problem(
        name="flights", inputs=inputs[learned], labels=labels[learned], test_inputs=inputs[judged],
        test_labels=labels[judged], classes=2, names=names, sources=(package("flights").source,),
    )  # fmt: skip


def balanced(late: Any, *, seed: int) -> Any:
    """Return numbers of flights, in random order, as many late as punctual."""
    random = np.random.default_rng(seed)
    few = np.flatnonzero(late)
    many = random.choice(np.flatnonzero(~late), len(few), replace=False)
    return random.permutation(np.concatenate([few, many]))


def flight_inputs(found: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Return inputs known before a flight, (n, k) float32, and their names; no month, no day."""
    weekday = (np.array([_day_of_year(m, d) for m, d in _dates()])[_date_code(found)] + 1) % 7
    hour = found["hour"] + found["minute"] / 60.0
    angle = 2 * np.pi * hour / 24
    columns = [np.log(found["distance"]) - 6.5, (hour - 13.0) / 5.0, np.sin(angle), np.cos(angle),
               np.sin(2 * angle), np.cos(2 * angle)]  # fmt: skip
    names = ["log distance", "hour", "sin hour", "cos hour", "sin 2 hour", "cos 2 hour"]
    parts = [np.stack(columns, axis=1).astype(np.float32), _one_hot(weekday, 7)]
    names += [f"weekday {day}" for day in range(7)]
    for column in ("carrier", "origin", "dest"):
        known = found[f"{column}_names"]
        parts.append(_one_hot(found[column], len(known)))
        names += [f"{column} {name}" for name in known]
    return np.concatenate(parts, axis=1), tuple(names)


def _dates() -> list[tuple[int, int]]:
    return [(month, day) for month in range(1, 13) for day in range(1, 32)]


def _date_code(found: dict[str, Any]) -> Any:
    return (found["month"] - 1) * 31 + found["day"] - 1


def _day_of_year(month: int, day: int) -> int:
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # 2013 is no leap year
    return before[month - 1] + day - 1


def _one_hot(codes: Any, count: int) -> Any:
    return (codes[:, None] == np.arange(count)).astype(np.float32)


def _thirds(labels: Any) -> tuple[Any, Any]:
    """Return numbers to learn from and, a third of each class, to be judged by."""
    random = np.random.default_rng(SPLIT_SEED)
    judged: list[int] = []
    for kind in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == kind))
        judged += rows[: max(1, round(len(rows) / 3))].tolist()
    learned = np.setdiff1d(np.arange(len(labels)), judged)
    return learned, np.sort(judged)


class BreastCancer(Task):
    """Is the tumour malignant?"""

    name: ClassVar[str] = "breast-cancer"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "breast cancer: 30 measurements of cell nuclei, benign or malignant"
    error_meaning: ClassVar[str] = "share of 190 test tumours named wrong"
    size_meaning: ClassVar[str] = "units of each of two hidden layers"
    strategies: ClassVar[tuple[str, ...]] = tuple(STRATEGIES)
    scale_sizes: ClassVar[tuple[int, ...]] = (4, 8, 16, 32, 64)
    scale_examples: ClassVar[tuple[int, ...]] = (25, 50, 100, 200, 379)

    def check(self, trial: Trial) -> None:
        """Refuse what cannot be run."""
        check_classifier(trial)

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Made:
        """Train by the trial's strategy."""
        return train_classifier(kept(tumours), trial, folder=folder, stop=stop)

    def evaluate(self, trained: Made, trial: Trial) -> Outcome:
        """Judge by the tumours set aside."""
        return judge(trained, kept(tumours), trial)


class GeneExpression(Task):
    """Which tissue is the tumour from?"""

    name: ClassVar[str] = "gene-expression"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "gene expression: 6,830 genes of 57 cell lines, eight tissues"
    error_meaning: ClassVar[str] = "share of test cell lines named wrong"
    size_meaning: ClassVar[str] = "units of each of two hidden layers"
    strategies: ClassVar[tuple[str, ...]] = tuple(STRATEGIES)
    scale_sizes: ClassVar[tuple[int, ...]] = (4, 8, 16, 32, 64)
    scale_examples: ClassVar[tuple[int, ...]] = (10, 16, 24, 32)

    def check(self, trial: Trial) -> None:
        """Refuse what cannot be run."""
        check_classifier(trial)

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Made:
        """Train by the trial's strategy."""
        return train_classifier(kept(tissues), trial, folder=folder, stop=stop)

    def evaluate(self, trained: Made, trial: Trial) -> Outcome:
        """Judge by the cell lines set aside."""
        return judge(trained, kept(tissues), trial)


class Flights(Task):
    """Will the flight be more than a quarter of an hour late?"""

    name: ClassVar[str] = "flights"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "flights from New York City in 2013: late or not"
    error_meaning: ClassVar[str] = "share of 20,000 test flights named wrong (chance: one half)"
    size_meaning: ClassVar[str] = "units of each of two hidden layers"
    strategies: ClassVar[tuple[str, ...]] = tuple(STRATEGIES)
    scale_sizes: ClassVar[tuple[int, ...]] = (4, 8, 16, 32, 64, 128)
    scale_examples: ClassVar[tuple[int, ...]] = (1000, 2000, 4000, 8000, 16000, 32000, 64000)

    def check(self, trial: Trial) -> None:
        """Refuse what cannot be run."""
        check_classifier(trial)

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Made:
        """Train by the trial's strategy."""
        return train_classifier(kept(departures), trial, folder=folder, stop=stop)

    def evaluate(self, trained: Made, trial: Trial) -> Outcome:
        """Judge by flights of the same months."""
        return judge(trained, kept(departures), trial)
