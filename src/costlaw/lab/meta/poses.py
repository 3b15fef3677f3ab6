"""Tasks that differ in pose: the same clothing seen at one angle is one task, or one domain.

Angles lie anywhere on the circle. Training poses are spread evenly from a start drawn by seed;
unseen ones are drawn at random between them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from costlaw.lab.shift.poses import turned
from costlaw.lab.training.problem import Problem


def training_poses(count: int, *, seed: int) -> Any:
    """Return so many angles, evenly spread over the circle [degree].

    Examples
    --------
    >>> np.diff(training_poses(4, seed=0)).round(6).tolist()
    [90.0, 90.0, 90.0]
    """
    start = np.random.default_rng([seed, 31]).uniform(0.0, 360.0 / count)
    return start + 360.0 * np.arange(count) / count


def unseen_poses(count: int, *, seed: int) -> Any:
    """Return so many angles drawn anywhere on the circle [degree]."""
    return np.random.default_rng([seed, 37]).uniform(0.0, 360.0, count)


def at_pose(problem: Problem, degrees: float) -> Problem:
    """Return the problem with every picture turned."""
    return replace(
        problem,
        inputs=turned(problem.inputs, degrees),
        test_inputs=turned(problem.test_inputs, degrees),
    )


def pooled(problem: Problem, poses: Any, *, each: int, seed: int) -> Problem:
    """Return one problem with ``each`` pictures at each of the poses, no picture twice.

    If there are fewer pictures than that, some are used at several poses.
    """
    wanted = each * len(poses)
    random = np.random.default_rng([seed, 41])
    rows = random.permutation(problem.examples)
    rows = np.resize(rows, wanted) if wanted > problem.examples else rows[:wanted]
    parts = [turned(problem.inputs[rows[i * each : (i + 1) * each]], pose)
             for i, pose in enumerate(poses)]  # fmt: skip
    return replace(problem, inputs=np.concatenate(parts), labels=problem.labels[rows])
