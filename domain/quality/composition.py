"""How the picture is divided: panels, bars, and things that stay in front of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from domain.quality.borders import Border, goes_on, paired
from domain.quality.figures import Bars, Line
from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

_NEAR = 0.0035
"""How far a line may stray and still be the same, as a share of the picture."""
_AT_BAR = 0.015
_PATIENCE = 3
"""Frames for which a line may go unseen."""
_AGAIN = 24
"""Frames for which one may that has been seen for long, as between two pictures that are dark for a while."""
_OTHER = 0.02
"""By how much bars of another size differ, as a share of both bars together."""
_KEPT = 64
"""Lines of one shot that are remembered."""


def _edges_bar(line: Line, bars: Bars) -> bool:
    """Whether a line is only where a bar at the picture's edge ends."""
    low, high = (bars.left, bars.right) if line.axis == "v" else (bars.top, bars.bottom)
    return (low > 0 and line.place < low + _AT_BAR) or (high > 0 and line.place > 1 - high - _AT_BAR)


class Panels:
    """Lines that stay and divide the picture into differing ones; what is found in one shot is told once."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._tracks: list[Border] = []
        self._gone: deque[Border] = deque(maxlen=_KEPT)
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
                track = self._again(line, index) or Border(line.axis, line.place, index, index)
                self._tracks.append(track)
            if track.last < index or track.count == 0:
                track.add(line, index, len(axes) == 2)
        least = self._order.limit("panels", "frames")
        self._gone += [t for t in self._tracks if index - t.last > _PATIENCE and t.count >= least]
        self._tracks = [track for track in self._tracks if index - track.last <= _PATIENCE]

    def _again(self, line: Line, index: int) -> Border | None:
        """The line that was at that regular place until lately."""
        for track in self._gone:
            same = track.axis == line.axis and abs(track.place - line.place) <= _NEAR and track.regular()
            if same and index - track.last <= _AGAIN:
                self._gone.remove(track)
                return track
        return None

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
            rows = many or goes_on(lines)
            parting = [track for track in lines if track.divides() and (not rows or track.repeats())]
            found += [track for track in parting if track.evidence() + paired(track, parting) >= needed]
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
        self._since: list[int] = []

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather."""
        if self._order.expectation.overlay:
            return
        index, share = seen.frame.index, seen.frame.overlay
        enough = share >= self._order.limit("overlay", "share")
        run = self._runs.add(index, share if enough else None)
        if run is not None:
            yield from self._tell(run)
            self._since.clear()
        if enough:
            self._since = [min([*self._since, index - seen.frame.overlay_since])]

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
