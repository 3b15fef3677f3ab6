"""What the lab needs beyond the package, asked for by name before any work begins."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from costlaw.exceptions import MissingExtra


def need(*modules: str, purpose: str) -> None:
    """Refuse if a library of the extra [lab] is not installed.

    Raises
    ------
    MissingExtra
        Naming the purpose and how to install it.

    Examples
    --------
    >>> need("json", purpose="nothing")
    """
    for module in modules:
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as problem:
            if problem.name is None or problem.name.split(".")[0] != module.split(".")[0]:
                raise
            raise MissingExtra("lab", purpose) from problem


@contextmanager
def one_thread(purpose: str) -> Iterator[None]:
    """Run PyTorch on one thread inside the block: equal bits anywhere, no two trials in the way."""
    need("torch", purpose=purpose)
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
