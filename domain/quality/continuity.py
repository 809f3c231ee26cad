"""How well the shots of a film keep who and what they show, by the likeness of their frames to references."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, frames_text
from domain.quality.values import Expectation, Likeness, Subject

SURE = 0.6
"""Confidence from which a likeness below the limit counts as the gate says."""
HARDLY = 0.25
"""Share of the confidence that is left in a shot that shows little of a subject."""
_MOST = 64
"""Values kept of one subject in one shot; with more, every second is let go."""


class Sighting(NamedTuple):
    """A subject in one shot of a film: frames `first` to `last`, both counted; `hardly`: little of it shows."""

    subject: Subject
    shot: str
    first: int
    last: int
    hardly: bool


class Naming:
    """Which subjects are named where in a film."""

    def __init__(self, expectation: Expectation) -> None:
        self._expectation = expectation
        self._cuts = tuple(sorted(cut for cut in expectation.cuts or () if cut > 0))
        self._named = [self._in(self._shot(place)) for place in range(len(self._cuts) + 1)]

    def at(self, frame: int) -> tuple[int, ...]:
        """Numbers of the subjects that are named by the shot of this frame."""
        return self._named[bisect_right(self._cuts, frame)]

    def sightings(self, frames: int) -> Iterator[Sighting]:
        """Every subject in every shot of a film of so many frames, in film order."""
        ends = (*self._cuts, frames)
        for place, first in enumerate((0, *self._cuts)):
            if first >= min(ends[place], frames):
                continue
            for number in self._named[place]:
                subject, shot = self._expectation.subjects[number], self._shot(place)
                yield Sighting(subject, shot, first, min(ends[place], frames) - 1, shot in subject.hardly)

    def _shot(self, place: int) -> str:
        shots = self._expectation.shots
        return shots[place] if place < len(shots) else ""

    def _in(self, shot: str) -> tuple[int, ...]:
        subjects = self._expectation.subjects
        return tuple(n for n, one in enumerate(subjects) if not one.shots or shot in one.shots)


class Continuity:
    """Follows the subjects through the shots. `method` and `confidence` (by kind) say how likeness is told."""

    def __init__(self, expectation: Expectation, method: str, confidence: dict[str, float]) -> None:
        self._subjects, self._shots = expectation.subjects, expectation.shots
        self._method, self._confidence = method, confidence
        self._place = 0
        self._first = 0
        self._last = 0
        self._values: list[tuple[float | None, ...]] = []

    def observe(self, frame: FrameFigures, begins: bool) -> Iterator[Likeness]:
        """Count a frame; `begins` tells that it is the first of an ordered shot. The likeness of each subject
        of the shot that has ended by it."""
        if begins:
            yield from self.close()
            self._place, self._first, self._values = self._place + 1, frame.index, []
        self._last = frame.index
        if frame.likenesses:
            self._values.append(frame.likenesses)
            if len(self._values) > _MOST:
                del self._values[::2]

    def close(self) -> Iterator[Likeness]:
        """The last shot."""
        shot = self._shots[self._place] if self._place < len(self._shots) else ""
        for number, subject in enumerate(self._subjects):
            values = [value for all_of in self._values if (value := all_of[number]) is not None]
            if values:
                yield Likeness(
                    subject=subject.name, kind=subject.kind, shot=shot, method=self._method, score=typical(values),
                    confidence=told(self._confidence.get(subject.kind, 0), shot in subject.hardly), first=self._first,
                    last=self._last, judged=shot not in subject.hardly,
                )  # fmt: skip


def judge_likeness(likeness: Likeness, limit: float) -> Iterator[Found]:
    """What is to be said of one that is below the limit. What is told with less confidence than SURE fails only as much
    further below as it is less sure, and is a warning until then: at two thirds of SURE, below two thirds of the
    limit."""
    if likeness.judged and likeness.score < limit:
        unsure = likeness.score >= limit * min(1.0, likeness.confidence / SURE)
        why = f" ({likeness.reason.rstrip('.')})" if likeness.reason else ""
        yield Found(
            "continuity", likeness.first, likeness.last, likeness.score, limit, "", f"{likeness.subject} keeps "
            f"{likeness.score:.0%} of its reference in {frames_text(likeness.first, likeness.last)}, told by "
            f"{likeness.method}{why}.", unsure,
        )  # fmt: skip


def told(confidence: float, hardly: bool) -> float:
    """How much can be told where little of a subject may show."""
    return round(confidence * (HARDLY if hardly else 1), 3)


def typical(values: Sequence[float]) -> float:
    """The mean of the better half: a subject may come late or turn away."""
    better = sorted(values, reverse=True)[: (len(values) + 1) // 2]
    return min(1.0, max(0.0, fmean(better)))
