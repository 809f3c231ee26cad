"""How the picture is divided: panels, bars, and things that stay in front of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from domain.quality.figures import Bars, Line
from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

_NEAR = 0.0035
"""How far a line may stray and still be the same, as a share of the picture."""
_REGULAR = tuple(part / whole for whole in (2, 3, 4) for part in range(1, whole))
_REGULAR_NEAR, _EXACTLY = 0.012, 0.004
_ROUGH, _UNEVEN, _PLAIN = 12, 4.5, 4
"""Levels by which the picture varies along a line to be called rough, uneven, and more than a plain colour."""
_MOVING = 1.0
"""Levels of change beside an upright line that stays: a thing in the picture would move along."""
_STIRS = 0.001
"""Share of the lesser side of a line that something moves in."""
_DIFFERING, _REPEATED = 0.05, 0.8
"""Difference of tones of two pictures, and how much less is asked of a line that parts a picture from itself."""
_NARROW = 0.15
"""Share of the picture that a strip beside a line takes, and is more likely a roof or a floor than a panel."""
_FOLLOWS, _LIKELY, _UNLIKE = 0.78, 0.52, 0.45
"""Correlation of the two sides of a line above which one picture goes on behind it, or may do so, and below which it
does not."""
_STEADY, _STEADY_A_FRAME = 0.0015, 0.0001
"""How far the border of a panel strays in all, or in a frame, at most: an edge in the picture goes with the camera."""
_AT_BAR = 0.015
_ENDS = 3
"""Places at each end of a line's time of which the middle one is taken."""
_PATIENCE = 3
"""Frames for which a line may go unseen."""
_OTHER = 0.02
"""By how much bars of another size differ, as a share of both bars together."""
_LASTS = 0.5
"""Share of its shot for which a border is there, at least."""
_LONG = 48
"""Frames that are enough for that however long the shot is."""
_KEPT = 64
"""Lines of one shot that are remembered."""


@dataclass(slots=True)
class _Track:
    """One line over time."""

    axis: str
    place: float
    first: int
    last: int
    count: int = 0
    covered: float = 0
    varied: float = 0
    gutter: int = 0
    differing: float = 0
    follows: float = 0
    rough: int = 0
    uneven: int = 0
    one_sided: int = 0
    moving: int = 0
    crossings: int = 0
    stirs: int = 0
    same: int = 0
    begun: list[float] = field(default_factory=list)
    lately: deque[float] = field(default_factory=lambda: deque(maxlen=_ENDS))

    def add(self, line: Line, index: int, crossed: bool) -> None:
        """Count one more frame."""
        self.last, self.count = index, self.count + 1
        self.covered += line.covered
        self.varied += line.varied
        self.gutter += line.gutter > 0
        self.differing += line.differing
        self.follows += line.follows
        self.rough += _unnatural(line)
        self.uneven += min(line.before, line.after) > _UNEVEN
        self.one_sided += max(line.before, line.after) > _PLAIN
        self.moving += line.axis == "v" and line.moving > _MOVING
        self.crossings += crossed
        self.stirs += line.axis == "v" and line.stirs > _STIRS
        self.same += line.same > 0
        if len(self.begun) < _ENDS:
            self.begun.append(line.place)
        self.lately.append(line.place)

    def straight(self, order: Order, shot: int) -> bool:
        """Whether it lasts and runs straight through; `shot` is the length of its shot, frames."""
        return self.count >= max(
            order.limit("panels", "frames"), min(_LONG, _LASTS * shot)
        ) and self.covered >= order.limit("panels", "covered") * self.count * (_REPEATED if self.repeats() else 1)

    def divides(self) -> bool:
        """Whether it stays where it is, between two pictures that are not one."""
        way = abs(median(self.lately) - median(self.begun))
        return (
            (self.differing >= _DIFFERING * self.count or self.repeats())
            and not self.continued()
            and way <= max(_STEADY, _STEADY_A_FRAME * self.count)
        )

    def continued(self) -> bool:
        """Whether the picture goes on behind it."""
        return self.follows > _FOLLOWS * self.count

    def repeats(self) -> bool:
        """Whether it parts a picture from the same one again."""
        return self.same > 0.6 * self.count

    def evidence(self) -> float:
        """Points for a border of pictures rather than a thing in one."""
        sure = 0.6 * self.count
        off = min(abs(self.place - place) for place in _REGULAR)
        unlike = self.uneven > sure and self.follows < _UNLIKE * self.count
        alone = self.axis == "v" and off >= _REGULAR_NEAR and self.crossings <= sure and self.moving <= sure
        narrow = min(self.place, 1 - self.place) < _NARROW and self.gutter <= sure and self.crossings <= sure
        half = self.axis == "v" and off < _EXACTLY and self.one_sided > 0.4 * self.count and self.rough <= sure
        return (
            (1.0 if self.crossings > sure else 0)
            + ((0.9 if alone else 1.5) if self.gutter > sure else 0)
            + (2.0 if self.repeats() else 0)
            + (1.0 if self.stirs > 0.4 * self.count and off < _REGULAR_NEAR and self.one_sided > sure else 0)
            - (1.0 if narrow else 0)
            + (1.0 if off < _REGULAR_NEAR else 0)
            + (1.0 if self.varied > 0.35 * self.count and self.one_sided > sure else 0)
            + (1.0 if self.rough > sure and self.follows < _LIKELY * self.count else 0)
            + (1.0 if self.moving > sure and self.one_sided > sure else 0)
            + (1.0 if unlike or half else 0)
        )


