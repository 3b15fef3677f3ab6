"""What an operator outside the count does at most, by what kind of operator it is.

Three kinds: free (views, copies, look-ups: no arithmetic), arithmetic (one addition or
multiplication an element: known exactly), bounded (at most so many operations an element). An
operator of no known kind has no bound and is named. The bounds are ours: 32 operations an element
cover a polynomial of degree 15, more than single-precision exp, log, tanh or erf take; norms and
softmax take one exponential or root and a handful of sums.

Counts matrix products nowhere: see ``formulas``.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MOST_PER_ELEMENT = 32.0

TABLE = Path(__file__).parent.parent / "data" / "operators.csv"


@functools.cache
def kinds() -> dict[str, str]:
    """Return the kind of each operator in the table.

    Examples
    --------
    >>> kinds()["embedding"], kinds()["add"], kinds()["_softmax"]
    ('free', 'arithmetic', 'bounded')
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["operator"]: row["kind"] for row in csv.DictReader(file)}


def tensors_in(value: Any) -> list[Any]:
    """Return the tensors in a value and in the lists it holds."""
    if isinstance(value, (tuple, list)):
        return [tensor for part in value for tensor in tensors_in(part)]
    if isinstance(value, dict):
        return [tensor for part in value.values() for tensor in tensors_in(part)]
    return [value] if hasattr(value, "numel") and hasattr(value, "is_floating_point") else []


def work_of(
    name: str, function: Any, named: Mapping[str, Any], *, out: Any
) -> tuple[float, float | None]:
    """Return (arithmetic, bound) of one call [FLOP]; the bound is None if nothing is known.

    Parameters
    ----------
    name : str
        Name of the operator without its overload and without a trailing underscore.
    function : OpOverload
        The operator.
    named : dict
        Its arguments by name.
    out : tensor or tuple of tensors
        What it returned.
    """
    made = tensors_in(out)
    numbers = [tensor for tensor in made if tensor.is_floating_point() or tensor.is_complex()]
    kind = kinds().get(name)
    if kind == "free" or function.is_view or (made and not numbers):
        return 0.0, 0.0
    taken = tensors_in(dict(named))
    if not taken:
        return 0.0, 0.0  # makes numbers out of nothing: a constant or a random draw
    elements = float(max(sum(t.numel() for t in numbers), *(t.numel() for t in taken)))
    if name.startswith("_foreach") or name.startswith("_fused"):
        elements = float(sum(tensor.numel() for tensor in taken))
    if kind == "arithmetic":
        return elements, elements
    if kind == "pool":
        return 0.0, elements * math.prod(_kernel(named))
    if kind == "bounded" or name.startswith("_foreach") or _is_elementwise(name, function):
        return 0.0, MOST_PER_ELEMENT * elements
    return 0.0, None


def _is_elementwise(name: str, function: Any) -> bool:
    """Return whether PyTorch tags an operator, or the one it is the gradient of, as elementwise."""
    tags = {str(tag).rsplit(".", 1)[-1] for tag in function.tags}
    if tags & {"pointwise", "reduction"}:
        return True
    if not name.endswith("_backward"):
        return False
    import torch

    of = getattr(torch.ops.aten, name.removesuffix("_backward"), None)
    return of is not None and _is_elementwise("", getattr(of, of.overloads()[0]))


def _kernel(named: Mapping[str, Any]) -> list[int]:
    size = named.get("kernel_size", ())
    return [size] if isinstance(size, int) else list(size)
