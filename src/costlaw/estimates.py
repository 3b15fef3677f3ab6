"""An uncertain quantity: draws and a unit; from them a median, an interval, arithmetic.

Two estimates that come from the same named input share their draws, so correlation survives
arithmetic: ``price * hours / hours`` has the spread of ``price`` alone. Draws are kept on the
natural scale; positive quantities are summarised and interpolated in logarithms, signed ones
plainly. A draw of ``inf`` means "never": it is counted, it is not dropped, and an interval that
reaches it is unbounded and says so.

Draws are stratified (one in each of N equally likely slices, in random order), so quantiles of a
named input are exact to 1/N. This module fits nothing and converts nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from costlaw.exceptions import OptionError, UnitError
from costlaw.sources import Source, merge_sources
from costlaw.units import divide_units, format_chance, format_quantity, format_range, multiply_units

DRAWS = 2000  # draws of every estimate that is not exact

Array = NDArray[np.float64]


def uniform_draws(name: str, *, seed: int = 0) -> Array:
    """Return the stratified uniform draws that belong to an input's name.

    Parameters
    ----------
    name : str
        Name of the uncertain input; the same name gives the same draws everywhere.
    seed : int
        Another seed gives another order.

    Returns
    -------
    ndarray of shape (DRAWS,)
        Values in (0, 1), one in each of DRAWS equal slices.
    """
    digest = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
    random = np.random.default_rng(int.from_bytes(digest, "little"))
    return (random.permutation(DRAWS) + 0.5) / DRAWS


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """An uncertain quantity.

    Parameters
    ----------
    draws : ndarray of shape (N,) or (1,)
        Equally likely values [unit]; one value means "exact". May hold ``inf`` ("never").
    unit : str
        Unit of every draw.
    positive : bool
        Summarise in logarithms (positive quantities) or plainly (signed ones).
    point : float or None
        The value to print as the estimate; the median of the draws if None.
    sources : tuple of Source
        Where it comes from.

    Source
    ------
    Draws in place of moments: JCGM 101:2008, propagation by a Monte Carlo method.

    Examples
    --------
    >>> price = Estimate.spread("price", median=2.0, factor=1.5, unit="USD/device-hour")
    >>> hours = Estimate.exact(100.0, "device-hour")
    >>> cost = price * hours
    >>> cost.unit, round(cost.median, 3), [round(v) for v in cost.interval(0.9)]
    ('USD', 200.0, [133, 300])
    """

    draws: Array
    unit: str
    positive: bool = True
    point: float | None = None
    sources: tuple[Source, ...] = field(default=())

    def __post_init__(self) -> None:
        draws = np.asarray(self.draws, dtype=np.float64)
        if draws.ndim != 1 or draws.size not in {1, DRAWS}:
            raise OptionError(
                f"an estimate needs 1 or {DRAWS} draws in one dimension, got shape {draws.shape}."
            )
        if np.isnan(draws).any():
            raise OptionError("an estimate cannot hold NaN: leave an unknown quantity out instead.")
        if self.positive and (draws < 0).any():
            raise OptionError(f"a positive estimate in {self.unit} cannot hold negative draws.")
        draws.setflags(write=False)
        object.__setattr__(self, "draws", draws)

    # -- makers ------------------------------------------------------------------------------------

    @classmethod
    def exact(cls, value: float, unit: str, sources: tuple[Source, ...] = ()) -> Estimate:
        """Return a quantity without uncertainty (a definition or a stated price)."""
        return cls(draws=np.array([value]), unit=unit, positive=value >= 0, sources=sources)

    @classmethod
    def spread(
        cls,
        name: str,
        *,
        median: float,
        factor: float,
        unit: str,
        level: float = 0.9,
        sources: tuple[Source, ...] = (),
    ) -> Estimate:
        """Return a lognormal quantity within ×/÷ ``factor`` with probability ``level``."""
        if not (median > 0 and factor >= 1):
            raise OptionError(
                f"{name}: median = {median}, factor = {factor}: expected median > 0, factor >= 1."
            )
        if factor == 1:
            return cls.exact(median, unit, sources)
        sd = math.log(factor) / ndtri(0.5 + level / 2)
        draws = median * np.exp(sd * ndtri(uniform_draws(name)))
        return cls(draws=draws, unit=unit, point=median, sources=sources)

    @classmethod
    def between(
        cls,
        name: str,
        *,
        low: float,
        high: float,
        unit: str,
        level: float = 0.9,
        sources: tuple[Source, ...] = (),
    ) -> Estimate:
        """Return a lognormal quantity whose central ``level`` interval is ``low`` to ``high``."""
        if not 0 < low <= high:
            raise OptionError(f"{name}: {low} to {high}: expected 0 < low <= high.")
        median = math.sqrt(low * high)
        return cls.spread(
            name, median=median, factor=high / median, unit=unit, level=level, sources=sources
        )

    @classmethod
    def from_quantiles(
        cls,
        name: str,
        quantile: Callable[[Array], Array],
        *,
        unit: str,
        point: float | None = None,
        positive: bool = True,
        sources: tuple[Source, ...] = (),
    ) -> Estimate:
        """Return the estimate whose quantile function is ``quantile`` (may return ``inf``)."""
        draws = np.asarray(quantile(uniform_draws(name)), dtype=np.float64)
        return cls(draws=draws, unit=unit, positive=positive, point=point, sources=sources)

    # -- answers -----------------------------------------------------------------------------------

    @property
    def is_exact(self) -> bool:
        """Whether the quantity has no uncertainty."""
        return self.draws.size == 1

    @property
    def median(self) -> float:
        """The middle draw [unit]; ``inf`` if most draws never get there."""
        return self.quantile(0.5)

    @property
    def value(self) -> float:
        """The value to print: the stated point, else the median [unit]."""
        return self.median if self.point is None else self.point

    @property
    def never(self) -> float:
        """Share of the draws that are unbounded."""
        return float(np.mean(np.isinf(self.draws)))

    def quantile(self, probability: float) -> float:
        """Return the value below which a share ``probability`` of the draws lies [unit]."""
        if not 0 <= probability <= 1:
            raise OptionError(f"probability = {probability}: expected a number from 0 to 1.")
        if self.is_exact:
            return float(self.draws[0])
        ordered = np.sort(self.draws)
        place = probability * ordered.size - 0.5
        low = int(np.clip(math.floor(place), 0, ordered.size - 1))
        high = int(np.clip(low + 1, 0, ordered.size - 1))
        share = float(np.clip(place - low, 0.0, 1.0))
        left, right = float(ordered[low]), float(ordered[high])
        if share == 0.0 or left == right:
            return left
        if math.isinf(right):
            return right
        if self.positive and left > 0:
            return left * (right / left) ** share
        return left + (right - left) * share

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the central interval that holds a share ``level`` of the draws.

        Parameters
        ----------
        level : float
            Between 0 and 1.

        Returns
        -------
        (low, high) : tuple of float
            Ends [unit]; ``high`` is ``inf`` where the interval has no upper end.
        """
        if not 0 < level < 1:
            raise OptionError(f"level = {level}: expected a number between 0 and 1, such as 0.9.")
        return self.quantile(0.5 - level / 2), self.quantile(0.5 + level / 2)

    # -- arithmetic --------------------------------------------------------------------------------

    def _combine(self, other: Estimate | float, operation: str) -> Estimate:
        right = other if isinstance(other, Estimate) else Estimate.exact(float(other), "")
        if operation in {"add", "subtract"} and self.unit != right.unit:
            raise UnitError(f'cannot {operation} "{right.unit}" and "{self.unit}".')
        compute: dict[str, Callable[..., Any]] = {
            "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
        }  # fmt: skip
        unit = {
            "multiply": multiply_units,
            "divide": divide_units,
        }.get(operation, lambda left, _: left)(self.unit, right.unit)
        with np.errstate(divide="ignore", over="ignore"):
            draws = compute[operation](self.draws, right.draws)
            point = float(compute[operation](self.value, right.value))
        positive = self.positive and right.positive and operation != "subtract"
        return Estimate(
            draws=draws,
            unit=unit,
            positive=positive,
            point=None if math.isnan(point) else point,
            sources=merge_sources(self.sources, right.sources),
        )

    def __add__(self, other: Estimate | float) -> Estimate:
        return self._combine(other, "add")

    def __sub__(self, other: Estimate | float) -> Estimate:
        return self._combine(other, "subtract")

    def __mul__(self, other: Estimate | float) -> Estimate:
        return self._combine(other, "multiply")

    def __truediv__(self, other: Estimate | float) -> Estimate:
        return self._combine(other, "divide")

    def __rmul__(self, other: float) -> Estimate:
        return self._combine(other, "multiply")

    def __rtruediv__(self, other: float) -> Estimate:
        return Estimate.exact(float(other), "")._combine(self, "divide")

    def convert(self, factor: float, unit: str) -> Estimate:
        """Return the same quantity in another unit: every draw times ``factor``."""
        return Estimate(
            draws=self.draws * factor,
            unit=unit,
            positive=self.positive,
            point=None if self.point is None else self.point * factor,
            sources=self.sources,
        )

    # -- records -----------------------------------------------------------------------------------

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values; an unbounded end is null and says why."""
        low, high = self.interval(level)
        record: dict[str, Any] = {
            "estimate": _finite(self.value),
            "low": _finite(low),
            "high": _finite(high),
            "level": level,
            "unit": self.unit,
        }
        if math.isinf(low) or math.isinf(high) or math.isinf(self.value):
            record["unbounded"] = f"{format_chance(self.never)} of the draws never get there"
        return record

    def __str__(self) -> str:
        if self.is_exact:
            return format_quantity(self.value, self.unit)
        low, high = self.interval(0.9)
        ends = format_range(low, high, self.unit)
        return f"{format_quantity(self.value, self.unit)} (90 %: {ends})"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
