"""FLOP to device-hours, dollars, energy and carbon, with intervals.

A ``Site`` is where and on what a run is paid for; ``price`` turns compute into a ``Cost`` there;
``contributions`` says which input carries the width. Follows Strubell et al. (2019) and Cottier et
al. (2024). This room measures nothing and forecasts nothing.
"""

from costlaw.costs.bill import Cost, price, price_many
from costlaw.costs.builder import Choice, place_of, site_for
from costlaw.costs.contributions import contributions
from costlaw.costs.currency import dollars_of
from costlaw.costs.ownership import owned
from costlaw.costs.presets import PRESET_NAMES, preset
from costlaw.costs.rent import price_history
from costlaw.costs.site import INPUTS, QUANTITIES, Site

__all__ = [
    "INPUTS",
    "PRESET_NAMES",
    "QUANTITIES",
    "Choice",
    "Cost",
    "Site",
    "contributions",
    "dollars_of",
    "owned",
    "place_of",
    "preset",
    "price",
    "price_history",
    "price_many",
    "site_for",
]
