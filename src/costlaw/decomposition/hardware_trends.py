"""Hardware per year: rate per dollar, rate per watt, and whether specialisation saturates.

One idea: a chip's training rate is power × transistors per watt × general arithmetic per transistor
× narrower numbers × tensor units, exactly, so the growth of a generation is the product of the
growth of five factors and FLOP per joule is the last four. The last two are specialisation; a
number has few bits left to lose. Follows Hobbhahn & Besiroglu (2022) for price-performance. It
forecasts no chip.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.decomposition.tables import rows, source
from costlaw.decomposition.trends import Trend, trend
from costlaw.hardware import chips
from costlaw.hardware.chip import Chip
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

FACTORS = ("power", "process", "general arithmetic", "number format", "tensor unit")
_TRAINING = ("bf16", "fp16", "tf32", "fp32")


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One generation: its chip, year, and the five factors whose product is its training rate.

    Parameters
    ----------
    chip : str
        Leading data-centre part.
    year, process_nm : int, float
        Release; name of the process [nm].
    factors : dict of str to float
        Power [W], transistors per watt, FP32 rate per transistor [FLOP/s], 16-bit over FP32
        without tensor units, tensor units over that (dimensionless).
    narrower : float
        Rate in the narrowest format over the 16-bit one (dimensionless).
    lowest_bits : int
        Bits of the narrowest format.
    source : Source
        Where its facts were read.
    """

    chip: str
    year: int
    process_nm: float
    factors: dict[str, float]
    narrower: float
    lowest_bits: int
    source: Source

    @property
    def rate(self) -> float:
        """Dense training rate [FLOP/s]: the product of the factors."""
        return math.prod(self.factors.values())

    @property
    def flop_per_joule(self) -> float:
        """Training rate over power [FLOP/J]."""
        return self.rate / self.factors["power"]

    @property
    def specialisation(self) -> float:
        """Number format × tensor unit: rate over general FP32 arithmetic (dimensionless)."""
        return self.factors["number format"] * self.factors["tensor unit"]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "chip": self.chip, "year": self.year, "process_nm": self.process_nm,
            "rate_flop_per_s": self.rate, "flop_per_joule": self.flop_per_joule,
            "factors": self.factors, "specialisation": self.specialisation,
            "narrower_format": self.narrower, "lowest_bits": self.lowest_bits,
        }  # fmt: skip


@cache
def generations() -> tuple[Generation, ...]:
    """Return the generations of leading data-centre chips, oldest first.

    Examples
    --------
    >>> v100 = next(g for g in generations() if g.chip.startswith("V100"))
    >>> f"{v100.rate:.4g}", round(v100.factors["tensor unit"], 1)
    ('1.25e+14', 4.0)
    """
    return tuple(_generation(row) for row in rows("generations.csv"))


