"""How much of the picture of half a second ago is left in a frame, wherever its parts have moved."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np

from domain.quality.figures import LAG, Match
from infrastructure.quality.views import TINY, Floats, View

_TILES = (4, 4)
"""Columns and rows of tiles, each of which is looked for by itself."""
_REACH = 3
"""How far from where the whole picture has moved a tile is looked for, pixels of the thumbnail."""
_SMOOTH = 0.7
"""Deviation of the blur before, pixels: a shift by half a pixel shall not look like another picture."""
_SURE = 0.05
"""Response of the phase correlation below which the picture is taken not to have moved."""
_PLAIN, _CONTRAST, _SHARE = 0.5, 2.0, 0.5
"""Contrast of a tile, levels, below which it is not looked for; and that it has at least to have a slope, by itself and
as a share of the usual one."""
_FEW = 4
"""Tiles from which something can be told."""


class Tracks:
    """Compares each frame with the one `LAG` frames before; holds that many thumbnails."""

    def __init__(self) -> None:
        self._past: deque[Floats] = deque(maxlen=LAG + 1)
        self._window = np.asarray(cv2.createHanningWindow(TINY, cv2.CV_32F), np.float32)

    def observe(self, view: View) -> Match | None:
        """None in the first frames, and where there is too little to be seen."""
        smooth = cv2.GaussianBlur(view.tiny, (0, 0), _SMOOTH)
        self._past.append(np.asarray(smooth - cv2.blur(view.tiny, (15, 15)), np.float32))
        if len(self._past) <= LAG:
            return None
        before, now = self._past[0], self._past[-1]
        found = self._found(before, now)
        if len(found) < _FEW:
            return None
        alike, first, second = np.array(found, np.float64).T
        ways = [_slopes(alike, *pair) for pair in ((first, second), (second, first))]
        if ways[0] is None or ways[1] is None:
            return None
        return Match(float(np.median(alike)), *ways[0], *ways[1])

    def _found(self, before: Floats, now: Floats) -> list[tuple[float, float, float]]:
        """For each tile of `before`: its correlation with what it resembles most in `now`, and the contrast of both.
        It is looked for around where phase correlation (Kuglin and Hines 1975) says that all has moved to."""
        (x, y), response = cv2.phaseCorrelate(before.copy(), now.copy(), self._window)  # writes into what it is given
        if response < _SURE or abs(x) > TINY[0] / 3 or abs(y) > TINY[1] / 3:
            x = y = 0.0
        width, height = TINY[0] // _TILES[0], TINY[1] // _TILES[1]
        found = []
        for top in range(0, TINY[1], height):
            for left in range(0, TINY[0], width):
                tile = before[top : top + height, left : left + width]
                contrast = _deviation(tile)
                upper, first = max(0, top + round(y) - _REACH), max(0, left + round(x) - _REACH)
                around = now[upper : top + round(y) + height + _REACH, first : left + round(x) + width + _REACH]
                if contrast < _PLAIN or around.shape[0] < height or around.shape[1] < width:
                    continue
                _, alike, _, (across, down) = cv2.minMaxLoc(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED))
                there = _deviation(around[down : down + height, across : across + width])
                found.append((float(alike), contrast, there))
        return found


def cells(view: View) -> tuple[float, ...]:
    """Mean luma in 4 columns and 3 rows, row by row, levels."""
    return tuple(float(level) for level in cv2.resize(view.tiny, (4, 3), interpolation=cv2.INTER_AREA).ravel())


def _deviation(tile: Floats) -> float:
    return float(cv2.meanStdDev(tile)[1][0, 0])


def _slopes(alike: Floats, whole: Floats, other: Floats) -> tuple[float, float] | None:
    """Median slope of the one on the other over the tiles in which the other has contrast, and the distance of the
    quartiles."""
    usable = whole >= max(_CONTRAST, _SHARE * float(np.median(whole)))
    if usable.sum() < _FEW:
        return None
    low, middle, high = np.quantile(alike[usable] * other[usable] / whole[usable], (0.25, 0.5, 0.75))
    return float(middle), float(high - low)
