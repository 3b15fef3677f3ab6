"""What to argue about: which input carries the width of a priced forecast.

One idea: in logarithms a cost is a sum of its inputs, so each input's share of the variance is its
covariance with the total over the variance of the total; the shares add to exactly 1 without any
order or interaction to choose. It explains spread, not bias: an input that is exactly known but
wrong has share 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costlaw.costs.bill import price
from costlaw.costs.site import OF_THE_RUNS, QUANTITIES, Site
from costlaw.estimates import DRAWS, Estimate
from costlaw.exceptions import OptionError

_HOURS = {"peak rate": -1, "utilization": -1, OF_THE_RUNS: 1}
_ENERGY = {**_HOURS, "power": 1, "PUE": 1}
_SIGNS: dict[str, dict[str, int]] = {
    "device_hours": _HOURS,
    "usd": {**_HOURS, "price": 1},
    "energy_kwh": _ENERGY,
    "co2e_kg": {**_ENERGY, "grid": 1},
}


def _log_draws(quantity: Estimate) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.broadcast_to(np.log(quantity.draws), (DRAWS,))


def contributions(compute: Estimate | float, site: Site) -> dict[str, dict[str, float]]:
    """Return each input's share of the log-variance of each quantity of the bill.

    Draws in which the compute is unbounded are left out: they are counted where the forecast says
    how often the target is never reached.

    Parameters
    ----------
    compute : Estimate or float
        Operations [FLOP].
    site : Site
        Where and on what it is paid for.

    Returns
    -------
    dict of dict of float
        For each of ``device_hours``, ``usd``, ``energy_kwh``, ``co2e_kg``: share by input
        (``"compute"`` and the site's inputs), adding to 1; all 0 if nothing is uncertain. A share
        may fall slightly below 0 where inputs are negatively correlated.

    Raises
    ------
    OptionError
        If fewer than two draws of the compute are finite.

    Examples
    --------
    >>> from costlaw.costs.presets import preset
    >>> shares = contributions(1e24, preset("today"))["usd"]
    >>> round(sum(shares.values()), 9), max(shares, key=shares.get)
    (1.0, 'price')
    """
    amount = price(compute, site).compute
    finite = np.isfinite(_log_draws(amount))
    if finite.sum() < 2:
        raise OptionError("compute is unbounded in nearly all draws: its cost has no spread.")
    return {name: _shares(amount, site, quantity=name, kept=finite) for name in QUANTITIES}


def _shares(
    amount: Estimate, site: Site, *, quantity: str, kept: NDArray[np.bool_]
) -> dict[str, float]:
    terms = {"compute": _log_draws(amount)[kept]}
    signs = {label: sign for label, sign in _SIGNS[quantity].items() if label in site.inputs}
    for label, sign in signs.items():
        terms[label] = sign * _log_draws(site.inputs[label])[kept]
    centred = {label: values - values.mean() for label, values in terms.items()}
    total = np.sum(list(centred.values()), axis=0)
    variance = float(total @ total)
    if variance <= 1e-20 * total.size:
        return dict.fromkeys(centred, 0.0)
    return {label: float(values @ total) / variance for label, values in centred.items()}
