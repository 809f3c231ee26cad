"""What remains of the picture of half a second ago: whether another one has come in, or only the light has changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from math import dist, sqrt
from statistics import fmean, median

from domain.quality.figures import LAG, FrameFigures
from domain.quality.kinks import light

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
        self._contrast: deque[tuple[int, float]] = deque(maxlen=KEPT)
        self._cells: deque[tuple[float, ...]] = deque(maxlen=LAG + 1)

    def observe(self, frame: FrameFigures) -> None:
        """Take the next frame in."""
        self._cells.append(frame.cells)
        self._light.append((frame.index, light(frame)))
        self._contrast.append((frame.index, frame.contrast))
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
        contrast = [contrast for index, contrast in self._contrast if first - _BESIDE <= index <= last + _BESIDE]
        return bool(contrast) and min(contrast) < _EMPTY * max(contrast)

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
