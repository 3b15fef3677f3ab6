"""Lifecycle: training, retraining and running over a service life, and which of them matters.

``lifecycle_of`` prices a workload at a site, ``dominance_map`` says where running overtakes
training, ``compare_strategies`` and ``break_even`` whether there is a cheaper way, and
``inference_aware`` which size is best when the uses to come count. Follows the article's paragraph
on the two costs and Sardana et al. (2024). It forecasts no error and runs no experiment.
"""

from costlaw.lifecycle.break_even import BreakEven, at_equal_error, break_even
from costlaw.lifecycle.comparison import StrategyComparison, compare_strategies
from costlaw.lifecycle.dominance import DominanceMap, dominance_map
from costlaw.lifecycle.life import CURRENCIES, PARTS, Lifecycle, lifecycle_of, serving
from costlaw.lifecycle.sizing import Sized, Sizing, inference_aware, sized_workload
from costlaw.lifecycle.strategies import (
    BASELINE,
    FAMILIES,
    Strategy,
    default_strategies,
    read_strategies,
    strategy_of,
)
from costlaw.lifecycle.workload import Workload

__all__ = [
    "BASELINE",
    "CURRENCIES",
    "FAMILIES",
    "PARTS",
    "BreakEven",
    "DominanceMap",
    "Lifecycle",
    "Sized",
    "Sizing",
    "Strategy",
    "StrategyComparison",
    "Workload",
    "at_equal_error",
    "break_even",
    "compare_strategies",
    "default_strategies",
    "dominance_map",
    "inference_aware",
    "lifecycle_of",
    "read_strategies",
    "serving",
    "sized_workload",
    "strategy_of",
]
