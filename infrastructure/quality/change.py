"""What changes from frame to frame: steps, motion, flashes, and pictures that shine through each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Any, NamedTuple

import cv2
import numpy as np

from domain.quality.figures import Blend, Match, Return
from infrastructure.quality.returns import Returns
from infrastructure.quality.tracks import Tracks, cells
from infrastructure.quality.views import Floats, View

BACK = 5
"""How many frames back a frame is compared with."""
NEW_SHOT = 0.25
"""Below this likeness a frame is taken for another shot's."""
SPANS = (2, 4, 6, 8, 12, 16, 24, 32, 48)
"""Distances in frames over which a mixture is looked for."""
_ALIKE = 0.6
"""Correlation above which two thumbnails show the same picture, so that nothing is mixed between them."""
_WEAK = 0.4
"""Share of the stronger picture's structure that the weaker one of a mixture has at least."""
_DIMMED = 0.15
"""Share by which a mixture may be brighter or darker than what it is mixed of."""
_STRUCTURE = 1.5
"""Levels of fine structure below which a thumbnail says nothing about mixtures."""


class Change(NamedTuple):
    """Units and ranges as in `domain.quality.figures.FrameFigures`."""

    step: float = 0
    step_peak: float = 0
    motion: float = 0
    likeness: float = 1
    back: tuple[float, ...] = ()
    shift: tuple[float, float] = (0.0, 0.0)
    residue: float = 0
    brighter: float = 0
    darker: float = 0
    kept: float = 1
    kept_next: float = 1
    kept_spread: float = 0
    kept_next_spread: float = 0
    blend: Blend | None = None
    alike: float = 1
    rise: float = 0.5
    returned: Return | None = None
    match: Match | None = None
    cells: tuple[float, ...] = ()
    likes: tuple[float, ...] = ()
    mirrored: float = 0


