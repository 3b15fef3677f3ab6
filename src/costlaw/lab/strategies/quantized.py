"""Fewer bits a weight: int8 and bfloat16 in use, simulated widths, and training in fewer bits.

int8 runs on ONNX Runtime's own kernels, bfloat16 on PyTorch's; both are timed as they are. Other
widths are simulated: weights are rounded to 2^bits levels a unit and then used in float32, so their
error and size mean something and their time does not (there is no kernel to time). Training in
bfloat16 keeps the weights in float32 (Kalamkar et al. 2019); training for few bits rounds the
weights in the forward pass and lets the slope through (Bengio et al. 2013). The number of
operations of a use stays what it was: they are cheaper ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from costlaw.lab.networks.multilayer import linear_layers
from costlaw.lab.strategies.deployed import deployed_int8
from costlaw.lab.strategies.plain import fresh, made_of, nonzero_weights, tensors, trained
from costlaw.lab.strategies.strategy import Floats, Made, Settings, Strategy
from costlaw.lab.training.loop import Trainer, recipe_of
from costlaw.lab.training.problem import Problem


class Int8(Strategy):
    """A dense network, quantized to int8 after training."""

    name: ClassVar[str] = "int8"
    family: ClassVar[str] = "quantization"
    title: ClassVar[str] = "quantized to int8 after training (ONNX Runtime)"

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train, then quantize; the size is that of the graph as a file."""
        network = trained(problem, size, recipe=recipe_of(settings), trainer=trainer)
        predict, size_bytes = deployed_int8(network)
        return made_of(network, trainer, predict=predict, size_bytes=float(size_bytes),
                       runtime="onnxruntime int8")  # fmt: skip


class BFloat16(Strategy):
    """A dense network, used in bfloat16."""

    name: ClassVar[str] = "bfloat16"
    family: ClassVar[str] = "quantization"
    title: ClassVar[str] = "used in bfloat16 after training (PyTorch)"

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train, then round weights and activations."""
        network = trained(problem, size, recipe=recipe_of(settings), trainer=trainer)
        made = made_of(network, trainer)
        rounded = fresh(problem, size, seed=0)
        rounded.load_state_dict(network.state_dict())
        return made_of(network, trainer, predict=in_bfloat16(rounded), runtime="torch bfloat16",
                       size_bytes=made.size_bytes / 2)  # fmt: skip


def in_bfloat16(network: nn.Module) -> Any:
    """Return a function that runs a network in bfloat16."""
    network.to(torch.bfloat16).eval()

    @torch.inference_mode()
    def predict(inputs: Floats) -> Floats:
        rows = torch.from_numpy(np.ascontiguousarray(inputs)).to(torch.bfloat16)
        scores: Floats = network(rows).float().numpy()
        return scores

    return predict


class FewBits(Strategy):
    """A dense network, its weights rounded to few bits after training (simulated)."""

    name: ClassVar[str] = "few-bits"
    family: ClassVar[str] = "quantization"
    title: ClassVar[str] = "weights rounded to few bits after training (simulated)"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "bits": (6, 5, 4, 3),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train, then round."""
        bits = int(settings.get("bits", 5))
        network = trained(problem, size, recipe=recipe_of(settings), trainer=trainer)
        with torch.no_grad():
            for layer in linear_layers(network):
                layer.weight.copy_(rounded_weight(layer.weight, bits))
        return _few_bits_made(network, trainer, bits)


class TrainedFewBits(Strategy):
    """A network trained with its weights rounded to few bits (simulated)."""

    name: ClassVar[str] = "few-bits-training"
    family: ClassVar[str] = "quantization"
    title: ClassVar[str] = "trained with weights rounded to few bits (simulated)"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "bits": (4, 3, 2),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train with rounded weights and keep only those."""
        bits = int(settings.get("bits", 3))
        network = fresh(problem, size, seed=trainer.seed)
        for layer in linear_layers(network):
            parametrize.register_parametrization(layer, "weight", _Rounded(bits))
        trainer.fit(network, *tensors(problem), recipe=recipe_of(settings), stage="few-bits")
        for layer in linear_layers(network):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
        return _few_bits_made(network, trainer, bits)


class TrainedBFloat16(Strategy):
    """A dense network, trained with products in bfloat16."""

    name: ClassVar[str] = "bfloat16-training"
    family: ClassVar[str] = "quantization"
    title: ClassVar[str] = "trained with products in bfloat16, used in float32"

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Train in mixed precision."""
        recipe = recipe_of(settings, precision="bfloat16")
        return made_of(trained(problem, size, recipe=recipe, trainer=trainer), trainer)


def rounded_weight(weight: torch.Tensor, bits: int) -> torch.Tensor:
    """Return weights on 2^bits - 1 even levels a unit, symmetric about zero.

    Examples
    --------
    >>> rounded_weight(torch.tensor([[1.0, 0.4, -0.9, 0.1]]), 2).tolist()
    [[1.0, 0.0, -1.0, 0.0]]
    """
    most = 2 ** (bits - 1) - 1
    step = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / most
    return (weight / step).round().clamp(-most, most) * step


class _Rounded(nn.Module):
    """Rounds in the forward pass; the slope goes through as if it did not."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + (rounded_weight(weight, self.bits) - weight).detach()


def _few_bits_made(network: nn.Module, trainer: Trainer, bits: int) -> Made:
    """Return a network of few bits: a weight takes its bits, each unit a scale and a bias."""
    _, whole, biases = nonzero_weights(network)
    bytes_taken = whole * bits / 8 + 2 * 4 * biases
    return made_of(
        network, trainer, size_bytes=float(bytes_taken), flop_per_use=2.0 * whole,
        runtime="onnxruntime float32 (simulated)", extra={"bits": float(bits)},
    )  # fmt: skip
