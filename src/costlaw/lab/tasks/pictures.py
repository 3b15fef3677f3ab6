"""Pictures: which of ten kinds of clothing (Fashion-MNIST) or digit (MNIST) is it?

60,000 to learn from and 10,000 to be judged by, 28 × 28 grey pixels. ``size`` is the units of each
of two hidden layers; strategies may make something else of it. The data come from a package
registry at first use.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np

from costlaw.lab.data_sets.images import images
from costlaw.lab.data_sets.packages import package
from costlaw.lab.strategies import STRATEGIES, Made
from costlaw.lab.tasks.classification import check_classifier, judge, kept, train_classifier
from costlaw.lab.tasks.task import Outcome, Task
from costlaw.lab.training.problem import Problem
from costlaw.lab.trial import Trial

SIZES = (500, 1000, 2000, 4000, 8000, 16000, 32000, 60000)


def pictures(data_set: str) -> Problem:
    """Return the pictures as rows of pixels, of mean 0 and spread 1 over all pixels.

    Raises
    ------
    UnreachableRegistry, DataError
        If the data cannot be had.
    """
    found = images(data_set)
    learned, judged = found["train_images"], found["test_images"]
    middle, spread = float(learned.mean()), float(learned.std())
    rows = [((part.reshape(len(part), -1) - middle) / spread).astype(np.float32)
            for part in (learned, judged)]  # fmt: skip
    return Problem(
        name=data_set,
        inputs=rows[0],
        labels=found["train_labels"].astype(np.int64),
        test_inputs=rows[1],
        test_labels=found["test_labels"].astype(np.int64),
        classes=10,
        picture=(28, 28),
        sources=(package(data_set).source,),
    )


def fashion() -> Problem:
    """Return Fashion-MNIST."""
    return pictures("fashion-mnist")


def digits() -> Problem:
    """Return MNIST."""
    return pictures("mnist")


class FashionMnist(Task):
    """Which of ten kinds of clothing is in the picture?"""

    name: ClassVar[str] = "fashion-mnist"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "Fashion-MNIST: which of ten kinds of clothing"
    error_meaning: ClassVar[str] = "share of 10,000 test pictures named wrong"
    size_meaning: ClassVar[str] = "units of each of two hidden layers"
    strategies: ClassVar[tuple[str, ...]] = tuple(STRATEGIES)
    scale_examples: ClassVar[tuple[int, ...]] = SIZES

    def check(self, trial: Trial) -> None:
        """Refuse what cannot be run."""
        check_classifier(trial)

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Made:
        """Train by the trial's strategy."""
        return train_classifier(kept(fashion), trial, folder=folder, stop=stop)

    def evaluate(self, trained: Made, trial: Trial) -> Outcome:
        """Judge by the test pictures."""
        return judge(trained, kept(fashion), trial)


class Mnist(Task):
    """Which digit is in the picture?"""

    name: ClassVar[str] = "mnist"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "MNIST: which of ten digits"
    error_meaning: ClassVar[str] = "share of 10,000 test pictures named wrong"
    size_meaning: ClassVar[str] = "units of each of two hidden layers"
    strategies: ClassVar[tuple[str, ...]] = tuple(STRATEGIES)
    scale_examples: ClassVar[tuple[int, ...]] = SIZES

    def check(self, trial: Trial) -> None:
        """Refuse what cannot be run."""
        check_classifier(trial)

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Made:
        """Train by the trial's strategy."""
        return train_classifier(kept(digits), trial, folder=folder, stop=stop)

    def evaluate(self, trained: Made, trial: Trial) -> Outcome:
        """Judge by the test pictures."""
        return judge(trained, kept(digits), trial)
