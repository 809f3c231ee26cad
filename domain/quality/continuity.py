"""How well the shots of a film keep who and what they show, by the likeness of their frames to references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from domain.quality.figures import FrameFigures
from domain.quality.values import Expectation, Likeness, Subject

_MOST = 64
"""Values kept of one subject in one shot; with more, every second is let go."""


class Continuity:
    """Follows the subjects through the shots. `method` and `confidence` (by kind) say how likeness is told."""

    def __init__(self, expectation: Expectation, method: str, confidence: dict[str, float]) -> None:
        self._subjects, self._shots = expectation.subjects, expectation.shots
        self._method, self._confidence = method, confidence
        self._place = 0
        self._first = 0
        self._last = 0
        self._values: list[tuple[float, ...]] = []

    def observe(self, frame: FrameFigures, begins: bool) -> Iterator[tuple[int, int, Likeness]]:
        """Count a frame; `begins` tells that it is the first of an ordered shot. The shot that has ended by it: its
        first and last frame, and the likeness of each of its subjects."""
        if begins:
            yield from self.close()
            self._place, self._first, self._values = self._place + 1, frame.index, []
        self._last = frame.index
        if frame.likenesses:
            self._values.append(frame.likenesses)
            if len(self._values) > _MOST:
                del self._values[::2]

    def close(self) -> Iterator[tuple[int, int, Likeness]]:
        """The last shot."""
        shot = self._shots[self._place] if self._place < len(self._shots) else ""
        for number, subject in enumerate(self._subjects):
            if self._values and self._is_named(subject, shot):
                likeness = Likeness(
                    subject=subject.name, kind=subject.kind, shot=shot, method=self._method,
                    score=_typical([values[number] for values in self._values]),
                    confidence=self._confidence.get(subject.kind, 0),
                )  # fmt: skip
                yield self._first, self._last, likeness

    def _is_named(self, subject: Subject, shot: str) -> bool:
        return not subject.shots or shot in subject.shots


def _typical(values: Sequence[float]) -> float:
    """The mean of the better half: a subject may come late or turn away."""
    better = sorted(values, reverse=True)[: (len(values) + 1) // 2]
    return min(1.0, max(0.0, fmean(better)))
