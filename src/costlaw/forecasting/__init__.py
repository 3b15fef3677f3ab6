"""Forecasting: target error → compute → cost, with how far to trust it.

Brings the fit, the inverse answer, the site and the back-test together; holds no formula of them.
"""

from costlaw.forecasting.forecast import Forecast
from costlaw.forecasting.headroom import Headroom, headroom
from costlaw.forecasting.making import forecast_runs
from costlaw.forecasting.pooled import fits_pool

__all__ = ["Forecast", "Headroom", "fits_pool", "forecast_runs", "headroom"]
