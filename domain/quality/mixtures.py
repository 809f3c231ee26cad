"""Pictures that are mixed for a while: cross-fades that nobody ordered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import log
from statistics import median

from domain.quality.figures import Blend
from domain.quality.tracking import Found, Order, Seen, frames_text

_SETTLED = 32
"""Frames after which no more can be told about a mixture: half the longest distance it is looked for over, and more."""
_APART = 12
_CLEAR = 0.25
"""What is left unexplained of a mixture that is believed by one frame alone."""
_FAIR = 0.36
"""The same where many frames are: waves look like a mixture for a moment."""
_CLEARLY, _NOTHING, _UNRELATED = 0.285, 0.2, 1.7
"""What is left unexplained of a mixture of pictures that are not alike, their likeness, and the factor by which more of
the brightness may be left."""
_SMOOTH = 0.36
"""The same together with what is left of the brightness, of which waves leave more."""
_FEW = 5
"""Mixed frames that are believed only when one of them is clear."""
_LINES = 0.12
"""Share of the picture away from its median level below which it is lettering: rows of it that roll look like mixtures
of the rows before and after."""
_FADED = 0.6
"""Contrast of fine structure below which a picture is faded rather than mixed: an even mixture has 0.7."""
_RISEN = 1.12
"""How much larger the steps inside a mixture are than those outside it, where its end can be seen by them."""
_NEAR = 6
"""Frames on each side of where the shares say that a cross-fade begins and ends, that its end is looked for in."""
_SIDE = 32
"""Frames on each side of a mixture that tell how large steps usually are."""


_DIPPED = 0.21
"""Logarithm by which all fine structure is thinned on the way into the middle of a mixture, and grows again after it,
at least: an even mixture has lost a third."""
_LITTLE = 0.05
"""Slope below which a picture is another one."""
_DIPPED_SPAN = 6
_DIPPED_ALIKE, _DIPPED_UNEXPLAINED, _DIPPED_COARSE = 0.3, 0.5, 0.25
"""What is believed of a mixture with such a dip."""


class Ghosts:
    """Frames that are the mixture of an earlier and a later one: their difference is explained by it, or less well and
    all fine structure is thinned as one picture goes, and comes again with the other."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._mixed: dict[int, Blend] = {}
        self._steps: deque[tuple[int, float]] = deque(maxlen=3 * _SETTLED + _SIDE)
        self._sharp: deque[tuple[int, float]] = deque(maxlen=_SETTLED)
        self._grown: deque[float] = deque(maxlen=2 * _SETTLED)
        self._dipped = False

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow mixtures."""
        frame, blend = seen.frame, seen.frame.blend
        self._steps.append((frame.index, frame.step))
        self._sharp.append((frame.index, frame.sharpness))
        if self._mixed and frame.index - max(self._mixed) > _SETTLED:
            yield from self._faded()
        self._grown.append(log(max(_LITTLE, frame.kept) / max(_LITTLE, frame.kept_next)) / 2)
        blend = blend if frame.scatter > _LINES else None
        dips = blend is not None and self._dips(blend)
        if blend is not None and (dips or self._is_mixture(blend)):
            if self._mixed and blend.middle - max(self._mixed) > _APART:
                yield from self._faded()
            self._dipped = self._dipped or dips
            known = self._mixed.get(blend.middle)
            if known is None or blend.unexplained < known.unexplained:
                self._mixed[blend.middle] = blend

    def close(self) -> Iterator[Found]:
        """The cross-fade that ends the file."""
        yield from self._faded()

    def _is_mixture(self, blend: Blend) -> bool:
        limit = self._order.limit
        return (
            blend.unexplained <= limit("ghost", "unexplained")
            and blend.alike <= limit("ghost", "alike")
            and _FADED < blend.thinned <= limit("ghost", "thinned")
            and blend.coarse <= limit("ghost", "coarse") * (_UNRELATED if _replaced(blend) else 1)
            and not self._blurred(blend.middle)
        )

    def _dips(self, blend: Blend) -> bool:
        """Whether fine structure goes and comes again around the middle of a mixture that ends with this frame."""
        half, grown = blend.span // 2, list(self._grown)
        if blend.span < _DIPPED_SPAN or blend.span > len(grown) or blend.alike > _DIPPED_ALIKE:
            return False
        if blend.unexplained > _DIPPED_UNEXPLAINED or blend.coarse > _DIPPED_COARSE or self._blurred(blend.middle):
            return False
        going, coming = sum(grown[-blend.span : -half]), sum(grown[-half:])
        return min(-going, coming) > _DIPPED

    def _blurred(self, index: int) -> bool:
        """Whether a frame is softer than those around it: then it is thinned, but not by another picture."""
        sharp = dict(self._sharp)
        return sharp.get(index, 1.0) < 0.75 * median(sharp.values())

    def _faded(self) -> Iterator[Found]:
        mixed, self._mixed = self._mixed, {}
        dipped, self._dipped = self._dipped, False
        best = min(mixed.values(), key=lambda blend: blend.unexplained, default=None)
        many = len(mixed) > _FEW and best is not None and best.unexplained < _FAIR
        smooth = any(blend.unexplained + blend.coarse < _SMOOTH for blend in mixed.values())
        if best and (best.unexplained < _CLEAR or smooth or many or dipped):
            shares = sorted((place, blend.share) for place, blend in mixed.items())
            first, last = self._placed(shares)
            yield self._found(first, last, best.unexplained, "Two pictures are mixed")

    def _placed(self, shares: list[tuple[int, float]]) -> tuple[int, int]:
        """Where a mixture begins and ends: each by the steps where they go on beyond what is known, by the place where
        they grow at once, or along the slope of the shares."""
        known, sloped = (shares[0][0], shares[-1][0]), _sloped(shares)
        stepped, edged = self._stepped(*known) or known, self._edged(shares)
        first = stepped[0] if stepped[0] < known[0] else edged[0] if edged[0] is not None else sloped[0]
        last = stepped[1] if stepped[1] > known[1] else edged[1] if edged[1] is not None else sloped[1]
        return first, max(first, last)

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

    def _edged(self, shares: list[tuple[int, float]]) -> tuple[int | None, int | None]:
        """Where the steps grow at once before a mixture and shrink at once after it, though the pictures on its two
        sides move differently; None where that cannot be seen."""
        steps = dict(self._steps)
        early, late = shares[0][0], shares[-1][0]
        begin, end, wide = range(early - _SIDE, early + 1), range(late + 1, late + _SIDE), 4
        sloped = _sloped(shares)
        if sloped != (early, late):
            begin, end = (range(max(0, at - _NEAR), at + _NEAR + 1) for at in (sloped[0], sloped[1] + 1))
            wide = 2

        def risen(at: int, way: int) -> float:
            inside, outside = [
                [steps[i] for i in (at + sign * way * n for n in places) if i in steps]
                for sign, places in ((1, range(wide)), (-1, range(1, wide + 1)))
            ]
            return min(inside) / max(0.1, *outside) if min(len(inside), len(outside)) == wide else 0.0

        first = max(begin, key=lambda at: risen(at, 1))
        last = max(end, key=lambda at: risen(at, -1))
        return first if risen(first, 1) >= _RISEN else None, last - 1 if risen(last, -1) >= _RISEN else None

    def _found(self, first: int, last: int, value: float, what: str) -> Found:
        limit = self._order.limit("ghost", "unexplained")
        return Found("ghost", first, last, value, limit, "share", f"{what} in {frames_text(first, last)}.")


def _replaced(blend: Blend) -> bool:
    """Whether a mixture is clear, and of pictures that have nothing in common: they may move far, and with them what is
    light and dark."""
    return blend.unexplained <= _CLEARLY and abs(blend.alike) <= _NOTHING


def _sloped(shares: list[tuple[int, float]]) -> tuple[int, int]:
    """The first and last frame of a cross-fade, of which only the middle part can be told: along its slope, as far as
    that is known."""
    (first, early), (last, late) = shares[0], shares[-1]
    slope = (late - early) / (last - first) if last > first else 0.0
    if slope < 0.01 or late - early < 0.1:
        return first, last
    return max(0, min(first, round(first - early / slope) + 1)), max(last, round(last + (1 - late) / slope) - 1)
