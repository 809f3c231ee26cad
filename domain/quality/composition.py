"""How the picture is divided: panels, bars, and things that stay in front of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from domain.quality.figures import Bars, Line
from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

_NEAR = 0.0035
"""How far a line may stray and still be the same, as a share of the picture."""
_REGULAR = tuple(part / whole for whole in (2, 3, 4) for part in range(1, whole))
_REGULAR_NEAR = 0.012
_ROUGH = 12
"""Levels by which the picture varies along a line to be called rough."""
_MOVING = 1.0
"""Levels of change beside an upright line that stays: a thing in the picture would move along."""
_STEADY, _STEADY_A_FRAME = 0.0015, 0.0001
"""How far the border of a panel strays in all, or in a frame, at most: an edge in the picture goes with the camera."""
_AT_BAR = 0.015
_ENDS = 3
"""Places at each end of a line's time of which the middle one is taken."""
_PATIENCE = 3
"""Frames for which a line may go unseen."""


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
    rough: int = 0
    moving: int = 0
    crossings: int = 0
    begun: list[float] = field(default_factory=list)
    lately: deque[float] = field(default_factory=lambda: deque(maxlen=_ENDS))

    def add(self, line: Line, index: int, crossed: bool) -> None:
        """Count one more frame."""
        self.last, self.count = index, self.count + 1
        self.covered += line.covered
        self.varied += line.varied
        self.gutter += line.gutter > 0
        self.differing += line.differing
        self.rough += _unnatural(line)
        self.moving += line.axis == "v" and line.moving > _MOVING
        self.crossings += crossed
        if len(self.begun) < _ENDS:
            self.begun.append(line.place)
        self.lately.append(line.place)

    def wanders(self) -> bool:
        """Whether the line has gone along with the picture."""
        way = abs(median(self.lately) - median(self.begun))
        return way > max(_STEADY, _STEADY_A_FRAME * self.count)

    def evidence(self) -> float:
        """Points for a border of pictures rather than a thing in one."""
        sure = 0.6 * self.count
        return (
            (1.0 if self.crossings > sure else 0)
            + (1.5 if self.gutter > sure else 0)
            + (1.0 if min(abs(self.place - place) for place in _REGULAR) < _REGULAR_NEAR else 0)
            + (1.0 if self.varied > 0.35 * self.count else 0)
            + (1.0 if self.rough > sure else 0)
            + (1.0 if self.moving > sure else 0)
        )


def _edges_bar(line: Line, bars: Bars) -> bool:
    """Whether a line is only where a bar at the picture's edge ends."""
    low, high = (bars.left, bars.right) if line.axis == "v" else (bars.top, bars.bottom)
    return (low > 0 and line.place < low + _AT_BAR) or (high > 0 and line.place > 1 - high - _AT_BAR)


def _unnatural(line: Line) -> bool:
    """Whether the picture varies along the line where things in one picture seldom do: on both sides of an upright
    edge, and above a level one, where the sky or a wall would be."""
    return line.before > _ROUGH and (line.axis == "h" or line.after > _ROUGH)


class Panels:
    """Lines that stay and divide the picture into differing ones."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._tracks: list[_Track] = []

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow each line; judge it when it is gone."""
        if self._order.expectation.split_screen:
            return
        index = seen.frame.index
        if seen.cut:
            yield from self._end(self._tracks)
            self._tracks = []
        lines = [line for line in seen.frame.lines if not _edges_bar(line, seen.frame.bars)]
        axes = {line.axis for line in lines if line.covered >= self._order.limit("panels", "covered")}
        for line in lines:
            track = next((t for t in self._tracks if t.axis == line.axis and abs(t.place - line.place) <= _NEAR), None)
            if track is None:
                track = _Track(line.axis, line.place, index, index)
                self._tracks.append(track)
            if track.last < index or track.count == 0:
                track.add(line, index, len(axes) == 2)
        gone = [track for track in self._tracks if index - track.last > _PATIENCE]
        self._tracks = [track for track in self._tracks if index - track.last <= _PATIENCE]
        yield from self._end(gone)

    def close(self) -> Iterator[Found]:
        """The lines that are there at the end."""
        yield from self._end(self._tracks)

    def _end(self, tracks: list[_Track]) -> Iterator[Found]:
        needed = self._order.limit("panels", "evidence")
        found = [
            track
            for track in tracks
            if track.count >= self._order.limit("panels", "frames")
            and track.covered / track.count >= self._order.limit("panels", "covered")
            and track.differing / track.count >= 0.08
            and track.evidence() >= needed
            and not track.wanders()
        ]
        if not found:
            return
        first, last = min(track.first for track in found), max(track.last for track in found)
        upright = sum(1 for track in found if track.axis == "v")
        count = (upright + 1) * (len(found) - upright + 1)
        yield Found(
            "panels", first, last, max(track.evidence() for track in found), needed, "points",
            f"The picture is divided into about {count} by straight lines in {frames_text(first, last)}.",
        )  # fmt: skip


class Letterbox:
    """Bars at opposite edges, of one width on both sides, that stay."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._runs = Runs(bridge=3)
        self._size = 0.0

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow the bars."""
        if self._order.expectation.letterbox:
            return
        size = _pair(seen.frame.bars)
        if size < self._order.limit("letterbox", "share"):
            size = 0.0
        if size and self._size and abs(size - self._size) > 0.01:
            yield from self._tell(self._runs.end())
        self._size = size or self._size
        yield from self._tell(self._runs.add(seen.frame.index, size or None))

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is not None and run.frames >= self._order.limit("letterbox", "frames"):
            yield Found(
                "letterbox", run.first, run.last, run.mean, self._order.limit("letterbox", "share"), "share",
                f"Dark bars take {2 * run.mean:.0%} of the picture in {frames_text(run.first, run.last)}.",
            )  # fmt: skip


def _pair(bars: Bars) -> float:
    """The size of the bars on one side, when both sides have the same; else 0."""
    best = 0.0
    for one, other in ((bars.top, bars.bottom), (bars.left, bars.right)):
        if min(one, other) > 0 and abs(one - other) <= 0.008:
            best = max(best, (one + other) / 2)
    return best


class Overlay:
    """Small things that stay in front, such as watermarks, logos and captions nobody ordered."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._runs = Runs(bridge=24)

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather."""
        if self._order.expectation.overlay:
            return
        share = seen.frame.overlay
        enough = share >= self._order.limit("overlay", "share")
        yield from self._tell(self._runs.add(seen.frame.index, share if enough else None))

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is not None and run.frames >= self._order.limit("overlay", "frames"):
            yield Found(
                "overlay", run.first, run.last, run.worst, self._order.limit("overlay", "share"), "share",
                f"Something stays in front while the picture moves, seen in {frames_text(run.first, run.last)}: "
                "a watermark, a logo or lettering.",
            )  # fmt: skip
