"""Import: a place becomes a checked table of runs, with every choice and every gap said.

Finds the reader, streams its runs into columns, chooses the error and the resources, joins what
another file knows of the same runs (energy, compute), and hands the raw table to ``runs``, which
checks it as it checks a CSV; so the same runs give the same table whatever store they came from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from costlaw.exceptions import DataError, OptionError
from costlaw.runs import ColumnChoice, Runs, read_runs
from costlaw.runs.assembling import assemble
from costlaw.runs.run import RESOURCES
from costlaw.sources import Source
from costlaw.trackers.catalogue import find_reader
from costlaw.trackers.choosing import choose
from costlaw.trackers.collecting import Collected, collect
from costlaw.trackers.joining import joined
from costlaw.trackers.logged import Fault, LoggedRun, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader
from costlaw.trackers.tabulating import check_direction, curve_frame, raw_frame

POINTS = ("auto", "last", "curve")
_SHOWN = 3


def import_runs(
    path: str | Path,
    *,
    reader: str = "auto",
    metric: str | None = None,
    columns: Mapping[str, str] | None = None,
    error_unit: str = "auto",
    points: str = "auto",
    experiment: str | None = None,
    unfinished: bool = False,
    join: Iterable[str | Path] = (),
) -> Runs:
    """Read the runs that a tracker logged, or a file of runs.

    Parameters
    ----------
    path : str or Path
        A store: file, folder, or address of an MLflow server.
    reader : str
        Name of a format (see ``READERS``), or ``auto`` to recognise it.
    metric : str, optional
        The metric that is the error; needed where several could be.
    columns : mapping of str to str, optional
        Canonical column to metric or setting, where recognition is not wanted.
    error_unit : str
        ``auto`` or one of ``fraction``, ``percent``, ``accuracy``, ``accuracy-percent``, ``loss``.
    points : str
        ``last`` (one row a run, its last value), ``curve`` (points of every learning curve, thinned
        to 64 each) or ``auto``: ``curve`` if the store holds one run, else ``last``.
    experiment : str, optional
        The experiment, study or project to read, where a store holds several.
    unfinished : bool
        Also take runs that did not come to their end.
    join : iterable of str or Path
        Files that know more of the same runs (CodeCarbon, Zeus, any table), matched by name.

    Returns
    -------
    Runs
        With ``choices`` (what was taken and why) and ``notes`` (what was left out).

    Raises
    ------
    DataError
        If nothing can be read, or the metric moves the wrong way.
    ColumnError
        If two metrics could be the error, or none.
    OptionError, UnknownName
        If an option does not exist.

    Source
    ------
    The formats as their tools write them; each reader names its format.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> log = pathlib.Path(tempfile.mkdtemp()) / "runs.csv"
    >>> _ = log.write_text("name,val_error,train_flops\\na,0.2,1e18\\nb,0.1,1e20\\n")
    >>> len(import_runs(log))
    2
    """
    if points not in POINTS:
        raise OptionError(f'points = "{points}": expected {", ".join(POINTS)}.')
    place = Place(str(path))
    found = find_reader(place, reader)
    named = {**(columns or {}), **({"error": metric} if metric else {})}
    extra = [Place(str(other)) for other in join]
    if found.name == "table" and not extra:  # its rows are points of curves where it holds curves
        return read_runs(place.path, columns=named, error_unit=error_unit, unfinished=unfinished)
    wanted = Wanted(experiment=experiment, environment=os.environ)
    stream: Iterator[LoggedRun | Fault] = found.logged(place, wanted)
    join_notes: list[str] = []
    if extra:
        stream = joined(stream, [(find_reader(p, "auto"), p) for p in extra], join_notes)
    table = collect(stream, named=frozenset(named.values()), points=points, unfinished=unfinished)
    _need_runs(table, place, found)
    runs = _checked(table, found, place=place, named=named, error_unit=error_unit)
    return replace(runs, notes=(*runs.notes, *join_notes))


def _checked(
    table: Collected, found: Reader, *, place: Place, named: Mapping[str, str], error_unit: str
) -> Runs:
    if found.supplement and "error" not in named:
        raise DataError(
            f"{place.origin}: a file of {found.title} holds time and energy but no error; join it "
            f"to the runs it measured: costlaw import STORE --join {place.origin}."
        )
    chosen, notes = choose(table, named=named, directions=found.directions(),
                           error_unit=error_unit, origin=place.origin)  # fmt: skip
    notes += check_direction(table, chosen, error_unit=error_unit, origin=place.origin)
    make = curve_frame if table.points else raw_frame
    frame, chosen, more = make(table, chosen)
    _need_resource(chosen, table, place)
    parts = assemble(frame, chosen, error_unit=error_unit, benchmark=None, origin=place.origin)
    parts["notes"] = (*_gaps(table), *notes, *more, *found.caveats, *found.remarks(),
                      *parts["notes"])  # fmt: skip
    if found.measure != Reader.measure and "compute_flop" in chosen:
        parts["measure"] = found.measure
    parts["sources"] = (Source(title=found.title, locator=place.origin, obtained="read"),)
    return Runs(**parts)


def _need_runs(table: Collected, place: Place, found: Reader) -> None:
    if len(table):
        return
    reasons = [f"{fault.where}: {fault.reason}" for fault in table.faults[:_SHOWN]]
    if table.unfinished:
        reasons.append(
            f"{_ended(len(table.unfinished))} "
            f"({', '.join(table.unfinished[:_SHOWN])}); to take them: --unfinished"
        )
    why = "; ".join(reasons) or "it holds none"
    raise DataError(f"{place.origin}: no run could be read from this {found.title}: {why}.")


def _need_resource(chosen: Mapping[str, ColumnChoice], table: Collected, place: Place) -> None:
    if any(column in chosen for column in RESOURCES):
        return
    seen = sorted(table.metrics | table.settings | table.other_names)[:20]
    raise DataError(
        f"{place.origin}: no metric or setting is a resource (found {', '.join(seen)}); expected "
        "compute, examples, parameters or time. Name it: --column compute_flop=NAME, or join a "
        "table that knows it: --join FILE."
    )


def _ended(count: int) -> str:
    return (
        "1 run did not come to its end"
        if count == 1
        else (f"{count} runs did not come to their end")
    )


def _gaps(table: Collected) -> list[str]:
    """Return notes on runs that are not there and values that were there twice."""
    notes = list(table.run_notes[:_SHOWN])
    if len(table.run_notes) > _SHOWN:
        notes.append(f"{len(table.run_notes) - _SHOWN} more notes of this kind")
    if table.faults:
        first = table.faults[0]
        notes.append(f"{len(table.faults)} could not be read and were left out, such as "
                     f"{first.where}: {first.reason}")  # fmt: skip
    if table.unfinished:
        ended = _ended(len(table.unfinished))
        left = "was" if len(table.unfinished) == 1 else "were"
        notes.append(f"{ended} and {left} left out, such as {table.unfinished[0]} "
                     "(--unfinished takes them)")  # fmt: skip
    twice = {name: count for name, count in table.repeated.items() if count}
    if twice:
        shown = ", ".join(f"{name} ({count})" for name, count in list(twice.items())[:_SHOWN])
        notes.append(f"logged twice under one name and step, the later taken: {shown}")
    return notes
