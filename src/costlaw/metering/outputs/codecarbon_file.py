"""CodeCarbon's ``emissions.csv`` out of metered spans, for those who come from it.

The columns are those of CodeCarbon 3.3 (MIT). What a meter does not know stays empty: a country,
coordinates, water. Emissions need a grid, of which nothing is known here: the caller gives the
carbon of each span, or the column stays empty. Energies are the devices' (CodeCarbon's own scope),
so the rest of the machine is not in ``energy_consumed``.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from costlaw.exceptions import OutputError
from costlaw.metering.metered import Metered

COLUMNS = (
    "timestamp", "project_name", "run_id", "experiment_id", "duration", "emissions",
    "emissions_rate", "cpu_power", "gpu_power", "ram_power", "cpu_energy", "gpu_energy",
    "ram_energy", "energy_consumed", "water_consumed", "country_name", "country_iso_code",
    "region", "cloud_provider", "cloud_region", "os", "python_version", "codecarbon_version",
    "cpu_count", "cpu_model", "gpu_count", "gpu_model", "longitude", "latitude", "ram_total_size",
    "tracking_mode", "cpu_utilization_percent", "gpu_utilization_percent",
    "ram_utilization_percent", "ram_used_gb", "on_cloud", "pue", "wue",
)  # fmt: skip
_COMPONENTS = {"processor": "cpu", "gpu": "gpu", "memory": "ram"}


def write_emissions(
    spans: Iterable[Metered],
    file: str | os.PathLike[str] = "emissions.csv",
    *,
    co2e_kg: Callable[[Metered], float | None] | None = None,
) -> Path:
    """Write metered spans as CodeCarbon writes its runs; rows are added to an existing file.

    Parameters
    ----------
    spans : iterable of Metered
        The spans.
    file : path
        The CSV file.
    co2e_kg : callable or None
        Carbon of a span [kg CO2e]; the column stays empty without it.

    Raises
    ------
    OutputError
        If the file cannot be written, or has other columns.
    """
    path = Path(file)
    rows = [_row(span, None if co2e_kg is None else co2e_kg(span)) for span in spans]
    try:
        begun = path.exists() and path.stat().st_size > 0
        if begun:
            with path.open(encoding="utf-8", newline="") as before:
                if tuple(next(csv.reader(before), ())) != COLUMNS:
                    raise OutputError(
                        f"{path}: has other columns than emissions.csv of CodeCarbon 3.3; expected "
                        "the same, to add rows. Name another file."
                    )
        with path.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            if not begun:
                writer.writeheader()
            writer.writerows(rows)
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        raise OutputError(f"{path}: cannot be written ({problem.strerror}).") from problem
    return path


def _row(span: Metered, carbon: float | None) -> dict[str, Any]:
    identity = hashlib.blake2b(
        f"{span.machine.get('host')}|{span.machine.get('pid')}|{span.started}|{span.name}".encode(),
        digest_size=16,
    ).hexdigest()
    allocation = span.machine.get("allocation", {})
    gpus = list(span.machine.get("gpus", ()))
    row: dict[str, Any] = {
        "timestamp": span.started.rstrip("Z"),
        "project_name": span.name,
        "run_id": identity,
        "duration": span.elapsed_s,
        "emissions": carbon,
        "emissions_rate": None if carbon is None or not span.elapsed_s
        else carbon / span.elapsed_s,
        "os": span.machine.get("os"),
        "python_version": span.machine.get("python"),
        "cpu_count": allocation.get("processors"),
        "gpu_count": len(gpus) or None,
        "gpu_model": gpus[0] if gpus else None,
        "tracking_mode": "machine",
        "pue": span.settings.get("pue"),
    }  # fmt: skip
    for figure in span.figures:
        name = _COMPONENTS.get(figure.component)
        if name is not None:
            row[f"{name}_energy"] = row.get(f"{name}_energy", 0.0) + figure.energy_kwh
            if span.elapsed_s:
                row[f"{name}_power"] = row[f"{name}_energy"] * 3.6e6 / span.elapsed_s
        elif (figure.component, figure.scope) == ("all", "device"):
            row["energy_consumed"] = figure.energy_kwh
    return row
