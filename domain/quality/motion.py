"""Motion that never begins, or is cut."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Recent, Seen, frames_text

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
