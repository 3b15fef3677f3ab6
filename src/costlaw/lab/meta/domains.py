"""How many domains must be seen before an unseen one is no surprise?

One network learns pictures at 1, 2, 4, … poses and is judged at poses it never saw. Twice: with so
many pictures at each pose (more poses are more data), and with the same number of pictures in all
(more poses, fewer of each), which takes the effect of data away. The exponent of the unseen error
over poses says how much data a comprehensive network would need.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from costlaw.lab.findings import Line, Panel, geometric_interval, slope_interval
from costlaw.lab.meta.poses import pooled, training_poses, unseen_poses
from costlaw.lab.shift.poses import turned
from costlaw.lab.theory.result import Answer
from costlaw.lab.training.problem import Problem

UNSEEN, JUDGED = 12, 1000  # unseen poses, and pictures judged at each
FIXED = 4  # poses whose pictures are shared out where their number in all is fixed
ALIKE = 1.1  # unseen over seen error that counts as no surprise


def learn_and_judge(problem: Problem, *, size: int, epochs: float, poses: Any, seed: int
                    ) -> tuple[float, float]:  # fmt: skip
    """Return the error at poses that were seen and at unseen ones, of one trained network."""
    import torch

    from costlaw.lab.strategies.plain import trained
    from costlaw.lab.training.loop import Recipe, Trainer

    trainer = Trainer(seed=seed)
    network = trained(problem, size, recipe=Recipe(epochs=epochs), trainer=trainer)
    inputs, labels = problem.test_inputs[:JUDGED], problem.test_labels[:JUDGED]

    def wrong(pose: float) -> float:
        with torch.inference_mode():
            scores = network(torch.from_numpy(turned(inputs, pose))).numpy()
        return float((scores.argmax(axis=1) != labels).mean())

    seen = np.mean([wrong(pose) for pose in poses[:UNSEEN]])
    unseen = np.mean([wrong(pose) for pose in unseen_poses(UNSEEN, seed=seed)])
    return float(seen), float(unseen)


def domains(
    problem: Problem, *, counts: Sequence[int], each: int, size: int, epochs: float,
    seeds: range, said: Callable[[str], None],
) -> tuple[list[Answer], list[Panel]]:  # fmt: skip
    """Return what numbers of training poses do to the error at unseen ones."""
    designs: dict[str, list[Any]] = {"each": [], "in all": []}
    in_all = each * FIXED
    for count in counts:
        said(f"{count} poses")
        for design, pictures in (("each", each), ("in all", max(1, in_all // count))):
            designs[design].append([
                learn_and_judge(
                    pooled(problem, training_poses(count, seed=seed), each=pictures, seed=seed),
                    size=size, epochs=epochs, poses=training_poses(count, seed=seed), seed=seed)
                for seed in seeds
            ])  # fmt: skip
    found = {name: np.array(rows) for name, rows in designs.items()}
    return _answers(counts, found), _panels(counts, found, each)


def _answers(counts: Sequence[int], found: dict[str, Any]) -> list[Answer]:
    x = np.array(counts, float)
    seen, unseen = found["each"][..., 0], found["each"][..., 1]
    alike = _first_alike(x, (unseen / seen).mean(axis=1))
    return [
        Answer.of("unseen pose, exponent over poses learned", slope_interval(x, unseen)),
        Answer.of("the same with equal pictures in all",
                  slope_interval(x, found["in all"][..., 1])),
        Answer(quantity="poses until an unseen one is within 10 % of a seen one", estimate=alike,
               unit="poses"),
        Answer.of(f"unseen pose, {counts[0]} learned: error", geometric_interval(unseen[0])),
        Answer.of(f"unseen pose, {counts[-1]} learned: error", geometric_interval(unseen[-1])),
        Answer.of(f"seen pose, {counts[-1]} learned: error", geometric_interval(seen[-1])),
    ]  # fmt: skip


def _first_alike(counts: Any, ratio: Any) -> float:
    """Return the number of poses, between those tried, from which on the ratio is small; or inf."""
    above = np.flatnonzero(ratio > ALIKE)
    if not above.size:
        return float(counts[0])
    last = int(above[-1])
    if last == len(counts) - 1:
        return math.inf
    share = (ratio[last] - ALIKE) / (ratio[last] - ratio[last + 1])
    return float(np.exp(np.interp(share, [0, 1], np.log(counts[last : last + 2]))))


def _panels(counts: Sequence[int], found: dict[str, Any], each: int) -> list[Panel]:
    lines = (
        Line.of("unseen pose", counts, found["each"][..., 1]),
        Line.of("seen pose", counts, found["each"][..., 0]),
        Line.of("unseen, equal pictures in all", counts, found["in all"][..., 1]),
    )
    return [Panel(title=f"Error against poses learned ({each} pictures at each)",
                  x_name="poses learned", y_name="test error", lines=lines)]  # fmt: skip
