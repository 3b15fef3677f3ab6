"""Counts a training step once per input shape, on a twin of the network without values.

The twin lies on the meta device: shapes only, no memory, no arithmetic, so counting a step of any
size takes the time of its Python code. A network whose path depends on its data (routing with
``nonzero``, a loop until convergence) cannot run there; then one real step of a copy is watched,
and the result says ``how="live"``. The user's network, its gradients and its random numbers are
left as they were.

Distributed wrappers and compiled modules are looked through: what is counted is one replica.
"""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.utils import _pytree as pytree

from costlaw.exceptions import EvidenceError, OptionError
from costlaw.metering.flop.counted import FlopCount
from costlaw.metering.flop.stand_ins import StandIns
from costlaw.metering.flop.watching import Sums, UserFormula, Watch

# what a network that cannot run without values raises; anything else is a fault of its own
CANNOT = (RuntimeError, TypeError, ValueError, AttributeError, LookupError, AssertionError)
Loss = Callable[..., Any]


def count_flop(
    model: Any,
    *inputs: Any,
    loss: Loss | None = None,
    target: Any = None,
    train: bool | None = None,
    formulas: Mapping[str, UserFormula] | None = None,
    **named: Any,
) -> FlopCount:
    """Count the operations of one step of a network.

    Parameters
    ----------
    model : torch.nn.Module
        The network; it is not changed.
    *inputs, **named
        A batch as the network takes it; only shapes and types are used.
    loss : callable or None
        ``loss(output)``, or ``loss(output, target)`` with a target; None: the output's own
        ``.loss``, else the sum of its numbers, which has the same products.
    target : tensors or None
        What the loss compares with.
    train : bool or None
        Count the backward pass too; None: if the network is in training mode.
    formulas : mapping or None
        FLOP of operators that are yours: ``{"mylib::scan": lambda named, out: …}``.

    Raises
    ------
    EvidenceError
        If the step can be run neither without values nor on a copy.
    OptionError
        If it is not a network of PyTorch.
    MissingExtra
        If PyTorch is not installed.

    Examples
    --------
    >>> import torch
    >>> count_flop(torch.nn.Linear(8, 4), torch.empty(32, 8)).model_flop  # 2·32·8·4, twice
    4096.0
    """
    original = unwrapped(model)
    if not isinstance(original, torch.nn.Module):
        raise OptionError(
            f"count_flop of a {type(model).__name__}: expected a torch.nn.Module. Trainings of "
            "scikit-learn and the like are metered by their time only."
        )
    train = bool(original.training) if train is None else train
    step = {"inputs": inputs, "named": named, "loss": loss, "target": target}
    known = _known_of(original, (inputs, named))
    try:
        sums = _run(_twin(original), step, train=train, formulas=formulas, meta=True)
        return sums.count(how="meta", **known)
    except CANNOT as problem:
        first = problem
    try:
        with torch.random.fork_rng(devices=_devices(original)):
            live = _of_its_class(copy.deepcopy(original))
            sums = _run(live, step, train=train, formulas=formulas, meta=False)
    except CANNOT as second:
        raise EvidenceError(
            f"the step could not be counted: without values it fails with {_short(first)}; on a "
            f"copy with {_short(second)}. Watch one real step: with watch() as count: …"
        ) from second
    sums.notes.append(f"watched on a copy: without values it fails ({_short(first)})")
    return sums.count(how="live", **known)


@contextlib.contextmanager
def watch(formulas: Mapping[str, UserFormula] | None = None) -> Iterator[Callable[[], FlopCount]]:
    """Count what PyTorch really runs inside a block; slow, so for one step only.

    Yields
    ------
    callable
        Returns the :class:`FlopCount` so far.

    Examples
    --------
    >>> import torch
    >>> with watch() as count:
    ...     _ = torch.ones(2, 3) @ torch.ones(3, 5)
    >>> count().model_flop
    60.0
    """
    sums = Sums()
    with _eagerly(), Watch(sums, formulas):
        yield lambda: sums.count(how="live")


class FlopCounter:
    """Counts each input shape once and remembers it: ``m.step(flop=counter(batch))``.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    loss, formulas
        As for :func:`count_flop`.

    Examples
    --------
    >>> import torch
    >>> counter = FlopCounter(torch.nn.Linear(8, 4))
    >>> counter(torch.empty(32, 8)) is counter(torch.empty(32, 8))
    True
    """

    MOST_SHAPES = 4096  # lengths of text differ; the oldest shape is forgotten beyond this

    def __init__(
        self,
        model: Any,
        loss: Loss | None = None,
        formulas: Mapping[str, UserFormula] | None = None,
    ) -> None:
        self._model = model
        self._options: dict[str, Any] = {"loss": loss, "formulas": formulas}
        self._counts: dict[Any, FlopCount] = {}

    def __call__(self, *inputs: Any, target: Any = None, **named: Any) -> FlopCount:
        """Return the operations of a step with a batch of this shape."""
        signature = self._signature((inputs, target, named))
        found = self._counts.get(signature)
        if found is None:
            if len(self._counts) >= self.MOST_SHAPES:
                del self._counts[next(iter(self._counts))]
            found = count_flop(self._model, *inputs, target=target, **self._options, **named)
            self._counts[signature] = found
        return found

    def _signature(self, batch: Any) -> Any:
        leaves, shape = pytree.tree_flatten(batch)
        kinds = tuple(
            (tuple(leaf.shape), leaf.dtype) if isinstance(leaf, torch.Tensor) else repr(leaf)[:64]
            for leaf in leaves
        )
        trained = sum(parameter.requires_grad for parameter in self._model.parameters())
        return kinds, shape, self._model.training, trained


