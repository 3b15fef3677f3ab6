"""A sweep as a small file: TOML, or Python with a ``sweep``.

    name = "small-scale"
    task = "teacher-student"          # or "own.py:MyTask"
    sizes = [8, 32, 128]
    examples = [500, 2000, 8000]
    seeds = 3                         # 0, 1, 2; or a list

    [settings]
    epochs = 20

    [budget]
    cpu_hours = 0.5

    [limits]
    timeout = "10 min"

Nothing is run here; unknown keys are refused by name.
"""

from __future__ import annotations

import difflib
import runpy
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr
from pydantic import ValidationError as Invalid

from costlaw.exceptions import CostlawError, DataError, OptionError
from costlaw.lab.sweeps.budget import Budget
from costlaw.lab.sweeps.sweep import Limits, Sweep
from costlaw.units import parse_duration


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _BudgetTable(_Strict):
    cpu_hours: float | None = None
    usd: float | None = None
    kwh: float | None = None
    usd_per_cpu_hour: float | None = None


class _LimitsTable(_Strict):
    timeout: float | str | None = None
    timeout_s: float | None = None
    attempts: int = 3
    disk_mb: float = 2000.0
    threads: int = 1


class _SweepTable(_Strict):
    name: str
    task: str
    sizes: list[int]
    examples: list[int]
    strategies: list[str] = Field(default_factory=lambda: ["dense"])
    seeds: int | list[int] = 1
    settings: dict[str, StrictBool | StrictInt | StrictFloat | StrictStr] = Field(
        default_factory=dict
    )
    budget: _BudgetTable = Field(default_factory=_BudgetTable)
    limits: _LimitsTable = Field(default_factory=_LimitsTable)
    needs: dict[str, float] = Field(default_factory=dict)
    needs_of: dict[str, dict[str, float]] = Field(default_factory=dict)


def read_sweep(path: Path) -> Sweep:
    """Read a sweep from a TOML file, or from a Python file that has a ``sweep``.

    Raises
    ------
    DataError
        If the file cannot be read or is not TOML or Python.
    OptionError
        If a key is unknown, has a wrong type, or the grid cannot be.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected a sweep in TOML or Python.")
    if path.suffix == ".py":
        return _from_python(path).placed(path.parent)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: not TOML: {error}") from error
    return sweep_of(table, origin=str(path)).placed(path.parent)


def sweep_of(table: Mapping[str, Any], *, origin: str = "sweep") -> Sweep:
    """Return the sweep that plain values describe (what ``Sweep.to_dict`` gives, or a TOML file).

    Examples
    --------
    >>> sweep_of({"name": "a", "task": "teacher-student", "sizes": [4], "examples": [100],
    ...           "seeds": 2}).seeds
    (0, 1)
    """
    try:
        read = _SweepTable.model_validate(dict(table))
    except Invalid as error:
        raise OptionError(f"{origin}: {_first_fault(error)}") from error
    limits = read.limits
    timeout_s = limits.timeout_s if limits.timeout is None else parse_duration(limits.timeout)
    if isinstance(read.seeds, int) and read.seeds < 1:
        raise OptionError(f"{origin}: seeds = {read.seeds}; expected at least 1, or a list.")
    seeds = range(read.seeds) if isinstance(read.seeds, int) else read.seeds
    return Sweep(
        name=read.name, task=read.task, sizes=tuple(read.sizes), examples=tuple(read.examples),
        strategies=tuple(read.strategies), seeds=tuple(seeds), settings=read.settings,
        budget=Budget(**read.budget.model_dump()),
        limits=Limits(timeout_s=timeout_s, attempts=limits.attempts, disk_mb=limits.disk_mb,
                      threads=limits.threads),
        needs=read.needs, needs_of=read.needs_of,
    )  # fmt: skip


def _first_fault(error: Invalid) -> str:
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        tables: dict[str, type[BaseModel]] = {"budget": _BudgetTable, "limits": _LimitsTable}
        table = tables.get(str(fault["loc"][0]), _SweepTable)
        known = sorted(table.model_fields)
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f'unknown key "{where}".{hint} Known: {", ".join(known)}.'
    if fault["type"] == "missing":
        return f'no "{where}"; a sweep needs name, task, sizes and examples.'
    return f"{where} = {fault['input']!r}: {fault['msg'].lower()}."


def _from_python(path: Path) -> Sweep:
    try:
        found = runpy.run_path(str(path), run_name="costlaw_sweep").get("sweep")
    except CostlawError:
        raise
    except Exception as error:
        raise DataError(f"{path}: {type(error).__name__}: {error}") from error
    if isinstance(found, Mapping):
        found = sweep_of(found, origin=str(path))
    if not isinstance(found, Sweep):
        raise DataError(f'{path}: no "sweep" in it; expected sweep = Sweep(...) or a mapping.')
    return found
