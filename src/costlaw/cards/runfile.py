"""A run written down as JSON: what it used, so that a card can be made of it.

One idea: the same file may come from a person (``name``, ``compute_flop``, ``chip``, …) or from a
metered run (schema ``costlaw-metered/1``); either names its compute or its chips and time. Unknown
keys are left alone, wrong ones are refused by name. It prices nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from costlaw.exceptions import DataError

_METERED = {"elapsed_s": "duration_s", "model_flop": "compute_flop", "started": "date"}


class RunFile(BaseModel):
    """What a run file may state; all but one of compute and device time may be absent."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, frozen=True)

    name: str = "run"
    date: str | None = None
    compute_flop: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    hardware_burden_flop: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    chip: str | None = None
    chip_count: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    duration_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    energy_kwh: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    energy_low_kwh: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    energy_high_kwh: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    cost_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)


def read_run(path: Path) -> RunFile:
    """Read a run file.

    Parameters
    ----------
    path : Path
        A JSON file.

    Returns
    -------
    RunFile

    Raises
    ------
    DataError
        If the file is no JSON object, or a value is impossible.
    """
    try:
        stated: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: cannot be read ({error}).") from error
    except json.JSONDecodeError as error:
        raise DataError(f"{path.name}:{error.lineno}: not JSON ({error.msg}).") from error
    if not isinstance(stated, dict):
        raise DataError(f'{path.name}: expected one run as an object such as {{"name": …}}.')
    if str(stated.get("schema", "")).startswith("costlaw-metered/"):
        stated = {**stated, **{new: stated.get(old) for old, new in _METERED.items()}}
        stated["date"] = str(stated["date"])[:10] if stated["date"] else None
    try:
        run = RunFile(**{key: value for key, value in stated.items() if value is not None})
    except (ValidationError, TypeError) as error:
        lines = error.errors() if isinstance(error, ValidationError) else []
        faults = "; ".join(f"{e['loc'][0]}: {e['msg']}, got {e['input']!r}" for e in lines)
        raise DataError(f"{path.name}: {faults or error}.") from error
    if run.compute_flop is None and run.hardware_burden_flop is None and run.duration_s is None:
        raise DataError(
            f"{path.name}: states neither compute_flop nor hardware_burden_flop nor duration_s;"
            " one of them is needed to price the run."
        )
    return run
