"""Motion that stops, never begins, stumbles, or is cut."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Recent, Seen, frames_text

_RENEWED = 2
"""Levels by which all of a still picture may change at once, when an encoder renews it."""
_PEAK = 10
"""Levels by which single pixels of equal frames may differ: encoders mend a still picture bit by bit."""
_CLEARLY = 3
"""How much more than a stretch's motion that of a single repeated frame has to be, to be seen."""
_PLAIN = 3
"""Contrast in levels below which there is no picture to stand still."""


def _same(frame: FrameFigures, step: float) -> bool:
    return frame.index > 0 and (frame.step_peak <= _RENEWED or (frame.step <= step and frame.step_peak <= _PEAK))


class Frozen:
    """A stretch of equal frames in a shot that moves, and single equal frames among moving ones.

    Motion that runs out is no defect: the steps just before and just after a stretch tell. Nor is a still shot.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._step = order.limit("frozen", "step")
        self._still = order.limit("frozen", "still")
        self._before: deque[float] = deque(maxlen=12)
        self._entry = 0.0
        self._first = -1
        self._count = 0
        self._moving = self._doubled = 0
        self._first_doubled = self._last_doubled = -1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Count equal frames; judge a stretch when it ends."""
        frame = seen.frame
        if not seen.cut and _same(frame, self._step) and frame.contrast > _PLAIN:
            if not self._count:
                self._first, self._entry = frame.index, self._speed()
            self._count += 1
            return
        leaving = 0.0 if seen.cut else frame.step
        yield from self._judge(leaving)
        if seen.cut or frame.index == 0:
            self._before.clear()
        else:
            self._before.append(frame.step)
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
        """The step just before, or 0 when it was running out."""
        if len(self._before) < 2:
            return 0.0
        return self._before[-1] if self._before[-1] >= 0.5 * median(self._before) else 0.0

    def _judge(self, leaving: float) -> Iterator[Found]:
        count, self._count = self._count, 0
        if not count:
            return
        entering = self._entry
        limit = int(self._order.limit("frozen", "frames"))
        last = self._first + count - 1
        if count <= 2 and min(entering, leaving) >= _CLEARLY * self._still:
            self._first_doubled = self._first if self._first_doubled < 0 else self._first_doubled
            self._doubled, self._last_doubled = self._doubled + count, last
        if count >= limit and max(entering, leaving) >= self._still:
            yield Found(
                "frozen", self._first, last, count, limit, "frames",
                f"The picture stands still in {frames_text(self._first, last)} although it moved "
                f"{'before' if entering >= self._still else 'after'}.",
            )  # fmt: skip


class Motionless:
    """Shots in which nothing moves although motion was asked for."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._first = 0
        self._steps: list[float] = []
        self._stride = 1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather the steps of a shot."""
        if seen.cut:
            yield from self._judge(seen.frame.index - 1)
            self._first = seen.frame.index
        elif seen.frame.index % self._stride == 0:
            self._steps.append(seen.frame.step)
            if len(self._steps) >= 2000:
                del self._steps[::2]
                self._stride *= 2
        self._last = seen.frame.index

    def close(self) -> Iterator[Found]:
        """The last shot."""
        yield from self._judge(self._last)

    def _judge(self, last: int) -> Iterator[Found]:
        steps, self._steps, self._stride = self._steps, [], 1
        limit = self._order.limit("motionless", "step")
        if self._order.expectation.moving and len(steps) >= self._order.frames(0.5):
            value = median(steps)
            if value < limit:
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
