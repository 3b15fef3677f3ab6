"""Intake: what a person names (a benchmark, a file, a tracker's store) becomes a table of runs.

Every door calls this one function, so the same words mean the same runs everywhere. A name that is
neither a benchmark nor a file is refused with the nearest benchmark. A folder called as a benchmark
is meant only when it is written as a path (``./imagenet``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costlaw.compute import burden_by_the_hour
from costlaw.costs.builder import run_format
from costlaw.exceptions import ColumnError, OptionError, UnknownName
from costlaw.literature import benchmark as find_benchmark
from costlaw.literature import benchmarks, published_runs
from costlaw.metering import is_meter_place, recover_runs
from costlaw.runs import Runs
from costlaw.trackers import import_runs, is_store

DEFAULT_EDITION = "corrected"
DEFAULT_MEASURE = "hardware-burden"
_AS_FOUND = {("reader", "auto"), ("points", "auto")}


def looks_like_file(name: str) -> bool:
    """Return whether a name is meant as a file or store: a suffix, a folder, an address, or there.

    A benchmark's name means the benchmark, whatever lies in the current folder; write
    ``./imagenet`` for a file or folder of that name.

    Examples
    --------
    >>> looks_like_file("runs.csv"), looks_like_file("imagenet")
    (True, False)
    """
    path = Path(name)
    suffixes = {".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson", ".db", ".wandb", ".npz"}
    if path.suffix.casefold() in suffixes or len(path.parts) > 1 or name.startswith("."):
        return True
    return is_store(name) and name.casefold() not in benchmarks()


def runs_of(
    name: str,
    *,
    edition: str | None = None,
    measure: str | None = None,
    columns: Mapping[str, str] | None = None,
    error_unit: str = "auto",
    **store: Any,
) -> Runs:
    """Return the runs that a name stands for.

    Parameters
    ----------
    name : str
        A benchmark (``imagenet``), a file of runs (``runs.csv``) or a tracker's store.
    edition, measure : str, optional
        Edition of the corpus and how compute is counted; published results only.
    columns : mapping of str to str, optional
        Canonical column to header; files only.
    error_unit : str
        How to read the error column of a file.
    **store
        How to read a tracker's store, as :func:`costlaw.trackers.import_runs` takes it: ``reader``,
        ``metric``, ``points``, ``experiment``, ``unfinished``, ``join``.

    Returns
    -------
    Runs

    Raises
    ------
    UnknownName
        If the name is neither a benchmark nor a file.
    OptionError
        If an option of the other kind is given.

    Examples
    --------
    >>> len(runs_of("imagenet", edition="v1"))
    13
    """
    if looks_like_file(name):
        if edition or measure:
            raise OptionError(
                f"{name} is a file: --edition and --measure belong to published benchmarks."
            )
        if store.get("reader", "auto") == "auto" and is_meter_place(name):
            return _metered_runs(name, columns, store)
        return import_runs(name, columns=columns, error_unit=error_unit, **store)
    try:
        find_benchmark(name)
    except UnknownName as error:
        raise UnknownName("benchmark or file", name, benchmarks()) from error
    if columns or error_unit != "auto":
        raise OptionError(f"{name} is a benchmark: --column and --error-unit belong to files.")
    if any(value for key, value in store.items() if (key, value) not in _AS_FOUND):
        raise OptionError(f"{name} is a benchmark: --metric, --from and the like belong to stores.")
    return published_runs(name, edition or DEFAULT_EDITION, measure or DEFAULT_MEASURE)


def _metered_runs(name: str, columns: Any, store: Mapping[str, Any]) -> Runs:
    if columns or any(value for key, value in store.items() if (key, value) not in _AS_FOUND):
        raise OptionError(
            f"{name} holds metered runs, whose columns are known: leave out --column, --metric and "
            "the like."
        )
    return recover_runs(name)


def evidence_of(
    source: Any,
    *,
    edition: str | None = None,
    measure: str | None = None,
    columns: Mapping[str, str] | None = None,
    error_unit: str = "auto",
    ran_on: str | None = None,
    chips: float | None = None,
    **store: Any,
) -> Runs:
    """Return the runs behind anything a person may pass.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        A benchmark's name, a file, a tracker's store or a meter's folder, a checked table, records
        (metered spans too), or any dataframe narwhals knows.
    edition, measure : str, optional
        Edition of the corpus and measure of compute; benchmarks only.
    columns : mapping of str to str, optional
        Canonical column to header; files and dataframes only.
    error_unit : str
        How to read the error column of a file or a dataframe.
    ran_on : str, optional
        Chip of runs that state device-hours, or a time, and neither compute nor a chip.
    chips : float, optional
        How many of it each run held, where the table states a time and no number.
    **store
        How to read a tracker's store: ``metric``, ``experiment``, ``points``, ``reader``,
        ``unfinished``, ``join``; see :func:`costlaw.trackers.import_runs`.

    Returns
    -------
    Runs

    Raises
    ------
    DataError, UnknownName, OptionError
        If the source is none of these or holds an impossible value.
    """
    if isinstance(source, Runs):
        runs = source
    elif isinstance(source, str | Path):
        runs = runs_of(
            str(source), edition=edition, measure=measure, columns=columns, error_unit=error_unit,
            **store,
        )  # fmt: skip
    elif isinstance(source, list | tuple):
        runs = Runs.from_records([_record(item) for item in source])
    else:
        runs = Runs.from_frame(source, columns=columns, error_unit=error_unit,
                               unfinished=bool(store.get("unfinished")))  # fmt: skip
    return burden_by_the_hour(runs, chip=ran_on, chips=chips, number_format=run_format)


def _record(item: Any) -> Any:
    """Return a metered span as its run, anything else as it is."""
    run = getattr(item, "run", None)
    return run() if callable(run) else item if run is None else run


def compute_column(runs: Runs) -> str:
    """Return the column of compute that a law can be fitted to.

    Raises
    ------
    ColumnError
        If the runs state no compute.
    """
    for column in ("compute_flop", "hardware_burden_flop"):
        if runs.has(column):
            return column
    raise ColumnError(f"{runs.origin}: no run states its compute in FLOP{_way_on(runs)}")


def _way_on(runs: Runs) -> str:
    """Say how to go on without operations, by what the runs do state."""
    for column in ("device_hours", "duration_s"):
        if runs.has(column):
            what = "device-hours" if column == "device_hours" else "a time"
            return (
                f", but {what}. Say which chip they ran on: --chip A100, or a column chip (for a "
                "time also how many: --chips 8, or a column chips); the hours then count as "
                f"hardware burden. In {'hours' if column == 'device_hours' else 'seconds'} alone, "
                f"without a price: costlaw compare {runs.origin} --along {column}."
            )
    if runs.has("parameters") and runs.has("examples"):
        return (
            ", but parameters and examples. For a dense network that sees each example once, name "
            'their product: --column "compute_flop=6 * PARAMETERS * EXAMPLES" with your headers. '
            f"Without a price: costlaw compare {runs.origin} --along examples."
        )
    return (
        '; a priced forecast needs it. Name the column: --column compute_flop="…", or add one of '
        "device-hours and a chip."
    )
