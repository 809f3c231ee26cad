"""Motion that stops: pictures that stand still, and frames that repeat the one before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from domain.quality.figures import FrameFigures
from domain.quality.rests import Rests
from domain.quality.tracking import Found, Order, Seen, frames_text

_RUNS_OUT = 0.4
"""Share of a shot's livelier motion below which the last motion before a stretch counts as having run out."""
_UNEVENLY, _BREAKS_OFF = 0.75, 0.15
"""Share of it that one of the last three frames has where motion is uneven, as by hand, and that the last one has."""
_LATELY = 0.5
"""Share of the last six frames' motion that the last one has where motion had become less, but breaks off."""
_RENEWED = 2
"""Levels by which all of a still picture may change at once, when an encoder renews it."""
_PEAK = 10
"""Levels by which single pixels of equal frames may differ: encoders mend a still picture bit by bit."""
_REST, _REST_PEAK = 0.08, 3.5
"""Step and largest difference that repeated frames may have, as shares of the usual step of the frames before."""
_MENDED = 0.35
"""Largest difference that repeated frames may have, as a share of the usual one of the frames before."""
_MOST_REST, _MOST_PEAK = 0.6, 24.0
"""The same in levels, at most."""
_BUSY, _QUIET, _MENDING = 6, 0.35, 4
"""Levels of the busiest parts from which on they tell that all of a picture rests; the share of them that is left then,
and the levels, at most: encoders mend what has moved last."""
_MENDED_TWICE, _SETTLED, _SETTLING = 2, 0.2, 2
"""Frames at the beginning of a stretch in which they do so plainly, and what is left after these at most."""
_TOUCHED = 4
"""Levels by which single pixels of a picture that has stood still may differ, when an encoder gets at it again."""
_ONCE, _OFTEN, _AT_REST = 4, 6, 0.7
"""How many frames of a stretch may be mended, one in how many more, and levels that the busiest parts have in all
others: what never comes to rest moves slowly."""
_STIRS, _EVERYWHERE = 5, 0.5
"""Levels of the busiest parts, and share of the picture over which things move, from which on a picture that stands
still is seen although the camera stood before: many things do not rest all at once."""
_CLEARLY = 3
"""How much more than a stretch's motion that of a single repeated frame has to be, to be seen."""
_CATCHING_UP = 1.5
"""How much more than the motion before a repeated frame that after it is, where it stands in place of another one."""
_SLOWLY = 0.25
"""Share of a stretch's motion that there has to be before a repeated frame after which the motion catches up."""
_JUMP, _JUMPED, _WIDELY, _CALM, _LIT = 8, 2, 0.4, 0.5, 1
"""Levels of the busiest parts in the one frame that catches up with all that was left out, how much more than ever
shortly before the stretch that is, the share of the picture in which it shows, more than a blink does, the share of it
that the next frame has, and levels by which the light may change."""
_TWOS = 12
"""Frames of which a third are equal to the one before where motion is drawn on twos, and rests longer."""
_ABRUPT = 2
"""How much more than a stretch's motion that after it has to be, where there was none before: what begins to move
gently stood still by itself."""
_OUTLINES = 16
"""Largest step in levels below which nothing moves: the focus or the light changes, and may well stop."""
_PLAIN = 3
"""Contrast in levels below which there is no picture to stand still."""


