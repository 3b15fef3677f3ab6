"""Turn recognised input columns into the canonical table: units, accuracies, percentages, gaps.

One job: given a frame of raw columns and the choices made for it, return the parts of a checked
table of runs. Rows without an error or without any resource are left out and counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from costlaw.exceptions import ColumnError, DataError, OptionError
from costlaw.runs.benchmark import Benchmark
from costlaw.runs.cells import Unread, read_if_possible, read_needed
from costlaw.runs.columns import ColumnChoice
from costlaw.runs.ended import came_to_end
from costlaw.runs.products import is_product
from costlaw.runs.run import NUMBER_FIELDS, RESOURCES

_KINDS = {"fraction": "as given", "percent": "percent", "accuracy": "accuracy",
          "accuracy-percent": "accuracy percent", "loss": "loss"}  # fmt: skip


def assemble(
    frame: pl.DataFrame,
    chosen: dict[str, ColumnChoice],
    *,
    error_unit: str,
    benchmark: Benchmark | None,
    origin: str,
    unfinished: bool = False,
) -> dict[str, Any]:
    """Return the arguments of a :class:`~costlaw.runs.table.Runs` for a raw frame.

    Runs that a column of states says did not come to their end are left out unless asked for.

    Raises
    ------
    OptionError
        If ``error_unit`` is unknown.
    ColumnError
        If no column is an error, or none is a resource.
    DataError
        If a cell is not a number where one is needed, or no run is left.
    """
    _need_columns(frame, chosen, origin)
    if "line" not in frame.columns:
        frame = frame.with_columns(line=pl.int_range(1, frame.height + 1))
    frame, cut = (frame, ()) if unfinished else came_to_end(frame, origin=origin)
    lines = frame["line"]
    chosen = _set_error_kind(frame, _number_of_chips(frame, chosen), error_unit)
    data, unread = _columns(frame, chosen, lines=lines, origin=origin)
    data["error"] = _to_error(data["error"], chosen["error"].kind)
    if "name" not in data:
        data["name"] = pl.Series([f"run {n}" for n in range(1, frame.height + 1)], dtype=pl.String)
    table = pl.DataFrame(data).with_columns(pl.Series("line", lines, dtype=pl.Int64))
    table = table.with_columns(
        pl.col("name").fill_null(pl.concat_str(pl.lit("line "), pl.col("line").cast(pl.String)))
    )
    kept, notes = _drop_gaps(table, origin)
    notes = (*cut, *notes)
    if unread:
        said = ", ".join(str(left) for left in unread)
        notes = (*notes, f"cells that cannot be read, not needed so far and left empty: {said}")
    benchmark = benchmark or _own_benchmark(chosen["error"])
    counted = chosen.get("compute_flop")
    measure = {}
    if counted is not None and is_product(counted.header):
        measure = {"measure": f"compute = {counted.header}"}
    return measure | {"frame": kept, "benchmark": benchmark, "origin": origin, "notes": notes,
            "choices": tuple(chosen.values())}  # fmt: skip


def _own_benchmark(error: ColumnChoice) -> Benchmark:
    loss = error.kind == "loss"
    return Benchmark(
        name="own runs", title="Own runs", metric=error.header,
        error_unit="nats" if loss else "fraction", reaches_zero=not loss,
        error_definition=error.reason,
    )  # fmt: skip


def _need_columns(frame: pl.DataFrame, chosen: dict[str, ColumnChoice], origin: str) -> None:
    headers = ", ".join(f'"{name}"' for name in frame.columns if name != "line")
    if "error" not in chosen:
        raise ColumnError(
            f"{origin}: no column is an error, an accuracy or a loss (found {headers}); expected "
            'one such as error, val_acc or loss. Name it: --column error="…".'
        )
    if not any(column in chosen for column in RESOURCES):
        raise ColumnError(
            f"{origin}: no column is a resource (found {headers}); expected compute, GPU hours, "
            'examples, parameters or time. Name it: --column compute_flop="…" (or device_hours, '
            "examples, parameters, duration_s)."
        )


def _number_of_chips(
    frame: pl.DataFrame, chosen: dict[str, ColumnChoice]
) -> dict[str, ColumnChoice]:
    """Read a column such as ``gpu`` as how many, where it holds numbers and no other says it."""
    choice = chosen.get("chip")
    if choice is None or choice.named or "chips" in chosen:
        return chosen
    cells = frame[choice.header].cast(pl.String, strict=False).drop_nulls()
    if cells.is_empty() or cells.cast(pl.Float64, strict=False).null_count():
        return chosen
    counted = replace(choice, column="chips", reason=f'"{choice.header}" holds numbers: chips')
    return {**{key: one for key, one in chosen.items() if key != "chip"}, "chips": counted}


def _set_error_kind(
    frame: pl.DataFrame, chosen: dict[str, ColumnChoice], error_unit: str
) -> dict[str, ColumnChoice]:
    """Apply the caller's error unit; with ``auto``, see whether an accuracy is in percent."""
    choice = chosen["error"]
    if error_unit != "auto":
        if error_unit not in _KINDS:
            raise OptionError(f'error_unit = "{error_unit}": expected auto, {", ".join(_KINDS)}.')
        kind = _KINDS[error_unit]
        return {
            **chosen,
            "error": replace(choice, kind=kind, reason=f"read as {error_unit}, as asked"),
        }
    if choice.kind == "accuracy":
        top = frame[choice.header].cast(pl.Float64, strict=False).max()
        if isinstance(top, float) and 1 < top <= 100:
            reason = f'"{choice.header}" reaches {top:g}: an accuracy in percent'
            return {**chosen, "error": replace(choice, kind="accuracy percent", reason=reason)}
    return chosen


