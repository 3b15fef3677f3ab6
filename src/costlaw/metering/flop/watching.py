"""Watches the operators that PyTorch dispatches and adds up what each does.

An operator without a formula that is made of others is taken apart; one that is not is handed to
``elementwise``. Work is put down to the forward pass, the backward pass (autograd's engine is
running) or recomputation (the engine runs a checkpointed part forward again: its saved-tensor hook
or its ``CheckpointFunction`` node is on top).

Follows ``torch.utils.flop_counter.FlopCounterMode`` in how it sees operators. Never left on: it
costs a multiple of a small step (measured in ``benchmarks/metering_flop.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from costlaw.metering.flop.counted import FlopCount, Uncounted
from costlaw.metering.flop.elementwise import work_of
from costlaw.metering.flop.formulas import FORMULAS, Work

FORWARD, BACKWARD, AGAIN = "forward", "backward", "recomputed"
OUTSIDE = -1  # what PyTorch gives for the graph task when no backward pass runs
UserFormula = Callable[[Mapping[str, Any], Any], float]


@dataclass
class Sums:
    """What was seen so far."""

    phases: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys((FORWARD, BACKWARD), 0.0)
    )
    again: float = 0.0
    causal: float = 0.0
    operators: dict[str, float] = field(default_factory=dict)
    others: dict[str, list[Any]] = field(default_factory=dict)  # calls, arithmetic, bound
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, work: Work) -> None:
        """Add one counted call."""
        done = work.model + work.again
        self.operators[name] = self.operators.get(name, 0.0) + done
        phase = current_phase()
        if phase == AGAIN:
            self.again += done
            return
        self.phases[phase] += work.model
        self.again += work.again
        self.causal += work.causal

    def add_other(self, name: str, arithmetic: float, bound: float | None) -> None:
        """Add one call outside the count; free ones leave no trace."""
        if bound == 0.0:
            return
        calls, before, limit = self.others.get(name, [0, 0.0, 0.0])
        limit = None if bound is None or limit is None else limit + bound
        self.others[name] = [calls + 1, before + arithmetic, limit]

    def count(self, **known: Any) -> FlopCount:
        """Return the sums as a result."""
        model = sum(self.phases.values())
        others = [
            Uncounted(operator=name, calls=calls, arithmetic_flop=arithmetic, bound_flop=bound)
            for name, (calls, arithmetic, bound) in self.others.items()
        ]
        return FlopCount(
            model_flop=model,
            hardware_flop=model + self.again,
            forward_flop=self.phases[FORWARD],
            backward_flop=self.phases[BACKWARD],
            recomputed_flop=self.again,
            causal_flop=self.causal,
            by_operator=dict(sorted(self.operators.items(), key=lambda item: -item[1])),
            uncounted=tuple(
                sorted(others, key=lambda o: float("-inf") if o.bound_flop is None
                       else -o.bound_flop)
            ),
            notes=tuple(self.notes),
            **known,
        )  # fmt: skip


def current_phase() -> str:
    """Return which part of a step is running now, in this thread."""
    if torch._C._current_graph_task_id() == OUTSIDE:
        return FORWARD
    hooks = torch._C._autograd._top_saved_tensors_default_hooks(True)
    if hooks is not None and "_recomputation_hook" in getattr(hooks[0], "__qualname__", ""):
        return AGAIN
    node = torch._C._current_autograd_node()
    if node is not None and "CheckpointFunction" in node.name():
        return AGAIN
    return BACKWARD


def named_arguments(function: Any, args: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an operator by name."""
    names = [argument.name for argument in function._schema.arguments]
    return dict(zip(names, args, strict=False)) | dict(kwargs)


class Watch(TorchDispatchMode):
    """Adds up the operators that run while it is on.

    Parameters
    ----------
    sums : Sums
        Where they are added.
    formulas : mapping or None
        Operators of the user's: full name such as ``"mylib::scan"`` → FLOP from (named arguments,
        output).
    """

    def __init__(self, sums: Sums, formulas: Mapping[str, UserFormula] | None = None) -> None:
        super().__init__()
        self._sums = sums
        self._formulas = dict(formulas or {})

    def __torch_dispatch__(self, function: Any, types: Any, *call: Any) -> Any:
        """Run an operator and put it down."""
        args, kwargs = call[0] if call else (), (call[1] if len(call) > 1 else None) or {}
        if isinstance(function, torch._ops.HigherOrderOperator):
            self._sums.add_other(function.name(), 0.0, None)
            return NotImplemented
        space, _, name = function._schema.name.partition("::")
        full = f"{space}::{name}"
        known = full in self._formulas or (space in {"aten", "mkldnn"} and name in FORMULAS)
        if not known and function is not torch.ops.prim.device.default:
            with self:
                made = function.decompose(*args, **kwargs)
            if made is not NotImplemented:
                return made
        out = function(*args, **kwargs)
        self._put_down(full if full in self._formulas else name, function, (args, kwargs, out))
        return out

    def _put_down(self, name: str, function: Any, call: tuple[Any, Any, Any]) -> None:
        args, kwargs, out = call
        named = named_arguments(function, args, kwargs)
        if name in self._formulas:
            self._sums.add(name, Work(model=float(self._formulas[name](named, out))))
        elif name in FORMULAS:
            self._sums.add(name, FORMULAS[name](named, out))
        else:
            bare = name.rstrip("_") if not name.startswith("__") else name
            if function.namespace != "aten":
                self._sums.add_other(function._schema.name, 0.0, self._outside(function, out))
                return
            self._sums.add_other(bare, *work_of(bare, function, named, out=out))

    @staticmethod
    def _outside(function: Any, out: Any) -> float | None:
        """Return the bound of an operator of another library: 0 if it makes no tensor."""
        return 0.0 if function.namespace in {"prim", "profiler"} or out is None else None
