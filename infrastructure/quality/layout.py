"""Straight lines across the picture."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.quality.figures import Line
from infrastructure.quality.views import MID, Bytes, Floats, View

_SECTIONS = 8
_EDGE = 5
"""Levels that a line has to change the picture by."""
_TO_THE_EDGE = 0.55
"""Share of the first or of the last eighth of its length in which a border is seen, at least."""
_NEAR_IT = (-7, -5, -3, 3, 5, 7)
_FAR = max(_NEAR_IT)
_HIGHER, _CLEARLY, _LEVELS, _SPIKED = 1.3, 1.5, 3, 0.7
"""Columns beside one, by how many times the mean step across it is higher than theirs, in an eighth of its height and
in the whole against the highest of them, levels besides, and share of the eighths in which it is."""
_MOST_LINES = 6
_OUTSTANDING, _FEW = 1.8, 3
"""By how many times the step across a border is higher than across the lines of a pattern, of which the highest but two
is taken."""
_CORNER = 30
"""Part of its length at each end of a line in which it is looked whether it reaches the picture's edge."""
_ALIKE = 0.12
"""By how much the coverage of lines that make up a pattern differs, at most."""
_ROWS, _AROUND = 64, 8
"""Places along a line in which it is looked at, and pixels on each side of it at full size, at least, where its largest
step may be."""
_PLAINLY = 10
"""Levels by which something changes that moves."""
_REPEATED, _MIDDLE = 0.8, 0.02
"""Likeness from which on one side of a line is the other one again, and how near to the middle of the picture one is
that parts its halves."""


class Borders:
    """The clearest straight edges over the full height or width, not at the very edge of the picture.

    What is an edge is a running mean over about eight frames, in which a border of pictures that move stays and their
    own edges do not; `forget` starts anew, at a cut.
    """

    _FRAMES = 8

    def __init__(self) -> None:
        self._last: Bytes | None = None
        self._sections: list[Floats] = []
        self._seen = 0
        self._gutters: dict[tuple[str, int], tuple[int, int]] = {}

    def forget(self) -> None:
        """Start anew."""
        self._last, self._sections, self._seen = None, [], 0
        self._gutters.clear()

    def observe(self, view: View) -> tuple[Line, ...]:
        """Those of the next frame."""
        picture, last = view.mid, self._last
        if last is None or last.shape != picture.shape:
            self.forget()
            last = picture
        self._last = picture
        change = cv2.absdiff(picture, last)
        axes = (picture, change, "v"), (np.ascontiguousarray(picture.T), np.ascontiguousarray(change.T), "h")
        now = [_sections(axis[0]) for axis in axes]
        self._seen += 1
        if self._seen == 1:
            self._sections = now
        weight = max(1 / self._FRAMES, 1 / self._seen)
        for mean, sections in zip(self._sections, now, strict=True):
            cv2.accumulateWeighted(sections, mean, weight)
        found = [
            _upright(turned, moved, axis, mean, self._gutters)
            for mean, (turned, moved, axis) in zip(self._sections, axes, strict=True)
        ]
        # Lines that cross a pattern belong to it.
        lines = [] if None in found else [line for lines in found for line in lines or ()]
        for turned, moved, axis in axes:
            if _again(*_halves(view.fine if axis == "v" else view.fine.T)) and not any(
                line.axis == axis and abs(line.place - 0.5) < _MIDDLE for line in lines
            ):
                middle = turned.shape[1] // 2  # seen or not, there is the border between a picture and the same again
                lines.append(_line(turned, moved, axis, (middle, middle), 1.0))
        planes = {"v": view.luma, "h": view.luma.T}
        return tuple(line._replace(exact=_exact(planes[line.axis], line)) for line in lines)


_REACH = 2
"""A boundary between two pixels of the file may fall into the middle of one of the view."""


