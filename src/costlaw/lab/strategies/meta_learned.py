"""Meta-learned first weights for one task: a third of the passes go into learning to learn.

Small tasks of a few of the problem's own classes are drawn; MAML looks for first weights from which
they are learned in two steps; then the network is trained as usual for the passes that are left.
Meta-learning is meant for many tasks (``lab.meta`` measures that); this row says what it does for
one, at the same number of passes over the examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch

from costlaw.exceptions import OptionError
from costlaw.lab.meta.maml import Batch, Inner, meta_train
from costlaw.lab.strategies.plain import fresh, made_of, part, tensors
from costlaw.lab.strategies.strategy import Made, Settings, Strategy
from costlaw.lab.training.loop import Spent, Trainer, recipe_of
from costlaw.lab.training.problem import Problem

TASKS, ROWS, SHARE = 4, 25, 1 / 3  # tasks a step, rows known and asked of each, share of passes


class MetaLearned(Strategy):
    """First weights by MAML over small tasks, then plain training."""

    name: ClassVar[str] = "meta-learned"
    family: ClassVar[str] = "transfer"
    title: ClassVar[str] = "first weights meta-learned (MAML) for a third of the passes"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "inner_rate": (0.02, 0.1),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def refuse(self, problem: Problem) -> str | None:
        """Refuse two classes: no smaller task can be drawn from them."""
        return "needs at least three classes" if problem.classes < 3 else None

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Learn the first weights, then train."""
        if reason := self.refuse(problem):
            raise OptionError(f'strategy "{self.name}" on "{problem.name}": {reason}.')
        recipe = recipe_of(settings)
        network = fresh(problem, size, seed=trainer.seed)
        passes = recipe.steps(problem.examples) * recipe.batch * SHARE
        steps = max(1, round(passes / (2 * TASKS * ROWS)))
        inner = Inner(steps=2, rate=float(settings.get("inner_rate", 0.05)))
        flop = meta_train(network, small_tasks(problem, trainer.seed), inner=inner, steps=steps)
        seen = steps * 2 * TASKS * ROWS / problem.examples
        trainer.spent["meta"] = Spent(flop=flop, steps=steps, epochs=seen, cpu_s=0.0)
        rest = part(recipe, 1 - SHARE, problem.examples)
        trainer.fit(network, *tensors(problem), recipe=rest, stage="after-meta")
        return made_of(network, trainer)


def small_tasks(problem: Problem, seed: int) -> Any:
    """Return a function from a step to a batch of tasks of half the classes each."""
    inputs, labels = tensors(problem)
    rows_of = [np.flatnonzero(problem.labels == c) for c in range(problem.classes)]
    there = [c for c, rows in enumerate(rows_of) if len(rows)]
    few = max(2, len(there) // 2)

    def batch_of(step: int) -> Batch:
        random = np.random.default_rng([seed, 13, step])
        drawn = []
        for _ in range(TASKS):
            chosen = random.choice(there, few, replace=False)
            pool = np.concatenate([rows_of[c] for c in chosen])
            drawn.append(random.choice(pool, 2 * ROWS))
        rows = torch.from_numpy(np.stack(drawn))
        known, asked = rows[:, :ROWS], rows[:, ROWS:]
        return inputs[known], labels[known], inputs[asked], labels[asked]

    return batch_of
