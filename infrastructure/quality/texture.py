"""Fine detail at full size: sharpness, noise, banding, and the steps that blocks are told by."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import cv2
import numpy as np

from infrastructure.quality.views import Bytes, Floats, View

_TILES = (16, 9)
_SELDOM = 8
"""Every how many frames octaves are compared."""
_SURE = 1.7
"""Sharpness from which on a picture is sharp for certain."""
_TINY = 200
"""Shorter side of pictures below which all of them are soft, pixels."""
_SMALL = 320
"""Shorter side below which a picture has no octave to spare, pixels."""
_SPOTLESS = 1.04
"""Brings the finest octave, in which encoders leave more noise and less detail, to the scale of the next one."""
_SOME = 40
"""Rows and columns that edges are looked for in."""
_HIGH, _EDGES, _ONE_WAY = 24, 16, 32
"""Height of an edge, levels, how many there are each way for the most part, and how many times as many of one way as of
the other are all one way."""
_FEW = 6
"""Tiles with edges below which they tell nothing about the whole picture."""
_FOCUSED, _FOCUS = 0.8, 0.6
"""Sharpness of tiles that are in focus, or share of that of the sharpest where none are."""
_EARLIER, _THEN, _NOW = 24, 0.65, 0.5
"""Frames before one whose tiles say what has come into focus since, what these had at most then, as a share of what
they have now, and the sharpness that they have now, at least."""
LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


class Texture(NamedTuple):
    """Units and ranges as in `domain.quality.figures.FrameFigures`."""

    sharpness: float
    octave: float
    edge: float
    noise: float
    bands: float


class Maps(NamedTuple):
    """Sharpness as in `Texture` of 16 x 9 tiles, 0 where there are no edges, and noise of 16 x 6 tiles of the middle
    half; mean steps between neighbouring columns (`across`) and rows (`down`) at full size, levels."""

    sharpness: Floats
    noise: Floats
    across: Floats
    down: Floats


def measure(view: View) -> tuple[Texture, Maps]:
    """Every second row and column pair of the full plane, which is enough for statistics and half the work."""
    luma = view.luma
    rows = np.ascontiguousarray(luma[::2])
    across = _steps(rows[:, 1:], rows[:, :-1])
    columns = np.ascontiguousarray(luma[:, : luma.shape[1] // 2 * 2].reshape(luma.shape[0], -1, 2)[:, :, 0])
    down = _steps(columns[1:], columns[:-1])
    profiles = _profile(across, 0), _profile(down, 1)
    maps = Maps(_sharpness(luma, across, down), _noise(luma) * np.float32(view.scale), *profiles)
    ratios, noises = np.sort(maps.sharpness[maps.sharpness > 0]), np.sort(maps.noise.ravel())
    sharpness = float(ratios[-max(1, len(ratios) // 5) :].mean()) if len(ratios) else 0.0
    judged = 0 < sharpness < _SURE and min(luma.shape) >= _TINY
    texture = Texture(
        sharpness=sharpness,
        octave=0.0 if view.index % _SELDOM else _octave(luma) if judged else 1.0,
        edge=0.0 if view.index % _SELDOM or not judged else _edge(luma),
        noise=float(noises[: len(noises) // 6].mean()),
        bands=_bands(luma),
    )
    return texture, maps


class Crispness:
    """Holds the sharpness of the tiles of one frame."""

    def __init__(self) -> None:
        self._last: Floats | None = None

    def observe(self, maps: Maps) -> float:
        """`FrameFigures.crisp`; 1 where too few tiles have edges."""
        last, self._last = self._last, maps.sharpness
        if last is None:
            return 1.0
        now, best = maps.sharpness, np.maximum(last, maps.sharpness)
        both = (last > 0) & (now > 0)
        if np.count_nonzero(both) < _FEW:
            return 1.0
        sharp = both & (best >= min(_FOCUSED, _FOCUS * float(np.quantile(best[both], 0.9))))
        return float(np.median(now[sharp] / last[sharp]))


class Focus:
    """Holds the sharpness of the tiles of a second."""

    def __init__(self) -> None:
        self._earlier: deque[Floats] = deque(maxlen=_EARLIER)

    def observe(self, maps: Maps) -> float:
        """`FrameFigures.refocused`. A tile is compared with the sharpest of those around it: things move."""
        now = maps.sharpness
        then = self._earlier[0] if self._earlier else now
        self._earlier.append(now)
        around = np.asarray(cv2.dilate(then, np.ones((3, 3), np.uint8)), np.float32)
        edges = np.count_nonzero(now)
        clear = (now >= _NOW) & (around > 0) & (around < _THEN * now)
        return float(np.count_nonzero(clear)) / edges if edges >= _FEW else 0.0


def _steps(one: Bytes, other: Bytes) -> Bytes:
    return np.asarray(cv2.absdiff(one, other), np.uint8)


def _energy(steps: Bytes) -> Floats:
    """Mean squared step per tile. A row and a column more make usual sizes a multiple of the tiles, which OpenCV brings
    to them six times as fast."""
    missing = [-size % tiles for size, tiles in zip(steps.shape, reversed(_TILES), strict=True)]
    if max(missing) == 1:
        steps = np.asarray(cv2.copyMakeBorder(steps, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE), np.uint8)
    squared = cv2.multiply(steps, steps, dtype=cv2.CV_32F)
    return np.asarray(cv2.resize(squared, _TILES, interpolation=cv2.INTER_AREA), np.float32)


def _sharpness(luma: Bytes, across: Bytes, down: Bytes) -> Floats:
    """The root of the energy of gradients at full size over that at an eighth of it, scaled: an edge of height h and
    width w has the energy h²/w, at an eighth of the size h²·8/max(w/8, 1). `Texture` has the mean of the sharpest fifth
    of those tiles that have edges; 0 where none has.
    """
    height, width = luma.shape
    size = max(16, width // 8), max(9, height // 8)
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
    fine = _energy(across) + _energy(down)
    coarse = _energy(_steps(small[:, 1:], small[:, :-1])) + _energy(_steps(small[1:], small[:-1]))
    usable = coarse > max(4.0, float(coarse.mean()) * 0.2)
    return np.asarray(np.where(usable, np.sqrt(8 * fine / np.maximum(coarse, 1)), 0), np.float32)


def _octave(luma: Bytes) -> float:
    """The root of the energy of gradients at half the size over that at a quarter: blur takes away from the first,
    and where it is wide leaves half. The mean of the sharpest fifth of the tiles that have edges; 1 where none has.
    Small pictures at full and half the size.
    """
    energies = []
    small_one, small = min(luma.shape) < _SMALL, luma
    for part in (1, 2) if small_one else (2, 2):
        size = max(_TILES[0] + 1, small.shape[1] // part), max(_TILES[1] + 1, small.shape[0] // part)
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)
        energies.append(_energy(_steps(small[:, 1:], small[:, :-1])) + _energy(_steps(small[1:], small[:-1])))
    fine, coarse = energies
    usable = coarse > max(4.0, float(coarse.mean()) * 0.2)
    if not usable.any():
        return 1.0
    ratios = np.sort(np.sqrt(fine[usable] / coarse[usable]))
    return float(ratios[-max(1, len(ratios) // 5) :].mean()) * (_SPOTLESS if small_one else 1)


def _edge(luma: Bytes) -> float:
    """Height of edges over their largest step, which is how many pixels wide they are: of a tenth of the edges of some
    rows and columns. 0 where there are few; 1 where they all go one way: the folds of a curtain are soft by themselves,
    a picture is both ways."""
    height, width = luma.shape
    rows = np.ascontiguousarray(luma[height % _SOME // 2 :: max(4, height // _SOME)])
    columns = np.ascontiguousarray(luma[:, width % _SOME // 2 :: max(4, width // _SOME)].T)
    widths = [_widths(lines) for lines in (rows, columns)]
    few, many = sorted(map(len, widths))
    if few + many < 2 * _EDGES:
        return 0.0
    if _ONE_WAY * few <= many:
        return 1.0
    return float(min(np.quantile(part, 0.1) for part in widths))


def _widths(lines: Bytes) -> Floats:
    """Of all edges of `_HIGH` levels and more that lie across the lines."""
    steps = np.diff(lines.astype(np.int16), axis=1)
    ways = (np.sign(steps) * (np.abs(steps) > 1)).ravel()
    begins = np.diff(ways, prepend=ways[:1] + 1) != 0
    begins[:: steps.shape[1]] = True  # no edge goes on in the next line
    places = np.flatnonzero(begins)
    sizes = np.abs(steps).ravel()
    heights, largest = np.add.reduceat(sizes, places), np.maximum.reduceat(sizes, places)
    high = (heights >= _HIGH) & (ways[places] != 0)
    return np.asarray(heights[high] / largest[high], np.float32)


def _noise(luma: Bytes) -> Floats:
    """Immerkaer, "Fast noise variance estimation" (1996), in the tiles of the middle half. `Texture` has the mean of
    the smoothest sixth."""
    height = luma.shape[0]
    part = np.ascontiguousarray(luma[height // 4 : height - height // 4])
    response = np.abs(cv2.filter2D(part, cv2.CV_16S, LAPLACE)).astype(np.float32)
    tiles = cv2.resize(response, (16, 6), interpolation=cv2.INTER_AREA)
    return np.asarray(tiles * np.float32(np.sqrt(np.pi / 2) / 6), np.float32)


def _profile(steps: Bytes, axis: int) -> Floats:
    """Mean steps over every second row (axis 0) or column (axis 1): the other direction has its full resolution."""
    return np.asarray(cv2.reduce(steps, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel(), np.float32)


def _bands(luma: Bytes) -> float:
    """Share of the sampled lines in staircases: four and more steps of 3 to 30 levels in a row and in the same
    direction, or three of 8 to 70 levels that are alike, with flat runs of 5 pixels to a third of the line between
    them.
    """
    lines = max(1, luma.shape[0] // 45)
    upright = max(1, luma.shape[1] // 80)
    wide = _stairs(np.ascontiguousarray(luma[lines // 2 :: lines]))
    high = _stairs(np.ascontiguousarray(luma[:, upright // 2 :: upright].T))
    return max(wide, high)


def _stairs(rows: Bytes) -> float:
    length = rows.shape[1]
    padded = np.pad(rows, ((0, 0), (0, 2)), mode="edge").astype(np.int16)
    padded[:, -1] += 100  # a step no staircase goes over: it ends every line
    flat = padded.ravel()
    # three pixels apart: encoders soften a step over several
    at = np.flatnonzero(np.abs(flat[3:] - flat[:-3]) >= 3)
    if len(at) < 4:
        return 0.0
    begins = np.flatnonzero(np.diff(at, prepend=-9) > 3)  # the first place of each step, with what rings beside it
    tops = at[np.append(begins[1:] - 1, len(at) - 1)] + 3  # where the level after it is reached
    feet = at[begins]
    treads = feet[1:] - tops[:-1]
    rises = flat[tops] - flat[feet]
    sizes = np.abs(rises)
    # colours are banded each by itself: between two steps of one there are lesser ones of another
    level = np.abs(flat[feet[1:]] - flat[tops[:-1]]) <= np.maximum(2, np.minimum(sizes[1:], sizes[:-1]) // 2)
    small = (sizes >= 3) & (sizes <= 70)
    alike = rises[1:] * rises[:-1] > 0
    pairs = small[1:] & small[:-1] & alike & level & (treads >= 5) & (treads <= length // 3)
    if len(pairs) < 3:
        return 0.0
    # three steps are enough where they have one height, as they have where levels are missing
    even = pairs & (5 * np.abs(sizes[1:] - sizes[:-1]) <= sizes[1:] + sizes[:-1]) & (sizes[1:] >= 8)
    low = pairs & (sizes[1:] <= 30) & (sizes[:-1] <= 30)
    member = np.zeros(len(pairs), bool)
    for steps, kind in ((2, even), (3, low)):
        chained = kind[steps - 1 :].copy()
        for place in range(steps - 1):
            chained &= kind[place : len(kind) - steps + 1 + place]
        for place in range(steps):
            member[place : len(pairs) - steps + 1 + place] |= chained
    return float(treads[member].sum() / rows.size)
