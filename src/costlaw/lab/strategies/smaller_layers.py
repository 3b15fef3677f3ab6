"""Layers made smaller after training: whole units pruned, or factors of low rank.

Pruned units leave smaller dense layers, so that the operations saved are time saved too. Which go
is decided by the size of their weights (``torch-pruning``; Fang et al. 2023). Low rank replaces a
layer by two thin ones, the truncated singular value decomposition (Denton et al. 2014). Both train
on for the last third of the epochs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import nn

from costlaw.lab.networks.multilayer import linear_layers
from costlaw.lab.strategies.plain import made_of, part, tensors, trained
from costlaw.lab.strategies.strategy import Made, Settings, Strategy
from costlaw.lab.training.loop import Trainer, recipe_of
from costlaw.lab.training.problem import Problem


class PrunedUnits(Strategy):
    """Train, remove whole units, train on."""

    name: ClassVar[str] = "pruned-units"
    family: ClassVar[str] = "pruning"
    title: ClassVar[str] = "trained, whole units pruned (torch-pruning), trained on"
    needs: ClassVar[tuple[str, ...]] = ("torch", "onnx", "onnxruntime", "torch_pruning")
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "kept_units": (0.75, 0.5, 0.25),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train two thirds of the epochs before and one third after."""
        recipe, examples = recipe_of(settings), problem.examples
        before, after = part(recipe, 2 / 3, examples), part(recipe, 1 / 3, examples)
        network = trained(problem, size, recipe=before, trainer=trainer)
        remove_units(network, kept=float(settings.get("kept_units", 0.5)))
        trainer.fit(network, *tensors(problem), recipe=after, stage="pruned")
        return made_of(network, trainer)


def remove_units(network: nn.Module, *, kept: float) -> None:
    """Remove the units of each hidden layer whose weights are smallest, in place."""
    import torch_pruning

    layers = linear_layers(network)
    network.train()
    pruner = torch_pruning.pruner.MagnitudePruner(
        network,
        torch.zeros(1, layers[0].in_features),
        importance=torch_pruning.importance.MagnitudeImportance(p=2),
        pruning_ratio=1.0 - kept,
        ignored_layers=[layers[-1]],
    )
    pruner.step()


class LowRank(Strategy):
    """Train, replace layers by factors of low rank, train on."""

    name: ClassVar[str] = "low-rank"
    family: ClassVar[str] = "low-rank"
    title: ClassVar[str] = "trained, layers replaced by factors of low rank, trained on"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "rank_share": (0.5, 0.25, 0.125),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train two thirds of the epochs before and one third after."""
        recipe, examples = recipe_of(settings), problem.examples
        before, after = part(recipe, 2 / 3, examples), part(recipe, 1 / 3, examples)
        dense = trained(problem, size, recipe=before, trainer=trainer)
        network = factored(dense, float(settings.get("rank_share", 0.25)))
        trainer.fit(network, *tensors(problem), recipe=after, stage="factored")
        return made_of(network, trainer)


@torch.no_grad()
def factored(network: nn.Module, rank_share: float) -> nn.Sequential:
    """Return a network whose layers are products of two thin ones, where that is smaller.

    The last layer stays whole: a class for each unit leaves nothing to take away.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    >>> [tuple(layer.weight.shape) for layer in linear_layers(factored(net, 0.25))]
    [(8, 64), (32, 8), (10, 32)]
    """
    layers: list[nn.Module] = []
    last = linear_layers(network)[-1]
    for module in network.children():
        if not isinstance(module, nn.Linear):
            layers.append(nn.ReLU())
            continue
        rank = max(1, round(rank_share * min(module.weight.shape)))
        out, fan_in = module.weight.shape
        if module is last or rank * (out + fan_in) >= out * fan_in:
            layers.append(module)
            continue
        left, size, right = torch.linalg.svd(module.weight, full_matrices=False)
        inner, outer = nn.Linear(fan_in, rank, bias=False), nn.Linear(rank, out)
        inner.weight.copy_(size[:rank, None].sqrt() * right[:rank])
        outer.weight.copy_(left[:, :rank] * size[:rank].sqrt())
        outer.bias.copy_(module.bias)
        layers += [inner, outer]
    return nn.Sequential(*layers)
