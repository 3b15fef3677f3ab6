"""The chips that a metered span held, and how much of their peak it used.

Chips are those that the meter read (by the name that their maker's driver gives), or the ones that
the caller named; peak rates are the dense ones of the chip table. *Hardware burden* is chips ×
peak × time at the convention of the table (FP32 where there is one); *utilization* (MFU) is model
FLOP ÷ (chips × peak × time) at the peak of the number format that was trained in.

A chip that is not in the table has no burden and no utilization here: absent, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import OptionError, UnknownName
from costlaw.units import format_share

if TYPE_CHECKING:
    from costlaw.hardware import Chip
    from costlaw.metering.metered import Metered

USUAL_FORMATS = ("bf16", "fp16", "fp32")  # of training, the first that the chip has


@dataclass(frozen=True, kw_only=True)
class Utilization:
    """Share of the peak that a span used, and of which peak.

    Parameters
    ----------
    value : float
        Model FLOP ÷ (chips × peak rate × time).
    chip, count, number_format : str, float, str
        Whose peak.
    peak_flop_per_s : float
        Dense peak rate of one chip [FLOP/s].
    """

    value: float
    chip: str
    count: float
    number_format: str
    peak_flop_per_s: float

    def __str__(self) -> str:
        times = f"{self.count:g} × " if self.count != 1 else ""
        share = format_share(self.value, 1)
        said = f"{share} of {times}{self.chip} at its dense {self.number_format} peak"
        return said if self.value <= 1 else f"{said}: above 1, so chip, count or format are wrong"


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse a chip, a count or a number format that does not exist, before anything is metered.

    Raises
    ------
    UnknownName
        If there is no such chip or number format.
    OptionError
        If the count is not above 0.
    """
    from costlaw.hardware import FORMATS, likely_chip

    if settings.get("chip") is not None:
        likely_chip(str(settings["chip"]))
    wanted = settings.get("number_format")
    if wanted is not None and wanted not in FORMATS:
        raise UnknownName("number format", str(wanted), FORMATS)
    count = settings.get("chip_count", 1)
    if not (isinstance(count, int | float) and 0 < count < float("inf")):
        raise OptionError(f"chip_count = {count}: expected a number of chips above 0.")


def chip_of_driver(label: str) -> Chip:
    """Return the chip that a driver's name means, such as ``NVIDIA A100 80GB PCIe``.

    Raises
    ------
    UnknownName
        If no chip has that name, with or without its memory.

    Examples
    --------
    >>> chip_of_driver("NVIDIA A100-PCIE-40GB").name, chip_of_driver("Tesla T4").name
    ('A100 PCIe', 'T4')
    """
    from costlaw.hardware import likely_chip

    try:
        return likely_chip(label)[0]
    except UnknownName:
        shorter = re.sub(r"[- ]?\d+ ?GB\b", "", label)
        return likely_chip(shorter)[0]


def held_chips(metered: Metered) -> tuple[Chip, float] | None:
    """Return the chip of a span and how many, or None where neither meter nor caller knows it."""
    named, seen = metered.settings.get("chip"), list(metered.machine.get("gpus", ()))
    count = metered.settings.get("chip_count")
    if named is None and len(set(seen)) != 1:
        return None  # no chip, or chips of several kinds: their peaks do not add up to one
    try:
        chip = chip_of_driver(str(named or seen[0]))
    except UnknownName:
        return None
    return chip, float(count or len(seen) or 1)


def burden_flop(metered: Metered) -> float | None:
    """Return chips × peak × time of a span [FLOP], or None where its chip is not known."""
    held = held_chips(metered)
    if held is None or metered.elapsed_s <= 0:
        return None
    chip, count = held
    try:
        return chip.peak() * count * metered.elapsed_s
    except UnknownName:
        return None


def utilization(metered: Metered, number_format: str | None = None) -> Utilization | None:
    """Return how much of its chips' peak a span used.

    Parameters
    ----------
    metered : Metered
        A span whose operations were counted.
    number_format : str or None
        Format of the matrix products; the span's own setting, else the usual one of its chip.

    Returns
    -------
    Utilization or None
        None where the chip or the operations are not known.

    Raises
    ------
    UnknownName
        If the chip has no dense rate in the format asked for.

    Examples
    --------
    >>> from costlaw.metering.metered import Metered
    >>> span = Metered(name="a", started="2025-01-01T00:00:00Z", elapsed_s=10.0,
    ...                model_flop=4e15, settings={"chip": "H100 SXM", "number_format": "bf16"})
    >>> print(utilization(span))
    40.4 % of H100 SXM at its dense bf16 peak
    """
    held = held_chips(metered)
    if held is None or not metered.model_flop or metered.elapsed_s <= 0:
        return None
    chip, count = held
    wanted: Any = number_format or metered.settings.get("number_format")
    if wanted is None:
        usual = [name for name in USUAL_FORMATS if name in chip.peak_flop_per_s]
        if not usual:
            return None
        wanted = usual[0]
    if number_format is None and wanted not in chip.peak_flop_per_s:
        return None  # the span's setting was checked when it began; this chip has no such rate
    peak = chip.peak(str(wanted))
    return Utilization(
        value=metered.model_flop / (peak * count * metered.elapsed_s),
        chip=chip.name,
        count=count,
        number_format=str(wanted),
        peak_flop_per_s=peak,
    )
