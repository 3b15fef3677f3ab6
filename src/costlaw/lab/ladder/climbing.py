"""Climb the ladder: perceptron, multilayer, convolutional, transformer; equal passes, equal FLOP.

Each rung learns the same pictures twice over: with the same passes over them, and with the same
operations. At equal operations the cheap rungs see the pictures many more times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.lab.extras import one_thread
from costlaw.lab.findings import OURS, Findings, Line, Panel, geometric_interval
from costlaw.lab.ladder.perceptron import learn_perceptron
from costlaw.lab.tasks.problems import find_problem
from costlaw.lab.theory.result import Answer
from costlaw.lab.training.problem import Problem
from costlaw.sources import Source

if TYPE_CHECKING:
    from torch import nn

RUNGS = ("perceptron 1958", "multilayer", "convolutional", "transformer")
RATES = {"multilayer": 3e-3, "convolutional": 5e-3, "transformer": 3e-3}
ROSENBLATT = Source(
    title="The perceptron: a probabilistic model for information storage and organization in the "
    "brain",
    year=1958,
    url="https://doi.org/10.1037/h0042519",
    obtained="recalled",
)


def ladder(
    task: str = "fashion-mnist",
    *,
    examples: int = 10_000,
    epochs: float = 3.0,
    seeds: int = 3,
    first_seed: int = 0,
    said: Callable[[str], None] = lambda text: None,
) -> Findings:
    """Train every rung at equal passes and at equal operations.

    Parameters
    ----------
    task : str
        ``fashion-mnist`` or ``mnist``.
    examples : int
        Pictures to learn from [count].
    epochs : float
        Passes of every rung; the multilayer's operations are the budget of equal operations.
    seeds, first_seed : int
        Repetitions [count].
    said : callable
        Told what is being done.

    Raises
    ------
    OptionError
        If the task has no pictures or a count is below 1.
    """
    if min(examples, seeds) < 1 or epochs <= 0:
        raise OptionError(f"examples = {examples}, epochs = {epochs}, seeds = {seeds}: above 0.")
    began = time.process_time()
    problem = find_problem(task)
    if problem.picture != (28, 28):
        raise OptionError(f'task "{task}": the ladder needs pictures of 28 × 28 pixels.')
    equal_passes: dict[str, list[tuple[float, float]]] = {rung: [] for rung in RUNGS}
    equal_flop: dict[str, list[tuple[float, float, float]]] = {rung: [] for rung in RUNGS}
    with one_thread("the ladder"):
        for seed in range(first_seed, first_seed + seeds):
            said(f"seed {seed}")
            own = problem.sample(examples, seed=seed)
            budget = _rung("multilayer", own, seed=seed, epochs=epochs)[0]
            for rung in RUNGS:
                flop, error, _ = _rung(rung, own, seed=seed, epochs=epochs)
                equal_passes[rung].append((flop, error))
                more = epochs * budget / flop
                equal_flop[rung].append(_rung(rung, own, seed=seed, epochs=more, flop=budget))
    return _findings(
        problem, equal_passes, equal_flop,
        settings={"task": task, "examples": examples, "epochs": epochs, "seeds": seeds,
                  "first_seed": first_seed}, cpu_s=time.process_time() - began,
    )  # fmt: skip


def network_of(rung: str, problem: Problem, seed: int) -> nn.Module:
    """Return the untrained network of a rung."""
    from costlaw.lab.networks.multilayer import multilayer
    from costlaw.lab.networks.pictures import PatchNetwork, convolutional

    if rung == "multilayer":
        return multilayer(problem.inputs.shape[1], (128, 128), classes=problem.classes, seed=seed)
    if rung == "convolutional":
        return convolutional(8, classes=problem.classes, seed=seed)
    return PatchNetwork(32, classes=problem.classes, seed=seed)


def _rung(
    rung: str, problem: Problem, *, seed: int, epochs: float, flop: float | None = None
) -> tuple[float, float, float]:
    """Return operations [FLOP], test error (fraction) and passes of one trained rung."""
    import torch

    from costlaw.lab.strategies.plain import tensors
    from costlaw.lab.training.loop import Recipe, Trainer

    if rung == RUNGS[0]:
        by = {"flop": flop} if flop else {"epochs": epochs}
        unit = learn_perceptron(problem, seed=seed, **by)
        return unit.flop, _wrong(unit(problem.test_inputs), problem), unit.epochs
    network, trainer = network_of(rung, problem, seed), Trainer(seed=seed)
    recipe = Recipe(epochs=epochs, learning_rate=RATES[rung], least_steps=1)
    spent = trainer.fit(network, *tensors(problem), recipe=recipe, stage=rung)
    with torch.inference_mode():
        scores = np.concatenate([
            network(torch.from_numpy(problem.test_inputs[i : i + 1000])).numpy()
            for i in range(0, len(problem.test_inputs), 1000)
        ])  # fmt: skip
    return spent.flop, _wrong(scores, problem), spent.epochs


def _wrong(scores: Any, problem: Problem) -> float:
    return float((scores.argmax(axis=1) != problem.test_labels).mean())


def _findings(
    problem: Problem, passes: dict[str, Any], flop: dict[str, Any], *, settings: dict[str, Any],
    cpu_s: float,
) -> Findings:  # fmt: skip
    answers, by_flop = [], []
    for rung in RUNGS:
        a, b = np.array(passes[rung]), np.array(flop[rung])
        for kind, values in (("passes", a), ("FLOP", b)):
            three = geometric_interval(values[:, 1])
            answers.append(Answer.of(f"{rung}, equal {kind}: error", three))
        spent = (float(a[:, 0].mean()), float(b[:, 0].mean()))
        by_flop.append(Line.of(rung, spent, np.stack([a[:, 1], b[:, 1]])))
    epochs = settings["epochs"]
    return Findings(
        study="ladder",
        title=f"Rosenblatt's ladder on {settings['task']}, {settings['examples']:,} examples",
        answers=tuple(_leveled(answers)),
        panels=(Panel(title=f"Error after {epochs:g} passes (first point) and at equal operations",
                      x_name="training operations [FLOP]", y_name="test error",
                      lines=tuple(by_flop)),),
        notes=(
            f"equal passes: {epochs:g} each; equal operations: what the multilayer takes for them",
            "one size and one untuned learning rate a rung: the order is of these rungs only",
        ),
        seeds=settings["seeds"], first_seed=settings["first_seed"], cpu_s=cpu_s, settings=settings,
        sources=(*problem.sources, ROSENBLATT, OURS),
    )  # fmt: skip


def _leveled(answers: list[Answer]) -> list[Answer]:
    """Return the answers by kind: equal passes first."""
    return sorted(answers, key=lambda answer: "FLOP" in answer.quantity)
