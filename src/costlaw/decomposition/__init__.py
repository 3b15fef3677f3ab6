"""Decomposition: growth = chips × count × time (exact), progress = compute × algorithms × data.

``decompose`` takes a benchmark apart, ``hardware_trends`` the chips themselves; the exact pair of
two systems is ``compute.growth_between``. Follows Thompson et al. (2020, 2022), Erdil & Besiroglu
(2022) and Ho et al. (2024). This room prices nothing.
"""

from costlaw.decomposition.corpus import CorpusGrowth, device_factors, growth_of
from costlaw.decomposition.hardware_trends import HardwareTrends, generations, hardware_trends
from costlaw.decomposition.record import Decomposition, decompose
from costlaw.decomposition.shapley import Progress, Share, progress_of, shapley
from costlaw.decomposition.trends import Trend, trend

__all__ = [
    "CorpusGrowth",
    "Decomposition",
    "HardwareTrends",
    "Progress",
    "Share",
    "Trend",
    "decompose",
    "device_factors",
    "generations",
    "growth_of",
    "hardware_trends",
    "progress_of",
    "shapley",
    "trend",
]
