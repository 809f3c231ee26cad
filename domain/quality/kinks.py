"""Where something begins or ends to change at a steady rate: a bend in the course of light and colour all over the
picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from domain.quality.figures import FrameFigures

_OUTSIDE, _INSIDE = 8, 8
"""Frames before and behind a bend that tell of it."""
_FEW = 4
"""The same at least, on each side."""
_CLEAR = 0.5
"""Share of what a straight course leaves unexplained that a bent one leaves, at most."""


def light(frame: FrameFigures) -> tuple[float, ...]:
    """What changes in proportion while one picture is mixed with another: brightness, here and there, and colour."""
    return (*frame.cells, 2 * frame.cb, 2 * frame.cr)


def bend(course: Mapping[int, Sequence[float]], near: int, within: int, *, leaving: bool) -> int:
    """The first frame of a steady change (`leaving`: the last one), `within` so many frames of `near`, or `near` itself
    where none can be seen. `course` gives values by frame.

    Least squares: a straight line, and from the bend on another slope added to it, for good or until a second bend, at
    the same places for all values.
    """
    way = -1 if leaving else 1
    places = [n for n in range(-within - _OUTSIDE, within + _INSIDE + 1) if near + way * n in course]
    values = list(zip(*(course[near + way * n] for n in places), strict=True))
    fit = _Fit(places, values)
    best, most = near, (1 - _CLEAR) * fit.left
    for at in range(-within, within + 1):
        if min(sum(n < at for n in places), sum(n >= at for n in places)) < _FEW:
            continue
        for length in (*range(1, _INSIDE + within - at), len(places) + within):
            told = fit.told(at, length)
            if told > most:
                best, most = near + way * at, told
    return best


def other_end(course: Mapping[int, Sequence[float]], end: int, longest: int, *, leaving: bool) -> int | None:
    """Where a steady change that begins at `end` (`leaving`: ends there) has its other end, `longest` frames further at
    most; None where none can be seen."""
    way = -1 if leaving else 1
    places = [n for n in range(-_OUTSIDE, longest + _OUTSIDE) if end + way * n in course]
    values = list(zip(*(course[end + way * n] for n in places), strict=True))
    fit = _Fit(places, values)
    steady = fit.told(0, longest + _OUTSIDE)
    lengths = range(_FEW, min(longest, max(places, default=0) - _FEW))
    told, length = max(((fit.told(0, length), length) for length in lengths), default=(0.0, 0))
    return end + way * (length - 2) if told > steady + (1 - _CLEAR) * (fit.left - steady) else None


class _Fit:
    """A straight course through values at `places`, least squares. `left`: the sum of squares that it leaves
    unexplained."""

    def __init__(self, places: Sequence[int], values: Sequence[Sequence[float]]) -> None:
        self._places = places
        self._basis: list[list[float]] = []
        for shape in ([1.0] * len(places), [float(n) for n in places]):
            self._basis.append(self._square(shape))
        self._rest = [self._across(course) for course in values]
        self.left = sum(_dot(course, course) for course in self._rest)

    def told(self, at: int, length: int) -> float:
        """How much of that is explained by a change in `length` steps, of which the first one leads to `at`."""
        shape = self._square([float(max(0, min(length, n - at + 1))) for n in self._places])
        return sum(_dot(course, shape) ** 2 for course in self._rest)

    def _square(self, shape: Sequence[float]) -> list[float]:
        """What of a shape is square to the straight ones, of length 1 (Gram and Schmidt)."""
        rest = self._across(shape)
        size = sqrt(_dot(rest, rest))
        return [a / size for a in rest] if size > 1e-6 else [0.0] * len(rest)

    def _across(self, shape: Sequence[float]) -> list[float]:
        rest = list(shape)
        for part in self._basis:
            share = _dot(rest, part)
            rest = [a - share * b for a, b in zip(rest, part, strict=True)]
        return rest


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(p * q for p, q in zip(a, b, strict=True))