def _sections(picture: Bytes) -> Floats:
    """Of each eighth of each column's height: the share in which the picture changes across it, and below that the mean
    step across it, levels."""
    height, width = picture.shape
    change = cv2.absdiff(picture[:, _REACH:], picture[:, : width - _REACH])
    mask = cv2.threshold(change, _EDGE, 1, cv2.THRESH_BINARY)[1]
    ends = [height * part // _SECTIONS for part in range(_SECTIONS + 1)]
    rows = [
        cv2.reduce(part[low:high], 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
        for part in (mask, change)
        for low, high in pairwise(ends)
    ]
    return np.concatenate(rows, dtype=np.float32)


def _spikes(steps: Floats) -> Floats:
    """Share of the eighths in which the mean step across a column is higher than beside it: so a border stands out from
    a picture that has edges everywhere, and where a part of it is between two dark pictures. 0 where it is not so of
    the whole height, and to both edges of the picture."""
    found, whole = np.zeros(steps.shape[1], np.float32), steps.mean(0)
    inner = whole[_FAR:-_FAR]
    clear = inner > _LEVELS
    for place in _NEAR_IT:
        clear &= inner > _CLEARLY * whole[_FAR + place : len(whole) - _FAR + place] + _LEVELS
    for at in np.flatnonzero(clear) + _FAR:
        beside = steps[:, [at + place for place in _NEAR_IT]].mean(1)
        higher = steps[:, at] > _HIGHER * beside + _LEVELS
        found[at] = higher.mean() if higher[0] and higher[-1] else 0
    return found


def _upright(
    picture: Bytes, moved: Any, axis: str, sections: Floats, gutters: dict[tuple[str, int], tuple[int, int]]
) -> list[Line] | None:
    """The clearest upright lines; None where there are so many that they are a pattern. `gutters` are those that were
    seen around a line, by its place, and take in new ones."""
    height, width = picture.shape
    if width < 64 or height < 32:
        return []
    shares, spikes = sections[:_SECTIONS], _spikes(sections[_SECTIONS:])
    covered = shares.mean(0)
    beside = np.minimum(np.roll(covered, 5), np.roll(covered, -5))
    ends = np.maximum(shares[0], shares[-1])  # a thing in the picture ends before both edges
    strong = (covered > 0.6) & (shares.min(0) > 0.25) & (ends > _TO_THE_EDGE) & (covered - beside > 0.25)
    strong |= spikes > _SPIKED
    highest = sections[_SECTIONS:].mean(0)
    margin = width // 25
    strong[:margin] = strong[-margin:] = False
    found: list[Line] = []
    heights: list[float] = []
    steps = {place: _step(picture, place) for place in _clearest(strong, covered + highest / 1e4)}
    for place in sorted(steps, key=lambda at: (-round(float(covered[at]) / _ALIKE), -steps[at])):
        at = place + _REACH // 2
        if all(abs(at - line.place * width) > 6 for line in found):
            if len(found) == _MOST_LINES:
                if covered[place] <= found[0].covered - _ALIKE:
                    return found
                # as clear as the others: tiles, a grid, a fence, but for a border between two of these
                usual = _OUTSTANDING * sorted(heights)[-_FEW]
                return [line for line, height in zip(found, heights, strict=True) if height > usual] or None
            gutter = _gutter(picture, at)
            if gutter[0] < gutter[1]:
                gutters[axis, at] = gutter
            found.append(_line(picture, moved, axis, gutters.get((axis, at), gutter), float(covered[place])))
            heights.append(steps[place])
    return found


def _clearest(strong: Any, covered: Any) -> list[int]:
    """The clearest column of each group of neighbouring ones."""
    places = np.flatnonzero(strong)
    if not len(places):
        return []
    groups = np.split(places, np.flatnonzero(np.diff(places) > _REACH) + 1)
    return [int(group[covered[group].argmax()]) for group in groups]


def _step(picture: Bytes, at: int) -> float:
    """Mean step across a line, levels: of two that are as clear the higher one is the border."""
    return float(cv2.absdiff(picture[:, at : at + 1], picture[:, at + _REACH : at + _REACH + 1]).mean())


def _line(picture: Bytes, moved: Any, axis: str, gutter: tuple[int, int], covered: float) -> Line:
    width = picture.shape[1]
    left, right = gutter
    before = picture[:, max(0, left - 3) : max(1, left - 1)].mean(1)
    after = picture[:, min(width - 1, right + 2) : right + 4].mean(1)
    change = after - before
    varied = 1 - abs(float(change.mean())) / max(1.0, float(np.abs(change).mean()))
    far = width // 6
    sides = picture[:, max(0, left - far) : max(1, left - 1)], picture[:, min(width - 1, right + 2) : right + far]
    counts = [cv2.calcHist([np.ascontiguousarray(side)], [0], None, [16], [0, 256]).ravel() for side in sides]
    shares = [count / max(1.0, count.sum()) for count in counts]
    differing = float(np.abs(np.cumsum(shares[0] - shares[1])).sum() / 8)
    near = moved[:, max(0, left - 22) : left - 2], moved[:, right + 2 : right + 22]
    one, other = before - before.mean(), after - after.mean()
    follows = float((one * other).sum() / max(1.0, float(np.sqrt((one * one).sum() * (other * other).sum()))))
    return Line(
        "v" if axis == "v" else "h", (left + right) / 2 / width, covered, varied,
        (right - left) / width if right > left else 0, min(1.0, differing),
        _spread(before), _spread(after),
        min(float(part.mean()) for part in near), follows,
        min(_stirs(moved[:, max(0, left - width // 2) : left - 2]), _stirs(moved[:, right + 2 : right + width // 2])),
        _same(picture, left, right), 0, _ends(picture, left, right),
    )  # fmt: skip


def _exact(plane: Any, line: Line) -> float:
    """`Line.exact`, at the better end of a gutter. `plane` is the picture at full size, turned so that the line stands
    upright."""
    height, width = plane.shape
    rows = plane[height // (2 * _ROWS) :: max(1, height // _ROWS)]
    around, best = max(_AROUND, 2 * width // MID), 0.0
    for place in {line.place - line.gutter / 2, line.place + line.gutter / 2}:
        at = round(place * width)
        near = rows[:, max(0, at - around) : at + around].astype(np.int16)
        if near.shape[1] < around:
            continue
        steps = np.abs(np.diff(near, axis=1))
        clear = steps.max(1) >= _EDGE
        if clear.sum() < _ROWS // 4:
            continue
        counts = np.bincount(steps[clear].argmax(1), minlength=steps.shape[1])
        best = max(best, float(np.convolve(counts, np.ones(3), "same").max() / clear.sum()))
    return best


def _ends(picture: Bytes, left: int, right: int) -> float:
    """`Line.ends`: a box that is nearly as large as the picture ends before."""
    part, width = max(4, len(picture) // _CORNER), picture.shape[1]
    before, after = (picture[:, max(0, at)].astype(np.int16) for at in (left - 2, min(width - 1, right + 2)))
    within = picture[:, (left + right) // 2].astype(np.int16)
    clear = np.maximum(np.abs(after - before), np.maximum(np.abs(within - before), np.abs(after - within))) >= _EDGE
    return float(max(clear[:part].mean(), clear[-part:].mean()))


def _stirs(moved: Any) -> float:
    """Share of a part of the picture that changes plainly, more than grain does."""
    every = moved[::4, ::4]
    return float((every > _PLAINLY + 4 * float(np.median(every))).mean()) if every.size else 0.0


def _same(picture: Bytes, left: int, right: int) -> float:
    """Correlation of what is beside a line with what is on its other side at the same place, 0 where rows of like
    things would give it at other places as well."""
    wide = min(left, picture.shape[1] - right)
    sides = picture[::4, left - wide : left : 4], picture[::4, right : right + wide : 4]
    one, other = (side.astype(np.float32) - cv2.blur(side, (9, 9)) for side in map(np.ascontiguousarray, sides))
    return _again(one, other)


def _halves(picture: Floats) -> tuple[Floats, Floats]:
    half = picture.shape[1] // 2
    return picture[:, :half], picture[:, half : 2 * half]


def _again(one: Any, other: Any) -> float:
    """Correlation of two pictures of one size that are 0 in the mean, 0 below `_REPEATED` and where one that is moved
    aside is like the other as well."""
    scale = max(1.0, float(np.sqrt((one * one).sum() * (other * other).sum())))
    here = float((one * other).sum()) / scale
    if here < _REPEATED:
        return 0.0
    beside = max(
        float((one * np.roll(other, other.shape[1] * part // 12, 1)).sum()) / scale for part in (2, 3, 4, 6, 8, 9, 10)
    )
    return here if beside < here / 2 else 0.0


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
        beside = spread[max(0, first - 4) : first], spread[last + 1 : last + 5]
        if first > 1 and last + 2 < len(plain) and max(float(part.max()) for part in beside) > 10:
            strip = picture[:, low + first : low + last + 1].mean()
            sides = picture[:, low + first - 2], picture[:, low + last + 2]
            if all((np.abs(side - strip) > 10).mean() > 0.6 for side in sides):
                return low + first, low + last
    return at, at
