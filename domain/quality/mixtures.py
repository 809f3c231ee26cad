"""Pictures that shine through each other: cross-fades that nobody ordered, and double exposures."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median

from domain.quality.figures import Blend, FrameFigures
from domain.quality.tracking import Found, Order, Seen, frames_text

_LONGEST = 144
"""Frames that a double exposure is followed for."""
_SETTLED = 32
"""Frames after which no more can be told about a mixture: half the longest distance it is looked for over, and more."""
_APART = 12
_SIDE = 32
"""Frames on each side of a mixture that tell how large steps usually are."""
_THIN = 0.82
"""Slope on the neighbouring frame below which all of a picture is thinned."""


class Ghosts:
    """Two ways in: a frame that is the mixture of an earlier and a later one, and a picture that is thinned all over
    at once, with another one in it, and whole again later.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._mixed: dict[int, Blend] = {}
        self._steps: deque[tuple[int, float]] = deque(maxlen=3 * _SETTLED + _SIDE)
        self._sharp: deque[tuple[int, float]] = deque(maxlen=_SETTLED)
        self._entered: FrameFigures | None = None
        self._past: deque[FrameFigures] = deque(maxlen=4)

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow mixtures and thinning."""
        frame, blend = seen.frame, seen.frame.blend
        self._steps.append((frame.index, frame.step))
        self._sharp.append((frame.index, frame.sharpness))
        if self._mixed and frame.index - max(self._mixed) > _SETTLED:
            yield from self._faded()
        if blend is not None and self._is_mixture(blend):
            if self._mixed and blend.middle - max(self._mixed) > _APART:
                yield from self._faded()
            known = self._mixed.get(blend.middle)
            if known is None or blend.unexplained < known.unexplained:
                self._mixed[blend.middle] = blend
        yield from self._exposed(frame)

    def close(self) -> Iterator[Found]:
        """The cross-fade that ends the file."""
        yield from self._faded()

    def _is_mixture(self, blend: Blend) -> bool:
        limit = self._order.limit
        return (
            blend.unexplained <= limit("ghost", "unexplained")
            and blend.alike <= limit("ghost", "alike")
            and blend.thinned <= limit("ghost", "thinned")
            and not self._blurred(blend.middle)
        )

    def _blurred(self, index: int) -> bool:
        """Whether a frame is softer than those around it: then it is thinned, but not by another picture."""
        sharp = dict(self._sharp)
        return sharp.get(index, 1.0) < 0.75 * median(sharp.values())

    def _faded(self) -> Iterator[Found]:
        mixed, self._mixed = self._mixed, {}
        if mixed:
            shares = sorted((place, blend.share) for place, blend in mixed.items())
            first, last = self._stepped(shares[0][0], shares[-1][0]) or _sloped(shares)
            value = min(blend.unexplained for blend in mixed.values())
            yield self._found(first, last, value, "Two pictures are mixed")

    def _stepped(self, first: int, last: int) -> tuple[int, int] | None:
        """Where the steps from frame to frame are larger than on both sides, as they are all through a cross-fade;
        None when they are not."""
        steps = dict(self._steps)
        inside = [steps[i] for i in range(first, last + 1) if i in steps]
        before = sorted(steps[i] for i in range(first - _SIDE, first) if i in steps)
        after = sorted(steps[i] for i in range(last + 1, last + 1 + _SIDE) if i in steps)
        if not inside or min(len(before), len(after)) < 8:
            return None
        usual = median(inside)
        low, high = before[len(before) // 4], after[len(after) // 4]
        if usual < 1.15 * max(low, high):
            return None
        while steps.get(first - 1, 0) > (usual + low) / 2:
            first -= 1
        while steps.get(last + 1, 0) > (usual + high) / 2:
            last += 1
        return first, max(first, last - 1)  # the step out of the last mixed frame is one of them

    def _exposed(self, frame: FrameFigures) -> Iterator[Found]:
        """A step into a mixture and the step out of it."""
        past, calm = list(self._past), frame.step > 1.5
        self._past.append(frame)
        if past:
            # a step that stands out: fast motion thins one frame after another
            calm = calm and max(f.step for f in past) < 0.4 * frame.step and min(f.kept for f in past) > 0.88
            # a blurred picture is thinned as well, but there is no other one in it
            calm = calm and frame.sharpness > 0.8 * past[-1].sharpness
        mixed = calm and 0.05 < frame.likeness < 0.95
        entered = self._entered
        if entered is not None and mixed and frame.kept_next < _THIN:
            self._entered = None
            yield self._found(entered.index, frame.index - 1, entered.kept, "Another picture shines through")
        elif mixed and frame.kept < _THIN:
            self._entered = frame
        elif entered is not None and frame.index - entered.index > _LONGEST:
            self._entered = None

    def _found(self, first: int, last: int, value: float, what: str) -> Found:
        limit = self._order.limit("ghost", "unexplained")
        return Found("ghost", first, last, value, limit, "share", f"{what} in {frames_text(first, last)}.")


def _sloped(shares: list[tuple[int, float]]) -> tuple[int, int]:
    """The first and last frame of a cross-fade, of which only the middle part can be told: along its slope."""
    (first, early), (last, late) = shares[0], shares[-1]
    slope = (late - early) / (last - first) if last > first else 0.0
    if slope < 0.01:
        return first, last
    return max(0, min(first, round(first - early / slope) + 1)), max(last, round(last + (1 - late) / slope) - 1)
