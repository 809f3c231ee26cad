"""One frame in, one record of figures out."""

from __future__ import annotations

from av import VideoFrame

from domain.quality.continuity import Naming
from domain.quality.figures import FrameFigures
from domain.quality.values import Expectation
from infrastructure.quality import layout, texture, tone
from infrastructure.quality.change import NEW_SHOT, Changes
from infrastructure.quality.signatures import EVERY, Signature, seen
from infrastructure.quality.views import View, view


class Meter:
    """Measures frames in order; its memory does not grow with their number. `expectation` tells which subjects are
    named where. Raises UnreadableMedia about the picture of a subject."""

    def __init__(self, expectation: Expectation | None = None) -> None:
        expectation = expectation or Expectation()
        self._naming = Naming(expectation)
        self._signatures = [Signature(subject) for subject in expectation.subjects]
        self._changes = Changes()
        self._staying = layout.Staying()
        self._last: View | None = None

    def measure(self, frame: VideoFrame, index: int, seconds: float) -> FrameFigures:
        """The figures of the next frame; `seconds` is its time from the first."""
        now = view(frame, index, seconds)
        last, self._last = self._last, now
        change = self._changes.observe(now)
        if change.likeness < NEW_SHOT:
            self._staying.forget()
        return FrameFigures(
            index=index, seconds=seconds, damaged=bool(frame.is_corrupt), lines=layout.lines(now, last),
            bars=layout.bars(now), overlay=self._staying.observe(now), likenesses=self._likenesses(now),
            **tone.measure(now)._asdict(), **texture.measure(now)._asdict(), **change._asdict(),
        )  # fmt: skip

    def _likenesses(self, now: View) -> tuple[float | None, ...]:
        named = () if now.index % EVERY else self._naming.at(now.index)
        if not named:
            return ()
        picture = seen(now)
        return tuple(
            signature.likeness(picture) if number in named else None
            for number, signature in enumerate(self._signatures)
        )
