"""Gene expression of 64 cancer cell lines (NCI60; Ross et al. 2000): 6,830 genes, 14 tissues.

Far more variables than patients: the case where a penalty or an expert is worth most. Tissues with
fewer than five lines are left out, which leaves 57 lines of eight tissues.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from costlaw.exceptions import DataError
from costlaw.lab.data_sets.unpacked import Arrays, arrays_of, members

LEAST_LINES = 5


def _read(archive: Path) -> Arrays:
    found: Arrays = {}
    for name, content in members(archive, inside="NCI60"):
        if name.endswith(".npy"):
            found["expression"] = np.load(io.BytesIO(content), allow_pickle=False)
        else:
            rows = content.decode().replace('"', "").split("\n")[1:]
            found["tissue"] = np.array([row.strip() for row in rows if row.strip()])
    if set(found) != {"expression", "tissue"} or len(found["tissue"]) != len(found["expression"]):
        raise DataError(f'"{archive.name}": no NCI60 table with a tissue for every cell line.')
    names, counts = np.unique(found["tissue"], return_counts=True)
    kept = np.isin(found["tissue"], names[counts >= LEAST_LINES])
    return {name: values[kept] for name, values in found.items()}


@lru_cache(maxsize=1)
def genes() -> dict[str, Any]:
    """Return ``expression`` (57, 6830) and ``tissue`` (57,), fetched if they are not here yet.

    Raises
    ------
    UnreachableRegistry, DataError
        If the package cannot be had or is not what it was.
    """
    return arrays_of("gene-expression", _read)
