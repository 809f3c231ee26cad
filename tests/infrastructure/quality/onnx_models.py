"""Tiny ONNX models, written byte by byte: no library is needed for a mean of a picture's colours, or for a detector
that takes blue squares for faces.

Source of the format: onnx.proto of ONNX (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto,
ValueInfoProto), protocol buffers' wire format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]

_FLOAT, _LONG, _INTS = 1, 7, 7
SIDE = 640
"""Height and width that the detectors take, pixels."""
CELL = 32
"""Height and width of what they take for a face; its corner lies on a multiple of it."""
POINTS = ((0.3, 0.35), (0.7, 0.35), (0.5, 0.55), (0.35, 0.75), (0.65, 0.75))
"""Where they say its landmarks are, as shares of the cell."""


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


def _node(kind: str, given: str | Sequence[str], made: str, **sizes: Sequence[int]) -> bytes:
    names = b"".join(_bytes(1, name) for name in ([given] if isinstance(given, str) else given))
    settings = (
        _bytes(5, _bytes(1, name) + b"".join(_number(8, value) for value in values) + _number(20, _INTS))
        for name, values in sizes.items()
    )
    return names + _bytes(2, made) + _bytes(4, kind) + b"".join(settings)


def _tensor(name: str, values: Values) -> bytes:
    kind = _LONG if values.dtype == np.int64 else _FLOAT
    dims = b"".join(_number(1, side) for side in values.shape)
    return dims + _number(2, kind) + _bytes(8, name) + _bytes(9, np.ascontiguousarray(values).tobytes())


def _write(
    path: Path, nodes: Sequence[bytes], sides: Sequence[int | str], made: Mapping[str, Sequence[int]],
    known: Mapping[str, Values],
) -> Path:  # fmt: skip
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "graph")
    graph += b"".join(_bytes(5, _tensor(name, values)) for name, values in known.items())
    graph += _bytes(11, _value("picture", sides))
    graph += b"".join(_bytes(12, _value(name, shape)) for name, shape in made.items())
    path.write_bytes(_number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13)))
    return path


def mean_colour(path: Path, sides: Sequence[int | str] = (1, 3, 32, 32)) -> Path:
    """A model whose embedding of a picture is the mean of each channel after preprocessing."""
    nodes = [_node("GlobalAveragePool", "picture", "pooled"), _node("Flatten", "pooled", "embedding")]
    return _write(path, nodes, sides, {"embedding": (1, 3)}, {})


def yunet(path: Path) -> Path:
    """A detector with the outputs of YuNet: how sure it is of a cell is how blue it is (pictures come blue first, 0 to
    255)."""
    known, nodes = _blueness([1 / 255, 0, 0], [0.0], 1)
    made: dict[str, Sequence[int]] = {}
    for stride in (8, 16, 32):
        cells = (SIDE // stride) ** 2
        box = np.tile(np.array([0.5, 0.5, np.log(CELL / stride), np.log(CELL / stride)], np.float32), (1, cells, 1))
        points = np.tile(np.array(POINTS, np.float32).ravel(), (1, cells, 1))
        values: dict[str, Values] = {
            "cls": np.zeros((1, cells, 1)),
            "obj": np.ones((1, cells, 1)),
            "bbox": box,
            "kps": points,
        }
        for kind, value in values.items():
            name = f"{kind}_{stride}"
            made[name] = value.shape
            if name == f"cls_{CELL}":
                nodes.append(_node("Reshape", ["blue", "column"], name))
            else:
                known[f"{name}_known"] = value.astype(np.float32)
                nodes.append(_node("Identity", f"{name}_known", name))
    return _write(path, nodes, (1, 3, SIDE, SIDE), made, known)


def scrfd(path: Path) -> Path:
    """The same with the outputs of SCRFD, which have no telling names: two anchors at a place, the second never sure
    (pictures come red first, -1 to 1)."""
    known, nodes = _blueness([0, 0, 0.5] + [0.0] * 3, [0.5, 0.0], 2)
    made: dict[str, Sequence[int]] = {}
    points = np.array(POINTS) * CELL
    kinds = {"score": np.zeros(1), "box": np.array([0, 0, CELL, CELL]), "points": points.ravel()}
    for kind, value in kinds.items():
        for stride in (8, 16, 32):
            name, anchors = f"{kind}{stride}", 2 * (SIDE // stride) ** 2
            made[name] = (anchors, len(value))
            if name == f"score{CELL}":
                nodes.append(_node("Reshape", ["blue", "column"], name))
            else:
                known[f"{name}_known"] = np.tile(value / stride, (anchors, 1)).astype(np.float32)
                nodes.append(_node("Identity", f"{name}_known", name))
    return _write(path, nodes, (1, 3, "height", "width"), made, known)


def _blueness(weights: Sequence[float], bias: Sequence[float], anchors: int) -> tuple[dict[str, Values], list[bytes]]:
    """How blue each cell is, in the order of places and then of anchors."""
    cells = (SIDE // CELL) ** 2
    known: dict[str, Values] = {
        "weights": np.array(weights, np.float32).reshape(anchors, 3, 1, 1), "bias": np.array(bias, np.float32),
        "column": np.array([1, cells, 1] if anchors == 1 else [anchors * cells, 1], np.int64),
    }  # fmt: skip
    nodes = [
        _node("AveragePool", "picture", "pooled", kernel_shape=(CELL, CELL), strides=(CELL, CELL)),
        _node("Conv", ["pooled", "weights", "bias"], "sure", kernel_shape=(1, 1)),
        _node("Transpose", "sure", "blue", perm=(0, 2, 3, 1)),
    ]
    return known, nodes
