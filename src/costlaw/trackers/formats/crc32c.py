"""The Castagnoli checksum of many short byte strings at once.

A CRC is linear, so the checksum of a string of known length is the exclusive-or of one table entry
for each byte and its place; whole blocks of records are checked with a few numpy gathers. Follows
the polynomial of RFC 3720 (reflected 0x82F63B78) and the mask of the TFRecord format.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78  # RFC 3720, section B.4, reflected
_MASK_DELTA = 0xA282EAD8  # TensorFlow, lib/hash/crc32c.h
LONGEST = 4096  # longest string that the tables cover [bytes]

Words = NDArray[np.uint32]


def _first_table() -> Words:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table.astype(np.uint32)


class Tables:
    """Tables by distance from the end of the string, grown as longer strings come."""

    def __init__(self) -> None:
        self.first = _first_table()
        self.rows = self.first[None, :]
        self.zeros = [0xFFFFFFFF]  # state after n zero bytes

    def reach(self, length: int) -> None:
        """Make the tables cover strings of a length."""
        if length > len(self.rows):
            size = max(64, 1 << (length - 1).bit_length())
            rows = np.empty((size, 256), dtype=np.uint32)
            rows[: len(self.rows)] = self.rows
            for row in range(len(self.rows), size):
                before = rows[row - 1]
                rows[row] = (before >> np.uint32(8)) ^ self.first[before & 255]
            self.rows = rows
        while len(self.zeros) <= length:
            state = self.zeros[-1]
            self.zeros.append((state >> 8) ^ int(self.first[state & 255]))


_TABLES = Tables()


def crc32c(strings: NDArray[np.uint8]) -> Words:
    """Return the checksum of each row.

    Parameters
    ----------
    strings : ndarray of shape (n, length)
        Bytes; at most 4096 a row.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> hex(int(crc32c(np.frombuffer(b"123456789", np.uint8)[None, :])[0]))
    '0xe3069283'
    """
    length = strings.shape[1]
    _TABLES.reach(length)
    distance = np.arange(length - 1, -1, -1)
    parts = _TABLES.rows[distance[None, :], strings]
    linear = np.bitwise_xor.reduce(parts, axis=1, initial=np.uint32(0))
    return linear ^ np.uint32(_TABLES.zeros[length]) ^ np.uint32(0xFFFFFFFF)


def masked(checksums: Words) -> Words:
    """Return checksums as a TFRecord file stores them: rotated, and shifted by a constant."""
    rotated = (checksums >> np.uint32(15)) | (checksums << np.uint32(17))
    return (rotated.astype(np.uint64) + _MASK_DELTA).astype(np.uint32)
