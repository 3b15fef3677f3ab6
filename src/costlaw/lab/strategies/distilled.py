"""Distillation: a small network learns from what a large one says (Hinton et al. 2015).

The teacher is the dense network, trained as such; the student has half its units a layer and
learns from labels and from the teacher's softened scores. What the teacher costs is counted whole:
with one student and a teacher that must be trained first, plain training is hard to beat (Busbridge
et al. 2025, arXiv 2502.08606). ``supervised-student`` is that plain training: the student's size,
for as many operations as teacher and student took together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch.nn import functional

from costlaw.lab.strategies.plain import (
    fresh,
    made_of,
    part,
    tensors,
    times_the_work,
    trained,
)
from costlaw.lab.strategies.strategy import Made, Settings, Strategy
from costlaw.lab.training.loop import Trainer, recipe_of
from costlaw.lab.training.problem import Problem


class Distilled(Strategy):
    """A student of half the units learns from a dense teacher."""

    name: ClassVar[str] = "distilled"
    family: ClassVar[str] = "distillation"
    title: ClassVar[str] = "half the units, taught by the dense network (teacher counted)"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "temperature": (2.0, 4.0),
        "from_teacher": (0.5, 0.9),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train the teacher, then the student, each for all epochs."""
        recipe = recipe_of(settings)
        inputs, labels = tensors(problem)
        teacher = trained(problem, size, recipe=recipe, trainer=trainer, stage="teacher")
        with torch.no_grad():
            said = teacher(inputs)
        temperature = float(settings.get("temperature", 3.0))
        share = float(settings.get("from_teacher", 0.7))
        soft = functional.softmax(said / temperature, dim=1)

        def loss(scores: torch.Tensor, labels: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
            own = functional.log_softmax(scores / temperature, dim=1)
            taught = functional.kl_div(own, soft[rows], reduction="batchmean") * temperature**2
            return share * taught + (1 - share) * functional.cross_entropy(scores, labels)

        student = fresh(problem, max(1, size // 2), seed=trainer.seed)
        trainer.fit(student, inputs, labels, recipe=recipe, stage="student", loss=loss)
        once = _forward_flop(teacher) * len(labels)  # its scores are worked out once and kept
        return made_of(student, trainer, training_flop=trainer.flop + once)


class SupervisedStudent(Strategy):
    """The student's size, trained plainly for what teacher and student took together."""

    name: ClassVar[str] = "supervised-student"
    family: ClassVar[str] = "smaller-and-longer"
    title: ClassVar[str] = "half the units, trained plainly for teacher's and student's operations"

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train for more epochs."""
        half = max(1, size // 2)
        longer = 1 + times_the_work(problem, size, half)
        recipe = part(recipe_of(settings), longer, problem.examples)
        return made_of(trained(problem, half, recipe=recipe, trainer=trainer), trainer)


def _forward_flop(network: Any) -> float:
    return 2.0 * sum(p.numel() for p in network.parameters() if p.dim() == 2)
