"""Fashion-MNIST and MNIST: 60,000 and 10,000 grey images of 28 × 28 pixels in ten classes.

Xiao, Rasul and Vollgraf 2017 (arXiv 1708.07747) and LeCun et al. 1998, as Debian and an npm package
carry the original IDX files.
"""

from __future__ import annotations

import gzip
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import DataError
from costlaw.lab.data_sets.unpacked import Arrays, arrays_of, members

_FILES = {
    "train_images": "train-images",
    "train_labels": "train-labels",
    "test_images": "t10k-images",
    "test_labels": "t10k-labels",
}


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """Return the array in an IDX file of bytes (magic 0x08, sizes big-endian).

    Raises
    ------
    DataError
        If it is no such file, or cut off.

    Examples
    --------
    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).tolist()
    [7, 9]
    """
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise DataError("expected an IDX file of bytes; its first bytes are others.")
    dimensions = content[3]
    sizes = np.frombuffer(content, ">u4", count=dimensions, offset=4)
    start = 4 + 4 * dimensions
    if len(content) - start != math.prod(int(size) for size in sizes):
        raise DataError(f"IDX file of {len(content)} bytes: cut off, or sizes {sizes} are wrong.")
    return np.frombuffer(content, np.uint8, offset=start).reshape([int(size) for size in sizes])


def _read(archive: Path) -> Arrays:
    found: Arrays = {}
    for name, content in members(archive, inside="ubyte"):
        for key, mark in _FILES.items():
            if mark in Path(name).name.replace(".", "-"):
                found[key] = read_idx(content)
    missing = sorted(set(_FILES) - set(found))
    if missing:
        raise DataError(f'"{archive.name}" holds no {", ".join(missing)}.')
    return found


@lru_cache(maxsize=2)
def images(data_set: str = "fashion-mnist") -> dict[str, Any]:
    """Return images (n, 28, 28) and labels (n,) as bytes: train_*, test_*.

    Parameters
    ----------
    data_set : str
        ``fashion-mnist`` or ``mnist``.

    Raises
    ------
    UnreachableRegistry, DataError
        If the package cannot be had or is not what it was.
    """
    return arrays_of(data_set, _read)
