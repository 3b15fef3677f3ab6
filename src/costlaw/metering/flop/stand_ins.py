"""Attention and recurrent layers in one piece on the meta device.

On the meta device PyTorch takes an LSTM apart into its time steps (3 s for 256 of them) and
attention into plain products, which forgets that the mask is causal and that a fused kernel
computes the scores twice. These stand-ins compute shapes only, and put down the work of the whole
layer: forward when called, backward when autograd asks, for the gradients that are wanted.

They compute no values; only ``counting`` uses them, on a twin without values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from costlaw.metering.flop.elementwise import MOST_PER_ELEMENT
from costlaw.metering.flop.formulas import (
    Work,
    attention_backward_work,
    attention_work,
    matrices_flop,
    rows,
)
from costlaw.metering.flop.watching import Sums

ATTENTION, RECURRENT = "scaled_dot_product_attention", "recurrent layer"


class _Attention(torch.autograd.Function):
    """Fused attention without values."""

    @staticmethod
    def forward(ctx: Any, sums: Sums, causal: bool, *tensors: Any) -> Any:
        """Put the forward work down and return the output's shape."""
        query, key, value = tensors[:3]
        ctx.save_for_backward(*tensors)
        ctx.sums, ctx.causal = sums, causal
        ctx.pairs = float(rows(query)) * key.shape[-2]
        ctx.sizes = (query.shape[-1], value.shape[-1])
        sums.add(ATTENTION, attention_work(ctx.pairs, ctx.sizes, causal=causal))
        sums.add_other(f"softmax of {ATTENTION}", 0.0, MOST_PER_ELEMENT * ctx.pairs)
        return query.new_empty(*query.shape[:-1], value.shape[-1])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Put the backward work of the wanted gradients down."""
        wanted = ctx.needs_input_grad[2:5]
        work = attention_backward_work(ctx.pairs, ctx.sizes, causal=ctx.causal, wanted=wanted)
        ctx.sums.add(f"{ATTENTION}_backward", work)
        ctx.sums.add_other(f"softmax of {ATTENTION}", 0.0, MOST_PER_ELEMENT * ctx.pairs)
        return None, None, *_shaped(ctx.saved_tensors, ctx.needs_input_grad[2:])


class _Recurrent(torch.autograd.Function):
    """A recurrent network without values: input, weights, then initial states."""

    @staticmethod
    def forward(ctx: Any, plan: Plan, *tensors: Any) -> Any:
        """Put the forward work down and return output and last states."""
        ctx.plan = plan
        ctx.save_for_backward(*tensors)
        source, weights = tensors[0], tensors[1 : 1 + plan.weights]
        plan.sums.add(RECURRENT, Work(model=matrices_flop(rows(source), list(weights))))
        plan.sums.add_other(f"gates of {RECURRENT}", 0.0, plan.gate_bound(source))
        return plan.shapes(source)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Put down the gradients of weights, of hidden states and of the input if wanted.

        The state before the first step wants no gradient unless the caller gave it.
        """
        plan, needs = ctx.plan, ctx.needs_input_grad[1:]
        source, weights = ctx.saved_tensors[0], ctx.saved_tensors[1 : 1 + plan.weights]
        positions = rows(source)
        inner = positions if any(needs[1 + plan.weights :]) else positions - plan.starts(source)
        flop = 0.0
        for place, weight in enumerate(weights):
            if weight.dim() != 2:
                continue
            flop += 2.0 * positions * weight.numel() * bool(needs[1 + place])
            if plan.kind(place) == "state":
                flop += 2.0 * inner * weight.numel()
            elif plan.kind(place) == "projection" or place >= plan.in_first_layer or needs[0]:
                flop += 2.0 * positions * weight.numel()
        plan.sums.add(f"{RECURRENT} backward", Work(model=flop))
        plan.sums.add_other(f"gates of {RECURRENT}", 0.0, plan.gate_bound(source))
        return None, *_shaped(ctx.saved_tensors, needs)


