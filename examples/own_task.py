"""A task of one's own: one class with train and evaluate, and the whole lab is there for it.

Logistic regression on ``size`` random features; checkpoints make it survive a kill. Run with
``python examples/own_task.py`` or ``costlaw lab scale examples/own_task.py:Border``.
"""

import numpy as np

from costlaw.lab.checkpoints import Checkpoints
from costlaw.lab.scale import scale
from costlaw.lab.tasks import Outcome, Stopped, Task

DIMENSIONS, STEPS, BATCH = 6, 1200, 32


def examples(count, seed):
    points = np.random.default_rng([seed, count]).standard_normal((count, DIMENSIONS))
    height = np.sin(points[:, :3]).sum(axis=1) + points[:, 3] * points[:, 4]
    return points, (height > 0).astype(float)


def features(points, size):
    random = np.random.default_rng(size)
    inner, shift = 0.5 * random.standard_normal((DIMENSIONS, size)), random.uniform(0, 7, size)
    return np.cos(points @ inner + shift) * np.sqrt(2 / size)


class Border(Task):
    name, version = "border", "1"
    title, error_meaning = "which side of a wavy border", "share of 20,000 fresh points told wrong"
    size_meaning = "random features"
    scale_sizes, scale_examples = (8, 16, 32, 64, 128, 256), (50, 100, 200, 400, 800, 1600)

    def train(self, trial, *, folder, stop):
        points, side = examples(trial.examples, trial.seed)
        table, weights, first = features(points, trial.size), np.zeros(trial.size), 0
        kept = Checkpoints(folder)
        if (found := kept.latest_arrays()) is not None:
            first, weights = found[0], found[1]["weights"]
        for step in range(first, STEPS):
            if stop():
                kept.save_arrays(step, {"weights": weights})
                raise Stopped
            which = np.random.default_rng([trial.seed, step]).integers(0, trial.examples, BATCH)
            away = 1 / (1 + np.exp(-table[which] @ weights)) - side[which]
            weights = weights - 8.0 / (1 + step / 200) * table[which].T @ away / BATCH
        return weights

    def evaluate(self, trained, trial):
        points, side = examples(20_000, 10**6)
        score, a_pass = features(points, trial.size) @ trained, 16.0 * trial.size
        loss = np.logaddexp(0, np.where(side > 0, -score, score)).mean()
        return Outcome(error=float(((score > 0) != side).mean()), loss=float(loss),
                       parameters=trial.size, examples=trial.examples, flop_per_pass=a_pass,
                       training_flop=STEPS * BATCH * (a_pass + 4.0 * trial.size),
                       epochs=STEPS * BATCH / trial.examples)  # fmt: skip


if __name__ == "__main__":
    print(scale(f"{__file__}:Border"))