def _paired(track: _Track, others: list[_Track]) -> float:
    """A point where another line is as far from the opposite edge, as those between three strips are, and neither is
    one between plain colours."""
    far = [other for other in others if abs(track.place + other.place - 1) < _REGULAR_NEAR and other is not track]
    far = [other for other in far if abs(track.place - other.place) > _REGULAR_NEAR]
    return 1.0 if far and all(line.one_sided > 0.4 * line.count for line in (track, *far)) else 0.0


def _goes_on(lines: list[_Track]) -> bool:
    """Whether three and more lines lie in even steps that are cut off at the picture's edges, as shelves are."""
    places = sorted({round(line.place, 2) for line in lines})
    places = [place for place, before in zip(places, [-1.0, *places], strict=False) if place - before > _REGULAR_NEAR]
    steps = [later - place for place, later in pairwise(places)]
    if len(steps) < 2 or max(steps) - min(steps) > 2 * _REGULAR_NEAR:
        return False
    ends = places[0], 1 - places[-1]
    return max(ends) < 1.2 * max(steps) and min(ends) < min(steps) - 2 * _REGULAR_NEAR


def _edges_bar(line: Line, bars: Bars) -> bool:
    """Whether a line is only where a bar at the picture's edge ends."""
    low, high = (bars.left, bars.right) if line.axis == "v" else (bars.top, bars.bottom)
    return (low > 0 and line.place < low + _AT_BAR) or (high > 0 and line.place > 1 - high - _AT_BAR)


def _unnatural(line: Line) -> bool:
    """Whether the picture varies along the line where things in one picture seldom do: on both sides of an upright
    edge, and above a level one, where the sky or a wall would be."""
    return line.before > _ROUGH and (line.axis == "h" or line.after > _ROUGH)


