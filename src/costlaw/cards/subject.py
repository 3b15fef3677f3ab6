"""What a card is about: a named system, an amount, or a run, with its compute and its chips.

One idea: everything that can be priced has operations, or chips held for some time, or both; the
missing one follows through the utilization and says so. Published systems are Epoch AI's, with the
factor that their confidence stands for; stated times are good to 10 %. It prices nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from costlaw.cards.amounts import DeviceTime, looks_like_amount, parse_amount
from costlaw.cards.published import figures_of, published_figures
from costlaw.cards.runfile import RunFile, read_run
from costlaw.cards.tables import Row, own_row, source
from costlaw.compute import Capacity
from costlaw.costs.builder import run_format
from costlaw.costs.utilization import utilization
from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError, OptionError, UnitError, UnknownName
from costlaw.hardware import Chip, likely_chip
from costlaw.literature import System, system
from costlaw.sources import Source, merge_sources

# Epoch AI's documentation of its confidence levels: 90 % within this factor [recalled]
CONFIDENCE_FACTOR = {"Confident": 3.0, "Likely": 10.0, "Speculative": 30.0}
TIME_FACTOR = 1.1  # "five to six days" is 5.5 days ×/÷ 1.1
_IDLE = 0.001  # a run that used less of its chips than this is one of which the count is wrong


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is priced.

    Parameters
    ----------
    name, kind : str
        What it is called; ``system``, ``compute``, ``device-time`` or ``run``.
    compute : Estimate
        Operations [FLOP].
    compute_how : str
        How they are known.
    capacity : Capacity or None
        Its chips and their time, where known; peak rate by the authors' convention.
    device_hours : Estimate or None
        Time of all chips together [device-hour].
    chip : Chip or None
        Its chip in the catalogue.
    date : str
        ISO date or year; empty where unknown.
    system : System or None
        Its row, if it is a published system.
    notes : tuple of str
        What was chosen, and what is missing.
    sources : tuple of Source
        Where it comes from.
    energy_kwh : Estimate or None
        Measured energy, for a metered run [kWh].
    """

    name: str
    kind: str
    compute: Estimate
    compute_how: str
    capacity: Capacity | None = None
    device_hours: Estimate | None = None
    chip: Chip | None = None
    date: str = ""
    system: System | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    energy_kwh: Estimate | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "date": self.date or None,
            "compute_how": self.compute_how,
            "capacity": self.capacity.to_dict() if self.capacity else None,
            "chip": self.chip.name if self.chip else None,
        }


def subject_of(text: str, *, chip: str | None = None, date: str | None = None) -> Subject:
    """Return what a text names.

    Parameters
    ----------
    text : str
        A run file (``run.json``), a system (``"AlexNet"``) or an amount (``"1e28 FLOP"``).
    chip : str, optional
        Chip for a device time that names none.
    date : str, optional
        When the chips were used.

    Raises
    ------
    UnknownName
        If it is no system, file or amount.
    UnitError
        If it starts with a number and cannot be read.
    EvidenceError
        If the system states neither compute nor chips and time.

    Examples
    --------
    >>> subject_of("AlexNet").capacity.device_hours
    264.0
    """
    path = Path(text)
    if path.suffix.casefold() == ".json":
        return of_run(read_run(path), chip=chip)
    if (published := _published_name(text)) is not None:
        return _of_published(published)
    try:
        return of_system(system(text))
    except UnknownName:
        if not looks_like_amount(text):
            raise
    amount = parse_amount(text)
    if isinstance(amount, DeviceTime):
        return _of_device_time(amount, chip=chip, date=date)
    compute = Estimate.exact(amount, "FLOP")
    return Subject(name=text.strip(), kind="compute", compute=compute, compute_how="as stated")


def _published_name(text: str) -> str | None:
    """Return a system of which only published figures are known; None where there is a row."""
    wanted = text.strip().casefold()
    for item in published_figures():
        name = item.system
        if wanted in {name.casefold(), name.partition(" (")[0].casefold()}:
            try:
                system(name)
            except UnknownName:
                return name if _stated_row(name) else None
            return None
    return None


