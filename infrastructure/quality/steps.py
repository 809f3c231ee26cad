"""What is different from one frame to the next where both show the same: light, colour, sharpness and grain.

Motion, and what comes into the picture with it, is left out: both frames are moved half of the way along the motion of
the whole picture, which softens both alike, and are compared tile by tile; and of the differences the middle half is
averaged (the interquartile mean), so that what moves by itself or appears in some tiles does not count.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from domain.quality.figures import NO_STEPS, Steps
from infrastructure.quality.texture import LAPLACE, Maps
from infrastructure.quality.views import Floats, View

_TILES = (16, 9)
_PLAIN = 2.0
"""Contrast inside a tile, levels, below which it has none."""
_SAME = 0.7
"""Contrast of the difference of both frames in a tile, as a share of the tile's own, from which on it shows another
thing: what moves by itself before an empty ground takes its contrast along."""
_GREY = 3.0
"""Distance from grey, levels, below which a tile has no hue."""
_COLOURED = 6.0
"""Distance from grey, levels, below which a tile has no saturation to speak of."""
_MANY = 18
"""Tiles with colour, an eighth of all, from which on a picture's saturation can be told from that of a thing in it."""
_FEW = 4
"""Tiles from which something can be told."""
_LEAST = 0.25
"""Levels of grain or detail that are taken for none: below, rounding speaks."""
_OUTER = 0.1
"""Share of the tiles at each end that does not count for sharpness, grain and detail: with more, what encoders mend in
few tiles at a time would be lost, and the sum of many steps would run away."""
_DETAIL = 960
"""Width in which detail of a few pixels is looked for at most."""


class Stepping:
    """Compares each frame with the one before it; holds one view and its maps."""

    def __init__(self) -> None:
        self._last: tuple[View, Maps] | None = None
        self._fine: Floats | None = None

    def observe(self, view: View, maps: Maps, shift: tuple[float, float]) -> Steps:
        """The steps since the frame before; `shift` as `FrameFigures.shift`."""
        last, self._last = self._last, (view, maps)
        fine, self._fine = self._fine, _detail(view)
        if last is None or fine is None or last[0].mid.shape != view.mid.shape:
            return NO_STEPS
        before, old = last
        valid, forth, back = _inside(shift), (shift[0] / 2, shift[1] / 2), (-shift[0] / 2, -shift[1] / 2)
        first = _moved(before.small.astype(np.float32), forth)
        second = _moved(view.small.astype(np.float32), back)
        one, other = _tiles(first), _tiles(second)
        same = _tiles(second - first)[1] < _SAME * np.sqrt(one[1] * other[1])
        level, change = one[0][valid], (other[0] - one[0])[valid]
        middle = np.abs(level - np.median(level)) <= np.percentile(np.abs(level - np.median(level)), 50)
        spread = ((one[1] > _PLAIN) & (other[1] > _PLAIN) & same)[valid]
        contrast = np.log(other[1][valid][spread] / one[1][valid][spread]) if spread.any() else np.zeros(0)
        blues, reds = (
            [_mean(_moved(a, forth))[valid], _mean(_moved(b, back))[valid]]
            for a, b in ((before.cb, view.cb), (before.cr, view.cr))
        )
        return Steps(
            mean=_midmean(change), middle=_midmean(change[middle]), contrast=_midmean(contrast),
            cb=_midmean(blues[1] - blues[0]), cr=_midmean(reds[1] - reds[0]), hue=_turn(blues, reds),
            sharpness=_sharper(old, maps), noise=_noisier(old, maps),
            detail=_midmean(_ratios(fine, self._fine)), saturation=_stronger(blues, reds),
        )  # fmt: skip


def _midmean(values: Any, outer: float = 0.25) -> float:
    """The mean without that share at each end, of the middle half by itself; 0 of too few."""
    if len(values) < _FEW:
        return 0.0
    values, cut = np.sort(values), int(len(values) * outer)
    return float(values[cut : len(values) - cut].mean())


def _inside(shift: tuple[float, float]) -> tuple[slice, slice]:
    """The tiles that both frames show."""
    (x, y), (columns, rows) = shift, _TILES
    across, down = math.ceil(abs(x) / 2 * columns), math.ceil(abs(y) / 2 * rows)
    return slice(down, rows - down), slice(across, columns - across)


def _moved(plane: Floats, shift: tuple[float, float]) -> Floats:
    height, width = plane.shape
    x, y = shift[0] * width, shift[1] * height
    if max(abs(x), abs(y)) < 0.05:
        return plane
    move = np.array([[1, 0, x], [0, 1, y]], np.float32)
    moved = cv2.warpAffine(plane, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _mean(plane: Floats) -> Floats:
    return np.asarray(cv2.resize(plane, _TILES, interpolation=cv2.INTER_AREA), np.float32)


def _tiles(plane: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each tile."""
    mean = _mean(plane)
    return mean, np.sqrt(np.maximum(0, _mean(plane * plane) - mean * mean))


def _turn(blues: list[Floats], reds: list[Floats]) -> float:
    """The rotation of hues, degrees."""
    (b0, b1), (r0, r1) = blues, reds
    along, across = b0 * b1 + r0 * r1, b0 * r1 - r0 * b1
    return _midmean(np.degrees(np.arctan2(across, along))[(np.hypot(b0, r0) > _GREY) & (np.hypot(b1, r1) > _GREY)])


def _stronger(blues: list[Floats], reds: list[Floats]) -> float:
    """Logarithm of the ratio of the distances from grey, where there is colour."""
    one, other = (np.hypot(b, r) for b, r in zip(blues, reds, strict=True))
    colourful = (one > _COLOURED) & (other > _COLOURED)
    if colourful.sum() < _MANY:
        return 0.0
    return _midmean(np.log(other[colourful] / one[colourful]))


def _sharper(before: Maps, now: Maps) -> float:
    """Logarithm of the ratio of sharpness, over the sharpest third of the tiles that have edges in both: what is out of
    focus does not get much softer."""
    both = (before.sharpness > 0) & (now.sharpness > 0)
    if not both.any():
        return 0.0
    one, other = before.sharpness[both], now.sharpness[both]
    usual = np.sqrt(one * other)
    sharp = usual >= np.quantile(usual, 2 / 3)
    return _midmean(np.log(other[sharp] / one[sharp]), _OUTER)


def _noisier(before: Maps, now: Maps) -> float:
    """Logarithm of the ratio of grain, over the smoother half of the tiles."""
    usual = before.noise.ravel() * now.noise.ravel()
    return _midmean(_ratios(before.noise, now.noise)[usual <= np.median(usual)], _OUTER)


def _detail(view: View) -> Floats:
    """The mean second difference at half the size or less, levels: what is so fine vanishes first in a lossy file,
    while what is finer yet has vanished already."""
    height, width = view.luma.shape
    share = min(0.5, _DETAIL / width)
    small = cv2.resize(
        view.luma, (max(16, int(width * share)), max(9, int(height * share))), interpolation=cv2.INTER_AREA
    )
    response = cv2.convertScaleAbs(cv2.filter2D(small, cv2.CV_16S, LAPLACE))
    return _mean(np.asarray(response, np.float32)) * np.float32(view.scale)


def _ratios(before: Floats, now: Floats) -> Any:
    """Logarithms of the ratios of two maps, tile by tile."""
    return np.log(np.maximum(now.ravel(), _LEAST) / np.maximum(before.ravel(), _LEAST))
