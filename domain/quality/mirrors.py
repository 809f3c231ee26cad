"""Pictures that lie mirrored over themselves: they become symmetric all at once, however fast anything moves."""

from __future__ import annotations

from collections.abc import Iterator

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Seen, frames_text

_SYMMETRIC, _NOT, _BY = 0.7, 0.5, 0.35
"""Correlation with its own mirror picture that a mixture of both has at least (0.72 with a share of 0.3, 1 with a
half), that the picture by itself has at most, and how much more it is all at once."""
_STILL_SYMMETRIC = 0.6
"""The same in all frames between."""
_PALER, _FAINT = 0.97, 0.5
"""Share of its contrast that a picture keeps under its mirror picture, at most and at least: a sign or a card that is
shown brings contrast with it."""
_SHORTEST, _LONGEST = 5, 160
"""Frames that it lasts."""


class Mirrors:
    """Follows one at a time."""

    def __init__(self, order: Order) -> None:
        self._limit = order.limit("ghost", "unexplained")
        self._before: FrameFigures | None = None
        self._entered: FrameFigures | None = None

    def observe(self, seen: Seen) -> Iterator[Found]:
        """A picture that becomes symmetric and is not any more."""
        frame, before = seen.frame, self._before
        self._before = frame
        entered = self._entered
        if before is None or seen.cut:
            self._entered = None
        elif entered is not None and frame.mirrored < _STILL_SYMMETRIC:
            self._entered = None
            length = frame.index - entered.index
            if _turns(frame, before) and _SHORTEST <= length <= _LONGEST:
                yield self._found(entered.index, frame.index - 1, before.mirrored)
        elif entered is None and _turns(before, frame):
            self._entered = frame

    def _found(self, first: int, last: int, value: float) -> Found:
        sentence = f"Another picture shines through in {frames_text(first, last)}."
        return Found("ghost", first, last, value, self._limit, "share", sentence)


def _turns(plain: FrameFigures, mixed: FrameFigures) -> bool:
    """Whether one of two neighbours may be the other one with its mirror picture over it."""
    symmetric = mixed.mirrored > _SYMMETRIC and plain.mirrored < min(_NOT, mixed.mirrored - _BY)
    return symmetric and _FAINT * plain.contrast < mixed.contrast < _PALER * plain.contrast
