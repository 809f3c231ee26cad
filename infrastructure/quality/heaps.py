"""Heaps of edges that look like a sign: dense, and running in all directions within a few pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np

LEAST, _MOST = 150, 0.4
"""Pixels of edges that make a sign, and share of the picture's height that one takes, at most."""
_EDGE_NEAR = 2
"""Pixels from the picture's edge in which a thing goes on beyond it, as a horizon does."""
_LINE_END = 0.15
"""Share of the picture's height that lettering reaches over where it is cut off at a side."""
_UPRIGHT = 0.6
"""How wide a sign is for its height, at least: upright edges stay where a camera moves upright."""
_DENSE, _LONG, _LONG_LARGE = 0.28, 3, 2.5
"""Share of its box that the edges of a sign fill; a little less where it is that many times as wide as high; and of
large lettering."""
_STEEP, _SMALLER = 40, 0.6
"""Degrees by which lettering is slanted at most, and share of an upright box that a slanted one takes."""
_CLOSE = 0.26
"""Share of the 9 x 9 pixels around that stay as well: beside a single line less do."""
_MIXED, _ROUND = 0.57, 0.45
"""Share of a sign's edges that have edges of another direction beside them: straight lines do not, and of a round badge
that is the same in every frame it is less."""
_SQUARE, _INNER = 0.6, 0.08
"""A box of that shape and nearer to a square has that share of its edges within; the sun has not."""
_WIDE, _THIN, _STRAIGHT = 1.8, 0.15, 0.5
"""Of edges that are the same in every frame in a box that wide for its height, less is asked: the share of it that they
fill, and that have others of another direction beside them."""


class Heap(NamedTuple):
    """Edges close together: the region they fill, and themselves."""

    region: Any
    inside: Any
    size: int


def heaps(keep: Any, mixed: Any, exact: Any = None, large: bool = False) -> Iterator[Heap]:
    """Heaps of edges that stay which look like a sign. Of those that are the same in every frame, `exact` tells what
    else stays: it belongs to them where it is as close."""
    dense = keep & (cv2.blur(keep.astype(np.float32), (9, 9)) > _CLOSE)
    if not dense.any():
        return
    grown = cv2.dilate((dense if exact is None else exact | dense).astype(np.uint8), np.ones((7, 7), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(grown)
    for label in range(1, count):
        if boxes[label, cv2.CC_STAT_AREA] < LEAST:
            continue
        region = labels == label
        inside = dense & region
        size = int(inside.sum())
        if size < LEAST or (_at_the_edge(inside) if exact is None else _beyond(exact & region, inside)):
            continue
        if _like_a_sign(inside, size, mixed, exact is not None, large):
            yield Heap(region, inside, size)


def _like_a_sign(inside: Any, size: int, mixed: Any, exact: bool, large: bool) -> bool:
    """Whether `size` pixels of edges are dense and run in all directions within a few pixels, as lettering does. What
    the camera follows stays as well, but in the middle. Where they are the same in every frame (`exact`), less is
    asked of what is wide."""
    rows, columns = inside.shape
    across, down = np.flatnonzero(inside.any(0)), np.flatnonzero(inside.any(1))
    left, right, top, low = int(across[0]), int(across[-1]) + 1, int(down[0]), int(down[-1]) + 1
    wide, high = _slanted(inside) or (right - left, low - top)
    if min(wide, high) < 4:
        return False
    if wide < _UPRIGHT * high or high > _MOST * rows:
        return False
    middle = abs((left + right) / 2 - columns / 2) < columns / 4 and abs((top + low) / 2 - rows / 2) < rows * 0.3
    if middle and wide < 0.4 * columns:
        return False
    directions, dense = float(mixed[inside].mean()), size / (wide * high)
    if exact and wide > _WIDE * high:
        return dense > _THIN and directions > _STRAIGHT
    if directions < (_ROUND if exact else _MIXED) or dense < (0.7 if large else 0.8) * _DENSE:
        return False
    if wide > (_LONG_LARGE if large else _LONG) * high:
        return True
    within = inside[top + int(high) // 4 : low - int(high) // 4, left + int(wide) // 4 : right - int(wide) // 4]
    if dense < _DENSE:
        return False
    return min(wide, high) < _SQUARE * max(wide, high) or int(within.sum()) >= _INNER * size


def _slanted(inside: Any) -> tuple[float, float] | None:
    """Length and height of a line of lettering that is slanted, None for what is not slanted, or no line: the smallest
    box around it is much smaller than the upright one."""
    points = cv2.findNonZero(inside.astype(np.uint8))
    (_, (one, other), angle), (_, _, wide, high) = cv2.minAreaRect(points), cv2.boundingRect(points)
    length, height, angle = (one, other, angle) if one > other else (other, one, angle - 90)
    if abs(angle) > _STEEP or length < _LONG * height or length * height > _SMALLER * wide * high:
        return None
    return float(length), float(height)


def _at_the_edge(inside: Any) -> bool:
    """Whether a thing may go on beyond the picture."""
    return bool(
        inside[:_EDGE_NEAR].any()
        or inside[-_EDGE_NEAR:].any()
        or inside[:, :_EDGE_NEAR].any()
        or inside[:, -_EDGE_NEAR:].any()
    )


def _beyond(stays: Any, inside: Any) -> bool:
    """Whether what is the same in every frame goes on beyond the picture, other than lettering that is cut off at its
    end."""
    sides = stays[:_EDGE_NEAR], stays[-_EDGE_NEAR:], stays[:, :_EDGE_NEAR], stays[:, -_EDGE_NEAR:]
    above, below, left, right = (int(side.any(axis=number // 2).sum()) for number, side in enumerate(sides))
    if not above + below + left + right:
        return False
    if above or below or min(left, right) or max(left, right) > _LINE_END * len(stays):
        return True
    _, _, wide, high = cv2.boundingRect(inside.astype(np.uint8))
    return int(inside.sum()) < _DENSE * wide * high
