"""Straight lines across the picture, bars at its edges, and what stays in front while the picture moves."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.quality.figures import Bars, Line
from infrastructure.quality.views import Bytes, Floats, View

_SECTIONS = 8
_EDGE = 5
"""Levels that a line has to change the picture by."""
_MOST_LINES = 4
_LIVELY = 0.03
"""Share of the surroundings of a sign that are edges which move, at least."""
_TILES = 8
"""Tiles on each side of the picture by which is told how much of it moves."""
_MOVING_TILES = 0.78
"""Share of those tiles: all of the picture moves, and not only somebody who walks through it before a locked camera."""
_KEPT = 0.89
"""Share of an edge's energy that its mean over time keeps where it stays; less where the picture shines through it."""
_MIXED = 0.5
"""Share of a sign's edges that have edges of another direction beside them."""


def lines(view: View, last: View | None) -> tuple[Line, ...]:
    """The clearest straight edges over the full height or width, not at the very edge of the picture."""
    same = last is not None and last.mid.shape == view.mid.shape
    change = cv2.absdiff(view.mid, last.mid) if last is not None and same else np.zeros_like(view.mid)
    return (
        *_upright(view.mid, change, "v"),
        *_upright(np.ascontiguousarray(view.mid.T), np.ascontiguousarray(change.T), "h"),
    )


def _upright(picture: Bytes, moved: Any, axis: str) -> list[Line]:
    height, width = picture.shape
    if width < 64 or height < 32:
        return []
    reach = 2  # a boundary between two pixels of the file may fall into the middle of one of the view
    change = cv2.absdiff(picture[:, reach:], picture[:, :-reach])
    mask = cv2.threshold(change, _EDGE, 1, cv2.THRESH_BINARY)[1].astype(np.float32)
    sections = cv2.resize(mask, (mask.shape[1], _SECTIONS), interpolation=cv2.INTER_AREA)
    covered = sections.mean(0)
    beside = np.minimum(np.roll(covered, 5), np.roll(covered, -5))
    strong = (covered > 0.6) & (sections.min(0) > 0.25) & (covered - beside > 0.25)
    margin = width // 25
    strong[:margin] = strong[-margin:] = False
    found: list[Line] = []
    for place in sorted(np.flatnonzero(strong), key=lambda at: -covered[at]):
        at = int(place) + reach // 2
        if all(abs(at - line.place * width) > 6 for line in found):
            found.append(_line(picture, moved, axis, at, float(covered[place])))
        if len(found) == _MOST_LINES:
            break
    return found


def _line(picture: Bytes, moved: Any, axis: str, at: int, covered: float) -> Line:
    width = picture.shape[1]
    left, right = _gutter(picture, at)
    before = picture[:, max(0, left - 3) : max(1, left - 1)].mean(1)
    after = picture[:, min(width - 1, right + 2) : right + 4].mean(1)
    change = after - before
    varied = 1 - abs(float(change.mean())) / max(1.0, float(np.abs(change).mean()))
    far = width // 6
    sides = picture[:, max(0, left - far) : max(1, left - 1)], picture[:, min(width - 1, right + 2) : right + far]
    counts = [cv2.calcHist([np.ascontiguousarray(side)], [0], None, [16], [0, 256]).ravel() for side in sides]
    shares = [count / max(1.0, count.sum()) for count in counts]
    differing = float(np.abs(np.cumsum(shares[0] - shares[1])).sum() / 8)
    return Line(
        "v" if axis == "v" else "h", (left + right) / 2 / width, covered, varied,
        (right - left) / width if right > left else 0, min(1.0, differing),
        _spread(before), _spread(after),
        min(float(part.mean()) for part in (moved[:, max(0, left - 22) : left - 2], moved[:, right + 2 : right + 22])),
    )  # fmt: skip


def _spread(values: NDArray[np.float64]) -> float:
    """How much values vary, as a standard deviation that a few others among them do not change."""
    return float(1.48 * np.median(np.abs(values - np.median(values))))


