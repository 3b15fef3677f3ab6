"""TensorBoard's event messages: step, time, scalars and hyperparameters.

Reads ``simple_value`` summaries (torch, TensorFlow 1) and one-element tensors (TensorFlow 2, Keras)
after the public message definitions (event.proto, summary.proto, tensor.proto, and the hparams
plugin's). Pictures, histograms, graphs and texts are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from costlaw.trackers.formats.protobuf import (
    FIXED32,
    MalformedMessage,
    double,
    fields,
    signed,
    submessage,
    text,
    varint,
)

_FLOAT, _DOUBLE, _INT32, _INT64 = 1, 2, 3, 9  # types.proto
_PACKED = {_FLOAT: (5, "<f"), _DOUBLE: (6, "<d")}  # tensor.proto: float_val, double_val
_RAW = {_FLOAT: "<f", _DOUBLE: "<d", _INT32: "<i", _INT64: "<q"}

# the order in which every writer serialises an event: field 1 (time), 2 (step), then the summary
_WALL_KEY, _STEP_KEY, _STEP_AT = 0x09, 0x10, 10
_UNPACK_DOUBLE = struct.Struct("<d").unpack_from
_UNPACK_FLOAT = struct.Struct("<f").unpack_from

Scalar = tuple[str, float]


class Event:
    """One event: wall time [s since 1970], step, scalars by tag, hyperparameters."""

    __slots__ = ("scalars", "settings", "step", "wall_s")

    def __init__(self, data: bytes) -> None:
        self.wall_s = 0.0
        self.step = 0
        self.scalars: list[Scalar] = []
        self.settings: dict[str, str | float] = {}
        for number, _, value in fields(data):
            if number == 1:
                self.wall_s = double(value)
            elif number == 2:
                self.step = signed(value)
            elif number == 5:
                self._read_summary(submessage(value))

    def _read_summary(self, data: bytes) -> None:
        for number, _, value in fields(data):
            if number != 1:
                continue
            tag, scalar, content = _summary_value(submessage(value))
            if scalar is not None:
                self.scalars.append((tag, scalar))
            elif content:
                self.settings.update(_hyperparameters(content))


def _summary_value(data: bytes) -> tuple[str, float | None, bytes]:
    """Return tag, number (None if it is no scalar) and the content of the hparams plugin."""
    tag, scalar, content = "", None, b""
    for number, wire, value in fields(data):
        if number == 1:
            tag = text(value)
        elif number == 2 and wire == FIXED32:
            scalar = float(struct.unpack("<f", submessage(value))[0])
        elif number == 8:
            scalar = _tensor(submessage(value))
        elif number == 9:
            content = _plugin_content(submessage(value), b"hparams")
    return tag, scalar, content


def _plugin_content(data: bytes, plugin: bytes) -> bytes:
    for number, _, value in fields(data):
        if number == 1:
            name, content = b"", b""
            for inner, _, part in fields(submessage(value)):
                if inner == 1:
                    name = submessage(part)
                elif inner == 2:
                    content = submessage(part)
            if name == plugin:
                return content
    return b""


def _tensor(data: bytes) -> float | None:
    """Return the one number of a tensor, or None if it holds several or another kind."""
    parts = list(fields(data))
    kind = next((value for number, _, value in parts if number == 1), 0)
    for number, _, value in parts:
        if number == 2 and _elements(submessage(value)) != 1:
            return None
    for number, wire, value in parts:
        if number == 4 and isinstance(kind, int) and kind in _RAW:
            form = _RAW[kind]
            raw = submessage(value)
            return float(struct.unpack(form, raw)[0]) if len(raw) == struct.calcsize(form) else None
        if isinstance(kind, int) and kind in _PACKED and number == _PACKED[kind][0]:
            form = _PACKED[kind][1]
            raw = submessage(value)
            return float(struct.unpack(form, raw)[0]) if len(raw) == struct.calcsize(form) else None
        if kind in {_INT32, _INT64} and number in {7, 10} and wire == 0:
            return float(signed(value))
    return None


def _elements(shape: bytes) -> int:
    """Return the number of elements of a tensor's shape (1 for a scalar)."""
    count = 1
    for number, _, value in fields(shape):
        if number == 2:
            sizes = [signed(part) for inner, _, part in fields(submessage(value)) if inner == 1]
            count *= sizes[0] if sizes else 0
    return count


def _hyperparameters(content: bytes) -> Iterator[tuple[str, str | float]]:
    """Yield the hyperparameters of a session that the hparams plugin recorded."""
    for number, _, value in fields(content):
        if number != 3:
            continue
        for inner, _, part in fields(submessage(value)):
            if inner == 1:
                yield from _entry(submessage(part))


def _entry(data: bytes) -> Iterator[tuple[str, str | float]]:
    key = ""
    setting: str | float | None = None
    for number, _, value in fields(data):
        if number == 1:
            key = text(value)
        elif number == 2:
            for kind, _, part in fields(submessage(value)):
                if kind == 2:
                    setting = double(part)
                elif kind == 3:
                    setting = text(part)
                elif kind == 4:
                    setting = str(bool(part))
    if key and setting is not None:
        yield key, setting


class Layouts:
    """Reads the events of a log that look alike without walking their fields again.

    The first event of a tag is walked; where it holds one 32-bit scalar, what is constant in it
    (all but time, step and value) is remembered, and an event with the same constant bytes is read
    by place. Anything else is walked, so the answers are the same.
    """

    __slots__ = ("_places", "_tags")
    MOST = 4096  # tags that are remembered

    def __init__(self) -> None:
        self._places: dict[int, int] = {}  # bytes behind the step: where the value is in them
        self._tags: dict[bytes, str] = {}  # constant bytes: tag

    def read(self, data: bytes) -> tuple[float, int, str, float] | None:
        """Return time [s], step, tag and value of an event like one seen before, or None."""
        if len(data) < _STEP_AT + 2 or data[0] != _WALL_KEY or data[_STEP_AT - 1] != _STEP_KEY:
            return None
        step, end = varint(data, _STEP_AT)
        place = self._places.get(len(data) - end)
        if place is None:
            return None
        tag = self._tags.get(data[end : end + place] + data[end + place + 4 :])
        if tag is None:
            return None
        (wall_s,) = _UNPACK_DOUBLE(data, 1)
        (value,) = _UNPACK_FLOAT(data, end + place)
        return wall_s, signed(step), tag, value

    def learn(self, data: bytes, event: Event) -> None:
        """Remember what is constant in an event that was walked."""
        if len(event.scalars) != 1 or event.settings or len(self._tags) >= self.MOST:
            return
        if data[0] != _WALL_KEY or data[_STEP_AT - 1] != _STEP_KEY:
            return
        tag, value = event.scalars[0]
        _, end = varint(data, _STEP_AT)
        rest = data[end:]
        place = rest.rfind(struct.pack("<f", value))
        if place < 0 or self._places.get(len(rest), place) != place:
            return
        other = data[:end] + rest[:place] + struct.pack("<f", 0.5 - value) + rest[place + 4 :]
        if Event(other).scalars != [(tag, struct.unpack("<f", struct.pack("<f", 0.5 - value))[0])]:
            return  # these four bytes are not the value
        self._places[len(rest)] = place
        self._tags[rest[:place] + rest[place + 4 :]] = tag


__all__ = ["Event", "Layouts", "MalformedMessage"]
