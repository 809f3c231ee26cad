"""Pictures that come to lie over another one, and go, at once or slowly: by what is left of the picture of half a
second ago, wherever its parts have moved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from domain.quality.figures import LAG, FrameFigures, Match
from domain.quality.kinks import bend, light, other_end
from domain.quality.remains import Remains
from domain.quality.tracking import Found, Order, Seen, frames_text

_LEAST, _MOST = 0.3, 0.82
"""Share of a picture that another one leaves of it: below it is replaced, above nothing can be told."""
_EVEN, _MORE_EVEN, _MUCH_MORE_EVEN, _BY_FAR = 0.22, 0.8, 0.6, 0.4
"""How far the shares lie apart over the picture at most: a mixture is one all over; and as a share of how far those of
the mixture's own picture do, which has another one in it."""
_ONE_SIDED = 0.9
"""How much smaller the share is than the other way round."""
_ALIKE, _SAME = 0.45, 0.95
"""Likeness to the earlier picture: below there is nothing of it left, above it has only lost contrast."""
_FEW, _TOGETHER, _BOTH, _FEWEST = 5, 8, 3, 4
"""Frames that have to say so clearly: where only one end is known, at both together, and at each; and in any way."""
_ROUGHLY, _HARDLY, _AT_LEAST = 0.45, 0.3, 0.15
"""How far the shares may lie apart, the likeness, and the share, where the other end of the same double exposure is
clear."""
_BRIDGE = 3
_LESS = 0.8
"""Share of what is usual where there is no mixture that a thinned picture keeps, at most."""
_GONE, _NEARLY_GONE = 0.35, 0.3
"""Share of a picture below which it was replaced, before or after it was mixed, and while it was."""
_WITHIN, _FAR = 5, 14
"""Frames by which light and colour may tell another place for the end of a mixture, and for that of a slow one."""
_LATER = 10
"""Frames after a stretch that tell what is usual there."""
_BELOW = 0.06
"""How far below the usual share one is that another picture has taken from."""
_SLOWEST = 56
"""Frames that a picture takes to come or go, at most."""
_LONGEST = 160
"""Frames from one's coming to its going, at most."""
_LASTING = 9
"""Frames that have to say so where a picture only comes, or only goes."""


class _Change(NamedTuple):
    """A picture that has come (`place`: the first mixed frame) or gone (the last one), told by `frames` clear frames.
    `replaced`: nothing was left of the other one; `slow`: it took more than a few frames."""

    place: int
    frames: int
    share: float
    replaced: bool
    slow: bool


class Veil(NamedTuple):
    """A double exposure; whether its coming and its going were seen. `inferred`: one of them by light and colour."""

    found: Found
    comes: bool
    goes: bool
    inferred: bool = False

    @property
    def whole(self) -> bool:
        """Whether both ends are known."""
        return self.comes and self.goes


