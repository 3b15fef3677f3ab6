"""Many tasks: a network for each, one for all, one fine-tuned, or first weights that adapt.

Every task is clothing at one pose with few labelled pictures. *Separate* trains a network for each
task on its few pictures; *separate, more pictures* on ten times as many, to show what labels buy.
*Pooled* learns pictures at many poses once and is used as it is; *pooled, fine-tuned* is trained
on; *meta-learned* (MAML) is trained to adapt in a few steps. The shared part is paid once, the rest
for every task: from how many tasks on is sharing cheaper?
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.lab.findings import Line, Panel, geometric_interval
from costlaw.lab.meta.poses import at_pose, pooled, training_poses, unseen_poses
from costlaw.lab.theory.result import Answer
from costlaw.lab.training.problem import Problem

if TYPE_CHECKING:
    from torch import nn

WAYS = ("separate", "separate, more pictures", "pooled", "pooled, fine-tuned", "meta-learned")
MORE = 10  # times as many pictures of each task
JUDGED = 1000  # test pictures of each task
ADAPTING_STEPS, ADAPTING_RATE = 5, 0.05


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is learned from.

    Parameters
    ----------
    size : int
        Units of each hidden layer [count].
    few : int
        Labelled pictures of each new task [count].
    poses, each : int
        Poses that the shared part learns, and pictures at each [count].
    tasks : int
        New tasks that are judged [count].
    epochs : float
        Passes of the shared part; networks for one task take 200 steps at least.
    """

    size: int = 128
    few: int = 100
    poses: int = 16
    each: int = 500
    tasks: int = 6
    epochs: float = 6.0


def ways(
    problem: Problem, plan: Plan, *, seeds: range, said: Callable[[str], None]
) -> tuple[list[Answer], list[Panel]]:
    """Return error and cost of each way on new tasks, and where sharing breaks even."""
    rows = []
    for seed in seeds:
        said(f"ways, seed {seed}")
        rows.append(_one_seed(problem, plan, seed))
    error = {way: np.array([row[way][0] for row in rows]) for way in WAYS}
    shared = {way: float(np.mean([row[way][1] for row in rows])) for way in WAYS}
    own = {way: float(np.mean([row[way][2] for row in rows])) for way in WAYS}
    answers = []
    for way in WAYS[2:]:
        ratio = geometric_interval(error[way] / error["separate"])
        even = break_even_tasks(shared[way], own[way], separate=own["separate"])
        answers.append(Answer(quantity=f"{way}: cheaper than separate, error no higher, from",
                              estimate=math.inf if ratio[1] > 1 else even, unit="tasks",
                              how="follows"))  # fmt: skip
        answers.append(Answer.of(f"{way}: error over separate's", ratio))
    answers.sort(key=lambda answer: "over" in answer.quantity)
    answers += [Answer.of(f"{way}: error on a new task", geometric_interval(error[way]))
                for way in WAYS]  # fmt: skip
    for way in WAYS:
        answers += [
            Answer(quantity=f"{way}: shared", estimate=shared[way], unit="FLOP"),
            Answer(quantity=f"{way}: each task", estimate=own[way], unit="FLOP"),
        ]
    counts = (1, 3, 10, 30, 100, 300, 1000)
    lines = tuple(
        Line(name=way, x=tuple(float(n) for n in counts),
             y=tuple(shared[way] / n + own[way] for n in counts))
        for way in WAYS if shared[way] + own[way] > 0
    )  # fmt: skip
    panel = Panel(title="Training operations of a task, sharing included", x_name="tasks",
                  y_name="FLOP a task", lines=lines, percent=False)  # fmt: skip
    return answers, [panel]


def break_even_tasks(shared: float, own: float, *, separate: float) -> float:
    """Return the tasks from which sharing costs less than separate networks; inf if never.

    Examples
    --------
    >>> break_even_tasks(100.0, 1.0, separate=11.0)
    10.0
    """
    saved = separate - own
    return shared / saved if saved > 0 else math.inf