class Changes:
    """Compares each frame with those before it; holds one view and 62 thumbnails. `shots` are the frames that begin a
    shot after the first, where they are known: from there on frames are compared with that one."""

    def __init__(self, shots: Collection[int] | None = None) -> None:
        self._shots = shots
        self._last: View | None = None
        self._past: deque[_Thumb] = deque(maxlen=SPANS[-1] + 1)
        self._flashes = _Flashes()
        self._returns = Returns()
        self._tracks = Tracks()
        self._window: Floats | None = None
        self._anchor: _Thumb | None = None

    def observe(self, view: View) -> Change:
        """What has changed since the frame before."""
        last, self._last = self._last, view
        brighter, darker = self._flashes.observe(view)
        thumb = _Thumb(view)
        match = self._tracks.observe(view)
        if last is None or last.mid.shape != view.mid.shape:
            self._past.clear()
            self._past.append(thumb)
            self._anchor = thumb
            return Change(cells=cells(view))
        difference = cv2.absdiff(view.mid, last.mid)
        shift, residue = self._motion(last, view)
        thumb.shift = shift
        past = self._past
        before = past[-1]
        back = tuple(float(np.abs(view.tiny - past[-lag].tiny).mean()) for lag in range(1, min(BACK, len(past)) + 1))
        likes = tuple(_correlation(past[-lag].fine, thumb.fine) for lag in range(2, min(BACK, len(past)) + 1))
        kept = _kept(before, thumb)
        likeness = _correlation(before.fine, thumb.fine)
        begins = likeness < NEW_SHOT if self._shots is None else view.index in self._shots
        if begins or self._anchor is None:
            self._anchor = thumb
        past.append(thumb)
        step, change = float(cv2.mean(difference)[0]), thumb.tiny - before.tiny
        return Change(
            step=step, step_peak=float(cv2.absdiff(view.small, last.small).max()),
            motion=_motion_inside(last, view, difference), likeness=likeness, back=back, shift=shift, residue=residue,
            brighter=brighter, darker=darker, kept=kept[0], kept_next=kept[1], kept_spread=kept[2],
            kept_next_spread=kept[3], blend=self._blend(view.index),
            alike=_correlation(self._anchor.fine, thumb.fine),
            rise=float(np.maximum(change, 0).sum() / max(1e-6, float(np.abs(change).sum()))),
            returned=self._returns.observe(view.index, step, before.fine, thumb.fine),
            match=match, cells=cells(view), likes=likes,
            mirrored=_correlation(thumb.fine, thumb.fine[:, ::-1]),
        )  # fmt: skip

    def _motion(self, last: View, view: View) -> tuple[tuple[float, float], float]:
        """Phase correlation (Kuglin and Hines 1975) of the small views, and what is left when it is taken out."""
        if self._window is None or self._window.shape != view.small.shape:
            height, width = view.small.shape
            self._window = np.asarray(cv2.createHanningWindow((width, height), cv2.CV_32F), np.float32)
        a, b = last.small.astype(np.float32), view.small.astype(np.float32)
        (dx, dy), response = cv2.phaseCorrelate(a, b, self._window)
        height, width = view.small.shape
        if response < 0.1 or abs(dx) > width / 4 or abs(dy) > height / 4:
            dx = dy = 0.0
        move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        moved = cv2.warpAffine(a, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        margin = 4 + int(max(abs(dx), abs(dy)))
        inner = slice(margin, height - margin), slice(margin, width - margin)
        left = np.abs(b - moved)[inner]
        still = np.abs(b - a)[inner]
        residue = min(float(left.mean()), float(still.mean())) if left.size else 0.0
        return (dx / width, dy / height), residue

    def _blend(self, index: int) -> Blend | None:
        """The best explanation of an earlier frame as a mixture, over all distances."""
        past = self._past
        best: Blend | None = None
        for span in SPANS:
            if span >= len(past):
                break
            half = span // 2
            early, middle, late = past[-1 - span], past[-1 - half], past[-1]
            weak, strong = sorted((early.structure, late.structure))
            if weak < max(_STRUCTURE, _WEAK * strong):  # a fade from or to something plain
                continue
            first, between, last = _brought_together(past, span)
            way = last - first
            length = float((way * way).sum())
            if length < 1:
                continue
            share = float(((between - first) * way).sum()) / length
            if not 0.2 <= share <= 0.8:
                continue
            alike = _correlation(first, last)
            if alike > _ALIKE:
                continue
            off = middle.mean - (1 - share) * early.mean - share * late.mean
            room = max(early.mean, late.mean) if off < 0 else 255 - min(early.mean, late.mean)
            if abs(off) > _DIMMED * room:
                continue  # both fade, one out and the other in, through black or white
            left = between - first - share * way
            unexplained = float(np.sqrt((left * left).sum() / length))
            coarse = _coarse(early, middle, late, share)
            if best is None or unexplained < best.unexplained:
                expected = (1 - share) * early.structure + share * late.structure
                best = Blend(
                    index - half, span, unexplained, share, alike,
                    middle.structure / expected, coarse,
                )  # fmt: skip
        return best


def _motion_inside(last: View, view: View, difference: Any) -> float:
    """`FrameFigures.motion`: without what comes and goes at the edges of the picture and without its brightness."""
    height, width = view.mid.shape
    inner = slice(height * 3 // 20, height - height * 3 // 20), slice(width * 3 // 20, width - width * 3 // 20)
    light = cv2.mean(view.mid[inner])[0] - cv2.mean(last.mid[inner])[0]
    return float(max(0.0, cv2.mean(difference[inner])[0] - abs(light)))


def _coarse(early: _Thumb, middle: _Thumb, late: _Thumb, share: float) -> float:
    """`Blend.coarse`: as `unexplained`, of the brightness in a mosaic of 8 x 6."""
    a, b, c = (cv2.resize(thumb.tiny, (8, 6), interpolation=cv2.INTER_AREA) for thumb in (early, middle, late))
    left = b - (1 - share) * a - share * c
    return float(np.sqrt((left * left).sum() / max(1.0, float(((c - a) ** 2).sum()))))


class _Thumb:
    """A thumbnail with the amount of its fine structure, levels."""

    __slots__ = ("fine", "mean", "shift", "structure", "tiny")

    def __init__(self, view: View) -> None:
        self.tiny, self.fine = view.tiny, view.fine
        self.structure = float(view.fine.std())
        self.mean = float(view.tiny.mean())
        self.shift = (0.0, 0.0)


def _brought_together(past: deque[_Thumb], span: int) -> tuple[Floats, Floats, Floats]:
    """The fine structure of an early, a middle and the last thumbnail, the outer two moved to where their own motion
    takes them in the middle: so a cross-fade of moving pictures is a mixture as well."""
    half = span // 2
    early, middle, late = past[-1 - span], past[-1 - half], past[-1]
    height, width = middle.fine.shape
    moves = []
    for thumb, near, frames in ((early, (span, span + 1, span + 2), half), (late, (0, 1, 2), half - span)):
        shifts = [past[-1 - lag].shift for lag in near if lag < len(past)]
        x, y = (frames * size * sum(s[axis] for s in shifts) / len(shifts) for axis, size in ((0, width), (1, height)))
        if abs(x) > width / 4 or abs(y) > height / 4:
            x = y = 0.0
        moves.append((thumb.fine, x, y))
    margin_x, margin_y = (int(np.ceil(max(abs(move[axis]) for move in moves))) for axis in (1, 2))
    inner = slice(margin_y, height - margin_y), slice(margin_x, width - margin_x)
    (first, last) = (_moved(fine, x, y)[inner] for fine, x, y in moves)
    return first, middle.fine[inner], last


def _moved(fine: Floats, x: float, y: float) -> Floats:
    if max(abs(x), abs(y)) < 0.25:
        return fine
    height, width = fine.shape
    move = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return np.asarray(cv2.warpAffine(fine, move, (width, height), flags=cv2.INTER_LINEAR), np.float32)


def _correlation(a: Floats, b: Floats) -> float:
    """-1 to 1; 1 when both are plain, 0 when one is."""
    left, right = float((a * a).sum()), float((b * b).sum())
    if left < a.size and right < a.size:  # less than one level of structure each
        return 1.0
    return float((a * b).sum()) / max(1e-6, float(np.sqrt(left * right)))


def _kept(before: _Thumb, now: _Thumb) -> tuple[float, float, float, float]:
    """Median slopes of regression over 4 x 4 tiles, both ways, and how far the middle halves of them lie apart:
    where all of a picture is thinned by another, all tiles say so; where something moves or appears, only some do."""
    a, b = (thumb.fine.reshape(4, 12, 4, 20) for thumb in (before, now))
    both, first, second = ((p * q).sum((1, 3)) for p, q in ((a, b), (a, a), (b, b)))
    usable = (first > 240 * 4) & (second > 240 * 4)
    if usable.sum() < 6:
        return 1.0, 1.0, 0.0, 0.0
    ways = [np.quantile(both[usable] / energy[usable], (0.25, 0.5, 0.75)) for energy in (first, second)]
    (low, forth, high), (low_back, back, high_back) = ([float(part) for part in way] for way in ways)
    return forth, back, high - low, high_back - low_back


class _Flashes:
    """Relative luminance and saturated red (WCAG 2.2) per pixel of the thumbnail: who has turned, and in which
    direction."""

    _LINEAR = np.power(np.arange(256, dtype=np.float32) / 255, 2.2)

    def __init__(self) -> None:
        self._light = _Turns(0.1, 0.8)
        self._red = _Turns(20 / 320, 1.0)

    def observe(self, view: View) -> tuple[float, float]:
        """Shares of the picture that have become brighter and darker by a tenth, the darker state below 0.8; or, where
        that is more, that have become redder and less red by 20 of WCAG's (R - G - B) * 320 where red was or is
        0.8 of all."""
        red, green, blue = (
            self._LINEAR[np.clip(level, 0, 255).astype(np.uint8)]
            for level in (
                view.tiny + 1.5748 * view.cr,
                view.tiny - 0.1873 * view.cb - 0.4681 * view.cr,
                view.tiny + 1.8556 * view.cb,
            )  # ITU-R BT.709
        )
        light = np.asarray(0.2126 * red + 0.7152 * green + 0.0722 * blue, np.float32)
        saturated = np.where(red >= 0.8 * (red + green + blue), np.maximum(red - green - blue, 0), 0)
        return max(self._light.observe(light), self._red.observe(np.asarray(saturated, np.float32)), key=sum)


class _Turns:
    """Who has turned by `least` since it last turned, its lower state below `below`."""

    def __init__(self, least: float, below: float) -> None:
        self._by, self._below = least, below
        self._least: Floats | None = None
        self._most: Floats | None = None

    def observe(self, level: Floats) -> tuple[float, float]:
        """Shares of the picture that have turned up and down."""
        if self._least is None or self._most is None:
            self._least, self._most = level.copy(), level.copy()
            return 0.0, 0.0
        up = (level - self._least >= self._by) & (self._least < self._below)
        down = (self._most - level >= self._by) & (level < self._below)
        turned = up | down
        self._least = np.where(turned, level, np.minimum(self._least, level))
        self._most = np.where(turned, level, np.maximum(self._most, level))
        return float(up.mean()), float(down.mean())
