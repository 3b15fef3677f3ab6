"""Checkpoints that are there whole or not at all, whatever kills the process or fills the disk.

One idea: write beside, force it to the disk, then rename; the last two are kept, each with a
digest, so that a file that was damaged is passed over for the one before it. What is inside is the
task's own business. With NumPy arrays: ``save_arrays`` and ``latest_arrays``.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

KEPT = 2
DIGEST = 32  # bytes of SHA-256 in front of the content


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises
    ------
    OSError
        If the disk is full or the folder forbidden; an earlier file of that name is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


class Checkpoints:
    """The checkpoints of one trial.

    Parameters
    ----------
    folder : Path
        The trial's folder.

    Examples
    --------
    >>> import tempfile
    >>> kept = Checkpoints(Path(tempfile.mkdtemp()))
    >>> kept.latest() is None
    True
    >>> kept.save(10, b"weights")
    >>> kept.latest()
    (10, b'weights')
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.checkpoint"))

    def save(self, step: int, content: bytes) -> None:
        """Keep the state after ``step`` steps, and drop all but the last two."""
        path = self.folder / f"step-{step:012d}.checkpoint"
        write_whole(path, hashlib.sha256(content).digest() + content)
        for old in self._files()[:-KEPT]:
            old.unlink(missing_ok=True)

    def latest(self) -> tuple[int, bytes] | None:
        """Return step and content of the last one that is whole, or None."""
        for path in reversed(self._files()):
            content = path.read_bytes()
            if content[:DIGEST] == hashlib.sha256(content[DIGEST:]).digest():
                return int(path.stem.partition("-")[2]), content[DIGEST:]
        return None

    def save_arrays(self, step: int, arrays: Mapping[str, Any]) -> None:
        """Keep NumPy arrays by name."""
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        self.save(step, stream.getvalue())

    def latest_arrays(self) -> tuple[int, dict[str, Any]] | None:
        """Return step and arrays of the last one that is whole, or None."""
        found = self.latest()
        if found is None:
            return None
        with np.load(io.BytesIO(found[1]), allow_pickle=False) as arrays:
            return found[0], {name: arrays[name] for name in arrays.files}

    def clear(self) -> None:
        """Remove them all, once the trial is finished."""
        for path in self._files():
            path.unlink(missing_ok=True)
