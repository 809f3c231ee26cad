"""Joins between segments of one shot: how much each shows, measured against what goes on around it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import fmean, median
from typing import NamedTuple

from domain.quality.crossing import crossing
from domain.quality.figures import FrameFigures, Steps
from domain.quality.values import Seam

AROUND = 8
"""Frames on each side that a join is compared with."""

VISIBLE = {
    "picture": 6.0, "jump": 0.01, "mean": 6.0, "middle": 8.0, "contrast": 0.1, "cb": 4.0, "cr": 4.0, "hue": 8.0,
    "saturation": 0.15, "sharpness": 0.3, "noise": 0.7, "detail": 0.35,
}  # fmt: skip
"""The step of each part that makes a join plainly visible, in its unit."""
_NAMED = 0.8
"""What a repeated or missing frame and motion that turns round weigh: each is told by itself."""
_LIVELY = 0.35
"""Levels by which frames have to differ so that a repeated one can be told."""
_SAME, _SAME_PEAK = 0.25, 12
"""Share of the usual step that a repeated frame differs by at most, encoded anew; and levels anywhere in it."""
_HELD = 4
"""Frames for which a picture may be held at a join; a rest further away is its own."""
_WHIPS = 0.02
"""Motion from frame to frame, as a share of the picture's sides, that smears so much that sharpness tells nothing."""
_NEAR = 3
"""Frames on each side of a place whose medians are compared."""


class _Fit(NamedTuple):
    """A straight line through one side of a join: its value at the join, and how far the frames stray from it."""

    value: float
    stray: float


def _fit(values: Sequence[float], at: float) -> _Fit:
    """Least squares through values at 0, 1, 2 … read at `at`."""
    count = len(values)
    middle, mean = (count - 1) / 2, fmean(values)
    spread = sum((i - middle) ** 2 for i in range(count))
    slope = sum((i - middle) * (v - mean) for i, v in enumerate(values)) / spread if spread else 0.0
    stray = math.sqrt(fmean((v - mean - slope * (i - middle)) ** 2 for i, v in enumerate(values)))
    return _Fit(mean + slope * (at - middle), stray)


class _Jump(NamedTuple):
    """The difference of both sides' lines at the join, how much of it may be chance, and what is left of it for sure,
    without sign."""

    size: float
    doubt: float
    sure: float

    @property
    def likely(self) -> float:
        """What is to be expected of it: all where it is much larger than the doubt, little where it is smaller (as a
        Wiener filter weighs). Summed up along a chain, what only strays stays small."""
        return self.size**3 / (self.size**2 + self.doubt**2) if self.size else 0.0


def _jump(course: Sequence[float], at: int) -> _Jump:
    """The jump in front of place `at`. It has to stand out twice: against the straying of the frames from their lines,
    as an encoder's good and bad frames stray, and against what changes as quickly elsewhere, as light does that
    flickers."""
    left, right = _fit(course[:at], at - 0.5), _fit(course[at:], -0.5)
    size, doubt = right.value - left.value, 1.5 * math.hypot(left.stray, right.stray)
    sure = max(0.0, abs(size) - doubt)
    elsewhere = [k for k in range(_NEAR, len(course) - _NEAR + 1) if abs(k - at) >= _NEAR]
    if not elsewhere:
        return _Jump(size, doubt, sure)
    slope = median(b - a for k, (a, b) in enumerate(pairwise(course), 1) if k != at)
    here, *others = (_change(course, k) - _NEAR * slope for k in (at, *elsewhere))
    usual = max(abs(change) for change in others)
    plain = max(0.0, abs(here) - 2 * usual) if here * size > 0 else 0.0
    single, *rest = (course[k] - course[k - 1] - slope for k in (at, *(k for k in range(1, len(course)) if k != at)))
    if single * size > 0:  # where light changes slowly but much, the step is still the only one in a single frame
        plain = max(plain, abs(single) - 2 * max(abs(step) for step in rest))
    return _Jump(size, max(doubt, usual), min(sure, plain))


def _change(course: Sequence[float], at: int) -> float:
    """The step between the frames right before a place and those right after it."""
    return median(course[at : at + _NEAR]) - median(course[at - _NEAR : at])


