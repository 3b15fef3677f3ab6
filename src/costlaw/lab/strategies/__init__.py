"""Every way round the cost of a network that the article names, fairly compared.

One file a strategy (or a few that share one idea), one exam for all: same data, epochs, tuning
budget and seeds; what a search or a teacher costs is counted. ``catalogue`` names them.
"""

from costlaw.lab.strategies.catalogue import STRATEGIES, find_strategy
from costlaw.lab.strategies.strategy import Made, Strategy

__all__ = ["STRATEGIES", "Made", "Strategy", "find_strategy"]