def _to_error(values: pl.Series, kind: str) -> pl.Series:
    if kind.endswith("percent"):
        values = values / 100.0
    if kind.startswith("accuracy"):
        values = 1.0 - values
    return values.alias("error")


def needed(chosen: dict[str, ColumnChoice]) -> set[str]:
    """Return the columns that must be read: the error, the first resource, what was named."""
    named = {column for column, choice in chosen.items() if choice.named}
    for column in RESOURCES:
        if column in chosen:
            return {"error", column} | named
        if column == "device_hours" and {"duration_s", "chips"} <= set(chosen):
            return {"error", "duration_s", "chips"} | named
    return {"error"} | named


def _columns(
    frame: pl.DataFrame, chosen: dict[str, ColumnChoice], *, lines: pl.Series, origin: str
) -> tuple[dict[str, pl.Series], list[Unread]]:
    data: dict[str, pl.Series] = {}
    unread: list[Unread] = []
    must = needed(chosen)
    for column, choice in chosen.items():
        raw = frame[choice.header]
        if column not in NUMBER_FIELDS:
            data[column] = raw.cast(pl.String, strict=False)
        elif column in must:
            data[column] = read_needed(raw, choice, lines=lines, origin=origin)
        else:
            data[column], left = read_if_possible(raw, choice, lines=lines)
            unread += [left] if left else []
    if "device_hours" not in data and {"duration_s", "chips"} <= set(data):
        data["device_hours"] = (data["duration_s"] * data["chips"] / 3600.0).alias("device_hours")
    return data, unread


def _drop_gaps(table: pl.DataFrame, origin: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Leave out rows that cannot be used, and say how many."""
    notes = []
    no_error = table["error"].is_null() | table["error"].is_nan().fill_null(False)
    if no_error.any():
        notes.append(f"{_rows(int(no_error.sum()))} without an error left out")
    resources = [name for name in RESOURCES if name in table.columns]
    empty = table.select(pl.all_horizontal(pl.col(resources).is_null())).to_series()
    if (empty & ~no_error).any():
        count = int((empty & ~no_error).sum())
        notes.append(f"{_rows(count)} without {' or '.join(resources)} left out")
    kept = table.filter(~no_error & ~empty)
    kept = kept.with_columns(
        pl.col(name).fill_nan(None) for name in kept.columns if name in NUMBER_FIELDS
    )
    if kept.height == 0:
        raise DataError(
            f"{origin}: no run is left: {'; '.join(notes) or 'the table has no rows'}. Expected at "
            "least one row with an error and a resource."
        )
    measured = [name for name in kept.columns if name in NUMBER_FIELDS and name != "line"]
    labels = [name for name in ("seed", "curve", "step", "schedule") if name in kept.columns]
    unique = kept.unique(subset=["name", *measured, *labels], maintain_order=True)
    if unique.height < kept.height:
        notes.append(f"{_rows(kept.height - unique.height)} equal to another left out")
    return unique, tuple(notes)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
