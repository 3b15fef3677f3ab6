"""Growth of compute between two systems: chip rate × count × time, exactly.

A hardware burden is a product, so its growth is the product of the growth of its factors, and no
share has to be chosen. The article's pair is AlexNet → NASNet-A: more than a thousandfold, of which
the chips themselves gave six. Where both systems state the operations done, utilization is a fourth
factor and the product is the growth of operations. It says nothing about error (``decomposition``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from costlaw.compute.burden import hardware_burden, utilization
from costlaw.units import format_number


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Chips held for some time.

    Parameters
    ----------
    name : str
        The system they trained.
    chip, number_format : str
        Which chips, and the number format whose peak rate is counted.
    count : float
        How many.
    peak_flop_per_s : float
        Dense peak rate of one [FLOP/s].
    duration_s : float
        Wall-clock time [s].
    compute_flop : float or None
        Operations done on them, where stated [FLOP].
    """

    name: str
    chip: str
    number_format: str
    count: float
    peak_flop_per_s: float
    duration_s: float
    compute_flop: float | None = None

    @property
    def burden_flop(self) -> float:
        """Hardware burden: count × peak rate × time [FLOP]."""
        return hardware_burden(
            count=self.count, peak_flop_per_s=self.peak_flop_per_s, duration_s=self.duration_s
        )

    @property
    def device_hours(self) -> float:
        """Time of all chips together [device-hour]."""
        return self.count * self.duration_s / 3600.0

    @property
    def utilization(self) -> float | None:
        """Operations done over burden; None where the operations are not stated."""
        if self.compute_flop is None:
            return None
        return utilization(compute_flop=self.compute_flop, hardware_burden_flop=self.burden_flop)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**vars(self), "burden_flop": self.burden_flop, "utilization": self.utilization}


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Growth of hardware burden from one system to another, as a product.

    Parameters
    ----------
    before, after : Capacity
        The two systems.
    chip_rate, count, time : float
        Factors (dimensionless); their product is ``total``.
    utilization : float or None
        Growth of utilization, where both systems state their operations.
    """

    before: Capacity
    after: Capacity
    chip_rate: float
    count: float
    time: float
    utilization: float | None

    @property
    def total(self) -> float:
        """Growth of the hardware burden (dimensionless)."""
        return self.chip_rate * self.count * self.time

    @property
    def operations(self) -> float | None:
        """Growth of the operations done; None where a system does not state them."""
        return None if self.utilization is None else self.total * self.utilization

    @property
    def device_time(self) -> float:
        """Growth of chips × time: what better chips did not give."""
        return self.count * self.time

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "from": self.before.to_dict(),
            "to": self.after.to_dict(),
            "measure": "hardware-burden",
            "total": self.total,
            "chip_rate": self.chip_rate,
            "count": self.count,
            "time": self.time,
            "device_time": self.device_time,
            "utilization": self.utilization,
            "operations": self.operations,
        }

    def __repr__(self) -> str:
        return f"Growth: {self}"

    def __str__(self) -> str:
        total = format_number(self.total, 4)
        text = (
            f"{self.before.name} → {self.after.name}: hardware burden ×{total}"
            f" = chip rate ×{self.chip_rate:.3g} · count ×{self.count:.3g} · time ×{self.time:.3g}"
        )
        if self.utilization is not None:
            text += f"; with utilization ×{self.utilization:.3g}, operations ×"
            text += format_number(self.operations or 0.0)
        return text


def growth_between(before: Capacity, after: Capacity) -> Growth:
    """Return how hardware burden grew from one system to another, factor by factor.

    Parameters
    ----------
    before, after : Capacity
        The two systems.

    Returns
    -------
    Growth
        Chip rate × count × time, exact.

    Raises
    ------
    DataError
        If a stated operation count is not positive.

    Source
    ------
    Thompson et al. (2020), arXiv 2007.05558: hardware burden; the pair is the article's.

    Examples
    --------
    >>> alexnet = Capacity(name="AlexNet", chip="GTX 580", number_format="fp32", count=2,
    ...                    peak_flop_per_s=1.58e12, duration_s=475200.0)
    >>> nasnet = Capacity(name="NASNet-A", chip="P100", number_format="fp32", count=500,
    ...                   peak_flop_per_s=9.526e12, duration_s=345600.0)
    >>> grown = growth_between(alexnet, nasnet)
    >>> round(grown.total), round(grown.chip_rate, 2), grown.count, round(grown.time, 3)
    (1096, 6.03, 250.0, 0.727)
    """
    used = (before.utilization, after.utilization)
    return Growth(
        before=before,
        after=after,
        chip_rate=after.peak_flop_per_s / before.peak_flop_per_s,
        count=after.count / before.count,
        time=after.duration_s / before.duration_s,
        utilization=None if used[0] is None or used[1] is None else used[1] / used[0],
    )