def measure(before: Sequence[FrameFigures], after: Sequence[FrameFigures]) -> Seam:
    """The seam between the last frames of one segment and the first of the next, at least three on each side."""
    joint, rest = after[0], [*before[1:], *after[1:]]
    jumps = {name: _jump(course, len(before)) for name, course in _courses([*before, *after]).items()}
    if max(math.hypot(*f.shift) for f in rest) > _WHIPS:  # what smears it comes and goes within a few frames
        jumps["sharpness"] = _Jump(0.0, 0.0, 0.0)
    usual_residue = median(f.residue for f in rest)
    stray = median(abs(f.residue - usual_residue) for f in rest)
    most = max(1.25 * usual_residue + 2 * stray, 1.1 * max(f.residue for f in rest))
    picture = max(0.0, joint.residue - most)
    way = crossing(before, after)
    repeated = (way.repeated and not _rests(before, after)) or _repeated(before, after)
    dropped, turned = way.dropped and not repeated, way.reversed
    shown = {name: jump.sure for name, jump in jumps.items() if name != "detail" or jump.size < 0}  # more is no fault
    bad = picture / VISIBLE["picture"] + sum(size / VISIBLE[name] for name, size in shown.items())
    bad += max(_NAMED * (repeated + dropped + turned), 0 if repeated else way.jump / VISIBLE["jump"])
    return Seam(
        frame=joint.index, score=math.exp(-bad), picture=picture, jump=way.jump, repeated=repeated, dropped=dropped,
        reversed=turned, **{name: jump.likely for name, jump in jumps.items()},
    )  # fmt: skip


def _repeated(before: Sequence[FrameFigures], after: Sequence[FrameFigures]) -> bool:
    """The frame at the join is that before it, while all others but one differ, those beside it as much as usual: what
    turns round slows down before."""
    joint, usual = after[0].step, median(f.step for f in (*before[1:], *after[1:]))
    goes_on = next((n for n, f in enumerate(after) if f.step >= _SAME * usual), len(after))
    others = sorted(f.step for f in (*before[1:], *after[goes_on:]))
    if usual < _LIVELY or len(others) < 2 * _NEAR or goes_on == len(after):
        return False
    beside = min(before[-1].step, after[goes_on].step)
    same = joint < min(_SAME * usual, 2 * _SAME * others[1]) and after[0].step_peak <= _SAME_PEAK
    return same and beside > 2 * _SAME * usual


def _rests(before: Sequence[FrameFigures], after: Sequence[FrameFigures]) -> bool:
    """Whether the picture rests elsewhere as well: what moves by less than a pixel, or is drawn on twos, does so by
    itself."""
    others = (*before[1:], *after[1:])
    least = _SAME * median(f.step for f in others)
    return any(f.step < least for f in others if abs(f.index - after[0].index) > _HELD)


def _courses(frames: Sequence[FrameFigures]) -> dict[str, list[float]]:
    """Each part of what changes from frame to frame, summed up from the first frame on: how light, colour, sharpness
    and grain of what is in the picture would run if nothing came into it or left it."""
    return {name: list(accumulate(getattr(f.steps, name) for f in frames)) for name in Steps._fields}


class Seams:
    """Measures every join of a film as its frames come by. Joins that are nearer than three frames are left out."""

    def __init__(self, joins: Sequence[int]) -> None:
        self._joins = deque(sorted({join for join in joins if join >= 2}))
        self._frames: deque[FrameFigures] = deque(maxlen=2 * AROUND)

    def observe(self, frame: FrameFigures) -> Iterator[Seam]:
        """The seam whose surroundings are now complete."""
        self._frames.append(frame)
        if self._joins and frame.index == self._until():
            yield from self._measured()

    def close(self) -> Iterator[Seam]:
        """The seam near the end."""
        if self._joins:
            yield from self._measured()

    def _until(self) -> int:
        """The last frame that belongs to the surroundings: short of the next join."""
        last = self._joins[0] + AROUND - 1
        return min(last, self._joins[1] - 1) if len(self._joins) > 1 else last

    def _measured(self) -> Iterator[Seam]:
        join = self._joins.popleft()
        before = [f for f in self._frames if f.index < join][-AROUND:]
        after = [f for f in self._frames if f.index >= join]
        if len(before) >= 3 and len(after) >= 3:
            yield measure(before, after)