class Panels:
    """Lines that stay and divide the picture into differing ones; what is found in one shot is told once."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._tracks: list[_Track] = []
        self._gone: deque[_Track] = deque(maxlen=_KEPT)
        self._begins = self._now = 0

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow each line; judge all of them at the shot's end."""
        if self._order.expectation.split_screen:
            return
        index = seen.frame.index
        if seen.cut:
            yield from self.close()
            self._begins = index
        self._now = index
        lines = [line for line in seen.frame.lines if not _edges_bar(line, seen.frame.bars)]
        axes = {line.axis for line in lines if line.covered >= self._order.limit("panels", "covered")}
        for line in lines:
            track = next((t for t in self._tracks if t.axis == line.axis and abs(t.place - line.place) <= _NEAR), None)
            if track is None:
                track = _Track(line.axis, line.place, index, index)
                self._tracks.append(track)
            if track.last < index or track.count == 0:
                track.add(line, index, len(axes) == 2)
        least = self._order.limit("panels", "frames")
        self._gone += [t for t in self._tracks if index - t.last > _PATIENCE and t.count >= least]
        self._tracks = [track for track in self._tracks if index - track.last <= _PATIENCE]

    def close(self) -> Iterator[Found]:
        """The shot ends."""
        shot = self._now + 1 - self._begins
        long = [track for track in (*self._gone, *self._tracks) if track.straight(self._order, shot)]
        self._gone.clear()
        self._tracks = []
        needed = self._order.limit("panels", "evidence")
        found = []
        for axis in "vh":
            lines = [track for track in long if track.axis == axis]
            many = 2 * sum(track.continued() for track in lines) >= len(lines)  # tiles, or a thing with many edges
            if not many and not _goes_on(lines):
                parting = [track for track in lines if track.divides()]
                found += [track for track in parting if track.evidence() + _paired(track, parting) >= needed]
        if not found:
            return
        first, last = min(track.first for track in found), max(track.last for track in found)
        upright, level = (len({round(t.place, 2) for t in found if t.axis == axis}) for axis in "vh")
        yield Found(
            "panels", first, last, max(track.evidence() for track in found), needed, "points",
            f"The picture is divided into about {(upright + 1) * (level + 1)} by straight lines in "
            f"{frames_text(first, last)}.",
        )  # fmt: skip


class Letterbox:
    """Bars at the picture's edges that stay."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._runs = Runs(bridge=12)  # where the picture is dark its bars cannot be told
        self._size = 0.0

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow the bars."""
        if self._order.expectation.letterbox:
            return
        size = _size(seen.frame.bars)
        if size < 2 * self._order.limit("letterbox", "share"):
            size = 0.0
        if self._size and abs(size - self._size) > _OTHER:
            size = 0.0
        ended = self._runs.add(seen.frame.index, size or None)
        if ended is not None:
            yield from self._tell(ended)
        self._size = size or (0.0 if ended is not None else self._size)

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is not None and run.frames >= self._order.limit("letterbox", "frames"):
            yield Found(
                "letterbox", run.first, run.last, run.mean / 2, self._order.limit("letterbox", "share"), "share",
                f"Bars take {run.mean:.0%} of the picture's side in {frames_text(run.first, run.last)}.",
            )  # fmt: skip


def _size(bars: Bars) -> float:
    """What the bars take of one side: of two opposite ones where both have the same size, else of a black one alone."""
    best = bars.alone
    for one, other in ((bars.top, bars.bottom), (bars.left, bars.right)):
        if min(one, other) > 0 and abs(one - other) <= 0.008:
            best = max(best, one + other)
    return best


class Overlay:
    """Small things that stay in front, such as watermarks, logos and captions nobody ordered."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._runs = Runs(bridge=24)
        self._shot = 0
        self._since: list[int] = []

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather."""
        if self._order.expectation.overlay:
            return
        index, share = seen.frame.index, seen.frame.overlay
        if seen.cut:
            self._shot = index
        enough = share >= self._order.limit("overlay", "share")
        run = self._runs.add(index, share if enough else None)
        if run is not None:
            yield from self._tell(run)
            self._since.clear()
        if enough:
            self._since.append(max(self._shot, index - seen.frame.overlay_since))
            self._since = [min(self._since)]

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is None:
            return
        first = min([run.first, *self._since])
        if run.last - first + 1 >= self._order.limit("overlay", "frames"):
            yield Found(
                "overlay", first, run.last, run.worst, self._order.limit("overlay", "share"), "share",
                f"Something stays in front while the picture moves, seen in {frames_text(first, run.last)}: "
                "a watermark, a logo or lettering.",
            )  # fmt: skip
