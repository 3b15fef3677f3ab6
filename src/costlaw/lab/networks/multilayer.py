"""Multilayer networks: layers of units, each a weighted sum and a threshold (ReLU).

The lab's workhorse: small enough for minutes on a processor, deep enough to be over-parameterised.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn


def multilayer(inputs: int, widths: Sequence[int], *, classes: int, seed: int) -> nn.Sequential:
    """Return a multilayer network with seeded weights (PyTorch's default, uniform by fan-in).

    Parameters
    ----------
    inputs : int
        Numbers of one example [count].
    widths : sequence of int
        Units of each hidden layer; none gives a linear network [count].
    classes : int
        Outputs [count].
    seed : int
        Of the weights; the global random numbers are left alone.

    Examples
    --------
    >>> network = multilayer(784, (64, 64), classes=10, seed=0)
    >>> sum(p.numel() for p in network.parameters())
    55050
    """
    sizes = [inputs, *widths, classes]
    layers: list[nn.Module] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for number, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            if number:
                layers.append(nn.ReLU())
            layers.append(nn.Linear(fan_in, fan_out))
    return nn.Sequential(*layers)


def linear_layers(network: nn.Module) -> list[nn.Linear]:
    """Return the linear layers of a network, first to last."""
    return [module for module in network.modules() if isinstance(module, nn.Linear)]


def hidden_widths(network: nn.Module) -> list[int]:
    """Return the units of each hidden layer of a multilayer network.

    Examples
    --------
    >>> hidden_widths(multilayer(8, (5, 3), classes=2, seed=0))
    [5, 3]
    """
    return [layer.out_features for layer in linear_layers(network)[:-1]]
