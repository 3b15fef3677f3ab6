"""A chip: its peak rate in each number format, its power, its price over time.

Rates are dense: vendor figures that count 2:4 sparsity as work are halved before they enter the
table. A number that is not known is absent, never 0 or infinite. Each chip, rate and price names
its source. This module holds records only; ``catalogue`` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from costlaw.exceptions import UnknownName
from costlaw.sources import Source

PriceKind = Literal["purchase", "on-demand", "1-year", "3-year"]
FORMATS: tuple[str, ...] = ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp4", "int8")
# the format a hardware burden is counted in where a paper names none: FP32 for GPUs and CPUs,
# bfloat16 for TPUs and other matrix engines (the convention of the article's authors)
_BURDEN_ORDER = ("fp32", "bf16", "fp16")


@dataclass(frozen=True, kw_only=True)
class Price:
    """One observed price of one chip.

    Parameters
    ----------
    date : str
        ISO date of the observation; may be a year only.
    kind : str
        ``purchase`` [USD] or a rent [USD/device-hour]: ``on-demand``, ``1-year``, ``3-year``.
    price_usd : float
        Price of one chip, in dollars of that date.
    vendor : str
        Who asked it; empty where the source does not say.
    source : Source
        Where it was read.
    location : str
        Region as the vendor names it; empty where the source does not say.
    """

    date: str
    kind: PriceKind
    price_usd: float
    vendor: str
    source: Source
    location: str = ""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One chip, board or core that can be counted.

    Parameters
    ----------
    name : str
        Name in the catalogue.
    maker : str
        Company.
    kind : str
        ``GPU``, ``TPU``, ``CPU`` or ``ASIC``.
    unit : str
        What one of it is: ``chip``, ``board`` (of several chips) or ``core``.
    release_date : str
        ISO date; empty where unknown.
    peak_flop_per_s : Mapping of str to float
        Dense peak rate by number format [FLOP/s].
    power_w : float or None
        Rated power [W].
    memory_bytes : float or None
        Memory [bytes].
    prices : tuple of Price
        Observations, oldest first.
    aliases : tuple of str
        Other names.
    source : Source
        Where the rates and the power were read.
    note : str
        What to know before using it.
    """

    name: str
    maker: str
    kind: str
    unit: str
    release_date: str
    peak_flop_per_s: Mapping[str, float]
    power_w: float | None
    memory_bytes: float | None
    source: Source
    prices: tuple[Price, ...] = ()
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def release_year(self) -> int | None:
        """Year of release, or None where unknown."""
        return int(self.release_date[:4]) if self.release_date else None

    def peak(self, number_format: str | None = None) -> float:
        """Return the dense peak rate in a number format.

        Parameters
        ----------
        number_format : str or None
            One of ``FORMATS``; None takes the convention of a hardware burden: FP32 where the
            chip has one, else bfloat16 or FP16; bfloat16 for a TPU.

        Returns
        -------
        float
            Rate [FLOP/s].

        Raises
        ------
        UnknownName
            If the chip has no stated dense rate in that format.

        Examples
        --------
        >>> from costlaw.hardware import chip
        >>> chip("GTX 580").peak(), chip("H100 SXM").peak("bf16")
        (1581000000000.0, 989400000000000.0)
        """
        if number_format is None:
            order = _BURDEN_ORDER[1:] if self.kind == "TPU" else _BURDEN_ORDER
            for candidate in order:
                if candidate in self.peak_flop_per_s:
                    return self.peak_flop_per_s[candidate]
            number_format = "fp32"
        rate = self.peak_flop_per_s.get(number_format)
        if rate is None:
            kind = f"dense number format of {self.name}"
            raise UnknownName(kind, number_format, self.peak_flop_per_s)
        return rate

    def __str__(self) -> str:
        rates = ", ".join(
            f"{name} {rate / 1e12:.4g} TFLOP/s" for name, rate in self.peak_flop_per_s.items()
        )
        power = f"{self.power_w:.0f} W" if self.power_w else "power unknown"
        return (
            f"{self.name} ({self.maker}, {self.release_date or 'date unknown'}): {rates}; {power}"
        )
