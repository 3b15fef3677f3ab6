"""Meter files as the runs that ``fit`` and ``forecast`` take: one run a job, whatever its ranks.

The processes of one distributed job (same launcher and job, each rank once) are merged into one
run; any other span that reported an error is a run of its own. Spans without an error say nothing
about a law and are left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import DataError
from costlaw.metering.metered import Metered
from costlaw.metering.records.journal import FOLDER, SCHEMA
from costlaw.metering.records.merging import merge_files
from costlaw.metering.records.recovery import meter_files, read_session, recover

if TYPE_CHECKING:
    from costlaw.runs import Benchmark, Runs

_MARK = f'"schema":"{SCHEMA}"'.encode()
_LOOKED_AT = 20  # files of a folder


def is_meter_place(place: str | os.PathLike[str]) -> bool:
    """Return whether a path is a meter file, or a folder that holds some.

    Examples
    --------
    >>> is_meter_place("runs.csv")
    False
    """
    path = Path(place)
    files = [path] if path.is_file() else sorted(path.glob("*.jsonl"))[:_LOOKED_AT]
    return any(_is_meter_file(file) for file in files)


def _is_meter_file(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return _MARK in stream.read(256)
    except OSError:
        return False


def recover_runs(place: str | os.PathLike[str] = FOLDER) -> Runs:
    """Return the metered spans that reported an error, as checked runs for ``fit``.

    Parameters
    ----------
    place : path
        A meter file, or a folder of them.

    Raises
    ------
    DataError
        If there is no meter file, no span reports an error, or errors and losses are mixed.
    """
    from costlaw.runs import Runs

    metered, silent = [], 0
    for files in _jobs(place):
        if len(files) > 1:
            found = [merge_files(files, name=_name_of(files[0]))]
        else:
            found = recover(files[0])
        metered += [span for span in found if span.error is not None]
        silent += sum(span.error is None for span in found)
    if not metered:
        raise DataError(
            f"{place}: none of {silent} metered spans reports an error; expected one, to say what "
            "its compute bought. Call m.step(error=…) or m.report(error=…) in the training."
        )
    notes = (f"{silent} metered spans without an error left out",) if silent else ()
    return Runs.from_records(
        [span.run() for span in metered],
        benchmark=_benchmark(metered, place),
        origin=Path(place).name or str(place),
        notes=notes,
        measure="operations counted as the training reported them to the meter",
    )


def _benchmark(metered: list[Metered], place: Any) -> Benchmark:
    from costlaw.runs import Benchmark

    units = {span.settings.get("error_unit", "fraction") for span in metered}
    if len(units) > 1:
        raise DataError(
            f"{place}: some spans report an error and some a loss; expected one of them. Give "
            "them folders of their own."
        )
    loss = units == {"nats"}
    return Benchmark(
        name="own runs",
        title="Own runs",
        error_unit="nats" if loss else "fraction",
        reaches_zero=not loss,
        error_definition="as the training reported it",
    )


def _jobs(place: str | os.PathLike[str]) -> list[list[Path]]:
    """Return the files of each job; a rank that comes back begins another run of it."""
    jobs: list[list[Path]] = []
    open_jobs: dict[str, tuple[list[Path], set[int]]] = {}
    starts = [(session.start, file) for file in meter_files(place)
              if (session := read_session(file)[0]) is not None]  # fmt: skip
    around = {(start.get("boot"), start.get("metered_by")) for start, _ in starts}
    for start, file in sorted(starts, key=lambda found: found[0]["unix"]):
        rank = start.get("rank")
        # a meter around others reports no error, and is not a rank that came back
        if rank is None or (start.get("boot"), start["pid"]) in around:
            jobs.append([file])
            continue
        key = f"{rank['launcher']} {rank['job']}"
        files, ranks = open_jobs.get(key, ([], set()))
        if not files or rank["rank"] in ranks:
            files, ranks = [], set()
            jobs.append(files)
            open_jobs[key] = (files, ranks)
        files.append(file)
        ranks.add(rank["rank"])
    return jobs


def _name_of(file: Path) -> str:
    session = read_session(file)[0]
    windows = list(session.windows.values()) if session else []
    named = [window.name for window in windows if window.marks] or [w.name for w in windows]
    return named[0] if named else file.stem
