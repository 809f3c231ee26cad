"""Signs and lettering that stay in front while the picture moves: watermarks, logos, captions."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import cv2
import numpy as np

from infrastructure.quality.views import Floats, View

_WIDTH = 320
"""Longest side of the picture in which signs are looked for, pixels."""
_EDGE = 120
"""Energy of gradients from which on there is an edge, squared levels a pixel."""
_KEPT, _MOVES = 0.75, 0.5
"""Share of an edge's energy that its mean over time keeps where it stays, less where the picture shines through it; and
where it moves."""
_TILES = 8
"""Tiles on each side of the picture by which is told how much of it moves."""
_LIVELY = 0.65
"""Share of the tiles with edges in which most of them move: a sign cannot be told before a locked camera."""
_LEAST, _MOST = 150, 0.4
"""Pixels of edges that make a sign, and share of the picture's height that one takes, at most."""
_WHOLLY, _THROUGH = 0.9, 0.8
"""`_KEPT` of a sign as a whole, and where all that is around it moves plainly: there the picture may shine through."""
_EDGE_NEAR = 2
"""Pixels from the picture's edge in which a thing goes on beyond it, as a horizon does."""
_UPRIGHT = 0.6
"""How wide a sign is for its height, at least: upright edges stay where a camera moves upright."""
_DENSE, _LONG = 0.28, 3
"""Share of its box that the edges of a sign fill; a little less where it is that many times as wide as high."""
_CLOSE = 0.26
"""Share of the 9 x 9 pixels around that stay as well: beside a single line less do."""
_MIXED = 0.57
"""Share of a sign's edges that have edges of another direction beside them: straight lines do not."""
_SQUARE, _INNER = 0.6, 0.08
"""A box of that shape and nearer to a square has that share of its edges within; the sun has not."""
_SOME, _SIDES = 12, 4
"""Pixels of edges that are something, and the sides on which something moves, at least, where a sign is clear."""
_THERE = 0.5
"""How much of a sign is seen in a frame in which it is there."""


class Sign(NamedTuple):
    """Share of the picture that signs cover, and for how many frames before this one they have been there."""

    share: float = 0.0
    since: int = 0


class _Mask(NamedTuple):
    """Where a sign is, and its gradients there."""

    where: Any
    x: Floats
    y: Floats
    share: float


class Staying:
    """Gradients that keep size and direction while most of those around them change, in two looks one after the other.

    Holds the gradients of the last three seconds, and the means of the later half; `forget` starts anew, at a cut.
    """

    _FRAMES = 36
    _BACK = 72
    _EVERY = 4
    _ENOUGH = 20

    def __init__(self) -> None:
        self._past: deque[tuple[Any, Any]] = deque(maxlen=self._BACK)
        self._x: Any = None
        self._y: Any = None
        self._energy: Any = None
        self._sign: _Mask | None = None
        self._maybe = False

    def forget(self) -> None:
        """Start anew."""
        self._past.clear()
        self._sign = None
        self._maybe = False

    def observe(self, view: View) -> Sign:
        """What stays in front in the next frame; nothing while that cannot be told."""
        wide = min(_WIDTH, view.mid.shape[1])
        high = max(8, round(wide * view.mid.shape[0] / view.mid.shape[1]))
        picture = cv2.resize(view.mid, (wide, high), interpolation=cv2.INTER_AREA)
        x, y = (cv2.Sobel(picture, cv2.CV_16S, dx, dy, ksize=1) for dx, dy in ((1, 0), (0, 1)))
        if not self._past or self._past[0][0].shape != x.shape:
            self.forget()
            self._x, self._y, self._energy = (np.zeros(x.shape, np.float32) for _ in range(3))
        self._count(x, y, 1)
        self._past.append((x, y))
        if len(self._past) > self._FRAMES:
            self._count(*self._past[-self._FRAMES - 1], -1)
        if len(self._past) < self._ENOUGH:
            return Sign()
        sign = self._sign
        if view.index % self._EVERY == 0:
            seen = self._look()
            sign = seen if seen is not None and self._maybe else sign
            self._maybe = seen is not None
        if sign is None or _seen(sign, x, y) < _THERE:
            self._sign = None
            return Sign()
        if self._sign is not None:
            self._sign = sign
            return Sign(sign.share)
        self._sign = sign
        before = 0
        for then in list(self._past)[-2::-1]:
            if _seen(sign, *then) < _THERE:
                break
            before += 1
        return Sign(sign.share, before)

    def _count(self, x: Any, y: Any, times: int) -> None:
        wide, high = x.astype(np.float32), y.astype(np.float32)
        self._x += times * wide
        self._y += times * high
        self._energy += times * (wide * wide + high * high)

    def _look(self) -> _Mask | None:
        count = min(self._FRAMES, len(self._past))
        x, y, energy = self._x / count, self._y / count, self._energy / count
        edges = energy > _EDGE
        if int(edges.sum()) < 200:
            return None
        kept = (x * x + y * y) / np.maximum(energy, 1)
        moves = edges & (kept < _MOVES)
        upright = cv2.blur(x * x, (9, 9)) / np.maximum(cv2.blur(energy, (9, 9)), 1)
        mixed = (upright > 0.2) & (upright < 0.8)
        where = _signs(edges & (kept > _KEPT), edges, moves, mixed, kept)
        if not where.any() or not _lively(edges & ~where, moves):
            return None
        return _Mask(where, x[where], y[where], float(where.mean()))


