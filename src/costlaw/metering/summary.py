"""From the running totals of a session to what one window used.

Per component the best sensor wins: a counter before power samples before load × rated power; a
counter that stood still is not trusted. Counters of a whole machine are shared by what we were
given of it (SLURM, container). A sensor that opened up to half the window late is scaled to the
whole window, and the note says so.

This module reads nothing and writes nothing.
"""

from __future__ import annotations

from typing import Any

from costlaw.metering.clocks import iso_date
from costlaw.metering.metered import (
    JOULES_PER_KWH,
    REST_SHARE,
    EnergyFigure,
    Metered,
    figure_of,
)
from costlaw.metering.probes.probe import FACTOR
from costlaw.metering.records.session import Session, Window
from costlaw.units import format_share

SMALL_PART = 0.1  # a part below a tenth of the energy does not set the tier of the sum


def summarise(session: Session, window: Window, *, file: str | None = None) -> Metered:
    """Return what a window used, from the totals of its session."""
    notes = [*session.notes, *window.notes]
    devices = _device_figures(session, window, notes)
    figures = add_scopes(devices, window.settings.get("pue"))
    last = window.marks[-1] if window.marks else None
    return Metered(
        name=window.name,
        started=iso_date(window.opened_unix_s),
        elapsed_s=window.last.t - window.opened.t,
        suspended_s=window.last.suspended_s - window.opened.suspended_s,
        figures=tuple(figures),
        cpu_s=max(window.last.cpu_s - window.opened.cpu_s, 0.0),
        steps=window.steps,
        examples=window.examples,
        model_flop=window.model_flop,
        hardware_flop=window.hardware_flop,
        error=last.error if last else None,
        curve=tuple(
            {
                "step": mark.step,
                "examples": mark.examples,
                "elapsed_s": mark.t - window.opened.t,
                "error": mark.error,
                "model_flop": mark.model_flop,
            }
            for mark in window.marks
        ),
        ended=window.reason or "running",
        notes=tuple(notes),
        absent=tuple(session.absent),
        machine=_machine(session),
        settings=window.settings,
        file=file,
    )


def _machine(session: Session) -> dict[str, Any]:
    keys = ("host", "pid", "boot", "allocation", "rank", "command", "os", "python")
    found = {key: session.start[key] for key in keys if session.start.get(key) is not None}
    devices = [channel["label"] for channel in session.channels.values() if channel.get("label")]
    gpus = [c["label"] for c in session.channels.values() if c["component"] == "gpu"]
    return found | {"devices": sorted(set(devices)), "gpus": gpus}


def channel_energy_j(session: Session, window: Window, key: str) -> float:
    """Return what one channel used in a window [J], scaled up if its sensor opened late."""
    used = window.last.energy_j.get(key, 0.0) - window.opened.energy_j.get(key, 0.0)
    late = max(session.since_s[key] - window.opened.t, 0.0)
    span = window.last.t - window.opened.t
    if session.channels[key].get("late") and 0 < late <= span / 2:
        used *= span / (span - late)
    return max(used, 0.0)


def _device_figures(session: Session, window: Window, notes: list[str]) -> list[EnergyFigure]:
    figures = []
    for component in ("gpu", "processor", "memory"):
        keys = _best_channels(session, window, component)
        if not keys:
            continue
        channels = [session.channels[key] for key in keys]
        energy_j = sum(channel_energy_j(session, window, key) for key in keys)
        methods = list(dict.fromkeys(channel["method"] for channel in channels))
        allocation = session.start.get("allocation", {})
        share = allocation.get("share", 1.0)
        if component != "gpu" and share < 1 and all(channel["whole"] for channel in channels):
            energy_j *= share
            methods.append(f"our {format_share(share)} of the machine ({allocation['origin']})")
        tier = max(channel["tier"] for channel in channels)
        if any(session.channels[key].get("late") for key in keys):
            notes.append(f"the {component} sensor opened late; scaled to the whole span")
        count = f"{len(keys)} × " if len(keys) > 1 else ""
        figures.append(
            figure_of(
                component,
                tier,
                energy_kwh=energy_j / JOULES_PER_KWH,
                method=count + ", ".join(methods),
            )
        )
    return figures


def _best_channels(session: Session, window: Window, component: str) -> list[str]:
    """Return the channels of the best tier that can be trusted for the whole window."""
    keys = [
        key
        for key, channel in session.channels.items()
        if channel["component"] == component and key in window.last.energy_j
    ]
    if component == "gpu":
        return keys  # each board is its own; all are counted
    trusted = [
        key
        for key in keys
        if key not in session.stalled and not (key in session.lost and len(keys) > 1)
    ]
    if not trusted:
        return []
    best = min(session.channels[key]["tier"] for key in trusted)
    return [key for key in trusted if session.channels[key]["tier"] == best]


def add_scopes(devices: list[EnergyFigure], pue: float | None = None) -> list[EnergyFigure]:
    """Return device figures with their sum, the machine's and, given a PUE, the facility's."""
    if not devices:
        return []
    total = sum(figure.energy_kwh for figure in devices)
    tiers = [f.tier for f in devices if f.energy_kwh >= SMALL_PART * total] or ["C"]
    figures = [
        *devices,
        _sum_of(devices, "device", tier=max(tiers), method="sum of the devices read"),
    ]
    if not any(figure.component == "processor" for figure in devices):
        return figures  # a machine without its processors would be a number for nothing
    rest = EnergyFigure(
        component="rest",
        scope="machine",
        tier="C",
        energy_kwh=total * REST_SHARE,
        low_kwh=total * REST_SHARE / FACTOR["C"],
        high_kwh=total * REST_SHARE * FACTOR["C"],
        method=f"{format_share(REST_SHARE)} of the devices: power supply, fans, board (estimated)",
    )
    machine = _sum_of(
        [*devices, rest], "machine", tier=max(tiers), method="devices and the rest of it"
    )
    figures += [rest, machine]
    if pue:
        figures.append(
            EnergyFigure(
                component="all",
                scope="facility",
                tier=machine.tier,
                energy_kwh=machine.energy_kwh * pue,
                low_kwh=machine.low_kwh * pue,
                high_kwh=machine.high_kwh * pue,
                method=f"machine × PUE {pue:g} as given",
            )
        )
    return figures


def _sum_of(parts: list[EnergyFigure], scope: str, *, tier: str, method: str) -> EnergyFigure:
    return EnergyFigure(
        component="all",
        scope=scope,
        tier=tier,
        energy_kwh=sum(part.energy_kwh for part in parts),
        low_kwh=sum(part.low_kwh for part in parts),
        high_kwh=sum(part.high_kwh for part in parts),
        method=method,
    )
