"""Which strategies there are: a name and the class behind it, imported when it is asked for."""

from __future__ import annotations

import importlib

from costlaw.exceptions import UnknownName
from costlaw.lab.extras import need
from costlaw.lab.strategies.strategy import Strategy

# name -> module:Class
STRATEGIES: dict[str, str] = {
    "dense": "costlaw.lab.strategies.plain:Dense",
    "l1-penalty": "costlaw.lab.strategies.sparse:PenalisedL1",
    "pruned-once": "costlaw.lab.strategies.sparse:PrunedOnce",
    "pruned-in-rounds": "costlaw.lab.strategies.sparse:PrunedInRounds",
    "pruned-units": "costlaw.lab.strategies.smaller_layers:PrunedUnits",
    "low-rank": "costlaw.lab.strategies.smaller_layers:LowRank",
    "int8": "costlaw.lab.strategies.quantized:Int8",
    "bfloat16": "costlaw.lab.strategies.quantized:BFloat16",
    "few-bits": "costlaw.lab.strategies.quantized:FewBits",
    "bfloat16-training": "costlaw.lab.strategies.quantized:TrainedBFloat16",
    "few-bits-training": "costlaw.lab.strategies.quantized:TrainedFewBits",
    "distilled": "costlaw.lab.strategies.distilled:Distilled",
    "supervised-student": "costlaw.lab.strategies.distilled:SupervisedStudent",
    "searched": "costlaw.lab.strategies.searched:Searched",
    "smaller-longer": "costlaw.lab.strategies.plain:SmallerLonger",
    "expert-features": "costlaw.lab.strategies.expert:ExpertFeatures",
    "explainable-boosting": "costlaw.lab.strategies.rules:ExplainableBoosting",
    "rules-then-network": "costlaw.lab.strategies.rules:RulesThenNetwork",
    "meta-learned": "costlaw.lab.strategies.meta_learned:MetaLearned",
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
    >>> len(STRATEGIES)
    19
    """
    if name not in STRATEGIES:
        raise UnknownName("strategy", name, STRATEGIES)
    need("torch", purpose=f'the strategy "{name}"')
    place, _, cls = STRATEGIES[name].partition(":")
    found: Strategy = getattr(importlib.import_module(place), cls)()
    need(*found.needs, purpose=f'the strategy "{name}"')
    return found
