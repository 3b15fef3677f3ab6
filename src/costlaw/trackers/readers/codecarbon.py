"""CodeCarbon's ``emissions.csv``: energy [kWh] and time [s] of runs, no error.

A tracker that was flushed writes several rows with one ``run_id``, each the total so far: the last
counts. It is a file to join to the runs that it measured, by project, experiment or run id.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from costlaw.exceptions import DataError
from costlaw.trackers.formats.log_table import headers_of
from costlaw.trackers.formats.scalars import number
from costlaw.trackers.logged import Fault, LoggedRun, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

_COLUMNS = {"run_id", "project_name", "duration", "energy_consumed", "emissions"}


class CodeCarbon(Reader):
    """A file of CodeCarbon."""

    name = "codecarbon"
    title = "CodeCarbon"
    supplement = True

    def sniff(self, place: Place) -> bool:
        """Return whether a file has CodeCarbon's columns."""
        return set(headers_of(place.head)) >= _COLUMNS

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one record a ``run_id``: its last row."""
        last: dict[str, dict[str, str]] = {}
        try:
            with place.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                for row in csv.DictReader(file):
                    last[row.get("run_id") or f"row {len(last)}"] = row
        except PermissionError as error:
            raise DataError(f"{place.text}: permission denied; make it readable.") from error
        except (OSError, csv.Error) as error:
            raise DataError(f"{place.origin}: cannot be read ({error}).") from error
        for identity, row in last.items():
            energy = number(row.get("energy_consumed") or "")
            time = number(row.get("duration") or "")
            if energy is None or time is None:
                yield Fault(where=identity, reason="its row is half-written")
                continue
            yield LoggedRun(name=row.get("project_name") or identity, identity=identity,
                            settings={"energy_kwh": energy, "duration_s": time})  # fmt: skip
