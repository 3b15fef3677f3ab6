"""What a metered span used: time, energy by scope with tier and interval, steps, operations.

Energy comes in three scopes that never mix silently: *device* (the GPUs, the processors and the
memory that were read), *machine* (devices and the rest of the machine: power supply, fans, board)
and *facility* (machine × PUE, only when a PUE is given). Each figure carries its sensor tier and an
interval "not calibrated by us"; intervals of parts add end to end, because their errors have one
cause. A figure that cannot be had is absent, never zero.

It knows no prices and no grid: what a run cost is a card's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import EvidenceError
from costlaw.metering.capacity import Utilization, burden_flop, held_chips, utilization
from costlaw.metering.probes.probe import FACTOR, LEVEL, TIERS
from costlaw.showing import Shown
from costlaw.sources import Source
from costlaw.units import format_number, format_percent

if TYPE_CHECKING:
    import polars as pl

    from costlaw.estimates import Estimate
    from costlaw.runs import Run

JOULES_PER_KWH = 3.6e6
REST_SHARE = 0.25  # power supply (about 0.92 efficient), fans, board, storage; estimated by us
SOURCES = (
    Source(
        title="Part-time Power Measurements: nvidia-smi's Lack of Attention",
        year=2023,
        url="https://arxiv.org/abs/2312.02741",
        locator="abstract",
        obtained="recalled",
    ),
    Source(
        title="Ground-Truthing AI Energy Consumption: Validating CodeCarbon Against External "
        "Measurements",
        year=2025,
        url="https://arxiv.org/abs/2509.22092",
        locator="abstract",
        obtained="recalled",
    ),
    Source(
        title="Rest of a machine: 0.25 of its processors, memory and GPUs (power supply 0.92 "
        "efficient, fans and board 0.15)",
        obtained="estimated",
    ),
)


@dataclass(frozen=True, kw_only=True)
class EnergyFigure:
    """One energy, with what it covers and how well it is known.

    Parameters
    ----------
    component : str
        ``"gpu"``, ``"processor"``, ``"memory"``, ``"rest"`` or ``"all"``.
    scope : str
        ``"device"``, ``"machine"`` or ``"facility"``.
    tier : str
        A energy counter, B power samples, C load × rated power; of a sum, the worst of its parts.
    energy_kwh, low_kwh, high_kwh : float
        Estimate and 90 % interval [kWh].
    method : str
        How it was made.
    """

    component: str
    scope: str
    tier: str
    energy_kwh: float
    low_kwh: float
    high_kwh: float
    method: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {key: getattr(self, key) for key in self.__dataclass_fields__}


@dataclass(frozen=True, kw_only=True)
class Metered(Shown):
    """What one metered span used.

    Parameters
    ----------
    name : str
        Name of the span.
    started : str
        Date of its start, UTC.
    elapsed_s, suspended_s : float
        Time awake, and time the machine slept meanwhile [s].
    figures : tuple of EnergyFigure
        Energy by component and scope; empty where nothing can be read (tier D).
    cpu_s : float
        Processor seconds of the process and its children [s].
    steps : int
        Training steps reported.
    examples : float
        Examples reported, repeats counted [count].
    model_flop, hardware_flop : float or None
        Operations counted, without and with recomputation [FLOP].
    error : float or None
        Last error reported.
    curve : tuple of dict
        Every error reported: step, examples, elapsed_s, error, model_flop.
    ended : str
        ``"finished"``, ``"exception …"``, ``"SIGTERM"``, ``"running"`` or ``"cut off"``.
    """

    name: str
    started: str
    elapsed_s: float
    suspended_s: float = 0.0
    figures: tuple[EnergyFigure, ...] = ()
    cpu_s: float = 0.0
    steps: int = 0
    examples: float = 0.0
    model_flop: float | None = None
    hardware_flop: float | None = None
    error: float | None = None
    curve: tuple[dict[str, Any], ...] = ()
    ended: str = "finished"
    notes: tuple[str, ...] = ()
    absent: tuple[dict[str, str], ...] = ()
    machine: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None

    @property
    def headline(self) -> EnergyFigure | None:
        """The energy of the widest scope that was read: machine, else all devices, else None."""
        for scope in ("machine", "device"):
            for figure in self.figures:
                if figure.scope == scope and figure.component == "all":
                    return figure
        return None

    @property
    def tier(self) -> str:
        """Sensor tier of the headline: A, B, C, or D where there is time only."""
        return self.headline.tier if self.headline else "D"

    @property
    def energy_kwh(self) -> float | None:
        """Energy of the headline [kWh], or None where nothing can be read."""
        return self.headline.energy_kwh if self.headline else None

    @property
    def energy(self) -> Estimate | None:
        """The headline energy as an uncertain quantity [kWh]."""
        from costlaw.estimates import Estimate

        figure = self.headline
        if figure is None or figure.energy_kwh <= 0:
            return None
        factor = max(figure.high_kwh / figure.energy_kwh, figure.energy_kwh / figure.low_kwh)
        return Estimate.spread(
            f"metered energy, tier {figure.tier}",
            median=figure.energy_kwh, factor=factor, unit="kWh", level=LEVEL, sources=SOURCES,
        )  # fmt: skip

    @property
    def utilization(self) -> Utilization | None:
        """Share of its chips' peak that it used (MFU); None where chip or FLOP are not known."""
        return utilization(self)

    @property
    def hardware_burden_flop(self) -> float | None:
        """Chips × peak × time [FLOP]; None where the chip is not known."""
        return burden_flop(self)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the intervals and the rest of the machine come from."""
        return SOURCES if self.figures else ()

    def run(self, **known: Any) -> Run:
        """Return the run that ``fit`` and ``forecast`` take.

        Parameters
        ----------
        **known
            Fields of :class:`costlaw.runs.Run` that the meter was not told, such as ``error``.

        Raises
        ------
        EvidenceError
            If no error was reported: a run without one says nothing about a law.
        """
        from costlaw.runs import Run

        settings = {k: v for k, v in self.settings.items() if k == "parameters" and v}
        if self.settings.get("seed") is not None:
            settings["seed"] = str(self.settings["seed"])  # a label, whatever it counts
        found: dict[str, Any] = {
            "name": self.name,
            "error": self.error,
            "compute_flop": self.model_flop,
            "hardware_burden_flop": self.hardware_burden_flop,
            "examples": self.examples or None,
            "duration_s": self.elapsed_s,
            "energy_kwh": self.energy_kwh,
            "year": _year(self.started),
            "step": float(self.steps) or None,
            **settings,
            **known,
        }
        if found["error"] is None:
            raise EvidenceError(
                f'run "{self.name}": no error was reported; expected one, to say what '
                "its compute bought. Call m.step(error=…) or pass error=… here."
            )
        return Run(**found)

    def table(self) -> pl.DataFrame:
        """Return quantity, estimate, low, high, level, unit as a tidy frame."""
        import polars as pl

        rows: list[tuple[Any, ...]] = [("elapsed", self.elapsed_s, None, None, None, "s")]
        rows += [
            (f"energy, {f.scope}, {f.component}, tier {f.tier}", f.energy_kwh, f.low_kwh,
             f.high_kwh, LEVEL, "kWh")
            for f in self.figures
        ]  # fmt: skip
        for quantity, value in (("model FLOP", self.model_flop), ("hardware FLOP",
                                self.hardware_flop)):  # fmt: skip
            if value is not None:
                rows.append((quantity, value, None, None, None, "FLOP"))
        names = ["quantity", "estimate", "low", "high", "level", "unit"]
        schema = dict.fromkeys(names, pl.Float64) | {"quantity": pl.String, "unit": pl.String}
        return pl.DataFrame(rows, schema={name: schema[name] for name in names}, orient="row")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        figure, held, used = self.headline, held_chips(self), self.utilization
        return {
            "schema": "costlaw-metered/1",
            "name": self.name,
            "started": self.started,
            "ended": self.ended,
            "elapsed_s": self.elapsed_s,
            "suspended_s": self.suspended_s,
            "tier": self.tier,
            "scope": figure.scope if figure else None,
            "energy_kwh": self.energy_kwh,
            "energy_low_kwh": figure.low_kwh if figure else None,
            "energy_high_kwh": figure.high_kwh if figure else None,
            "level": LEVEL if figure else None,
            "figures": [f.to_dict() for f in self.figures],
            "cpu_s": self.cpu_s,
            "steps": self.steps,
            "examples": self.examples,
            "error": self.error,
            "model_flop": self.model_flop,
            "hardware_flop": self.hardware_flop,
            "hardware_burden_flop": self.hardware_burden_flop,
            "chip": held[0].name if held else None,
            "chip_count": held[1] if held else None,
            "utilization": used.value if used else None,
            "utilization_of": str(used) if used else None,
            "curve": list(self.curve),
            "notes": list(self.notes),
            "absent": [dict(absence) for absence in self.absent],
            "machine": dict(self.machine),
            "settings": dict(self.settings),
            "file": self.file,
        }

    def __repr__(self) -> str:
        return f"Metered({self.name!r}: {_seconds(self.elapsed_s)}, {describe_energy(self)})"

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {_seconds(self.elapsed_s)}, {self.ended}; processor time "
            f"{_seconds(self.cpu_s)}",
            f"energy    {describe_energy(self)}",
        ]
        lines += [
            f"  {f.component:<10}{energy_text(f.energy_kwh)}, {f.scope}, tier {f.tier}: {f.method}"
            for f in self.figures
            if f.component != "all"
        ][:4]
        if self.model_flop:
            used = f"; {self.utilization}" if self.utilization else ""
            lines.append(f"compute   {format_number(self.model_flop)} FLOP (model){used}")
        if self.steps:
            examples = f", {format_number(self.examples)} examples" if self.examples else ""
            lines.append(f"steps     {self.steps:,}{examples}")
        if self.error is not None:
            loss = self.settings.get("error_unit", "fraction") != "fraction"
            text = f"{self.error:.4g} (loss)" if loss else format_percent(self.error)
            lines.append(f"error     {text}")
        lines += [f"note      {note}" for note in self.notes[: 12 - len(lines)]]
        return "\n".join(lines)


def describe_energy(metered: Metered) -> str:
    """Return the headline energy with scope, tier and interval, in words."""
    figure = metered.headline
    if figure is None:
        return f"no energy: {TIERS['D']} (tier D)"
    low, high = energy_text(figure.low_kwh), energy_text(figure.high_kwh)
    return (
        f"{energy_text(figure.energy_kwh)} (90 %: {low} to {high}; {figure.scope}, tier "
        f"{figure.tier} {TIERS[figure.tier]}, not calibrated by us)"
    )


def energy_text(energy_kwh: float) -> str:
    """Return an energy in the unit that a person reads at a glance.

    Examples
    --------
    >>> energy_text(2.9e-5), energy_text(0.012), energy_text(3.0)
    ('29 mWh', '12 Wh', '3.0 kWh')
    """
    for unit, size in (("kWh", 1.0), ("Wh", 1e-3)):
        if energy_kwh >= size:
            return f"{format_number(energy_kwh / size)} {unit}"
    return f"{format_number(energy_kwh * 1e6)} mWh"


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d} h"


def _year(started: str) -> float:
    year, month, day = (int(part) for part in started[:10].split("-"))
    return year + (month - 1) / 12 + (day - 1) / 365.25


def figure_of(component: str, tier: str, *, energy_kwh: float, method: str) -> EnergyFigure:
    """Return a device's figure with the interval of its tier."""
    return EnergyFigure(
        component=component,
        scope="device",
        tier=tier,
        energy_kwh=energy_kwh,
        low_kwh=energy_kwh / FACTOR[tier],
        high_kwh=energy_kwh * FACTOR[tier],
        method=method,
    )
