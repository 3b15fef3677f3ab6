"""Energy: mean power of a busy device with its server, and what the data centre adds.

One idea: power is TDP × server share × load, and PUE comes after it, once. Constants: Cottier et
al. (2024), Uptime Institute (2024). TDP times load is a poor proxy for one machine (×/÷ 1.3) and a
fair one for a fleet; a measured power replaces all of it.
"""

from __future__ import annotations

from costlaw.costs.tables import constant, constant_keys
from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError, UnknownName


def _family(chip: str, prefix: str) -> str:
    """Return the constant of the chip's own family, else of its kind."""
    keys = constant_keys(prefix)
    for key in sorted(keys, key=len, reverse=True):
        if key.removeprefix(prefix).casefold() in chip.casefold():
            return key
    return f"{prefix}other"


def kind_of(chip: str) -> str:
    """Return ``"TPU"`` or ``"GPU"`` from a chip's name.

    Examples
    --------
    >>> kind_of("Google TPU v3"), kind_of("H100 SXM")
    ('TPU', 'GPU')
    """
    return "TPU" if "tpu" in chip.casefold() else "GPU"


def device_power(chip: str, tdp_w: float) -> Estimate:
    """Return the mean power of one busy device with its share of the server [kW/device].

    Parameters
    ----------
    chip : str
        Name of the chip.
    tdp_w : float
        Thermal design power of one device [W].

    Raises
    ------
    OptionError
        If the TDP is not above 0.

    Examples
    --------
    >>> round(device_power("H100 SXM", 700.0).value, 4)
    0.9555
    """
    if not tdp_w > 0:
        raise OptionError(f"{chip}: TDP = {tdp_w} W: expected a number above 0.")
    kind = kind_of(chip)
    key = _family(chip, "server_factor.")
    if key.endswith(".other") and kind == "GPU":
        key = "server_factor.GPU"
    factor = constant(key, draw_name=f"power:{key}")
    load = constant(f"load.{kind}", draw_name=f"power:load.{kind}")
    return (factor * load * (tdp_w / 1000.0)).convert(1.0, "kW/device")


def pue(provider: str | None = None, *, stated: float | None = None) -> Estimate:
    """Return the PUE of a data centre.

    Parameters
    ----------
    provider : str, optional
        ``google``, ``aws``, ``azure``, ``oracle``, ``ovh``, ``hyperscale``, ``average``, …
    stated : float, optional
        A known PUE, at least 1: exact.

    Raises
    ------
    OptionError
        If the stated PUE is below 1.
    UnknownName
        If the provider is unknown.

    Examples
    --------
    >>> pue("google").value, pue().value
    (1.1, 1.25)
    """
    if stated is not None:
        if not stated >= 1:
            raise OptionError(f"PUE = {stated:g}: facility energy over IT energy is at least 1.")
        return Estimate.exact(stated, "")
    key = f"pue.{(provider or 'unknown').casefold()}"
    known = constant_keys("pue.")
    if key not in known:
        raise UnknownName("data centre", provider or "", [k.removeprefix("pue.") for k in known])
    return constant(key, draw_name=f"PUE:{key}", above=1.0)


def water(facility: Estimate) -> Estimate:
    """Return the water used for a kWh at the meter of the data centre [L/kWh].

    What power stations evaporate for it, and what cooling evaporates for the IT share of it.

    Parameters
    ----------
    facility : Estimate
        PUE: facility energy over IT energy.

    Source
    ------
    Li et al. 2023, arXiv 2304.03271: on-site WUE and off-site water intensity.

    Examples
    --------
    >>> round(water(Estimate.exact(1.17, "")).value, 2)
    3.61
    """
    onsite = constant("water.onsite") / facility
    return onsite + constant("water.offsite")


def embodied(chip: str) -> Estimate:
    """Return the carbon of making one device, spread over its life [kg CO2e/device-hour].

    Examples
    --------
    >>> round(embodied("H100 SXM").value, 4)
    0.0136
    """
    made = constant(_family(chip, "embodied."))
    return (made / constant("life.hours")).convert(1.0, "kg CO2e/device-hour")
