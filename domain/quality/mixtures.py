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
_CLEAR = 0.33
"""What is left unexplained of a mixture that is believed by one frame alone."""
_FADED = 0.6
"""Contrast of fine structure below which a picture is faded rather than mixed: an even mixture has 0.7."""
_CALM = 5
"""Frames without another such step after one that tells of a double exposure by itself."""
_RISEN = 1.12
"""How much larger four steps inside a mixture are than four outside it, where its end can be seen by them."""
_SIDE = 32
"""Frames on each side of a mixture that tell how large steps usually are."""
_THIN = 0.82
"""Slope on the neighbouring frame below which all of a picture is thinned."""
_SURELY = 0.85
"""How much smaller that slope is than the other way round, where another picture came in: motion thins both."""
_EVENLY = 0.35
"""How far the slopes may lie apart over the picture: a mixture is one all over."""
_ALIGHT = 0.93
"""Product of the slopes both ways, which is 1 where the same picture has only become lighter or darker."""
_FEW = 2
"""Mixed frames that are believed only when one of them is clear: waves look like a mixture for a moment."""
_LIKE = 0.45
"""Likeness to the frame before, below which a picture was replaced rather than mixed."""


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
        self._surely = False
        self._pending: FrameFigures | None = None
        self._shot = self._last = 0
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
        yield from self._exposed(seen)
        self._last = frame.index

    def close(self) -> Iterator[Found]:
        """The cross-fade or double exposure that ends the file."""
        yield from self._faded()
        yield from self._lasting(self._last)

    def _is_mixture(self, blend: Blend) -> bool:
        limit = self._order.limit
        return (
            blend.unexplained <= limit("ghost", "unexplained")
            and blend.alike <= limit("ghost", "alike")
            and _FADED < blend.thinned <= limit("ghost", "thinned")
            and blend.coarse <= limit("ghost", "coarse")
            and not self._blurred(blend.middle)
        )

    def _blurred(self, index: int) -> bool:
        """Whether a frame is softer than those around it: then it is thinned, but not by another picture."""
        sharp = dict(self._sharp)
        return sharp.get(index, 1.0) < 0.75 * median(sharp.values())

    def _faded(self) -> Iterator[Found]:
        mixed, self._mixed = self._mixed, {}
        if len(mixed) > _FEW or (mixed and min(blend.unexplained for blend in mixed.values()) < _CLEAR):
            shares = sorted((place, blend.share) for place, blend in mixed.items())
            first, last = self._stepped(shares[0][0], shares[-1][0]) or self._edged(shares) or _sloped(shares)
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

    def _edged(self, shares: list[tuple[int, float]]) -> tuple[int, int] | None:
        """Where the steps grow at once before a mixture and shrink at once after it, though the pictures on its two
        sides move differently; None where that cannot be seen."""
        steps = dict(self._steps)
        early, late = shares[0][0], shares[-1][0]

        def risen(at: int, way: int) -> float:
            inside, outside = [
                [steps[i] for i in (at + sign * way * n for n in places) if i in steps]
                for sign, places in ((1, range(4)), (-1, range(1, 5)))
            ]
            return min(inside) / max(0.1, *outside) if min(len(inside), len(outside)) == 4 else 0.0

        first = max(range(early - _SIDE, early + 1), key=lambda at: risen(at, 1))
        last = max(range(late + 1, late + _SIDE), key=lambda at: risen(at, -1))
        if min(risen(first, 1), risen(last, -1)) < _RISEN:
            return None
        return first, max(first, last - 1)

    def _exposed(self, seen: Seen) -> Iterator[Found]:
        """A step into a mixture and the step out of it. A clear step alone is enough: then the picture was mixed from
        the beginning of the shot, or is to its end."""
        frame, past = seen.frame, list(self._past)
        if seen.cut:
            yield from self._lasting(frame.index - 1)
            self._shot = frame.index
            self._past.clear()
        self._past.append(frame)
        yield from self._confirmed(frame)
        if len(past) < 3 or seen.cut:
            return
        before = past[-1]
        # a step that stands out: fast motion thins one frame after another
        usual = max(f.step for f in past[1:] or past)
        calm = frame.step > max(1.5, usual / 0.5) and median(f.kept for f in past) > 0.72
        if not calm or not _LIKE < frame.likeness < 0.97:
            return
        into = frame.kept < _THIN and frame.sharpness > 0.75 * before.sharpness
        out = frame.kept_next < _THIN and before.sharpness > 0.6 * frame.sharpness
        entered = self._entered
        if entered is not None and out and frame.index - entered.index <= _LONGEST:
            self._entered, self._pending = None, None
            yield self._found(entered.index, frame.index - 1, entered.kept, "Another picture shines through")
        elif into and frame.kept < frame.kept_next:
            self._entered, self._surely = frame, False
            if _is_clear(frame.kept, frame.kept_next, frame.kept_spread, frame.contrast, before.contrast):
                self._pending = frame
        elif out and _is_clear(frame.kept_next, frame.kept, frame.kept_next_spread, before.contrast, frame.contrast):
            self._pending = frame

    def _confirmed(self, frame: FrameFigures) -> Iterator[Found]:
        """A clear step, now that the frames after it are known: motion that begins suddenly would go on, and a flash
        would go away."""
        step = self._pending
        if step is None or step is frame:
            return
        if frame.step > 0.6 * step.step:
            self._pending = None
            return
        if frame.index - step.index < _CALM:
            return
        self._pending = None
        if step is self._entered:
            self._surely = True
        else:
            yield self._found(self._shot, step.index - 1, step.kept_next, "Another picture shines through")

    def _lasting(self, last: int) -> Iterator[Found]:
        """The double exposure that a shot ends with."""
        entered, self._entered, self._pending = self._entered, None, None
        if entered is not None and self._surely:
            yield self._found(entered.index, last, entered.kept, "Another picture shines through")

    def _found(self, first: int, last: int, value: float, what: str) -> Found:
        limit = self._order.limit("ghost", "unexplained")
        return Found("ghost", first, last, value, limit, "share", f"{what} in {frames_text(first, last)}.")


def _is_clear(thin: float, other: float, spread: float, mixed: float, whole: float) -> bool:
    """Whether a step tells by itself that one side of it is a mixture: its slope on the other side is small, evenly so
    all over the picture, and smaller than the other way round; and its contrast is less."""
    return thin < _SURELY * other and thin * other < _ALIGHT and spread < _EVENLY and mixed < 0.9 * whole


def _sloped(shares: list[tuple[int, float]]) -> tuple[int, int]:
    """The first and last frame of a cross-fade, of which only the middle part can be told: along its slope, as far as
    that is known."""
    (first, early), (last, late) = shares[0], shares[-1]
    slope = (late - early) / (last - first) if last > first else 0.0
    if slope < 0.01 or late - early < 0.15:
        return first, last
    return max(0, min(first, round(first - early / slope) + 1)), max(last, round(last + (1 - late) / slope) - 1)
