"""Walk the fields of a protocol-buffers message without a schema, in bounded memory.

Follows the public wire format (varint, 64-bit, length-delimited, 32-bit). Groups, which no tracker
writes, are refused. Every length is checked against what is there before anything is cut out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_VARINT_BYTES = 10


class MalformedMessage(ValueError):
    """The bytes are not a protocol-buffers message."""


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at an offset and the offset behind it.

    Raises
    ------
    MalformedMessage
        If it is cut off, or longer than 10 bytes.

    Examples
    --------
    >>> varint(bytes([0xAC, 0x02]), 0)
    (300, 2)
    """
    value = shift = 0
    for place in range(at, min(at + MAX_VARINT_BYTES, len(data))):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place + 1
        shift += 7
    raise MalformedMessage("a number is cut off or too long")


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Yield field number, wire type and raw value (a number, or bytes).

    Raises
    ------
    MalformedMessage
        If a field is cut off or of an unknown kind.

    Examples
    --------
    >>> list(fields(bytes([0x08, 0x05, 0x12, 0x02]) + b"hi"))
    [(1, 0, 5), (2, 2, b'hi')]
    """
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise MalformedMessage("a field has the number 0")
        if wire == VARINT:
            value, at = varint(data, at)
            yield number, wire, value
            continue
        if wire == BYTES:
            size, at = varint(data, at)
        else:
            size = {FIXED64: 8, FIXED32: 4}.get(wire, -1)
        if size < 0 or at + size > len(data):
            raise MalformedMessage("a field is cut off or of an unknown kind")
        yield number, wire, data[at : at + size]
        at += size


def text(value: int | bytes) -> str:
    """Return a field as text; bytes that are no UTF-8 are replaced."""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def double(value: int | bytes) -> float:
    """Return a 64-bit field as a number.

    Raises
    ------
    MalformedMessage
        If it is not 8 bytes.
    """
    if not isinstance(value, bytes) or len(value) != 8:
        raise MalformedMessage("expected 8 bytes")
    return float(struct.unpack("<d", value)[0])


def signed(value: int | bytes) -> int:
    """Return a varint field as a signed 64-bit number.

    Raises
    ------
    MalformedMessage
        If it is no varint.
    """
    if isinstance(value, bytes):
        raise MalformedMessage("expected a number")
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >= 1 << 63 else value


def submessage(value: int | bytes) -> bytes:
    """Return a length-delimited field.

    Raises
    ------
    MalformedMessage
        If it is a number.
    """
    if not isinstance(value, bytes):
        raise MalformedMessage("expected bytes")
    return value