def _stated_row(name: str) -> Row | None:
    """Return the chips and hours behind a system's published figures."""
    found = (own_row(item.recipe) for item in figures_of(name) if item.quantity != "ratio")
    return next((row for row in found if row), None)


def _stated_capacity(row: Row, name: str) -> tuple[Chip, Capacity]:
    device, _ = likely_chip(row["chip"], row["date"])
    peak = device.peak()
    form = next(known for known, rate in device.peak_flop_per_s.items() if rate == peak)
    return device, Capacity(
        name=name, chip=device.name, number_format=form, count=float(row["count"]),
        peak_flop_per_s=peak, duration_s=float(row["hours"]) * 3600.0,
    )  # fmt: skip


def _of_published(name: str) -> Subject:
    """Return the subject that a system's published chips and hours make."""
    row = _stated_row(name)
    assert row is not None
    device, capacity = _stated_capacity(row, name)
    notes = tuple(text for text in (row["note"],) if text)
    return Subject(
        name=name, kind="system", date=row["date"], notes=notes,
        compute_how="chips × time × peak rate × utilization of its year",
        sources=(source(row["source_id"]),),
        **_held(device, capacity, date=row["date"], factor=TIME_FACTOR),
    )  # fmt: skip


def _held(
    device: Chip, capacity: Capacity, *, date: str, factor: float = 1.0, kind: str | None = None
) -> dict[str, Any]:
    """Return device-hours, and the operations that they imply at the utilization of their time."""
    hours = Estimate.spread(
        f"duration:{capacity.name}", median=capacity.device_hours, factor=factor, unit="device-hour"
    )
    year = int(date[:4]) if date else None
    used = utilization(year, kind=kind)
    peak = device.peak(run_format(device))
    done = (hours * used * (peak * 3600.0)).convert(1.0, "FLOP")
    return {"device_hours": hours, "compute": done, "chip": device, "capacity": capacity}


def _of_device_time(amount: DeviceTime, *, chip: str | None, date: str | None) -> Subject:
    if not amount.chip and not chip:
        raise UnitError(
            f'"{amount.text}" names no chip, so it has no price. Name one in the text'
            f' ("{amount.count:g} V100") or with --chip V100.'
        )
    if amount.chip and chip:
        raise OptionError(f'"{amount.text}" names its chip; leave out --chip {chip}.')
    device, note = likely_chip(amount.chip or chip or "", date)
    capacity = Capacity(
        name=amount.text, chip=device.name, number_format=run_format(device),
        count=amount.count, peak_flop_per_s=device.peak(run_format(device)),
        duration_s=amount.duration_s,
    )  # fmt: skip
    return Subject(
        name=amount.text, kind="device-time", date=date or "",
        compute_how="device-hours × peak rate × utilization",
        notes=(note,) if note else (), sources=(device.source,),
        **_held(device, capacity, date=date or ""),
    )  # fmt: skip


def of_run(run: RunFile, *, chip: str | None = None) -> Subject:
    """Return the subject that a run file states.

    Raises
    ------
    EvidenceError
        If it states a time and no chip.
    """
    name = run.chip or chip
    found: dict[str, Any] = {}
    notes: list[str] = []
    if name:
        device, note = likely_chip(name, run.date)
        notes += [note] if note else []
        found["chip"] = device
        if run.duration_s is not None:
            form = run_format(device)
            capacity = Capacity(
                name=run.name, chip=device.name, number_format=form, count=run.chip_count,
                peak_flop_per_s=device.peak(form), duration_s=run.duration_s,
                compute_flop=run.compute_flop,
            )  # fmt: skip
            found |= _held(device, capacity, date=run.date or "")
    how = "device-hours × peak rate × utilization"
    if run.compute_flop is not None:
        found["compute"], how = Estimate.exact(run.compute_flop, "FLOP"), "as the run states it"
    elif run.hardware_burden_flop is not None:
        year = int(run.date[:4]) if run.date else None
        used = (utilization(year) * run.hardware_burden_flop).convert(1.0, "FLOP")
        found["compute"], how = used, "stated burden × utilization"
    if "compute" not in found:
        raise EvidenceError(
            f"{run.name}: states a time and no chip; add chip and chip_count, or pass --chip."
        )
    return Subject(name=run.name, kind="run", date=run.date or "", compute_how=how,
                   notes=tuple(notes), energy_kwh=_metered_energy(run), **found)  # fmt: skip