def _one_seed(problem: Problem, plan: Plan, seed: int) -> dict[str, tuple[float, float, float]]:
    """Return error on new tasks, shared and own operations [FLOP] of each way."""
    from costlaw.lab.strategies.plain import trained
    from costlaw.lab.training.loop import Recipe, Trainer

    known = pooled(problem, training_poses(plan.poses, seed=seed), each=plan.each, seed=seed)
    trainer = Trainer(seed=seed)
    one = trained(known, plan.size, recipe=Recipe(epochs=plan.epochs), trainer=trainer)
    first, meta_flop = _meta_learned(known, plan, seed)
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for number, pose in enumerate(unseen_poses(plan.tasks, seed=seed)):
        task = at_pose(_small(problem, MORE * plan.few, seed=seed * 1000 + number), pose)
        few = task.with_(inputs=task.inputs[: plan.few], labels=task.labels[: plan.few])
        found["separate"].append(_fitted(None, few, plan, seed=seed))
        found["separate, more pictures"].append(_fitted(None, task, plan, seed=seed))
        found["pooled"].append((_wrong(one, task), 0.0))
        found["pooled, fine-tuned"].append(_fitted(one, few, plan, seed=seed))
        found["meta-learned"].append(_adapted(first, few))
    shared = {"pooled": trainer.flop, "pooled, fine-tuned": trainer.flop, "meta-learned": meta_flop}
    return {
        way: (float(np.mean([e for e, _ in rows])), shared.get(way, 0.0),
              float(np.mean([f for _, f in rows])))
        for way, rows in found.items()
    }  # fmt: skip


def _small(problem: Problem, examples: int, *, seed: int) -> Problem:
    fewer = problem.sample(examples, seed=seed)
    return fewer.with_(test_inputs=problem.test_inputs[:JUDGED],
                       test_labels=problem.test_labels[:JUDGED])  # fmt: skip


def _fitted(start: nn.Module | None, task: Problem, plan: Plan, *, seed: int
            ) -> tuple[float, float]:  # fmt: skip
    """Return error and operations of a network trained, or trained on, for one task."""
    from costlaw.lab.strategies.plain import fresh, tensors
    from costlaw.lab.training.loop import Recipe, Trainer

    network = copy.deepcopy(start) if start else fresh(task, plan.size, seed=seed)
    recipe = (
        Recipe(epochs=1, least_steps=30, batch=50, learning_rate=1e-3) if start
        else Recipe(epochs=10, least_steps=200, batch=50)
    )  # fmt: skip
    spent = Trainer(seed=seed).fit(network, *tensors(task), recipe=recipe, stage="task")
    return _wrong(network, task), spent.flop


def _meta_learned(known: Problem, plan: Plan, seed: int) -> tuple[nn.Module, float]:
    """Return first weights learned over the poses, for as many passes as the pooled network."""
    import torch

    from costlaw.lab.meta.maml import Batch, Inner, meta_train
    from costlaw.lab.strategies.plain import fresh, tensors

    network = fresh(known, plan.size, seed=seed)
    inputs, labels = tensors(known)
    tasks, rows = 4, 25

    def batch_of(step: int) -> Batch:
        random = np.random.default_rng([seed, 43, step])
        chosen = random.choice(plan.poses, tasks, replace=plan.poses < tasks)
        drawn = np.stack([
            pose * plan.each + random.choice(plan.each, 2 * rows, replace=plan.each < 2 * rows)
            for pose in chosen
        ])  # fmt: skip
        at = torch.from_numpy(drawn)
        return (
            inputs[at[:, :rows]],
            labels[at[:, :rows]],
            inputs[at[:, rows:]],
            labels[at[:, rows:]],
        )

    steps = max(2, round(plan.epochs * known.examples / (2 * tasks * rows)))
    inner = Inner(steps=3, rate=ADAPTING_RATE)
    return network, meta_train(network, batch_of, inner=inner, steps=steps, learning_rate=2e-3)


def _adapted(first: nn.Module, task: Problem) -> tuple[float, float]:
    """Return error and operations after a few steps of gradient descent on a task's pictures."""
    import torch
    from torch.nn import functional

    from costlaw.lab.strategies.plain import tensors
    from costlaw.metering.flop import count_flop

    network = copy.deepcopy(first)
    inputs, labels = tensors(task)
    optimizer = torch.optim.SGD(network.parameters(), lr=ADAPTING_RATE)
    for _ in range(ADAPTING_STEPS):
        optimizer.zero_grad()
        functional.cross_entropy(network(inputs), labels).backward()
        optimizer.step()
    step = count_flop(network, inputs, target=labels, loss=functional.cross_entropy, train=True)
    return _wrong(network, task), ADAPTING_STEPS * step.model_flop


def _wrong(network: nn.Module, task: Problem) -> float:
    import torch

    with torch.inference_mode():
        scores: Any = network(torch.from_numpy(task.test_inputs)).numpy()
    return float((scores.argmax(axis=1) != task.test_labels).mean())
