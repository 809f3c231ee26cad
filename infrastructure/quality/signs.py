"""Signs and lettering that stay in front while the picture moves: watermarks, logos, captions."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import cv2
import numpy as np

from infrastructure.quality.marks import EDGE, signs
from infrastructure.quality.views import Floats, View

_WIDTH = 320
"""Longest side of the picture in which signs are looked for, pixels."""
_THERE = 0.5
"""How much of a sign is seen in a frame in which it is there."""
_SHIFTS = 0.03
"""Share of the energy of edges that changes within a few frames where the camera moves."""
_TILES, _NEARLY, _MOST = 8, 0.85, 0.75
"""Tiles on each side of the picture in which that is looked for, and share of those with edges in which it is so, less
in one pair of frames."""
_APART, _PAIRS = 5, 4
"""Frames between two that are compared to tell that the camera moves, and pairs of them that are enough."""
_WAYS = (0, 1), (0,), (1,)
"""Gradients that are compared: all, and upright edges and level ones by themselves: where a camera goes to the side
level ones stay."""
_AT_ONCE, _STIRRING, _GOES = 12, 0.4, 0.3
"""Tiles with edges in half of those pairs at least, and the share of them in which so much of the energy of edges
changes, where what stays is a sign before a picture: where words fly in one after the other, and rest, one moves at a
time, and most of the ground is empty."""


class Sign(NamedTuple):
    """Share of the picture that signs cover, and for how many frames before this one they have been there."""

    share: float = 0.0
    since: int = 0


class _Mask(NamedTuple):
    """Where a sign is, and its gradients there."""

    where: Any
    """Numbers of its pixels."""
    x: Floats
    y: Floats
    share: float


class Staying:
    """Gradients that keep size and direction while most of those around them change, in two looks one after the other.

    Holds the gradients of the last three seconds, and the means of the later half; `forget` starts anew, at a cut. What
    is still there behind it was no part of the picture, nor is what was there before it.
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
        self._held = 0
        self._sign: _Mask | None = None
        self._maybe = False

    def forget(self) -> None:
        """Start anew, but for a sign that is known."""
        if self._held:
            self._begin(self._x.shape)
        self._held = 0
        self._maybe = False

    def _begin(self, shape: tuple[int, ...]) -> None:
        self._x, self._y, self._energy = (np.zeros(shape, np.float32) for _ in range(3))

    def observe(self, view: View) -> Sign:
        """What stays in front in the next frame; nothing while that cannot be told."""
        wide = min(_WIDTH, view.mid.shape[1])
        high = max(8, round(wide * view.mid.shape[0] / view.mid.shape[1]))
        picture = cv2.resize(view.mid, (wide, high), interpolation=cv2.INTER_AREA)
        x, y = (cv2.Sobel(picture, cv2.CV_16S, dx, dy, ksize=1) for dx, dy in ((1, 0), (0, 1)))
        if not self._past or self._past[0][0].shape != x.shape:
            self._past.clear()
            self._sign, self._held, self._maybe = None, 0, False
            self._begin(x.shape)
        self._count(x, y, True)
        self._past.append((x, y))
        self._held += 1
        if self._held > self._FRAMES:
            self._held -= 1
            self._count(*self._past[-self._held - 1], False)
        sign = self._sign
        if self._held >= self._ENOUGH and view.index % self._EVERY == 0:
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

    def _count(self, x: Any, y: Any, more: bool) -> None:
        for part, mean in ((x, self._x), (y, self._y)):
            flat = part.astype(np.float32)
            if more:
                cv2.accumulate(flat, mean)
                cv2.accumulateSquare(flat, self._energy)
            else:
                cv2.subtract(mean, flat, mean)
                cv2.subtract(self._energy, cv2.multiply(flat, flat), self._energy)

    def _pairs(self) -> range:
        """How long ago the later frames were of those that are compared with ones shortly before."""
        return range(1, self._held - _APART, _APART + 2)

    def _look(self) -> _Mask | None:
        x, y, energy = (part / self._held for part in (self._x, self._y, self._energy))
        where, unsure = signs(x, y, energy)
        places = np.flatnonzero(where)
        if not len(places):
            return None
        pairs = [(self._past[-at], self._past[-at - _APART]) for at in self._pairs()]
        if not (
            any(_camera_moves(_changes(pairs, energy, where, ways)) for ways in _WAYS)
            if unsure
            else _stirs(_changes(pairs, energy, where, _WAYS[0]))
        ):
            return None
        return _Mask(places, x.ravel()[places], y.ravel()[places], len(places) / energy.size)


def _changes(pairs: list[tuple[Any, Any]], energy: Any, signs: Any, ways: tuple[int, ...]) -> list[Floats]:
    """Shares of the energy of edges that change between the frames of each pair, which are shortly one after the other,
    in the tiles that have edges then. A frame is its gradients across and down, of which those of the `ways` count;
    `energy` is their mean energy, and `signs` are left out."""
    away = (energy > EDGE) & (cv2.dilate(signs.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0)
    found = []
    for one, other in pairs:
        change, whole = np.zeros(energy.shape, np.float32), np.zeros(energy.shape, np.float32)
        for a, b in ((one[way], other[way]) for way in ways):
            change += cv2.multiply(a - b, a - b, dtype=cv2.CV_32F)
            whole += cv2.multiply(a, a, dtype=cv2.CV_32F) + cv2.multiply(b, b, dtype=cv2.CV_32F)
        tiles = [cv2.resize(part * away, (_TILES, _TILES), interpolation=cv2.INTER_AREA) for part in (change, whole)]
        usable = tiles[1] > 0.02 * EDGE
        found.append(np.asarray(tiles[0][usable] / tiles[1][usable], np.float32))
    return found


def _camera_moves(changes: list[Floats]) -> bool:
    """Whether edges nearly everywhere change in each pair: it is more than somebody who walks by."""
    least = sorted(_share(change, _SHIFTS) for change in changes)[:2]
    many = min(map(len, changes), default=0) >= _AT_ONCE
    return many and len(changes) >= _PAIRS and least[0] >= _MOST and least[1] >= _NEARLY


def _stirs(changes: list[Floats]) -> bool:
    """Whether much of the picture moves at once, and there is a picture."""
    return (
        float(np.median([len(change) for change in changes])) >= _AT_ONCE
        and float(np.median([_share(change, _GOES) for change in changes])) >= _STIRRING
    )


def _share(change: Floats, least: float) -> float:
    """The share of a pair's tiles in which more changes."""
    return float((change > least).mean()) if len(change) else 0.0


def _seen(sign: _Mask, x: Any, y: Any) -> float:
    """How much of a sign is in a frame: about 1 where it is, and about 0 where it is not."""
    there = float((sign.x * x.ravel()[sign.where] + sign.y * y.ravel()[sign.where]).sum())
    return there / max(1.0, float((sign.x * sign.x + sign.y * sign.y).sum()))
