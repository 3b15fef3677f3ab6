"""What a forecast's fit says, both ways: compute for an error, and error at an amount of compute.

One idea: a plan asks the same fit many questions; both kinds of fit (a law on a scatter of results,
the pool on a series of runs) answer here with draws, always of a *next result*, because a plan is
about a run that somebody will make. It fits nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costlaw.estimates import Estimate, uniform_draws
from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter import compute_for_error
from costlaw.forecasting import Forecast
from costlaw.forecasting.pooled import PooledFit
from costlaw.units import format_chance, format_share

Array = NDArray[np.float64]
_LEVELS = np.array([0.005, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975,
                    0.995])  # fmt: skip


def compute_for(forecast: Forecast, error: float) -> Estimate:
    """Return the compute at which a next result reaches an error [FLOP].

    Raises
    ------
    EvidenceError
        If the fit cannot name an amount (``UnreachableError`` if it never gets there).
    """
    fit = forecast.fit
    if isinstance(fit, PooledFit):
        return _with_shared_draws(fit.predictive.input_estimate(error))
    answer = compute_for_error(fit, error, leave_out=False)

    def quantile(share: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.asarray(10.0 ** answer.next_result.quantile(share))

    return Estimate.from_quantiles(
        "compute:law", quantile, unit="FLOP", point=10.0**answer.law.point, sources=fit.sources
    )


def _with_shared_draws(found: Estimate) -> Estimate:
    """Return an estimate in the order of the law's own draws, so that two targets share them."""
    ordered = np.sort(np.broadcast_to(found.draws, uniform_draws("compute:law").shape))
    place = np.floor(uniform_draws("compute:law") * ordered.size).astype(int)
    return Estimate(draws=ordered[place], unit=found.unit, point=found.point,
                    sources=found.sources)  # fmt: skip


def error_after(forecast: Forecast, compute: Estimate) -> Estimate:
    """Return the error that a next result has at an uncertain amount of compute.

    Parameters
    ----------
    forecast : Forecast
        Its fit is read.
    compute : Estimate
        Amount [FLOP].

    Returns
    -------
    Estimate
        Error [the benchmark's unit]; draws join those of the compute and of the next result.
    """
    fit = forecast.fit
    logs = np.log10(np.broadcast_to(compute.draws, uniform_draws("error:next").shape))
    places = np.linspace(float(logs.min()) - 1e-6, float(logs.max()) + 1e-6, 41)
    grid = np.array([_errors(forecast, places, level) for level in _LEVELS])
    wanted = uniform_draws("error:next")
    across = np.array([np.interp(logs, places, row) for row in grid])
    step = np.clip(np.searchsorted(_LEVELS, wanted) - 1, 0, _LEVELS.size - 2)
    part = np.clip((wanted - _LEVELS[step]) / (_LEVELS[step + 1] - _LEVELS[step]), 0.0, 1.0)
    rows = np.arange(wanted.size)
    draws = across[step, rows] * (1 - part) + across[step + 1, rows] * part
    unit = "" if fit.benchmark.is_fraction else fit.benchmark.error_unit
    point = float(_errors(forecast, np.log10([compute.value]), 0.5)[0])
    ceiling = 1.0 if fit.benchmark.is_fraction else np.inf
    return Estimate(draws=np.clip(draws, 0.0, ceiling), unit=unit, point=point,
                    sources=fit.sources)  # fmt: skip


def _errors(forecast: Forecast, log10_compute: Array, probability: float) -> Array:
    """Return the error below which a share ``probability`` of next results lies."""
    fit = forecast.fit
    if isinstance(fit, PooledFit):
        return np.asarray(fit.predictive.quantile(probability, 10.0**log10_compute))
    band = fit.line.band(log10_compute, probability=probability, next_result=True)
    return np.asarray(fit.transform.inverse_response(band))


def best_error(forecast: Forecast) -> float:
    """Return the lowest error of the evidence [the benchmark's unit]."""
    return float(np.min(forecast.fit.evidence.error))


def sizes_for(needed: Estimate, chances: tuple[float, ...]) -> dict[float, float]:
    """Return the amounts of compute that reach a target with stated chances [FLOP].

    Parameters
    ----------
    needed : Estimate
        Compute at which a next result reaches the target [FLOP].
    chances : tuple of float
        Between 0 and 1.

    Returns
    -------
    dict of float to float
        Amount by chance; a chance that no amount gives is left out.

    Raises
    ------
    EvidenceError
        If no amount gives any of the chances.
    """
    found = {chance: needed.quantile(chance) for chance in chances}
    finite = {chance: size for chance, size in found.items() if np.isfinite(size)}
    if not finite:
        raise EvidenceError(
            "no amount of compute reaches the target with a chance of "
            f"{format_share(min(chances))}; {format_chance(needed.never)} of the draws never get "
            "there. Ask for a larger error."
        )
    return finite
