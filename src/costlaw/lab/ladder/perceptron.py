"""The perceptron and its rule of 1958: correct what was said wrong, leave the rest alone.

One unit a class, each a weighted sum against a threshold; after a wrong answer the inputs are added
to the weights of the class that was not named, or taken off those of one that was (Rosenblatt 1958,
Psychological Review 65, 386). Where several units answer, the largest sum counts. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.lab.training.problem import Problem


@dataclass(frozen=True, kw_only=True, eq=False)
class Perceptron:
    """Weights of one unit a class, and what it took to learn them.

    Parameters
    ----------
    weights : ndarray of shape (d + 1, classes)
        The last row are the thresholds.
    flop : float
        Operations: all sums, and the corrections that were made [FLOP].
    epochs : float
        Passes over the examples.
    """

    weights: Any
    flop: float
    epochs: float

    def __call__(self, inputs: Any) -> Any:
        """Return the sums of each unit, (n, classes)."""
        return inputs @ self.weights[:-1] + self.weights[-1]


def learn_perceptron(
    problem: Problem, *, seed: int, epochs: float | None = None, flop: float | None = None
) -> Perceptron:
    """Return a perceptron that was shown the examples one by one, in an order drawn by seed.

    Parameters
    ----------
    problem : Problem
        What to learn.
    epochs, flop : float
        When to stop: after so many passes, or once so many operations were done [FLOP].
    """
    random = np.random.default_rng([seed, 1958])
    ones = np.ones((problem.examples, 1), np.float32)
    inputs = np.concatenate([problem.inputs, ones], axis=1)
    weights = np.zeros((inputs.shape[1], problem.classes), np.float32)
    wanted = np.where(np.eye(problem.classes)[problem.labels] > 0, 1.0, -1.0).astype(np.float32)
    a_look = 2.0 * weights.size
    done, shown = 0.0, 0
    most = np.inf if epochs is None else round(epochs * problem.examples)
    order = random.permutation(problem.examples)
    while shown < most and (flop is None or done < flop):
        place = shown % problem.examples
        if place == 0 and shown:
            order = random.permutation(problem.examples)
        row, aim = inputs[order[place]], wanted[order[place]]
        wrong = np.flatnonzero((row @ weights) * aim <= 0)
        if wrong.size:
            weights[:, wrong] += row[:, None] * aim[wrong]
        done += a_look + 2.0 * len(row) * wrong.size
        shown += 1
    return Perceptron(weights=weights, flop=done, epochs=shown / problem.examples)
