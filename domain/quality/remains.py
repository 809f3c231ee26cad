"""What remains of the picture of half a second ago: whether another one has come in, or only the light has changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from math import dist, log, sqrt
from statistics import fmean, median

from domain.quality.figures import LAG, FrameFigures
from domain.quality.kinks import light
from domain.quality.layers import only_lit

_THINNED, _LEAPS = 0.08, 2.0
"""Logarithm by which a picture is thinned from frame to frame while another one comes, all in all and at least (a third
of it away is 0.2), and how much larger than usual the step is by which that comes all at once."""
_EARLIER, _LATER = 8, 16
"""Frames before and after the place where it seems to come or to go in which that may be."""
_UNREST, _CLEARLY, _ELSEWHERE = 0.012, 0.2, 3
"""The same that motion does in a frame, and that is clear; and frames by which its place differs from another one."""
_LITTLE = 0.05
"""Slope below which a picture is another one."""
KEPT = 800
"""Frames that are remembered."""
_EMPTY, _BESIDE = 0.1, 2
"""Share of the largest contrast that a picture has when it has faded, and frames beside a fade that tell of it."""
_FEW = 3
"""Frames from which something can be told."""
_REPLACED = 0.82
"""Share of the usual likeness of its parts below which there is something else in a picture."""
_UNEVEN, _LEVELS = 1.5, 3.0
"""How much more than usual brightness changes in another way than by becoming more or less everywhere, and levels that
it changes by so at least."""
_RETURNED = 0.3
"""Share of the way that light and colour have gone that they may still be away when they have come back."""
_TRACKED, _SAME = 0.7, 0.95
"""Usual likeness from which on likeness tells, and the share of it from which on nothing has come in."""


class Remains:
    """Likeness to the picture of half a second ago, frame by frame. Haze, and light that grows or goes, leave it; and
    of brightness they make the same of the same everywhere."""

    def __init__(self) -> None:
        self._course: deque[tuple[int, float, float]] = deque(maxlen=KEPT)
        self._light: deque[tuple[int, tuple[float, ...]]] = deque(maxlen=KEPT)
        self._contrast: deque[tuple[int, float, float, float]] = deque(maxlen=KEPT)
        self._lit: tuple[deque[int], deque[int]] = deque(maxlen=KEPT), deque(maxlen=KEPT)
        self._cells: deque[tuple[float, ...]] = deque(maxlen=LAG + 1)

    def observe(self, frame: FrameFigures) -> None:
        """Take the next frame in."""
        self._cells.append(frame.cells)
        self._light.append((frame.index, light(frame)))
        for leaves in (False, True):
            if only_lit(frame, leaves=leaves):
                self._lit[leaves].append(frame.index)
        grown = log(max(_LITTLE, frame.kept) / max(_LITTLE, frame.kept_next)) / 2
        self._contrast.append((frame.index, frame.contrast, frame.step, grown))
        if frame.match is not None and len(self._cells) > LAG:
            self._course.append((frame.index, frame.match.alike, _uneven(self._cells[0], frame.cells)))

    def returns(self, first: int, middle: int, last: int) -> bool:
        """Whether light and colour are at `last` what they were at `first`, and others in the middle."""
        known = dict(self._light)
        if not {first, middle, last} <= known.keys():
            return False
        away, back = (dist(known[first], known[other]) for other in (middle, last))
        return away > _LEVELS and back < _RETURNED * away

    def empty(self, first: int, last: int) -> bool:
        """Whether there is nearly nothing to be seen in a frame from `first` to `last`, or beside them: then a picture
        fades, out or in."""
        contrast = [contrast for index, contrast, *_ in self._contrast if first - _BESIDE <= index <= last + _BESIDE]
        return bool(contrast) and min(contrast) < _EMPTY * max(contrast)

    def hidden(self, first: int, last: int) -> bool:
        """Whether only parts that are not found again say that there is another picture from `first` to `last`: it
        neither leaps in or out, unless as darkness does, nor is the one thinned from frame to frame more than itself
        thins the one before. So it is where a few things cross each other before a plain ground, and where the camera
        goes round something."""
        usual = median(step for *_, step, _ in self._contrast)
        leaps = [index for index, _, step, _ in self._contrast if first <= index <= last + 1 and step > _LEAPS * usual]
        if leaps:  # a lamp that goes off and on again is none
            return all(index in self._lit[index > last] for index in leaps)
        comes, goes = (range(at - _EARLIER, at + _LATER + 1) for at in (first, last + 1))
        return max(self._thinned(comes, -1)[0], self._thinned(goes, 1)[0]) < _THINNED

    def ends(self, first: int, last: int) -> tuple[int, int]:
        """Where a picture between these frames is thinned, and where it is whole again, if that is clear and somewhere
        else."""
        middle = (first + last) // 2
        comes, begin, _ = self._thinned(range(first - _EARLIER, middle + 1), -1, _UNREST)
        goes, _, whole = self._thinned(range(middle + 1, last + _EARLIER + 1), 1, _UNREST)
        if comes > _CLEARLY and abs(begin - first) > _ELSEWHERE:
            first = begin
        if goes > _CLEARLY and abs(whole - 1 - last) > _ELSEWHERE:
            last = whole - 1
        return first, max(first, last)

    def _thinned(self, among: range, sign: int, unrest: float = 0.0) -> tuple[float, int, int]:
        """The most that a picture grows (1) or is thinned (-1) in any stretch of these frames, as a logarithm, and
        that stretch's first and last frame. `unrest` counts for nothing in each."""
        best, total, start = (0.0, among.start, among.start), 0.0, among.start
        for index, *_, grown in self._contrast:
            if index not in among:
                continue
            if total <= 0:
                total, start = 0.0, index
            total += sign * grown - unrest
            best = max(best, (total, start, index))
        return best

    def least(self, first: int, last: int) -> float:
        """The least likeness of frames from `first` to `last`; 0 where none is known."""
        return min((alike for index, alike, _ in self._course if first <= index <= last), default=0.0)

    def other(self, inside: Iterable[int], outside: Iterable[int]) -> bool | None:
        """Whether frames show another picture than half a second before, as others do not; None where it is unsure."""
        parts = set(inside), set(outside)
        within, without = ([entry for entry in self._course if entry[0] in part] for part in parts)
        if len(within) < _FEW:
            return None
        alike, uneven = (median(entry[part] for entry in within) for part in (1, 2))
        if len(without) < _FEW:
            return True if alike < _REPLACED else None
        usual, usually = (median(entry[part] for entry in without) for part in (1, 2))
        if alike < _REPLACED * usual or uneven > max(_LEVELS, _UNEVEN * usually):
            return True
        return False if usual > _TRACKED and alike > _SAME * usual else None


def _uneven(before: Sequence[float], now: Sequence[float]) -> float:
    """Root mean square of what is left of a regression of the one on the other, levels."""
    if len(before) != len(now) or not before:
        return 0.0
    one, other = fmean(before), fmean(now)
    spread = sum((a - one) ** 2 for a in before)
    slope = sum((a - one) * (b - other) for a, b in zip(before, now, strict=True)) / max(1e-6, spread)
    return sqrt(fmean((b - other - slope * (a - one)) ** 2 for a, b in zip(before, now, strict=True)))