class Plan:
    """How a recurrent network's weights lie, and the shapes it returns."""

    def __init__(self, sums: Sums, weights: list[Any], **options: Any) -> None:
        self.sums = sums
        self.weights = len(weights)
        self.layers, self.directions = options["layers"], options["directions"]
        self.cells, self.packed = options["cells"], options["packed"]
        self.batch_first = options["batch_first"]
        self._each = self.weights // (self.layers * self.directions)
        self.in_first_layer = self._each * self.directions
        self._inner = weights[1].shape[1]  # what goes round: the projection's size if there is one
        self._gated = weights[1].shape[0]
        self._hidden = self._gated // options["gates"]

    def kind(self, place: int) -> str:
        """Return what a weight multiplies: the input, the state before, or the new state."""
        return ("input", "state", "projection")[min(place % self._each, 2)]

    def gate_bound(self, source: Any) -> float:
        """Return what the gates and states take at most, elementwise [FLOP]."""
        cells = rows(source) * self.layers * self.directions * self._gated
        return MOST_PER_ELEMENT * cells

    def starts(self, source: Any) -> int:
        """Return how many sequences begin: positions without an earlier state."""
        if self.packed is not None:
            return self.packed
        return source.shape[0 if self.batch_first and source.dim() == 3 else -2]

    def shapes(self, source: Any) -> Any:
        """Return output and last states, without values."""
        out = source.new_empty(*source.shape[:-1], self._inner * self.directions)
        many = (self.layers * self.directions, self.starts(source))
        states = [source.new_empty(*many, self._inner)]
        if self.cells:
            states.append(source.new_empty(*many, self._hidden))
        return (out, *states)


def _shaped(tensors: Any, wanted: Any) -> list[Any]:
    """Return empty gradients for those that are wanted."""
    return [torch.empty_like(t) if want else None for t, want in zip(tensors, wanted, strict=True)]


class StandIns(TorchFunctionMode):
    """Puts the stand-ins in the place of PyTorch's functions while it is on."""

    def __init__(self, sums: Sums) -> None:
        super().__init__()
        self._sums = sums
        self._known: dict[Any, Callable[..., Any]] = {
            torch.nn.functional.scaled_dot_product_attention: self._attend,
        }
        for name, gates in (("lstm", 4), ("gru", 3), ("rnn_tanh", 1), ("rnn_relu", 1)):
            self._known[getattr(torch, name)] = self._recurrence(name == "lstm", gates)

    def __torch_function__(self, function: Any, types: Any, *call: Any) -> Any:
        """Run a function, or its stand-in on tensors without values."""
        args, kwargs = call[0] if call else (), (call[1] if len(call) > 1 else None) or {}
        stand_in = self._known.get(function)
        if stand_in is not None:
            made = stand_in(*args, **kwargs)
            if made is not NotImplemented:
                return made
        return function(*args, **kwargs)

    def _attend(self, query: Any, key: Any, value: Any, *rest: Any, **options: Any) -> Any:
        names = ("attn_mask", "dropout_p", "is_causal")
        options = dict(zip(names, rest, strict=False)) | options
        mask = options.get("attn_mask")
        tensors = (query, key, value)
        if any(not t.is_meta or t.is_nested for t in tensors):
            return NotImplemented
        if mask is not None and mask.requires_grad:
            return NotImplemented  # a learned bias: the plain products give its gradient
        batch = torch.broadcast_shapes(query.shape[:-3], key.shape[:-3], value.shape[:-3])
        query = query.expand(*batch, *query.shape[-3:])
        return _Attention.apply(self._sums, bool(options.get("is_causal")), query, key, value)

    def _recurrence(self, cells: bool, gates: int) -> Callable[..., Any]:
        def stand_in(source: Any, *rest: Any) -> Any:
            packed = isinstance(rest[0], torch.Tensor) and not cells and rest[0].dim() == 1
            if cells:
                packed = isinstance(rest[0], torch.Tensor)
            states, weights, _, layers, _, _, both, *order = rest[1:] if packed else rest
            if not source.is_meta:
                return NotImplemented
            plan = Plan(
                self._sums, list(weights), layers=layers, directions=1 + bool(both), cells=cells,
                gates=gates, packed=_most(states) if packed else None,
                batch_first=bool(order and order[0]),
            )  # fmt: skip
            given = list(states) if isinstance(states, (tuple, list)) else [states]
            return _Recurrent.apply(plan, source, *weights, *given)

        return stand_in


def _most(states: Any) -> int:
    """Return how many sequences a packed batch has: the states' batch size."""
    first = states[0] if isinstance(states, (tuple, list)) else states
    return int(first.shape[1])
