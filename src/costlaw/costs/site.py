"""A site: where and on what a run is paid for.

One idea: seven uncertain inputs (peak rate, utilization, price, power, PUE, grid, and the share of
a programme that the final run is) turn a count of operations into device-hours, dollars, energy
and carbon, each multiplied in exactly once. Follows Strubell, Ganesh and McCallum (2019) for
energy and carbon and Cottier et al. (2024) for money. A site holds numbers; it looks nothing up
(see ``presets`` and ``builder``) and prices nothing (see ``bill``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError, UnknownName
from costlaw.sources import Source, merge_sources

QUANTITIES = ("device_hours", "usd", "energy_kwh", "co2e_kg")
OF_THE_RUNS = "utilization of the runs"  # a seventh input, only where a hardware burden is priced
# field and unit of each input, in the order in which they are multiplied
_FIELDS: dict[str, tuple[str, str]] = {
    "peak rate": ("peak_flop_per_s", "FLOP/s"),
    "utilization": ("utilization", ""),
    "price": ("usd_per_hour", "USD/device-hour"),
    "power": ("power_kw", "kW/device"),
    "PUE": ("pue", ""),
    "grid": ("carbon_intensity_kg_per_kwh", "kg CO2e/kWh"),
    OF_THE_RUNS: ("used_before", ""),
}
INPUTS = tuple(label for label in _FIELDS if label != OF_THE_RUNS)
HELD = "device-hours are stated, so utilization does not enter"


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """Where and on what a run is paid for.

    Parameters
    ----------
    name, title : str
        Short name, and one line for people.
    chip, number_format : str
        The device and the number format whose dense peak rate is used.
    peak_flop_per_s : Estimate
        Dense peak rate of one device in that format [FLOP/s].
    utilization : Estimate
        Model FLOP utilization, in (0, 1].
    usd_per_hour : Estimate
        Rent, or ownership spread over its hours [USD/device-hour].
    power_kw : Estimate
        Mean power of one busy device with its share of the server, before PUE [kW/device].
    pue : Estimate
        Facility energy over IT energy, at least 1.
    carbon_intensity_kg_per_kwh : Estimate
        Of the grid, location-based yearly average unless a caveat says otherwise [kg CO2e/kWh].
    programme : Estimate
        Compute of the whole programme over that of the final run; shown, never multiplied in.
    embodied_kg_per_hour, water_litre_per_kwh : Estimate or None
        Carbon of making the device per device-hour [kg CO2e/device-hour]; water used per kWh of
        facility energy [L/kWh]. None: not counted, and the card says so.
    usd_year : int
        Year of the dollars.
    used_before : Estimate or None
        Utilization, in (0, 1], of the runs whose hardware burden is priced; None: what is priced
        is a count of operations.
    region, as_of : str
        Place of the grid; date of the newest price or constant.
    caveats : tuple of str
        What a reader must know before quoting a number.

    Raises
    ------
    OptionError
        If utilization leaves (0, 1], PUE falls below 1, or an input is not above 0.

    Source
    ------
    Strubell et al. (2019) for chips, PUE and grid; Chowdhery et al. (2022) for utilization.

    Examples
    --------
    >>> from costlaw.costs.presets import preset
    >>> preset("authors-2022").utilization.value
    1.0
    """

    name: str
    title: str
    chip: str
    number_format: str
    peak_flop_per_s: Estimate
    utilization: Estimate
    usd_per_hour: Estimate
    power_kw: Estimate
    pue: Estimate
    carbon_intensity_kg_per_kwh: Estimate
    usd_year: int
    programme: Estimate = dataclasses.field(default_factory=lambda: Estimate.exact(1.0, ""))
    embodied_kg_per_hour: Estimate | None = None
    water_litre_per_kwh: Estimate | None = None
    used_before: Estimate | None = None
    region: str = "unspecified"
    as_of: str = ""
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for label, quantity in self.inputs.items():
            unit = _FIELDS[label][1]
            if quantity.unit != unit:
                raise OptionError(
                    f'site "{self.name}": {label} is in "{quantity.unit}"; expected "{unit}".'
                )
            if not (quantity.draws > 0).all():
                raise OptionError(
                    f'site "{self.name}": {label} = {quantity.value:g} {unit}: expected a number'
                    " above 0. If it is unknown, give an interval."
                )
        self._check_bounds()

    def _check_bounds(self) -> None:
        if (self.utilization.draws > 1).any():
            raise OptionError(
                f'site "{self.name}": utilization = {self.utilization.value:g}: expected a fraction'
                " in (0, 1]. Is it a percentage? Write 0.4 for 40 %."
            )
        if (self.pue.draws < 1).any():
            raise OptionError(
                f'site "{self.name}": PUE = {self.pue.value:g}: facility energy over IT energy is'
                " at least 1."
            )
        if (self.programme.draws < 1).any():
            raise OptionError(
                f'site "{self.name}": programme = {self.programme.value:g}: a programme costs at'
                " least its final run; expected a factor of at least 1."
            )

    @cached_property
    def inputs(self) -> dict[str, Estimate]:
        """The uncertain inputs by name, in the order in which they are multiplied."""
        found = {label: getattr(self, field) for label, (field, _) in _FIELDS.items()}
        return {label: quantity for label, quantity in found.items() if quantity is not None}

    def frozen(self, *names: str) -> Site:
        """Return this site with the named inputs held at their point values.

        Parameters
        ----------
        *names : str
            Of ``"peak rate"``, ``"utilization"``, ``"price"``, ``"power"``, ``"PUE"``, ``"grid"``;
            all of them if none is given.

        Raises
        ------
        UnknownName
            If there is no such input.

        Examples
        --------
        >>> from costlaw.costs.presets import preset
        >>> preset("today").frozen("price").usd_per_hour.is_exact
        True
        """
        changes: dict[str, Any] = {}
        for label in names or tuple(self.inputs):
            if label not in self.inputs:
                raise UnknownName("site input", label, tuple(self.inputs))
            quantity = self.inputs[label]
            changes[_FIELDS[label][0]] = Estimate.exact(
                quantity.value, quantity.unit, quantity.sources
            )
        return dataclasses.replace(self, **changes)

    def by_the_hour(self) -> Site:
        """Return this site for capacity that is held: its utilization does not enter.

        What is priced there is the hardware burden, at the site's own peak rate.

        Examples
        --------
        >>> from costlaw.costs.presets import preset
        >>> preset("today").by_the_hour().utilization.value
        1.0
        """
        caveats = self.caveats if HELD in self.caveats else (*self.caveats, HELD)
        return dataclasses.replace(
            self, utilization=Estimate.exact(1.0, ""), used_before=None, caveats=caveats
        )

    def for_burden(self, used: Estimate) -> Site:
        """Return this site for the hardware burden of runs that were used that well.

        Capacity becomes operations by the utilization of the runs and capacity of this site by its
        own, so that only their ratio counts. A site that prices at its peak rate (utilization
        exactly 1, as the article's) takes a burden as it is.

        Parameters
        ----------
        used : Estimate
            Utilization of the runs, in (0, 1].

        Examples
        --------
        >>> from costlaw.costs.presets import preset
        >>> from costlaw.costs.utilization import utilization_of_burdens
        >>> today, used = preset("today"), utilization_of_burdens()
        >>> ratio = today.for_burden(used).per_flop["usd"].value / today.per_flop["usd"].value
        >>> round(ratio, 2) == round(used.value, 2)
        True
        """
        if self.utilization.is_exact and self.utilization.value == 1:
            return self
        return dataclasses.replace(self, used_before=used)

    @cached_property
    def per_flop(self) -> dict[str, Estimate]:
        """What one FLOP of what is priced costs here: device-hours, USD, kWh and kg CO2e."""
        sustained = (self.peak_flop_per_s * self.utilization).convert(3600.0, "FLOP/device-hour")
        hours = (1.0 if self.used_before is None else self.used_before) / sustained
        energy = (hours * self.power_kw * self.pue).convert(1.0, "kWh/FLOP")
        return {
            "device_hours": hours.convert(1.0, "device-hour/FLOP"),
            "usd": (hours * self.usd_per_hour).convert(1.0, "USD/FLOP"),
            "energy_kwh": energy,
            "co2e_kg": (energy * self.carbon_intensity_kg_per_kwh).convert(1.0, "kg CO2e/FLOP"),
        }

    @property
    def flop_per_usd(self) -> float:
        """Operations that one dollar buys, at the point values [FLOP/USD]."""
        return 1.0 / self.per_flop["usd"].value

    @property
    def flop_per_kg(self) -> float:
        """Operations per kilogram of CO2e, at the point values [FLOP/kg CO2e]."""
        return 1.0 / self.per_flop["co2e_kg"].value

    @property
    def sources(self) -> tuple[Source, ...]:
        """All sources of all inputs, each once."""
        optional = [q for q in (self.embodied_kg_per_hour, self.water_litre_per_kwh) if q]
        held = [*self.inputs.values(), self.programme, *optional]
        return merge_sources(*(quantity.sources for quantity in held))

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "chip": self.chip,
            "number_format": self.number_format,
            "region": self.region,
            "usd_year": self.usd_year,
            "as_of": self.as_of,
            "inputs": {label: q.to_dict(level) for label, q in self.inputs.items()},
            "programme": self.programme.to_dict(level),
            "caveats": list(self.caveats),
            "sources": [cited.to_dict() for cited in self.sources],
        }

    def __repr__(self) -> str:
        return (
            f"Site {self.name}: {self.chip} ({self.number_format}), utilization "
            f"{self.utilization.value:.2g}, {self.usd_per_hour.value:.3g} USD/device-hour of "
            f"{self.usd_year}, grid {self.region}"
        )

    def __str__(self) -> str:
        lines = [self.title]
        lines += [f"  {label:<12}{quantity}" for label, quantity in self.inputs.items()]
        lines += [f"  note: {caveat}" for caveat in self.caveats[:3]]
        return "\n".join(lines)
