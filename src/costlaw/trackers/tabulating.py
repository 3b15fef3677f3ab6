"""Turn collected columns into the raw table that ``runs`` checks: one row a run, or one a point.

Cells that cannot be (NaN, infinite or non-positive resources) are left empty and counted; a metric
that moves the wrong way in most runs is refused. On a curve, a total known only at the end is
shared out in proportion to the step, and said. Units and percentages are ``runs``' business.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import polars as pl

from costlaw.exceptions import DataError
from costlaw.runs import ColumnChoice
from costlaw.runs.run import TEXT_FIELDS
from costlaw.trackers.collecting import Collected
from costlaw.trackers.logged import Array, Value

CUMULATIVE = ("compute_flop", "hardware_burden_flop", "examples", "epochs", "duration_s",
              "energy_kwh", "cost_usd")  # fmt: skip
_SHOWN = 3


def check_direction(
    table: Collected, chosen: dict[str, ColumnChoice], *, error_unit: str, origin: str
) -> list[str]:
    """Refuse an error that rises, or compute that falls, in most of the runs looked at.

    Returns
    -------
    list of str
        Notes on the few runs that do.

    Raises
    ------
    DataError
        If most runs go the wrong way and the caller did not say how to read the metric.
    """
    notes = []
    for column in ("error", "compute_flop"):
        if column not in chosen:
            continue
        header = chosen[column].header
        up = column == "compute_flop" or chosen[column].kind.startswith("accuracy")
        last = table.numbers_of(header)
        moved = {row: last[row] - first for row, first in table.firsts.get(header, {}).items()
                 if row in last and math.isfinite(last[row]) and last[row] != first}  # fmt: skip
        wrong = [row for row, change in moved.items() if (change < 0) == up]
        if not wrong:
            continue
        way = "falls" if up else "rises"
        if 2 * len(wrong) > len(moved) and (column != "error" or error_unit == "auto"):
            raise DataError(_wrong_way(header, column, way=f"{way} from its first to its last "
                                       f"point in {len(wrong)} of {len(moved)} runs",
                                       origin=origin))  # fmt: skip
        notes.append(f"{header} {way} in {_some([table.names[row] for row in wrong])}")
    return notes


def _wrong_way(header: str, column: str, *, way: str, origin: str) -> str:
    if column == "compute_flop":
        return (
            f'{origin}: "{header}" {way}; expected the total so far. Name the right one: '
            "--column compute_flop=NAME."
        )
    return (
        f'{origin}: "{header}" {way}; expected an error or loss to fall and an accuracy to rise. '
        "Say how to read it: --error-unit accuracy (or fraction, loss), or name another: "
        "--metric NAME."
    )


def raw_frame(
    table: Collected, chosen: dict[str, ColumnChoice]
) -> tuple[pl.DataFrame, dict[str, ColumnChoice], list[str]]:
    """Return the raw frame, the choices with the store's own columns, and notes.

    Raises
    ------
    DataError
        If the last value of every run is NaN or infinite.
    """
    chosen = dict(chosen)
    notes: list[str] = []
    own: dict[str, list[Value | None]] = {"@name": list(_distinct(table))}
    chosen["name"] = ColumnChoice(column="name", header="@name", reason="the run's own name")
    if "duration_s" not in chosen and any(value for value in table.durations):
        own["@duration"] = list(table.durations)
        chosen["duration_s"] = ColumnChoice(column="duration_s", header="@duration",
                                            reason="start to end by the store")  # fmt: skip
    columns = {
        choice.header: own.get(choice.header) or _cells(table, choice, notes=notes)
        for choice in chosen.values()
    }
    frame = pl.DataFrame(
        {header: pl.Series(cells, dtype=_dtype(cells), strict=False)
         for header, cells in columns.items()}
    )  # fmt: skip
    last = table.numbers_of(chosen["error"].header)
    ended_badly = [row for row, value in last.items() if not math.isfinite(value)]
    kept = pl.Series(range(frame.height)).is_in(ended_badly).not_()
    return frame.filter(kept), chosen, notes


def _dtype(cells: list[Value | None]) -> type[pl.DataType]:
    return pl.String if any(isinstance(cell, str) for cell in cells) else pl.Float64


def _distinct(table: Collected) -> list[str]:
    """Return names; where two runs share one, their identity is put behind it."""
    counts = Counter(table.names)
    return [
        name if counts[name] == 1 else f"{name} ({identity})"
        for name, identity in zip(table.names, table.identities, strict=True)
    ]


def _cells(table: Collected, choice: ColumnChoice, *, notes: list[str]) -> list[Value | None]:
    raw = table.cells.get(choice.header, {})
    if choice.column in TEXT_FIELDS:
        return [None if (cell := raw.get(row)) is None else _text(cell)
                for row in range(len(table))]  # fmt: skip
    numbers = table.numbers_of(choice.header)
    if len(numbers) < len(raw):
        notes.append(f"{choice.header} is no number in {len(raw) - len(numbers)} runs")
    bad = [row for row, value in numbers.items() if not _possible(value, choice.column)]
    if bad and choice.column == "error":
        values = sorted({f"{numbers[row]:g}" for row in bad})
        names = _some([table.names[row] for row in bad])
        notes.append(f"left out, {choice.header} ends as {' or '.join(values)}: {names}")
    elif bad:
        names = _some([table.names[row] for row in bad])
        notes.append(f"{choice.header} is no amount (zero, negative, NaN or infinite) in {names}")
    for row in bad:
        del numbers[row]
    if choice.column == "error" and not numbers:
        raise DataError(
            f'"{choice.header}" is NaN or infinite at the end of every run; expected numbers. '
            "Name another metric: --metric NAME."
        )
    return [numbers.get(row) for row in range(len(table))]


def _text(cell: Value) -> str:
    return cell if isinstance(cell, str) else f"{cell:g}"


def _possible(value: float, column: str) -> bool:
    return math.isfinite(value) and (column == "error" or value > 0)


def _some(names: list[str]) -> str:
    """Return ``3 runs (a, b, c, …)``."""
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"{len(names)} run{'s' if len(names) > 1 else ''} ({shown})"


def curve_frame(
    table: Collected, chosen: dict[str, ColumnChoice]
) -> tuple[pl.DataFrame, dict[str, ColumnChoice], list[str]]:
    """Return one row a point of every curve of the error, the choices, and notes.

    Raises
    ------
    DataError
        If no curve holds a finite point.
    """
    error = chosen["error"].header
    chosen = {key: value for key, value in chosen.items() if key not in {"name", "curve", "step"}}
    shared: set[str] = set()
    parts: list[dict[str, Array | list[str]]] = []
    for row, (steps, values) in table.points.get(error, {}).items():
        finite = np.isfinite(values)
        parts.append(_curve(table, chosen, row=row, steps=steps[finite], values=values[finite],
                            shared=shared))  # fmt: skip
    rows = [pl.DataFrame(part) for part in parts if len(part[error])]
    if not rows:
        raise DataError(f'"{error}" has no finite point in any run; name another: --metric NAME.')
    for column, header in (("name", "@name"), ("curve", "@curve"), ("step", "@step"),
                           ("lineage", "@curve")):  # fmt: skip
        chosen[column] = ColumnChoice(column=column, header=header, reason="of the curve")
    notes = [f"points of {len(rows)} learning curve(s): one network seen many times is not many "
             "networks"]  # fmt: skip
    if shared:
        notes.append(f"{', '.join(sorted(shared))}: known for the whole run only, shared out in "
                     "proportion to the step")  # fmt: skip
    return pl.concat(rows).with_columns(pl.col(pl.Float64).fill_nan(None)), chosen, notes


def _curve(
    table: Collected, chosen: dict[str, ColumnChoice], *, row: int, steps: Array, values: Array,
    shared: set[str],
) -> dict[str, Array | list[str]]:  # fmt: skip
    name, size = table.names[row], steps.size
    part: dict[str, Array | list[str]] = {
        "@name": [f"{name} at {step:g}" for step in steps], "@curve": [name] * size, "@step": steps,
    }  # fmt: skip
    for column, choice in chosen.items():
        if column == "error":
            part[choice.header] = values
        elif column in TEXT_FIELDS:
            part[choice.header] = [str(table.cells[choice.header].get(row, ""))] * size
        else:
            part[choice.header] = _along(table, choice, row=row, steps=steps, shared=shared)
    return part


def _along(
    table: Collected, choice: ColumnChoice, *, row: int, steps: Array, shared: set[str]
) -> Array:
    """Return a resource at every step of one curve, NaN where not known."""
    known = table.points.get(choice.header, {}).get(row)
    if known is not None and known[0].size > 1:
        at = np.searchsorted(known[0], steps, side="right") - 1
        found = np.where(at >= 0, known[1][np.maximum(at, 0)], np.nan)
    else:
        total = table.numbers_of(choice.header).get(row, math.nan)
        found = np.full(steps.size, total)
        if choice.column in CUMULATIVE:
            shared.add(choice.header)
            found = total * steps / max(table.last_steps[row], 1e-300)
    return np.where(np.isfinite(found) & (found > 0), found, np.nan)