def unwrapped(model: Any) -> Any:
    """Return the network inside compiled and distributed wrappers."""
    while True:
        if hasattr(model, "_orig_mod"):
            model = model._orig_mod
        elif type(model).__name__ in WRAPPERS and hasattr(model, "module"):
            model = model.module
        else:
            return model


WRAPPERS = frozenset({"DistributedDataParallel", "DataParallel", "FullyShardedDataParallel"})


def _run(
    model: Any,
    step: Mapping[str, Any],
    *,
    train: bool,
    formulas: Mapping[str, UserFormula] | None,
    meta: bool,
) -> Sums:
    sums = Sums()
    inputs, named, target = step["inputs"], step["named"], step["target"]
    model.zero_grad(set_to_none=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_eagerly())
        stack.enter_context(torch.set_grad_enabled(train))
        if meta:
            inputs, named, target = (pytree.tree_map(_to_meta, x) for x in (inputs, named, target))
            stack.enter_context(torch.device("meta"))
            stack.enter_context(StandIns(sums))
        stack.enter_context(Watch(sums, formulas))
        output = model(*inputs, **named)
        if train:
            scalar = _scalar_of(output, step["loss"], target)
            if scalar is not None:
                scalar.backward()
    return sums


def _scalar_of(output: Any, loss: Loss | None, target: Any) -> Any:
    if loss is not None:
        return loss(output) if target is None else loss(output, target)
    own = getattr(output, "loss", None)
    if own is not None:
        return own
    numbers = [
        leaf
        for leaf in pytree.tree_leaves(output if not hasattr(output, "keys") else dict(output))
        if isinstance(leaf, torch.Tensor) and leaf.requires_grad
    ]
    if not numbers:
        return None  # every weight is frozen: there is no backward pass
    return torch.stack([number.sum().real.float() for number in numbers]).sum()


def _twin(model: Any) -> Any:
    """Return a copy of the network without values, without copying a value on the way."""
    memo: dict[int, Any] = {}
    for module in model.modules():
        held = [*module._parameters.values(), *module._buffers.values(), *vars(module).values()]
        for tensor in held:
            if isinstance(tensor, torch.Tensor) and id(tensor) not in memo:
                memo[id(tensor)] = _to_meta(tensor)
    twin = copy.deepcopy(model, memo)
    for parent in list(twin.modules()):
        for name, child in list(parent.named_children()):
            setattr(parent, name, unwrapped(child))
    return _of_its_class(twin)


def _of_its_class(twin: Any) -> Any:
    """Drop a copy's ``forward`` where it still leads to the original network.

    Libraries for mixed precision put a closure around the network's own ``forward``; in a copy it
    would run the original, gradients and all. The class's own has the same products.
    """
    for module in twin.modules():
        forward = vars(module).get("forward")
        if forward is not None and getattr(forward, "__self__", None) is not module:
            del module.__dict__["forward"]
    return twin


def _to_meta(value: Any) -> Any:
    """Return a tensor of the same kind without values; leave anything else alone."""
    if not isinstance(value, torch.Tensor):
        return value
    empty = torch.empty_like(value.detach(), device="meta")
    if isinstance(value, torch.nn.Parameter):
        return torch.nn.Parameter(empty, requires_grad=value.requires_grad)
    return empty.requires_grad_(value.requires_grad)


@contextlib.contextmanager
def _eagerly() -> Iterator[None]:
    """Let compiled functions run as they were written: the same operations, visible."""
    if "torch._dynamo" not in sys.modules:  # nothing can be compiled yet; loading it takes 1 s
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


def _known_of(model: Any, batch: Any) -> dict[str, Any]:
    looked_up = {
        id(module.weight): module.weight.numel()
        for module in model.modules()
        if isinstance(module, (torch.nn.Embedding, torch.nn.EmbeddingBag))
    }
    used = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Linear)}
    whole = [
        leaf.numel()
        for leaf in pytree.tree_leaves(batch)
        if isinstance(leaf, torch.Tensor) and leaf.dtype in {torch.int64, torch.int32}
        and leaf.dim() >= 1
    ]  # fmt: skip
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        # a table that is also the head's matrix (tied weights) is multiplied with: not left out
        "embedding_parameters": sum(n for key, n in looked_up.items() if key not in used),
        "tokens": max(whole) if whole and looked_up else None,
    }


def _devices(model: Any) -> list[Any]:
    found = {p.device for p in model.parameters() if p.device.type == "cuda"}
    return sorted(found, key=str)


def _short(problem: BaseException) -> str:
    text = str(problem).strip().splitlines() or [""]
    return f"{type(problem).__name__}: {text[0][:120]}"
