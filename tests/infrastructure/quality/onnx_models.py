"""Tiny ONNX models, written byte by byte: no library is needed for a mean of a picture's colours.

Source of the format: onnx.proto of ONNX (ModelProto, GraphProto, NodeProto, ValueInfoProto), protocol buffers' wire
format.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_FLOAT = 1


def _varint(number: int) -> bytes:
    out = b""
    while True:
        number, low = number >> 7, number & 127
        out += bytes([low | (128 if number else 0)])
        if not number:
            return out


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _shape(sides: Sequence[int | str]) -> bytes:
    dims = (_bytes(1, _number(1, side) if isinstance(side, int) else _bytes(2, side)) for side in sides)
    return b"".join(dims)


def _value(name: str, sides: Sequence[int | str]) -> bytes:
    tensor = _number(1, _FLOAT) + _bytes(2, _shape(sides))
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def _node(kind: str, given: str, made: str) -> bytes:
    return _bytes(1, given) + _bytes(2, made) + _bytes(4, kind)


def mean_colour(path: Path, sides: Sequence[int | str] = (1, 3, 32, 32)) -> Path:
    """A model whose embedding of a picture is the mean of each channel after preprocessing."""
    nodes = [_node("GlobalAveragePool", "picture", "pooled"), _node("Flatten", "pooled", "embedding")]
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "mean")
    graph += _bytes(11, _value("picture", sides)) + _bytes(12, _value("embedding", (1, 3)))
    path.write_bytes(_number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13)))
    return path
