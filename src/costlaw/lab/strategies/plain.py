"""Plain training: the dense network that every strategy is held against, and what others share.

Also *smaller and longer*: half the units a layer, trained for as many operations as the dense
network (Touvron et al. 2023 for the idea: a smaller network trained longer is cheaper to use).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch

from costlaw.lab.networks.multilayer import linear_layers, multilayer
from costlaw.lab.strategies.deployed import deployed
from costlaw.lab.strategies.strategy import Made, Settings, Strategy
from costlaw.lab.training.loop import Recipe, Trainer, recipe_of
from costlaw.lab.training.problem import Problem

FLOAT_BYTES, POSITION_BYTES = 4, 2


def tensors(problem: Problem) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs and labels to learn from."""
    return torch.from_numpy(problem.inputs), torch.from_numpy(problem.labels)


def fresh(problem: Problem, size: int, *, seed: int) -> torch.nn.Sequential:
    """Return the untrained dense network: two hidden layers of ``size`` units."""
    return multilayer(problem.inputs.shape[1], (size, size), classes=problem.classes, seed=seed)


def trained(
    problem: Problem, size: int, *, recipe: Recipe, trainer: Trainer, stage: str = "dense"
) -> torch.nn.Sequential:
    """Return a dense network, trained."""
    network = fresh(problem, size, seed=trainer.seed)
    trainer.fit(network, *tensors(problem), recipe=recipe, stage=stage)
    return network


def nonzero_weights(network: Any) -> tuple[int, int, int]:
    """Return weights that are not zero, all weights, and biases (counts)."""
    layers = linear_layers(network)
    kept = sum(int(torch.count_nonzero(layer.weight)) for layer in layers)
    whole = sum(layer.weight.numel() for layer in layers)
    return kept, whole, sum(layer.bias.numel() for layer in layers if layer.bias is not None)


def made_of(network: Any, trainer: Trainer, **changes: Any) -> Made:
    """Return a trained multilayer network ready for use, zeros neither counted nor stored."""
    kept, whole, biases = nonzero_weights(network)
    sparse = (FLOAT_BYTES + POSITION_BYTES) * kept  # a value and its column (below 65,536)
    fields: dict[str, Any] = {
        "predict": deployed(network),
        "training_flop": trainer.flop,
        "flop_per_use": 2.0 * kept,
        "parameters": float(kept + biases),
        "size_bytes": float(min(FLOAT_BYTES * whole, sparse) + FLOAT_BYTES * biases),
        "epochs": sum(spent.epochs for spent in trainer.spent.values()),
        "runtime": "onnxruntime float32",
        "network": network,
    }
    return Made(**{**fields, **changes})


class Dense(Strategy):
    """A dense network, trained plainly."""

    name: ClassVar[str] = "dense"
    family: ClassVar[str] = "none"
    title: ClassVar[str] = "dense network, trained plainly"

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train it."""
        network = trained(problem, size, recipe=recipe_of(settings), trainer=trainer)
        return made_of(network, trainer)


class SmallerLonger(Strategy):
    """Half the units, as many training operations as the dense network."""

    name: ClassVar[str] = "smaller-longer"
    family: ClassVar[str] = "smaller-and-longer"
    title: ClassVar[str] = "half the units, trained for the dense network's operations"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = Dense.choices

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train it for more epochs."""
        half = max(1, size // 2)
        longer = times_the_work(problem, size, half)
        recipe = part(recipe_of(settings), longer, problem.examples)
        return made_of(trained(problem, half, recipe=recipe, trainer=trainer), trainer)


def part(recipe: Recipe, share: float, examples: int) -> Recipe:
    """Return the recipe for a share of its steps, or for a multiple.

    Examples
    --------
    >>> part(Recipe(epochs=6, batch=100, least_steps=1), 1 / 3, 1000).steps(1000)
    20
    """
    steps = max(1, round(share * recipe.steps(examples)))
    changes = {"epochs": steps / (examples // min(recipe.batch, examples)), "least_steps": 1}
    return Recipe(**{**recipe.__dict__, **changes})


def times_the_work(problem: Problem, size: int, other: int) -> float:
    """Return how many times the operations of a step the network of ``size`` takes."""
    inputs, classes = problem.inputs.shape[1], problem.classes
    return training_weights(inputs, size, classes) / training_weights(inputs, other, classes)


def training_weights(inputs: int, size: int, classes: int) -> float:
    """Return weights × passes of a training step: 2 for the first layer, 3 for the others."""
    return 2.0 * inputs * size + 3.0 * (size * size + size * classes)
