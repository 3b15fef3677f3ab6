"""Which strategies there are: a name and the class behind it, imported when it is asked for."""

from __future__ import annotations

import importlib

from costlaw.exceptions import UnknownName
from costlaw.lab.extras import need
from costlaw.lab.strategies.strategy import Strategy

# name -> module:Class
STRATEGIES: dict[str, str] = {
    "dense": "costlaw.lab.strategies.plain:Dense",
    "smaller-longer": "costlaw.lab.strategies.plain:SmallerLonger",
}


def find_strategy(name: str) -> Strategy:
    """Return a strategy by its name.

    Raises
    ------
    UnknownName
        If there is none of that name.
    MissingExtra
        If what it needs is not installed.

    Examples
    --------
    >>> sorted(STRATEGIES)[0]
    'dense'
    """
    if name not in STRATEGIES:
        raise UnknownName("strategy", name, STRATEGIES)
    need("torch", "onnx", "onnxruntime", purpose=f'the strategy "{name}"')
    place, _, cls = STRATEGIES[name].partition(":")
    found: Strategy = getattr(importlib.import_module(place), cls)()
    need(*found.needs, purpose=f'the strategy "{name}"')
    return found
