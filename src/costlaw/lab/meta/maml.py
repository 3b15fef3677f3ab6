"""Model-agnostic meta-learning (Finn et al. 2017): weights from which a few steps are enough.

An inner step of gradient descent on a few examples of a task, and an outer step on other examples
of the same task, through the inner one (second order), for several tasks at once by ``torch.func``.
The operations of one outer step are watched as they run and multiplied by the number of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional

from costlaw.metering.flop import watch

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
Weights = dict[str, torch.Tensor]


@dataclass(frozen=True, kw_only=True)
class Inner:
    """How a network adapts to one task.

    Parameters
    ----------
    steps : int
        Steps of gradient descent [count].
    rate : float
        Their size.
    """

    steps: int = 3
    rate: float = 0.05


def adapted(
    network: nn.Module, weights: Weights, inner: Inner, *, known: tuple[torch.Tensor, torch.Tensor]
) -> Weights:
    """Return the weights after the inner steps on a task's known examples."""

    def loss(now: Weights) -> torch.Tensor:
        scores = functional_call(network, now, (known[0],))
        return functional.cross_entropy(scores, known[1])

    for _ in range(inner.steps):
        slopes = grad(loss)(weights)
        weights = {name: value - inner.rate * slopes[name] for name, value in weights.items()}
    return weights


def meta_train(
    network: nn.Module,
    batch_of: Callable[[int], Batch],
    *,
    inner: Inner,
    steps: int,
    learning_rate: float = 1e-3,
    stop: Callable[[], bool] = lambda: False,
) -> float:
    """Train a network's first weights, in place.

    Parameters
    ----------
    network : torch.nn.Module
        Maps rows to scores.
    batch_of : callable
        Step to (known inputs, known labels, asked inputs, asked labels), each (tasks, rows, …).
    inner : Inner
        How a task is adapted to.
    steps : int
        Outer steps [count].
    learning_rate : float
        Of Adam in the outer steps, falling on a line.
    stop : callable
        Ends early if it says True.

    Returns
    -------
    float
        Operations of all steps taken [FLOP].
    """
    weights = {name: value.detach().clone() for name, value in network.named_parameters()}
    trained = [value.requires_grad_() for value in weights.values()]
    optimizer = torch.optim.Adam(trained, lr=learning_rate)

    def outer(now: Weights, *batch: torch.Tensor) -> torch.Tensor:
        after = adapted(network, now, inner, known=(batch[0], batch[1]))
        return functional.cross_entropy(functional_call(network, after, (batch[2],)), batch[3])

    def step_once(number: int) -> None:
        parts = batch_of(number)
        value = vmap(outer, in_dims=(None, 0, 0, 0, 0))(weights, *parts).mean()
        optimizer.zero_grad(set_to_none=True)
        value.backward()

    with watch() as count:
        step_once(0)
    for number in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - number / steps)
        step_once(number)
        optimizer.step()
        if stop():
            break
    with torch.no_grad():
        for name, value in network.named_parameters():
            value.copy_(weights[name])
    return count().model_flop * (number + 1)