def _seen(sign: _Mask, x: Any, y: Any) -> float:
    """How much of a sign is in a frame: about 1 where it is, and about 0 where it is not."""
    there = float((sign.x * x[sign.where] + sign.y * y[sign.where]).sum())
    return there / max(1.0, float((sign.x * sign.x + sign.y * sign.y).sum()))


def _lively(edges: Any, moves: Any) -> bool:
    """Whether nearly all of the picture moves, as far as it has edges."""
    all_, moving = (
        cv2.resize(part.astype(np.float32), (_TILES, _TILES), interpolation=cv2.INTER_AREA) for part in (edges, moves)
    )
    usable = all_ > 0.02
    return bool(usable.sum() >= _TILES and (moving[usable] > 0.5 * all_[usable]).mean() >= _LIVELY)


def _signs(stays: Any, edges: Any, moves: Any, mixed: Any, kept: Any) -> Any:
    """Those heaps of edges that stay which look like a sign."""
    where = np.zeros_like(stays)
    own = edges & stays  # of a sign, those that stand alone are its own as well, and not what is around it
    stays = stays & (cv2.blur(stays.astype(np.float32), (9, 9)) > _CLOSE)
    if not stays.any():
        return where
    grown = cv2.dilate(stays.astype(np.uint8), np.ones((7, 7), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(grown)
    for label in range(1, count):
        if boxes[label, cv2.CC_STAT_AREA] < _LEAST:
            continue
        inside = stays & (labels == label)
        size = int(inside.sum())
        if size < _LEAST or _at_the_edge(inside) or not _like_a_sign(inside, size, mixed):
            continue
        whole = float(kept[inside].sum()) / size
        if whole > _THROUGH and _passes_behind(labels == label, edges, moves, own, whole > _WHOLLY):
            where |= inside
    return where


def _like_a_sign(inside: Any, size: int, mixed: Any) -> bool:
    """Whether `size` pixels of edges are dense and run in all directions within a few pixels, as lettering does. What
    the camera follows stays as well, but in the middle."""
    rows, columns = inside.shape
    across, down = np.flatnonzero(inside.any(0)), np.flatnonzero(inside.any(1))
    left, right, top, low = int(across[0]), int(across[-1]) + 1, int(down[0]), int(down[-1]) + 1
    wide, high = right - left, low - top
    if min(wide, high) < 4:
        return False
    if size < 0.8 * _DENSE * wide * high or wide < _UPRIGHT * high or high > _MOST * rows:
        return False
    middle = abs((left + right) / 2 - columns / 2) < columns / 4 and abs((top + low) / 2 - rows / 2) < rows * 0.3
    if (middle and wide < 0.4 * columns) or float(mixed[inside].mean()) < _MIXED:
        return False
    if wide > _LONG * high:
        return True
    within = inside[top + high // 4 : low - high // 4, left + wide // 4 : right - wide // 4]
    if size < _DENSE * wide * high:
        return False
    return min(wide, high) < _SQUARE * max(wide, high) or int(within.sum()) >= _INNER * size


def _at_the_edge(inside: Any) -> bool:
    """Whether a thing may go on beyond the picture."""
    return bool(
        inside[:_EDGE_NEAR].any()
        or inside[-_EDGE_NEAR:].any()
        or inside[:, :_EDGE_NEAR].any()
        or inside[:, -_EDGE_NEAR:].any()
    )


def _passes_behind(sign: Any, edges: Any, moves: Any, own: Any, clear: bool) -> bool:
    """Whether what is around a sign moves, if there is anything. Where it is not `clear`, because the picture shines
    through, there is much around it, and nearly all of that moves."""
    near, ring = (cv2.dilate(sign.astype(np.uint8), np.ones((size, size), np.uint8)) > 0 for size in (7, 15))
    ring &= ~(sign | (near & own))
    around, moving, size = int(edges[ring].sum()), int(moves[ring].sum()), int(ring.sum())
    plainly = around > 0.25 * size and moving >= 0.93 * around
    enough = moving >= (0.66 if around > 0.1 * size else 0.35) * around
    return plainly or (clear and enough and _sides(sign, edges & ring, moves & ring) >= _SIDES)


def _sides(sign: Any, around: Any, moving: Any) -> int:
    """On how many sides of a sign something moves; of a dial before a wall it is fewer."""
    rows, columns = np.flatnonzero(sign.any(1)), np.flatnonzero(sign.any(0))
    top, low, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    third, quarter = (low - top) // 3, (right - left) // 4
    sides = (
        np.s_[: top + third], np.s_[low - third :], np.s_[:, : left + quarter], np.s_[:, right - quarter :],
    )  # fmt: skip
    counts = [(int(around[side].sum()), int(moving[side].sum())) for side in sides]
    return sum(count >= _SOME and moves > 0.5 * count for count, moves in counts)
