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
)

_FLOAT, _DOUBLE, _INT32, _INT64 = 1, 2, 3, 9  # types.proto
_PACKED = {_FLOAT: (5, "<f"), _DOUBLE: (6, "<d")}  # tensor.proto: float_val, double_val
_RAW = {_FLOAT: "<f", _DOUBLE: "<d", _INT32: "<i", _INT64: "<q"}

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


__all__ = ["Event", "MalformedMessage"]
