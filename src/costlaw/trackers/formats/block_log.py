"""Read a LevelDB log as W&B writes it: records cut into blocks of 32 KiB, checksums checked.

A piece is: checksum of kind and data (4 bytes), length (2), kind (1: whole, 2 first, 3 middle, 4
last), data. The file starts with ``:W&B`` and 3 more bytes. A wrong checksum loses that record;
reading goes on at the next piece or, where the length cannot be trusted, at the next block.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from costlaw.trackers.formats.record_file import LARGEST, Damage

MAGIC = b":W&B"
BLOCK = 32768
_START, _PIECE = 7, 7
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


def log_records(path: Path, damage: Damage) -> Iterator[bytes]:
    """Yield the records of a log.

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
    ValueError
        If it does not start as a W&B log.
    """
    parts: list[bytes] = []
    held = 0
    with path.open("rb") as file:
        skip = _START
        while block := file.read(BLOCK):
            if skip and not block.startswith(MAGIC):
                raise ValueError("does not start as a W&B log")
            last = len(block) < BLOCK
            for kind, data in _pieces(block, skip, damage=damage, last=last):
                if kind in {_WHOLE, _FIRST}:
                    damage.lost_records += bool(parts)
                    parts, held = [], 0
                elif not parts:
                    continue  # a middle or end without its start: counted when it was lost
                held += len(data)
                if held <= LARGEST:
                    parts.append(data)
                if kind in {_WHOLE, _LAST}:
                    if held <= LARGEST:
                        yield b"".join(parts)
                    parts, held = [], 0
            skip = 0
    if parts and not damage.unread_bytes:
        damage.unread_bytes = held


def _pieces(
    block: bytes, at: int, *, damage: Damage, last: bool
) -> Iterator[tuple[int, bytes]]:  # fmt: skip
    """Yield kind and data of the pieces of one block."""
    while at + _PIECE <= len(block):
        checksum, length, kind = struct.unpack_from("<IHB", block, at)
        end = at + _PIECE + length
        if kind == 0 and length == 0 and checksum == 0:
            return  # zeros: room that a file system set aside
        if end > len(block) or kind not in {_WHOLE, _FIRST, _MIDDLE, _LAST}:
            if last and end > len(block):
                damage.unread_bytes += len(block) - at
            else:
                damage.lost_records += 1
            return
        data = block[at + _PIECE : end]
        if zlib.crc32(data, zlib.crc32(bytes([kind]))) == checksum:
            yield kind, data
        else:
            damage.lost_records += 1
        at = end
    if last and at < len(block):
        damage.unread_bytes += len(block) - at
