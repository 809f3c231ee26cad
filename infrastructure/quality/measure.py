"""One frame in, one record of figures out."""

from __future__ import annotations

from collections.abc import Sequence

from av import VideoFrame

from domain.quality.figures import FrameFigures
from domain.quality.values import Subject
from infrastructure.quality import layout, texture, tone
from infrastructure.quality.change import NEW_SHOT, Changes
from infrastructure.quality.signatures import EVERY, Signature
from infrastructure.quality.views import View, view


class Meter:
    """Measures frames in order; its memory does not grow with their number. Raises UnreadableMedia about the picture of
    a subject."""

    def __init__(self, subjects: Sequence[Subject] = ()) -> None:
        self._signatures = [Signature(subject) for subject in subjects]
        self._changes = Changes()
        self._staying = layout.Staying()
        self._last: View | None = None

    def measure(self, frame: VideoFrame, index: int, seconds: float) -> FrameFigures:
        """The figures of the next frame; `seconds` is its time from the first."""
        seen = view(frame, index, seconds)
        last, self._last = self._last, seen
        change = self._changes.observe(seen)
        if change.likeness < NEW_SHOT:
            self._staying.forget()
        return FrameFigures(
            index=index, seconds=seconds, damaged=bool(frame.is_corrupt), lines=layout.lines(seen, last),
            bars=layout.bars(seen), overlay=self._staying.observe(seen), likenesses=self._likenesses(seen),
            **tone.measure(seen)._asdict(), **texture.measure(seen)._asdict(), **change._asdict(),
        )  # fmt: skip

    def _likenesses(self, seen: View) -> tuple[float, ...]:
        if seen.index % EVERY:
            return ()
        return tuple(signature.likeness(seen) for signature in self._signatures)
