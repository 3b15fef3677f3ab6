"""Read a TFRecord file (TensorBoard's event files) in bounded memory, checksums checked.

Each record is: length (8 bytes), its masked checksum (4), the data, their masked checksum (4). A
cut-off end is normal in a run in progress and ends the reading; a wrong length checksum does too,
since nothing behind it can be found; a wrong data checksum loses that record only. Records past
1 MiB (pictures, graphs) are passed over unread.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from costlaw.trackers.formats.crc32c import LONGEST, crc32c, masked

BLOCK = 1 << 20
LARGEST = 1 << 20  # bytes of one record that is still read
_HEAD, _TAIL = 12, 4


@dataclass(kw_only=True)
class Damage:
    """What was wrong with a file: bytes behind the last whole record, records lost."""

    unread_bytes: int = 0
    lost_records: int = 0
    broken: bool = False

    def words(self) -> str:
        """Return what was wrong in words, empty if nothing was."""
        parts = []
        if self.lost_records:
            parts.append(f"{self.lost_records} records with a wrong checksum were left out")
        if self.broken:
            parts.append(f"damaged, the last {self.unread_bytes} bytes could not be read")
        elif self.unread_bytes:
            parts.append(
                f"ends inside a record ({self.unread_bytes} bytes): half-written, or still written"
            )
        return "; ".join(parts)


def records(path: Path, damage: Damage) -> Iterator[bytes]:
    """Yield the records of a file.

    Parameters
    ----------
    path : Path
        File.
    damage : Damage
        Receives what was wrong.

    Raises
    ------
    OSError
        If the file cannot be opened or read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        done = 0
        rest = b""
        while True:
            block = file.read(BLOCK)
            data = rest + block
            spans, used, jump = _spans(data, damage)
            yield from _checked(data, spans, damage)
            done += used
            if damage.broken:
                break
            rest = data[used:]
            if jump:
                if done + jump > size:
                    break  # a length past the end: half-written, or not a length
                file.seek(done + jump)
                done += jump
                rest = b""
            elif not block:
                break
        damage.unread_bytes = max(size - done, 0)


def _spans(data: bytes, damage: Damage) -> tuple[list[tuple[int, int]], int, int]:
    """Return (start, length) of whole records, bytes used, and the length of one too large."""
    spans: list[tuple[int, int]] = []
    at, size = 0, len(data)
    unpack = struct.Struct("<Q").unpack_from
    jump = 0
    while at + _HEAD <= size:
        (length,) = unpack(data, at)
        if length > LARGEST:
            jump = _HEAD + length + _TAIL
            break
        end = at + _HEAD + length + _TAIL
        if end > size:
            break
        spans.append((at + _HEAD, length))
        at = end
    heads = [start - _HEAD for start, _ in spans] + ([at] if jump else [])
    wrong = _first_wrong_head(data, heads)
    if wrong is not None:
        damage.broken = True
        return spans[:wrong], heads[wrong], 0
    return spans, at, jump


def _first_wrong_head(data: bytes, heads: list[int]) -> int | None:
    if not heads:
        return None
    raw = np.frombuffer(data, np.uint8)
    places = np.asarray(heads)[:, None] + np.arange(_HEAD)
    block = raw[places]
    stated = np.ascontiguousarray(block[:, 8:]).view("<u4")[:, 0]
    wrong = np.flatnonzero(masked(crc32c(block[:, :8])) != stated)
    return int(wrong[0]) if wrong.size else None


def _checked(data: bytes, spans: list[tuple[int, int]], damage: Damage) -> Iterator[bytes]:
    """Yield the records whose data agree with their checksum, in order."""
    raw = np.frombuffer(data, np.uint8)
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    lengths = np.array([length for _, length in spans], dtype=np.int64)
    good = np.ones(len(spans), dtype=bool)
    for length in np.unique(lengths):
        if length > LONGEST:
            continue  # pictures and graphs: no scalar is that long, so nothing of them is used
        rows = np.flatnonzero(lengths == length)
        block = raw[starts[rows, None] + np.arange(length + _TAIL)]
        stated = np.ascontiguousarray(block[:, length:]).view("<u4")[:, 0]
        good[rows] = masked(crc32c(block[:, :length])) == stated
    damage.lost_records += int((~good).sum())
    for (start, length), is_good in zip(spans, good, strict=True):
        if is_good:
            yield data[start : start + length]
