"""Networks with most weights zero: a complexity penalty while training, or pruning afterwards.

The penalty is L1, taken as a proximal step after each Adam step (Parikh & Boyd 2014, section 4.2):
weights shrink by the learning rate times the penalty and stop at exactly zero. Pruning drops the
smallest weights of all layers together (Han et al. 2015) once, or in rounds with training between
(Zhu & Gupta 2017); dropped weights stay zero. All get the same epochs in total as a dense network,
and a training step costs them what it costs a dense one: zeros save nothing on common processors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import nn

from costlaw.lab.networks.multilayer import linear_layers
from costlaw.lab.strategies.plain import fresh, made_of, part, tensors
from costlaw.lab.strategies.strategy import Made, Settings, Strategy
from costlaw.lab.training.loop import Recipe, Trainer, recipe_of
from costlaw.lab.training.problem import Problem

ROUNDS = 4  # of iterative pruning


class PenalisedL1(Strategy):
    """An L1 penalty on all weights while training."""

    name: ClassVar[str] = "l1-penalty"
    family: ClassVar[str] = "sparse-training"
    title: ClassVar[str] = "L1 penalty on the weights while training (proximal steps)"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "penalty": (0.01, 0.03, 0.1, 0.2),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train with the penalty."""
        penalty = float(settings.get("penalty", 0.03))
        network = fresh(problem, size, seed=trainer.seed)

        @torch.no_grad()
        def shrink(network: nn.Module, rate: float) -> None:
            for layer in linear_layers(network):
                weight = layer.weight
                weight.copy_(weight.sign() * (weight.abs() - rate * penalty).clamp_(min=0.0))

        recipe = recipe_of(settings)
        trainer.fit(network, *tensors(problem), recipe=recipe, stage="l1", after_step=shrink)
        return made_of(network, trainer)


class PrunedOnce(Strategy):
    """Train, drop the smallest weights at once, train on."""

    name: ClassVar[str] = "pruned-once"
    family: ClassVar[str] = "pruning"
    title: ClassVar[str] = "trained, pruned once by size of the weights, trained on"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "density": (0.4, 0.3, 0.2, 0.1),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train two thirds of the epochs before and one third after."""
        recipe = recipe_of(settings)
        network = fresh(problem, size, seed=trainer.seed)
        fit = _fitter(network, problem, trainer=trainer)
        fit("dense", part(recipe, 2 / 3, problem.examples))
        keep_largest(network, float(settings.get("density", 0.3)))
        fit("pruned", part(recipe, 1 / 3, problem.examples))
        return made_of(network, trainer)


class PrunedInRounds(Strategy):
    """Train, then drop weights in rounds with training between."""

    name: ClassVar[str] = "pruned-in-rounds"
    family: ClassVar[str] = "pruning"
    title: ClassVar[str] = "trained, pruned in four rounds with training between"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "density": (0.3, 0.2, 0.1, 0.05),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train half of the epochs before the first round and an eighth after each."""
        recipe = recipe_of(settings)
        network = fresh(problem, size, seed=trainer.seed)
        fit = _fitter(network, problem, trainer=trainer)
        fit("dense", part(recipe, 1 / 2, problem.examples))
        density = float(settings.get("density", 0.2))
        for number in range(1, ROUNDS + 1):
            keep_largest(network, density ** (number / ROUNDS))
            fit(f"round-{number}", part(recipe, 1 / (2 * ROUNDS), problem.examples))
        return made_of(network, trainer)


@torch.no_grad()
def keep_largest(network: nn.Module, density: float) -> None:
    """Set all but the largest ``density`` of a network's weights to zero, over all layers."""
    weights = [layer.weight for layer in linear_layers(network)]
    sizes = torch.cat([weight.abs().ravel() for weight in weights])
    kept = max(1, round(density * sizes.numel()))
    threshold = sizes.kthvalue(sizes.numel() - kept + 1).values
    for weight in weights:
        weight.mul_(weight.abs() >= threshold)


def keep_zeros(network: nn.Module) -> Callable[[nn.Module, float], None]:
    """Return a function that sets what is zero now to zero again."""
    masks = [(layer.weight != 0).float() for layer in linear_layers(network)]

    @torch.no_grad()
    def mask(network: nn.Module, rate: float) -> None:
        for layer, kept in zip(linear_layers(network), masks, strict=True):
            layer.weight.mul_(kept)

    return mask


def _fitter(
    network: nn.Module, problem: Problem, *, trainer: Trainer
) -> Callable[[str, Recipe], None]:
    inputs, labels = tensors(problem)

    def fit(stage: str, recipe: Recipe) -> None:
        mask = keep_zeros(network) if stage != "dense" else None
        trainer.fit(network, inputs, labels, recipe=recipe, stage=stage, after_step=mask)

    return fit
