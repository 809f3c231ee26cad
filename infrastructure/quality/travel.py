"""How the picture travels from frame to frame around the joins of a chain: points that are tracked, and what they say
of the whole picture and of its parts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import cv2
import numpy as np

from domain.quality.figures import Travel
from infrastructure.quality.views import Bytes, View

SIDE = 320
"""Longest side of the view that points are tracked in, pixels."""
COLUMNS, ROWS = 8, 5
"""Tiles whose motion is told one by one."""
_POINTS = 180
_APART = 7
"""Pixels between points, at least."""
_FEW = 10
"""Points below which nothing is told."""
_THERE_AND_BACK = 0.5
"""Pixels by which a point may miss its place when it is tracked back: one that misses it was lost."""
_CORNER = 0.004
"""Least quality of a corner, as a share of the best one's."""
_ROUNDS = 5
_HELD = 1e-6 * np.eye(4)
"""Keeps the equations solvable where all points lie in one place."""
_STRAY = 0.0015
"""Distance from the common motion, as a share of the width, from which on a point counts little."""
_WINDOW, _LEVELS = (15, 15), 4


class Travelling:
    """Compares each frame near one of `joins` with the one before it; holds one small view. `around` frames on each
    side are near."""

    def __init__(self, joins: Collection[int], around: int) -> None:
        self._near = frozenset(
            index for join in joins for index in range(max(1, join - around), join + around)
        )  # fmt: skip
        self._last: Bytes | None = None

    def observe(self, view: View) -> Travel | None:
        """The motion since the frame before; None away from joins, and where too little can be tracked."""
        last, self._last = self._last, None
        if view.index not in self._near and view.index + 1 not in self._near:
            return None
        self._last = now = _small(view)
        if last is None or last.shape != now.shape or view.index not in self._near:
            return None
        places, moves = tracked(last, now)
        return _told(places, moves, now.shape) if len(places) >= _FEW else None


def _small(view: View) -> Bytes:
    height, width = view.mid.shape
    factor = min(1.0, SIDE / max(width, height))
    size = max(8, round(width * factor)), max(8, round(height * factor))
    return np.asarray(cv2.resize(view.mid, size, interpolation=cv2.INTER_AREA), np.uint8)


def tracked(last: Bytes, now: Bytes) -> tuple[Any, Any]:
    """Places of corners in the frame before and where they have gone since, pixels: rows of x and y. Tracked by their
    surroundings on a pyramid (Lucas and Kanade 1981, Bouguet 2000), there and back again."""
    nothing = np.zeros((0, 2), np.float32)
    found: Any = cv2.goodFeaturesToTrack(last, _POINTS, _CORNER, _APART, blockSize=5)
    if found is None or len(found) < _FEW:
        return nothing, nothing
    given: dict[str, Any] = {"winSize": _WINDOW, "maxLevel": _LEVELS}
    there, kept, _ = cv2.calcOpticalFlowPyrLK(last, now, found, np.zeros_like(found), **given)
    back, held, _ = cv2.calcOpticalFlowPyrLK(now, last, there, np.zeros_like(found), **given)
    missed = np.linalg.norm((back - found).reshape(-1, 2), axis=1)
    good = (kept.ravel() == 1) & (held.ravel() == 1) & (missed < _THERE_AND_BACK)
    return found.reshape(-1, 2)[good], (there - found).reshape(-1, 2)[good]


def _told(places: Any, moves: Any, shape: tuple[int, ...]) -> Travel:
    height, width = shape
    at = (places - (width / 2, height / 2)) / width
    moves = moves / width
    x, y, zoom, turn = _common(at, moves)
    columns = np.clip((places[:, 0] * COLUMNS / width).astype(int), 0, COLUMNS - 1)
    rows = np.clip((places[:, 1] * ROWS / height).astype(int), 0, ROWS - 1)
    tile = rows * COLUMNS + columns
    counts = np.bincount(tile, minlength=COLUMNS * ROWS)
    middle = np.minimum(np.cumsum(counts) - counts + counts // 2, len(tile) - 1)
    across, down = (moves[np.lexsort((moves[:, axis], tile)), axis][middle] for axis in (0, 1))  # the upper median
    tiles = tuple(
        (float(a), float(b)) if count else None for a, b, count in zip(across, down, counts, strict=True)
    )  # fmt: skip
    return Travel(float(x), float(y), float(zoom), float(turn), tiles)


def _common(at: Any, moves: Any) -> Any:
    """The shift, zoom and turn that most points share: least squares, in which a point that strays counts little
    (iteratively reweighted, Cauchy's weights)."""
    ones, none = np.ones(len(at)), np.zeros(len(at))
    rows = np.concatenate([
        np.stack([ones, none, at[:, 0], -at[:, 1]], 1), np.stack([none, ones, at[:, 1], at[:, 0]], 1)
    ])  # fmt: skip
    wanted = np.concatenate([moves[:, 0], moves[:, 1]])
    found = np.concatenate([np.median(moves, axis=0), [0.0, 0.0]])
    for _ in range(_ROUNDS):
        left = (wanted - rows @ found).reshape(2, -1)
        stray = np.hypot(left[0], left[1])
        weight = 1 / (1 + (stray / max(_STRAY, float(np.median(stray)))) ** 2)
        weighed = rows * np.concatenate([weight, weight])[:, None]
        found = np.linalg.solve(weighed.T @ rows + _HELD, weighed.T @ wanted)
    return found