def _metered_energy(run: RunFile) -> Estimate | None:
    if run.energy_kwh is None:
        return None
    low, high = run.energy_low_kwh, run.energy_high_kwh
    if low and high and low < run.energy_kwh < high:
        return Estimate.between("metered energy", low=low, high=high, unit="kWh")
    return Estimate.exact(run.energy_kwh, "kWh")


def _system_chip(item: System) -> tuple[Chip | None, str]:
    if not item.chip:
        return None, "its chips are not stated"
    try:
        device, note = likely_chip(item.chip, item.date)
    except UnknownName:
        return None, f'its hardware ("{item.chip}") is not one chip of the catalogue'
    return device, note


def capacity_of(item: System, device: Chip) -> Capacity | None:
    """Return the chips and time of a system, by the authors' convention of peak rates.

    The operations are left out where they exceed the burden: the chip was then used in a faster
    number format than the convention counts, and no utilization follows.
    """
    if not (item.chip_count and item.duration_s):
        return None
    peak = device.peak()
    form = next(name for name, rate in device.peak_flop_per_s.items() if rate == peak)
    burden = item.chip_count * peak * item.duration_s
    done = item.training_compute_flop
    return Capacity(
        name=item.name, chip=device.name, number_format=form, count=item.chip_count,
        peak_flop_per_s=peak, duration_s=item.duration_s,
        compute_flop=done if done and done <= burden else None,
    )  # fmt: skip


def _system_compute(item: System, stated: float) -> tuple[Estimate, str]:
    """Return the operations of a system: its row, widened where other published counts leave it."""
    factor = CONFIDENCE_FACTOR.get(item.confidence, 10.0)
    counts = [f.published for f in figures_of(item.name) if f.quantity == "compute"] + [stated]
    if max(counts) > stated * factor or min(counts) < stated / factor:
        wide = Estimate.between(
            f"compute:{item.name}", low=min(counts), high=max(counts), unit="FLOP",
            sources=(item.source,),
        )  # fmt: skip
        return wide, "from the smallest to the largest published count"
    estimate = Estimate.spread(
        f"compute:{item.name}", median=stated, factor=factor, unit="FLOP", sources=(item.source,)
    )
    return estimate, f"{item.source.title}, {(item.confidence or 'no confidence').casefold()}"


def of_system(item: System) -> Subject:
    """Return the subject that a published system is.

    Raises
    ------
    EvidenceError
        If it states neither its compute nor its chips and their time.
    """
    device, note = _system_chip(item)
    notes = [text for text in (note, item.note) if text]
    found: dict[str, Any] = {}
    how = "chips × time × peak rate × utilization of its year"
    capacity = capacity_of(item, device) if device else None
    row = None if capacity else _stated_row(item.name)
    if row is not None:
        device, capacity = _stated_capacity(row, item.name)
        notes = [text for text in (row["note"], item.note) if text]
    if device and capacity:
        kind = "language" if "Language" in item.domain else "other"
        found = _held(device, capacity, date=item.date, factor=TIME_FACTOR, kind=kind)
    elif device:
        found["chip"] = device
    stated = item.training_compute_flop
    other_counts = any(figure.quantity == "compute" for figure in figures_of(item.name))
    if stated and capacity and not other_counts and stated < _IDLE * capacity.burden_flop:
        notes.append(
            f"its stated operations are {stated / capacity.burden_flop:.1g} of what its chips could"
            " do in their time, so its chips and time are priced instead"
        )
    elif stated:
        found["compute"], how = _system_compute(item, stated)
    if "compute" not in found:
        raise EvidenceError(
            f"{item.name}: neither its training compute nor its chips and their time are known"
            f" ({item.source.title}), so it has no price. Price an amount instead: "
            'costlaw cost "1e21 FLOP".'
        )
    return Subject(
        name=item.name, kind="system", compute_how=how, date=item.date, system=item,
        notes=tuple(notes), sources=merge_sources((item.source,), (source("epoch-models"),)),
        **found,
    )  # fmt: skip