class _Past:
    """The last frames of a shot that do not repeat the one before."""

    def __init__(self) -> None:
        self.frames: deque[FrameFigures] = deque(maxlen=24)
        self.step = self.peak = self.livelier = self.busy = 0.0

    def add(self, frame: FrameFigures) -> None:
        """One more. `step` and `peak` are lower quartiles; `livelier` and `busy` are upper ones of the largest step and
        of the busiest parts, so that they hold where every other frame is repeated."""
        self.frames.append(frame)
        step, peak, busy = (sorted(part) for part in zip(*map(_moved, self.frames), strict=True))
        low, high = len(step) // 4, len(step) * 3 // 4
        self.step, self.peak, self.livelier, self.busy = step[low], peak[low], peak[high], busy[high]

    def clear(self) -> None:
        """Another shot."""
        self.frames.clear()
        self.step = self.peak = self.livelier = self.busy = 0.0

    def last(self, busy: float) -> FrameFigures | None:
        """The last of them, unless motion was running out: it had less than half of what it had a little earlier, and
        so had those before it. `busy` is what the next one has: where that is next to nothing, motion may have become
        less, but breaks off."""
        if len(self.frames) < 2:
            return None
        if self.livelier < _OUTLINES:
            return None
        moved = [each.motion for each in self.frames]
        usual = sorted(moved)[len(moved) * 3 // 4]
        if self.frames[-1].step_peak <= _PEAK:  # all of it was renewed
            return None
        least = (_BREAKS_OFF if max(moved[-3:]) >= _UNEVENLY * usual else _RUNS_OUT) * usual
        if busy <= _QUIET * self.frames[-1].busy:
            least = min(least, _LATELY * median(moved[-6:]))
        return self.frames[-1] if moved[-1] >= least else None


def _moved(frame: FrameFigures) -> tuple[float, float, float]:
    return frame.step, frame.step_peak, frame.busy


class _Stretch(NamedTuple):
    """Equal frames: the first of them, how many, how many of these an encoder was still at, what the busiest parts have
    left, and the mean level; the frame before, if motion had not run out; how busy the frames before were at most; the
    frame after, and whether it begins a shot."""

    first: int
    frames: int
    mended: int
    rest: float
    light: float
    entering: FrameFigures | None
    before: float
    on_twos: bool
    leaving: FrameFigures | None = None
    cut: bool = False


class Frozen:
    """A stretch of equal frames in a shot that moves, and single equal frames among moving ones.

    Motion that runs out is no defect: the steps just before and just after a stretch tell. Nor is a still shot.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._step = order.limit("frozen", "step")
        self._still = order.limit("frozen", "still")
        self._past = _Past()
        self._rests = Rests(order)
        self._last = 0
        self._equal: deque[bool] = deque(maxlen=_TWOS)
        self._open: _Stretch | None = None
        self._ended: _Stretch | None = None
        self._moving = self._doubled = 0
        self._first_doubled = self._last_doubled = -1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Count equal frames; judge a stretch when the frame after next has been seen."""
        frame = seen.frame
        ended, self._ended = self._ended, None
        if ended is not None:
            yield from self._judge(ended, frame)
        if seen.cut and self._open is None:
            yield from self._rests.end(frame.index - 1)
        self._last = frame.index
        if not seen.cut and self._same(frame) and frame.contrast > _PLAIN:
            known = self._open or self._begins(frame)
            self._open = known._replace(
                frames=known.frames + 1, mended=known.mended + (frame.busy > _AT_REST or not self._equals(frame)),
                rest=max(known.rest, frame.busy), light=frame.mean,
            )  # fmt: skip
            self._equal.append(True)
            return
        self._equal.append(False)
        if self._open is not None:
            self._ended, self._open = self._open._replace(leaving=frame, cut=seen.cut), None
        if seen.cut or frame.index == 0:
            self._past.clear()
        else:
            self._past.add(frame)
            self._moving += 1

    def close(self) -> Iterator[Found]:
        """The stretch that ends the file, and the share of doubled frames."""
        for stretch in (self._ended, self._open):
            if stretch is not None:
                yield from self._judge(stretch, None)
        yield from self._rests.end(self._last)
        limit = self._order.limit("doubled", "share")
        share = self._doubled / max(1, self._moving + self._doubled)
        if self._doubled >= 3 and share > limit:
            yield Found(
                "doubled", self._first_doubled, self._last_doubled, share, limit, "share",
                f"{self._doubled} frames repeat the one before while the picture moves: one in "
                f"{round(1 / share)}, which shows as judder.",
            )  # fmt: skip

    def _begins(self, frame: FrameFigures) -> _Stretch:
        before = max((each.busy for each in list(self._past.frames)[-8:]), default=0.0)
        twos = sum(self._equal) >= _TWOS // 3
        return _Stretch(frame.index, 0, 0, 0, frame.mean, self._past.last(frame.busy), before, twos)

    def _same(self, frame: FrameFigures) -> bool:
        """Whether a frame repeats the one before, or differs by no more than an encoder mends."""
        if frame.index == 0:
            return False
        past, count = self._past, self._open.frames if self._open else 0
        share, most = (_QUIET, _MENDING) if count < _MENDED_TWICE else (_SETTLED, _SETTLING)
        rests = (
            past.busy >= _BUSY
            and frame.busy <= min(most, share * past.busy)
            and frame.step_peak <= min(_MOST_PEAK, _MENDED * past.livelier)
        )
        touched = count > _MENDED_TWICE and frame.busy <= _SETTLING and frame.step_peak <= _TOUCHED
        return self._equals(frame) or rests or touched

    def _equals(self, frame: FrameFigures) -> bool:
        """Whether a frame repeats the one before; encoders never repeat a lively picture exactly."""
        past = self._past
        mended = max(_PEAK, min(_MOST_PEAK, max(_REST_PEAK * past.step, _MENDED * past.peak)))
        alike = frame.step <= max(self._step, min(_MOST_REST, _REST * past.step)) and frame.step_peak <= mended
        return frame.step_peak <= _RENEWED or alike

    def _judge(self, stretch: _Stretch, after: FrameFigures | None) -> Iterator[Found]:
        last = stretch.first + stretch.frames - 1
        leaving = self._leaving(stretch, after)
        if stretch.frames <= 2:
            if self._stumbles(stretch, leaving):
                self._first_doubled = stretch.first if self._first_doubled < 0 else self._first_doubled
                self._doubled, self._last_doubled = self._doubled + stretch.frames, last
            return
        limit = int(self._order.limit("frozen", "frames")) * (2 if stretch.on_twos else 1)
        entered = stretch.entering is not None and self._seen(stretch.entering)
        left = leaving is not None and leaving.motion >= _ABRUPT * self._still and leaving.step_peak > _PEAK
        rests = stretch.mended <= _ONCE + stretch.frames // _OFTEN
        caught_up = _catches_up(stretch, after)
        if stretch.frames > limit and rests and (entered or left or caught_up):
            found = Found(
                "frozen", stretch.first, last, stretch.frames, limit, "frames",
                f"The picture stands still in {frames_text(stretch.first, last)} although it moved "
                f"{'before' if entered else 'after'}.",
            )  # fmt: skip
            sure = caught_up or stretch.cut or _leaps(stretch, after)
            yield from ([found] if sure else self._rests.add(found))
        if stretch.cut and stretch.leaving is not None:
            yield from self._rests.end(last)

    def _leaving(self, stretch: _Stretch, after: FrameFigures | None) -> FrameFigures | None:
        """The motion after a stretch; after a cut that nobody ordered that of the next frame: a picture that was held
        for too long jumps."""
        if not stretch.cut or stretch.leaving is None:
            return stretch.leaving
        cuts = self._order.expectation.cuts
        return None if cuts is None or stretch.leaving.index in cuts else after

    def _seen(self, frame: FrameFigures) -> bool:
        """Whether it is missed when what moves in that frame stops all at once."""
        return frame.motion >= self._still or (frame.busy >= _STIRS and frame.spread >= _EVERYWHERE)

    def _stumbles(self, stretch: _Stretch, leaving: FrameFigures | None) -> bool:
        """Whether one or two equal frames show."""
        entering = stretch.entering
        if entering is None or leaving is None:
            return False
        if entering.motion >= _SLOWLY * self._still and leaving.motion >= _CATCHING_UP * entering.motion:
            return True
        clearly = self._still * (1 if stretch.on_twos else _CLEARLY)
        busy = min(entering.busy, leaving.busy)
        return min(entering.motion, leaving.motion) >= clearly or busy >= max(_BUSY, stretch.rest / _QUIET)


def _leaps(stretch: _Stretch, after: FrameFigures | None) -> bool:
    """Whether the first frame after a stretch moves by what was left out, more than those before it and after it."""
    entering, leaving = stretch.entering, stretch.leaving
    if leaving is None or after is None or entering is None or stretch.on_twos:
        return False
    return leaving.motion >= _CATCHING_UP * max(entering.motion, after.motion)


def _catches_up(stretch: _Stretch, after: FrameFigures | None) -> bool:
    """Whether all that hardly moved before a stretch jumps after it, and then hardly moves again."""
    leaving = stretch.leaving
    if leaving is None or after is None or stretch.cut or stretch.before < 1:
        return False
    return (
        leaving.busy >= max(_JUMP, _JUMPED * stretch.before)
        and leaving.spread >= _WIDELY
        and after.busy <= _CALM * leaving.busy
        and abs(leaving.mean - stretch.light) < _LIT
    )
