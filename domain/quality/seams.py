"""Joins between segments of one shot: how much each shows, measured against what goes on around it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median
from typing import NamedTuple

from domain.quality.figures import FrameFigures
from domain.quality.values import Seam

AROUND = 8
"""Frames on each side that a join is compared with."""
_PART = 1e-3

_FIGURES: dict[str, Callable[[FrameFigures], float]] = {
    "mean": lambda f: f.mean,
    "middle": lambda f: f.middle,
    "contrast": lambda f: math.log(max(f.contrast, 0.5)),
    "cb": lambda f: f.cb,
    "cr": lambda f: f.cr,
    "sharpness": lambda f: math.log(max(f.sharpness, 0.02)),
    "noise": lambda f: math.log(max(f.noise, 0.25)),
}
"""What is followed across a join, as `domain.quality.values.Seam` has it."""

VISIBLE = {
    "picture": 6.0, "mean": 6.0, "middle": 8.0, "contrast": 0.12, "cb": 4.0, "cr": 4.0, "hue": 8.0, "sharpness": 0.35,
    "noise": 0.7,
}  # fmt: skip
"""The step of each part that makes a join plainly visible, in its unit."""


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
    """The difference of both sides' lines at the join, and how much of it their straying explains."""

    size: float
    doubt: float

    @property
    def sure(self) -> float:
        """What is left of it, without sign."""
        return max(0.0, abs(self.size) - self.doubt)

    @property
    def likely(self) -> float:
        """What is to be expected of it: all where it is much larger than the doubt, little where it is smaller (as a
        Wiener filter weighs). Summed up along a chain, what only strays stays small."""
        return self.size**3 / (self.size**2 + self.doubt**2) if self.size else 0.0


def _jump(before: Sequence[float], after: Sequence[float]) -> _Jump:
    left, right = _fit(before, len(before) - 0.5), _fit(after, -0.5)
    return _Jump(right.value - left.value, 1.5 * math.hypot(left.stray, right.stray))


def measure(before: Sequence[FrameFigures], after: Sequence[FrameFigures]) -> Seam:
    """The seam between the last frames of one segment and the first of the next, at least two on each side."""
    joint, rest = after[0], [*before[1:], *after[1:]]
    jumps = {name: _jump([get(f) for f in before], [get(f) for f in after]) for name, get in _FIGURES.items()}
    usual_residue = median(f.residue for f in rest)
    stray = median(abs(f.residue - usual_residue) for f in rest)
    picture = max(0.0, joint.residue - 1.25 * usual_residue - 2 * stray)
    usual = median(f.step for f in rest)
    jumps["hue"] = _Jump(joint.turn - median(f.turn for f in rest), 3 * median(abs(f.turn) for f in rest))
    repeated = usual > 0.35 and joint.step < 0.25 * usual and joint.step_peak <= 12
    dropped = not repeated and _dropped(joint, rest)
    turned = _reversed(before, after)
    bad = picture / VISIBLE["picture"] + sum(jump.sure / VISIBLE[name] for name, jump in jumps.items())
    bad += 0.5 * repeated + 0.5 * dropped + 0.7 * turned
    return Seam(
        frame=joint.index, score=math.exp(-bad), picture=picture, repeated=repeated, dropped=dropped,
        reversed=turned, **{name: jump.likely for name, jump in jumps.items()},
    )  # fmt: skip


def _dropped(joint: FrameFigures, rest: Sequence[FrameFigures]) -> bool:
    """The picture moves about twice as far as usual at the join, in the usual direction."""
    x, y = median(f.shift[0] for f in rest), median(f.shift[1] for f in rest)
    usual = math.hypot(x, y)
    if usual < _PART:
        return False
    along = (joint.shift[0] * x + joint.shift[1] * y) / usual
    return 1.6 * usual < along < 3.5 * usual


def _reversed(before: Sequence[FrameFigures], after: Sequence[FrameFigures]) -> bool:
    """The picture moves one way before the join and the other way after it."""
    sides = [(median(f.shift[0] for f in side), median(f.shift[1] for f in side)) for side in (before, after[1:])]
    sizes = [math.hypot(*side) for side in sides]
    if min(sizes) < _PART:
        return False
    for (x, y), size, frames in zip(sides, sizes, (before, after[1:]), strict=True):
        along = sum((f.shift[0] * x + f.shift[1] * y) / size > 0.4 * size for f in frames)
        if along < 0.8 * len(frames):
            return False  # a camera held by hand turns round all the time
    return (sides[0][0] * sides[1][0] + sides[0][1] * sides[1][1]) / (sizes[0] * sizes[1]) < -0.5


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
