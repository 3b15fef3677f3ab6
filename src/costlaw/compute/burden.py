"""Hardware burden: capacity occupied, chips × peak rate × time, used or not.

The measure of "The Computational Limits of Deep Learning" for papers that state their hardware. It
is an upper bound of the operations done; their ratio is the utilization. Burdens of different
number formats add up to a number whose meaning is mixed: the authors count GPUs at FP32 and TPUs
at bfloat16, and so do we where we repeat them.
"""

from __future__ import annotations

from costlaw.exceptions import DataError
from costlaw.hardware import Chip

DAY_S = 86400.0


def hardware_burden(*, count: float, peak_flop_per_s: float, duration_s: float) -> float:
    """Return the capacity that chips held for some time.

    Parameters
    ----------
    count : float
        Number of chips (or boards, where the rate is that of a board).
    peak_flop_per_s : float
        Peak rate of one [FLOP/s].
    duration_s : float
        Wall-clock time [s].

    Returns
    -------
    float
        Hardware burden [FLOP].

    Raises
    ------
    DataError
        If a factor is not a positive finite number.

    Examples
    --------
    >>> f"{hardware_burden(count=2, peak_flop_per_s=1.58e12, duration_s=5.5 * 86400):.3g}"
    '1.5e+18'
    """
    factors = {"count": count, "peak_flop_per_s": peak_flop_per_s, "duration_s": duration_s}
    for name, value in factors.items():
        if not 0.0 < value < float("inf"):
            raise DataError(f"{name} = {value}: expected a positive finite number.")
    return count * peak_flop_per_s * duration_s


def burden_of(
    chip: Chip, *, count: float, duration_s: float, number_format: str | None = None
) -> float:
    """Return the hardware burden of a known chip [FLOP].

    Examples
    --------
    >>> from costlaw.hardware import chip
    >>> f"{burden_of(chip('GTX 580'), count=2, duration_s=5.5 * 86400):.4g}"
    '1.503e+18'
    """
    return hardware_burden(
        count=count, peak_flop_per_s=chip.peak(number_format), duration_s=duration_s
    )


def utilization(*, compute_flop: float, hardware_burden_flop: float) -> float:
    """Return the share of the occupied capacity that the network used.

    Parameters
    ----------
    compute_flop : float
        Operations counted from the network [FLOP].
    hardware_burden_flop : float
        Capacity occupied in the same number format [FLOP].

    Returns
    -------
    float
        Utilization; above 1 the two figures cannot both be right, which is for the caller to say.

    Raises
    ------
    DataError
        If a figure is not a positive finite number.

    Examples
    --------
    >>> utilization(compute_flop=3e20, hardware_burden_flop=1e21)
    0.3
    """
    for name, value in (("compute", compute_flop), ("burden", hardware_burden_flop)):
        if not 0.0 < value < float("inf"):
            raise DataError(f"{name} = {value}: expected a positive finite number.")
    return compute_flop / hardware_burden_flop
