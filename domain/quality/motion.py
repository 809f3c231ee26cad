"""Motion that stops, never begins, stumbles, or is cut."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Recent, Seen, frames_text

_RUNS_OUT = 0.4
"""Share of a shot's livelier motion below which the last motion before a stretch counts as having run out."""
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
_CLEARLY = 3
"""How much more than a stretch's motion that of a single repeated frame has to be, to be seen."""
_CATCHING_UP = 1.5
"""How much more than the motion before a repeated frame that after it is, where it stands in place of another one."""
_SLOWLY = 0.25
"""Share of a stretch's motion that there has to be before a repeated frame after which the motion catches up."""
_TWOS = 12
"""Frames of which a quarter are equal to the one before where motion is drawn on twos, and rests longer."""
_ABRUPT = 2
"""How much more than a stretch's motion that after it has to be, where there was none before: what begins to move
gently stood still by itself."""
_OUTLINES = 16
"""Largest step in levels below which nothing moves: the focus or the light changes, and may well stop."""
_PLAIN = 3
"""Contrast in levels below which there is no picture to stand still."""


def _same(frame: FrameFigures, step: float, usual: float, peak: float) -> bool:
    """Whether a frame repeats the one before; `usual` and `peak` are the step and the largest difference of the frames
    before it, for encoders never repeat a lively picture exactly."""
    if frame.index == 0:
        return False
    allowed = max(step, min(_MOST_REST, _REST * usual))
    alike = frame.step <= allowed and frame.step_peak <= max(
        _PEAK, min(_MOST_PEAK, max(_REST_PEAK * usual, _MENDED * peak))
    )
    return frame.step_peak <= _RENEWED or alike


