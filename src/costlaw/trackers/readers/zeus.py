"""Zeus' window log: time [s] and energy of each GPU [J] by window, no error.

Follows the file that ``ZeusMonitor(log_file=…)`` writes. A window is named after what it measured;
windows of one name are added up. Only GPUs are in it: the processor's and the memory's energy are
not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from costlaw.exceptions import DataError
from costlaw.trackers.formats.log_table import headers_of
from costlaw.trackers.formats.scalars import number
from costlaw.trackers.logged import Fault, LoggedRun, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

JOULES_PER_KWH = 3.6e6
_GPU = re.compile(r"gpu\d+_energy")


class Zeus(Reader):
    """A log of ZeusMonitor."""

    name = "zeus"
    title = "Zeus"
    supplement = True
    caveats = ("energy is that of the GPUs only",)

    def sniff(self, place: Place) -> bool:
        """Return whether a file has Zeus' columns."""
        headers = headers_of(place.head)
        return headers[:3] == ["start_time", "window_name", "elapsed_time"]

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one record a window name."""
        sums: dict[str, list[float]] = {}
        try:
            with place.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                for line, row in enumerate(csv.DictReader(file), start=2):
                    cells = [number(row.get("elapsed_time") or "")]
                    cells += [number(cell or "") for key, cell in row.items()
                              if key and _GPU.fullmatch(key)]  # fmt: skip
                    known = [cell for cell in cells if cell is not None]
                    if len(known) < len(cells):
                        yield Fault(where=f"line {line}", reason="half-written")
                        continue
                    total = sums.setdefault(row.get("window_name") or f"line {line}", [0.0, 0.0])
                    total[0] += known[0]
                    total[1] += sum(known[1:])
        except PermissionError as error:
            raise DataError(f"{place.text}: permission denied; make it readable.") from error
        except (OSError, csv.Error) as error:
            raise DataError(f"{place.origin}: cannot be read ({error}).") from error
        for name, (time_s, joules) in sums.items():
            settings = {"duration_s": time_s}
            if joules > 0:
                settings["energy_kwh"] = joules / JOULES_PER_KWH
            yield LoggedRun(name=name, identity=name, settings=settings)