class Veils:
    """A picture is thinned against the one of half a second ago, evenly all over, while that one has more in it than
    that: another one has come. The same backwards: it has gone. `remains` has seen each frame before."""

    def __init__(self, order: Order, remains: Remains) -> None:
        self._remains = remains
        self._limit = order.limit("ghost", "unexplained")
        self._course: deque[FrameFigures] = deque(maxlen=LAG + _LONGEST)
        self._thin: dict[bool, list[tuple[int, bool]]] = {True: [], False: []}
        self._come: _Change | None = None
        self._shot = 0
        self._since = 0

    def observe(self, seen: Seen) -> Iterator[Veil]:
        """Follow what is left."""
        frame = seen.frame
        if seen.cut:
            yield from self._end(frame.index - 1)
            self._shot = frame.index
            self._course.clear()
        self._course.append(frame)
        for coming in (True, False):
            thin = self._thin[coming]
            if thin and frame.index - thin[0][0] > _LONGEST:
                self._thin[coming] = thin = []  # it is always like that
            if thin and frame.index - thin[-1][0] > _LATER:
                yield from self._told(coming)
            clear = self._thinned(frame, coming)
            if clear is not None:
                if thin and frame.index - thin[-1][0] > _BRIDGE + 1:
                    yield from self._told(coming)
                self._thin[coming].append((frame.index, clear))

    def close(self) -> Iterator[Veil]:
        """What has come and not gone."""
        if self._course:
            yield from self._end(self._course[-1].index)

    def _thinned(self, frame: FrameFigures, coming: bool) -> bool | None:
        """Whether a frame is clearly thinned; None when it is not at all."""
        match = frame.match
        if match is None or not _HARDLY < match.alike < _SAME or len(self._course) <= LAG:
            return None
        kept, spread, other, other_spread = _way(match, coming)
        if not _AT_LEAST < kept < _MOST or spread > _ROUGHLY:
            return None
        one_sided = kept < _ONE_SIDED * other
        if not (one_sided or spread < _MUCH_MORE_EVEN * other_spread):
            return None
        evenly = spread < min(_EVEN, (_MORE_EVEN if one_sided else _BY_FAR) * other_spread)
        return match.alike > _ALIKE and kept > _LEAST and evenly

    def _told(self, coming: bool) -> Iterator[Veil]:
        thin, self._thin[coming] = self._thin[coming], []
        frames = sum(clear for _, clear in thin)
        if len(thin) < _FEWEST:
            return
        kept = {f.index: _way(f.match, coming)[0] for f in self._course if f.match is not None}
        places = [place for place, _ in thin]
        whole = range(places[0] - _LATER, places[0] - 2) if coming else range(places[-1] + 3, places[-1] + _LATER + 1)
        usual = [kept[i] for i in whole if i in kept]
        if len(usual) > 2 and median(kept[i] for i in places) > _LESS * median(usual):
            return
        if not self._remains.other(places, whole):
            frames = 0
        place = _came(places, kept) if coming else self._gone(places, kept)
        beyond = range(places[-1] + 1, places[-1] + _LATER) if coming else range(places[0] - _LATER, places[0])
        share = min(kept[i] for i in places)
        replaced = share < _NEARLY_GONE or len(thin) > 2 * LAG or any(kept.get(i, 1) < _GONE for i in beyond)
        change = _Change(place, frames, share, replaced, len(thin) > LAG + _BRIDGE)
        come = self._come
        if coming:
            if frames < _FEW and place <= self._shot + LAG:
                return  # nothing is known of what was before
            stands = come is not None and place <= come.place + _LONGEST
            if come is not None and stands and (come.frames >= _FEW or change.frames < _FEW):
                return
            self._come = change
            return
        if (
            come is not None
            and come.place < change.place <= come.place + _LONGEST
            and (come.frames + change.frames >= _TOGETHER or min(come.frames, change.frames) >= _BOTH)
        ):
            self._come = None
            placed, share = self._placed(come, change), min(come.share, change.share)
            yield self._found(*placed, share, crossed=come.replaced and change.replaced)
            self._since = change.place + 1
        elif change.frames >= _FEW and change.replaced:
            yield from self._crossed(change, coming)
        elif change.frames >= _LASTING:
            place = self._bent(change, coming, _SLOWEST)
            yield self._found(max(self._shot, self._since), place, change.share, comes=False)
            self._since = change.place + 1

    def _end(self, last: int) -> Iterator[Veil]:
        for coming in (True, False):
            yield from self._told(coming)
        come, self._come = self._come, None
        if come is not None and come.replaced and come.frames >= _FEW:
            yield from self._crossed(come, True)
        elif come is not None and come.frames >= _LASTING:
            yield self._found(self._bent(come, True, _SLOWEST), last, come.share, goes=False)
        self._since = last + 1

    def _gone(self, thin: list[int], kept: dict[int, float]) -> int:
        last, end = thin[-1], self._course[-1].index
        after = [kept[i] for i in range(last + 3, last + _LATER + 1) if i in kept]
        if len(after) < 3:  # the shot ends before all of it can be compared with what comes after it
            near, within = (thin[0] + end) // 2, (end - thin[0]) // 2 + 1
            course = {frame.index: light(frame) for frame in self._course}
            return bend(course, near, within, leaving=True)
        while kept.get(last + 1, 1) < median(after) - _BELOW and last < thin[-1] + _SLOWEST:
            last += 1
        return last - LAG

    def _bent(self, change: _Change, coming: bool, length: int) -> int:
        """The end of a mixture of about `length` frames, where light and colour bend near by."""
        course = {frame.index: light(frame) for frame in self._course}
        place, within = change.place, min(_WITHIN, length // 3)
        if within < 2:
            return place
        if change.slow:
            place = bend(course, place, min(_FAR, length // 2), leaving=not coming)
        return bend(course, place, within, leaving=not coming)

    def _placed(self, come: _Change, gone: _Change) -> tuple[int, int]:
        length = gone.place - come.place + 1
        first, last = self._bent(come, True, length), self._bent(gone, False, length)
        return first, max(first, last)

    def _crossed(self, change: _Change, coming: bool) -> Iterator[Veil]:
        """A picture that was replaced by another one, of which only one end is told by what is left of it."""
        course = {frame.index: light(frame) for frame in self._course}
        end = self._bent(change, coming, _SLOWEST)
        other = other_end(course, end, _SLOWEST, leaving=not coming)
        if other is not None and abs(other - end) >= _FEW:
            first, last = sorted((end, other))
            yield self._found(first, last, change.share, crossed=True)._replace(inferred=True)
            self._since = last + 1

    def _found(
        self, first: int, last: int, value: float, *, comes: bool = True, goes: bool = True, crossed: bool = False
    ) -> Veil:
        what = "Two pictures are mixed" if crossed else "Another picture shines through"
        sentence = f"{what} in {frames_text(first, last)}."
        return Veil(Found("ghost", first, last, value, self._limit, "share", sentence), comes, goes)


def _way(match: Match, coming: bool) -> tuple[float, float, float, float]:
    """What the mixture has of the whole picture, and what that has of the mixture, with their spreads."""
    forth, back = (match.kept, match.spread), (match.kept_back, match.spread_back)
    return (*forth, *back) if coming else (*back, *forth)


def _came(thin: list[int], kept: dict[int, float]) -> int:
    first = thin[0]
    before = [kept[i] for i in range(first - _LATER, first - 2) if i in kept]
    usual = median(before) if len(before) > 2 else 0.95
    while kept.get(first - 1, 1) < usual - _BELOW and first > thin[0] - _SLOWEST:
        first -= 1
    return first
