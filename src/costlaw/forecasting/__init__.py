"""Forecasting: target error → compute → cost, with how far to trust it.

Brings the fit, the inverse answer, the site and the back-test together; holds no formula of them.
"""

from costlaw.forecasting.allocation import Allocation, allocate_runs
from costlaw.forecasting.forecast import BEYOND, INSIDE, WITHIN, Forecast
from costlaw.forecasting.headroom import Headroom, headroom
from costlaw.forecasting.making import forecast_runs
from costlaw.forecasting.placing import place_for
from costlaw.forecasting.pooled import fits_pool
from costlaw.forecasting.retargeting import at_error

__all__ = [
    "BEYOND",
    "INSIDE",
    "WITHIN",
    "Allocation",
    "Forecast",
    "Headroom",
    "allocate_runs",
    "at_error",
    "fits_pool",
    "forecast_runs",
    "headroom",
    "place_for",
]