def _generation(row: dict[str, str]) -> Generation:
    power, transistors = float(row["power_w"]), float(row["transistors"])
    general = float(row["fp32_flop_per_s"])
    half = float(row["half_flop_per_s"] or general)
    matrix = float(row["tensor_flop_per_s"] or half)
    values = (power, transistors / power, general / transistors, half / general, matrix / half)
    return Generation(
        chip=row["chip"], year=int(row["year"]), process_nm=float(row["process_nm"]),
        factors=dict(zip(FACTORS, values, strict=True)),
        narrower=float(row["lowest_flop_per_s"]) / matrix,
        lowest_bits=int(row["lowest_bits"]), source=source(row["source_id"]),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class HardwareTrends(Shown):
    """Growth of hardware per year, and its generations taken apart.

    Parameters
    ----------
    price_performance, price_performance_fp32 : Trend
        Training rate per dollar of purchase, and FP32 rate per dollar.
    energy_efficiency : Trend
        Training rate per watt of rated power.
    factors : tuple of Trend
        Growth per year of each factor over the generations; slopes add up to that of the rate.
    rate : Trend
        Training rate over the generations.
    specialisation : Trend
        Number format × tensor unit, over the generations that have tensor units.
    generations : tuple of Generation
        The generations.
    """

    price_performance: Trend
    price_performance_fp32: Trend
    energy_efficiency: Trend
    factors: tuple[Trend, ...]
    rate: Trend
    specialisation: Trend
    generations: tuple[Generation, ...]

    @property
    def saturation(self) -> str:
        """Whether specialisation saturates, in words and with the evidence."""
        low, high = self.specialisation.interval(0.9)
        last = self.generations[-1]
        tensor = [g for g in self.generations if g.factors["tensor unit"] > 1]
        growth = tensor[-1].specialisation / tensor[0].specialisation
        if low > 0:
            verdict = "specialisation still grows"
        elif high < 0:
            verdict = "specialisation falls"
        else:
            verdict = "growth of specialisation cannot be told from none"
        return (
            f"{verdict} over the {len(tensor)} generations with tensor units (×"
            f"{format_number(growth)} from {tensor[0].chip} to {tensor[-1].chip}; step by step"
            f" {', '.join(f'×{step:.2g}' for _, _, step in self.steps)}); the narrowest"
            f" format has {last.lowest_bits} bits, so at most {int(math.log2(last.lowest_bits))}"
            " more halvings of the number are left"
        )

    @property
    def steps(self) -> tuple[tuple[str, str, float], ...]:
        """Growth of specialisation from one generation with tensor units to the next."""
        listed = [g for g in self.generations if g.factors["tensor unit"] > 1]
        return tuple(
            (a.chip, b.chip, b.specialisation / a.specialisation)
            for a, b in itertools.pairwise(listed)
        )

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a frame, one generation a row: its rate, FLOP per joule, and their factors.

        ``training_rate`` is the product of the five factors [FLOP/s], ``flop_per_joule`` that of
        the last four; ``level`` is there for the common signature, generations have no interval.
        """
        import polars as pl

        del level
        return pl.DataFrame([
            {"chip": g.chip, "year": g.year, "process_nm": g.process_nm, "training_rate": g.rate,
             "flop_per_joule": g.flop_per_joule, **g.factors,
             "specialisation": g.specialisation, "lowest_bits": g.lowest_bits}
            for g in self.generations
        ])  # fmt: skip

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the generations and of what others published."""
        published = (source(row["source_id"]) for row in rows("published_trends.csv"))
        return merge_sources(tuple(g.source for g in self.generations), tuple(published))

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.hardware-trends/1",
            "version": __version__,
            "price_performance": self.price_performance.to_dict(level),
            "price_performance_fp32": self.price_performance_fp32.to_dict(level),
            "energy_efficiency": self.energy_efficiency.to_dict(level),
            "rate": self.rate.to_dict(level),
            "factors": [item.to_dict(level) for item in self.factors],
            "specialisation": self.specialisation.to_dict(level),
            "saturation": self.saturation,
            "specialisation_steps": [
                {"from": a, "to": b, "factor": step} for a, b, step in self.steps
            ],
            "generations": [item.to_dict() for item in self.generations],
            "published": [dict(row) for row in rows("published_trends.csv")],
        }

    def __str__(self) -> str:
        per_dollar, general = self.price_performance, self.price_performance_fp32
        lines = [
            "hardware, per year",
            f"  training rate per dollar  {per_dollar}, {per_dollar.n} chips",
            f"  FP32 rate per dollar      {general}, {general.n} chips",
            f"  training rate per watt    {self.energy_efficiency}, "
            f"{self.energy_efficiency.n} chips",
            f"  leading chip's rate       {self.rate}, {self.rate.n} generations, of which",
        ]
        lines += [f"    {item.name:<22}  {item}" for item in self.factors]
        lines.append(f"  {self.saturation}")
        return "\n".join(lines)


def _training_rate(chip: Chip) -> float | None:
    known = [chip.peak_flop_per_s[name] for name in _TRAINING if name in chip.peak_flop_per_s]
    return max(known) if known else None


def _year(date: str) -> float:
    month = int(date[5:7]) if len(date) >= 7 else 7
    return int(date[:4]) + (month - 0.5) / 12


def _over_chips(name: str, *, per: str, fp32: bool = False) -> Trend:
    """Return the growth of rate per dollar or per watt over single chips, clustered by year."""
    years, logs, groups = [], [], []
    for chip in chips():
        rate = chip.peak_flop_per_s.get("fp32") if fp32 else _training_rate(chip)
        if chip.unit != "chip" or chip.kind == "CPU" or not chip.release_date or not rate:
            continue
        if per == "watt":
            cost = chip.power_w
        else:
            seen = [item.price_usd for item in chip.prices if item.kind == "purchase"]
            cost = seen[0] if seen else None
        if cost:
            years.append(_year(chip.release_date))
            logs.append(math.log10(rate / cost))
            groups.append(chip.release_date[:4])
    return trend(name, np.array(years), logs=np.array(logs), groups=groups)


@cache
def hardware_trends() -> HardwareTrends:
    """Return the growth of hardware per year, with the generations taken apart.

    Returns
    -------
    HardwareTrends
        Every growth with an interval; slopes of the factors add up to that of the rate.

    Examples
    --------
    >>> found = hardware_trends()
    >>> total = sum(item.slope for item in found.factors)
    >>> abs(total - found.rate.slope) < 1e-9
    True
    """
    listed = generations()
    years = np.array([float(item.year) for item in listed])
    factors = tuple(
        trend(name, years, logs=np.log10([item.factors[name] for item in listed]))
        for name in FACTORS
    )
    tensor = [item for item in listed if item.factors["tensor unit"] > 1]
    return HardwareTrends(
        price_performance=_over_chips("training rate per dollar", per="dollar"),
        price_performance_fp32=_over_chips("FP32 rate per dollar", per="dollar", fp32=True),
        energy_efficiency=_over_chips("training rate per watt", per="watt"),
        factors=factors,
        rate=trend("training rate", years, logs=np.log10([item.rate for item in listed])),
        specialisation=trend(
            "specialisation", np.array([float(item.year) for item in tensor]),
            logs=np.log10([item.specialisation for item in tensor]),
        ),
        generations=listed,
    )  # fmt: skip