def _gutter(picture: Bytes, at: int) -> tuple[int, int]:
    """First and last column of the plain strip around `at`, or `at` twice when there is none up to 6 % wide."""
    width = picture.shape[1]
    span = max(3, width // 16)
    low, high = max(0, at - span), min(width, at + span)
    spread = picture[:, low:high].std(0)
    plain = spread < 6
    for middle in (at - low, at - low + 1, at - low - 1, at - low + 2, at - low - 2):
        if not (0 <= middle < len(plain) and plain[middle]):
            continue
        first = last = middle
        while first > 0 and plain[first - 1]:
            first -= 1
        while last + 1 < len(plain) and plain[last + 1]:
            last += 1
        beside = spread[max(0, first - 3) : first].tolist() + spread[last + 1 : last + 4].tolist()
        if first > 1 and last + 2 < len(plain) and min(beside) > 10:
            strip = picture[:, low + first : low + last + 1].mean()
            sides = picture[:, low + first - 2], picture[:, low + last + 2]
            if all((np.abs(side - strip) > 10).mean() > 0.6 for side in sides):
                return low + first, low + last
    return at, at


def bars(view: View) -> Bars:
    """Rows and columns from each edge inwards that are dark and plain, up to where the picture begins sharply."""
    top, bottom = _bar(view.mid), _bar(view.mid[::-1])
    upright = view.mid.T
    left, right = _bar(upright), _bar(upright[::-1])
    return Bars(top, bottom, left, right)


def _bar(rows: Bytes) -> float:
    count = len(rows) * 2 // 5
    part = rows[:count]
    plain = (part.max(1) < 40) & (part.std(1) < 3)
    ends = np.flatnonzero(~plain)
    depth = int(ends[0]) if len(ends) else count
    if depth == 0 or depth >= count - 2:
        return 0.0
    begins = rows[depth + 2].astype(np.int16) - int(part[:depth].mean())
    return depth / len(rows) if (begins > 12).mean() > 0.3 else 0.0


class Staying:
    """Gradients that keep size and direction while most of those around them change.

    Holds running means over about two seconds; `forget` starts anew, at a cut.
    """

    _FRAMES = 48
    _ENOUGH = 20

    def __init__(self) -> None:
        self._seen = 0
        self._x: Floats | None = None
        self._y: Floats | None = None
        self._energy: Floats | None = None

    def forget(self) -> None:
        """Start anew."""
        self._seen = 0
        self._x = self._y = self._energy = None

    def observe(self, view: View) -> float:
        """Share of the picture that stays in front; 0 while that cannot be told."""
        picture = cv2.resize(
            view.mid, (320, max(8, round(320 * view.mid.shape[0] / view.mid.shape[1]))), interpolation=cv2.INTER_AREA
        )
        x = cv2.Sobel(picture, cv2.CV_32F, 1, 0, ksize=1)
        y = cv2.Sobel(picture, cv2.CV_32F, 0, 1, ksize=1)
        energy = x * x + y * y
        if self._x is None or self._y is None or self._energy is None:
            self._x, self._y, self._energy = (np.asarray(part, np.float32) for part in (x, y, energy))
            self._seen = 1
            return 0.0
        self._seen += 1
        weight = max(1 / self._FRAMES, 1 / self._seen)
        for mean, now in ((self._x, x), (self._y, y), (self._energy, energy)):
            cv2.accumulateWeighted(now, mean, weight)
        return self._share() if self._seen >= self._ENOUGH else 0.0

    def _share(self) -> float:
        assert self._x is not None and self._y is not None and self._energy is not None
        edges = self._energy > 120
        total = int(edges.sum())
        if total < 200:
            return 0.0
        kept = (self._x * self._x + self._y * self._y) / np.maximum(self._energy, 1)
        stays = edges & (kept > _KEPT)
        moves = edges & (kept < 0.5)
        height, width = edges.shape
        if moves.sum() < 0.45 * total:
            return 0.0
        lively = cv2.resize(moves.astype(np.float32), (_TILES, _TILES), interpolation=cv2.INTER_AREA) > 0.015
        if lively.mean() < _MOVING_TILES:  # the camera stands, and something moves before it
            return 0.0
        # what the camera follows stays as well, but in the middle
        stays[height // 5 : height - height // 5, width // 4 : width - width // 4] = False
        around = (9, 9)
        upright = cv2.blur(self._x * self._x, around) / np.maximum(cv2.blur(self._energy, around), 1)
        return sum(_lettering(stays, edges, moves, (upright > 0.2) & (upright < 0.8))) / edges.size


def _lettering(stays: Any, edges: Any, moves: Any, mixed: Any) -> list[int]:
    """Sizes in pixels of those heaps of edges that stay, are dense and `mixed`, which is to run in all directions
    within a few pixels, as signs do; straight lines (horizons, frames, panels) do not. Around them most edges move: at
    the heart of a zoom they hardly do.
    """
    if not stays.any():
        return []
    grown = cv2.dilate(stays.astype(np.uint8), np.ones((11, 11), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(grown)
    found = []
    for label in range(1, count):
        inside = stays & (labels == label)
        size = int(inside.sum())
        wide, high = int(boxes[label, cv2.CC_STAT_WIDTH]) - 10, int(boxes[label, cv2.CC_STAT_HEIGHT]) - 10
        if size < 40 or min(wide, high) < 3 or size < 0.1 * wide * high:
            continue
        if float(mixed[inside].mean()) < _MIXED:
            continue
        ring = cv2.dilate((labels == label).astype(np.uint8), np.ones((15, 15), np.uint8)).astype(bool)
        ring &= labels != label
        if 2 * int(moves[ring].sum()) >= int(edges[ring].sum()) and _passes_behind(moves, ring, boxes[label]):
            found.append(size)
    return found


def _passes_behind(moves: Any, ring: Any, box: Any) -> bool:
    """Whether the picture moves on most sides of a sign: beside something that is fixed to a dashboard, or to a wall,
    it moves on one side only."""
    left, top, wide, high = (int(part) for part in box[:4])
    rows = [slice(0, top + high // 4), slice(top + high // 4, top + high * 3 // 4), slice(top + high * 3 // 4, None)]
    columns = [
        slice(0, left + wide // 4),
        slice(left + wide // 4, left + wide * 3 // 4),
        slice(left + wide * 3 // 4, None),
    ]
    sides = lively = 0
    for row in rows:
        for column in columns:
            area = int(ring[row, column].sum())
            if area > 20:
                sides += 1
                lively += int((moves[row, column] & ring[row, column]).sum()) >= _LIVELY * area
    return 2 * lively >= sides > 0