class Frozen:
    """A stretch of equal frames in a shot that moves, and single equal frames among moving ones.

    Motion that runs out is no defect: the steps just before and just after a stretch tell. Nor is a still shot.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._step = order.limit("frozen", "step")
        self._still = order.limit("frozen", "still")
        self._before: deque[float] = deque(maxlen=24)
        self._steps: deque[float] = deque(maxlen=24)
        self._peaks: deque[float] = deque(maxlen=24)
        self._equal: deque[bool] = deque(maxlen=_TWOS)
        self._entry = 0.0
        self._on_twos = False
        self._first = -1
        self._count = 0
        self._moving = self._doubled = 0
        self._first_doubled = self._last_doubled = -1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Count equal frames; judge a stretch when it ends."""
        frame = seen.frame
        usual, peak = (sorted(part)[len(part) // 4] if part else 0.0 for part in (self._steps, self._peaks))
        if not seen.cut and _same(frame, self._step, usual, peak) and frame.contrast > _PLAIN:
            if not self._count:
                self._first, self._entry = frame.index, self._speed()
                self._on_twos = sum(self._equal) >= _TWOS // 4
            self._count += 1
            self._equal.append(True)
            return
        self._equal.append(False)
        leaving = 0.0 if seen.cut else frame.motion
        yield from self._judge(leaving)
        if seen.cut or frame.index == 0:
            self._before.clear()
            self._steps.clear()
            self._peaks.clear()
        else:
            self._peaks.append(frame.step_peak)
            self._before.append(frame.motion)
            self._steps.append(frame.step)
            self._moving += 1

    def close(self) -> Iterator[Found]:
        """The stretch that ends the file, and the share of doubled frames."""
        yield from self._judge(0)
        limit = self._order.limit("doubled", "share")
        share = self._doubled / max(1, self._moving + self._doubled)
        if self._doubled >= 3 and share > limit:
            yield Found(
                "doubled", self._first_doubled, self._last_doubled, share, limit, "share",
                f"{self._doubled} frames repeat the one before while the picture moves: one in "
                f"{round(1 / share)}, which shows as judder.",
            )  # fmt: skip

    def _speed(self) -> float:
        """The motion just before, or 0 when it was running out: below half of what it was a little earlier."""
        if len(self._before) < 2 or sorted(self._peaks)[len(self._peaks) * 3 // 4] < _OUTLINES:
            return 0.0
        usual = sorted(self._before)[len(self._before) * 3 // 4]
        return self._before[-1] if self._before[-1] >= _RUNS_OUT * usual else 0.0

    def _judge(self, leaving: float) -> Iterator[Found]:
        count, self._count = self._count, 0
        if not count:
            return
        entering = self._entry
        limit = int(self._order.limit("frozen", "frames")) * (2 if self._on_twos else 1)
        last = self._first + count - 1
        slow = entering >= _SLOWLY * self._still and leaving >= _CATCHING_UP * entering
        clearly = self._still * (1 if self._on_twos else _CLEARLY)
        if count <= 2 and (slow or min(entering, leaving) >= clearly):
            self._first_doubled = self._first if self._first_doubled < 0 else self._first_doubled
            self._doubled, self._last_doubled = self._doubled + count, last
        if count > limit and (entering >= self._still or leaving >= _ABRUPT * self._still):
            yield Found(
                "frozen", self._first, last, count, limit, "frames",
                f"The picture stands still in {frames_text(self._first, last)} although it moved "
                f"{'before' if entering >= self._still else 'after'}.",
            )  # fmt: skip


_FAR = 4
"""Place in `FrameFigures.back` of the frame that tells whether differences grow with time."""
_GROWN, _GROWN_BY = 2.2, 0.02
"""Factor and levels by which the difference to the fifth frame before is larger than that to the last one, at most,
where nothing but grain moves: it grows fivefold in slow motion, and a little by what encoders leave of grain."""
_DRIFTED = 0.004
"""Loss of likeness to a shot's first frame that says that something has moved since."""
_GRAIN_PEAK = 24
"""Largest difference at 160 pixels' width that grain makes, levels."""


class Motionless:
    """Shots in which nothing moves although motion was asked for.

    Grain makes every frame another one, but hardly more so with time: differences to the fifth frame before are not
    much larger than those to the last one, and the fine structure stays that of the shot's first frames.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._first = 0
        self._steps: list[float] = []
        self._grows = Recent(48)
        self._grain = True
        self._early: list[float] = []
        self._stride = 1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather the steps of a shot."""
        if seen.cut:
            yield from self._judge(seen.frame.index - 1)
            self._first = seen.frame.index
        else:
            self._compare(seen.frame)
        if not seen.cut and seen.frame.index % self._stride == 0:
            self._steps.append(seen.frame.step)
            if len(self._steps) >= 2000:
                del self._steps[::2]
                self._stride *= 2
        self._last = seen.frame.index

    def close(self) -> Iterator[Found]:
        """The last shot."""
        yield from self._judge(self._last)

    def _compare(self, frame: FrameFigures) -> None:
        """Whether all that differs may still be grain."""
        if len(frame.back) <= _FAR or frame.index - self._first <= _FAR:
            return
        if len(self._early) < _FAR:
            self._early.append(frame.alike)
        self._grows.add(frame.back[_FAR] - _GROWN * frame.back[0])
        stays = frame.alike > median(self._early) - _DRIFTED
        self._grain = self._grain and stays and frame.step_peak < _GRAIN_PEAK

    def _judge(self, last: int) -> Iterator[Found]:
        steps, self._steps, self._stride = self._steps, [], 1
        grain = self._grain and bool(self._early) and self._grows.median() < _GROWN_BY
        self._grain, self._early = True, []
        self._grows.clear()
        limit = self._order.limit("motionless", "step")
        if self._order.expectation.moving and len(steps) >= self._order.frames(0.5):
            value = median(steps)
            if value < limit or grain:
                yield Found(
                    "motionless", self._first, last, value, limit, "levels",
                    f"Hardly anything moves in {frames_text(self._first, last)}.",
                )  # fmt: skip


class UnorderedCuts:
    """Cuts where one shot without them was ordered."""

    def __init__(self, order: Order) -> None:
        expected = order.expectation.cuts
        self._ordered = None if expected is None else set(expected)
        self._limit = order.limit("cut", "likeness")
        self._steps = Recent(12)

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Tell of a cut that nobody ordered."""
        frame = seen.frame
        if (
            seen.cut
            and self._ordered is not None
            and not {frame.index - 1, frame.index, frame.index + 1} & self._ordered
        ):
            yield Found(
                "cut", frame.index, frame.index, frame.likeness, self._limit, "correlation",
                f"The picture changes all at once at frame {frame.index}, where no cut was ordered.",
            )  # fmt: skip

    def close(self) -> Iterator[Found]:
        """Nothing is left open."""
        yield from ()
